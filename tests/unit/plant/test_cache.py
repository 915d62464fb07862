"""A checked plant is kept: the same file gives the same plant without a check, any change is checked again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.codec import encode
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.erp.registry import check_settings
from app.plant.cache import cached, program_stamp
from app.plant.check import load
from drivers.demo import Demo, DemoOptions
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource


class Loads:
    """The real way to a plant, counted."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> Plant:
        self.count += 1
        return load(path, ADDRESS_CHECKS, check_settings)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A copy of the demo's plant file."""
    copy = tmp_path / "plant.toml"
    copy.write_text(resource("plants/demo.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return copy


def test_the_kept_plant_is_the_checked_one(file: Path, tmp_path: Path) -> None:
    loads = Loads()
    first = cached(file, tmp_path / "cache", "1", loads)
    again = cached(file, tmp_path / "cache", "1", loads)
    assert loads.count == 1
    assert again == first


def test_the_kept_plant_can_be_sent_to_the_acquisition_as_the_checked_one(tmp_path: Path) -> None:
    example, loads = resource("plants/example.toml"), Loads()
    first, again = (cached(example, tmp_path, "1", loads) for _ in range(2))
    assert loads.count == 1
    assert any(tag.state_map for tag in again.tags)
    assert encode(again) == encode(first)


def test_a_changed_file_or_program_is_checked_again(file: Path, tmp_path: Path) -> None:
    loads = Loads()
    cached(file, tmp_path / "cache", "1", loads)
    cached(file, tmp_path / "cache", "2", loads)
    file.write_text(file.read_text(encoding="utf-8").replace("Plant Nord", "Plant Sued"), encoding="utf-8")
    assert cached(file, tmp_path / "cache", "2", loads).name == "Plant Sued"
    assert loads.count == 3


def test_a_spoilt_cache_costs_only_time(file: Path, tmp_path: Path) -> None:
    loads = Loads()
    whole = cached(file, tmp_path / "cache", "1", loads)
    for kept in (tmp_path / "cache").iterdir():
        kept.write_bytes(b"{")
    assert cached(file, tmp_path / "cache", "1", loads) == whole
    (tmp_path / "no folder").write_text("")
    assert cached(file, tmp_path / "no folder", "1", loads) == whole


def test_a_file_with_faults_is_refused_each_time_and_not_kept(file: Path, tmp_path: Path) -> None:
    file.write_text("nonsense", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(KnownError):
            cached(file, tmp_path / "cache", "1", Loads())
    assert not (tmp_path / "cache").exists()
    with pytest.raises(KnownError):
        cached(tmp_path / "missing.toml", tmp_path / "cache", "1", Loads())


def test_the_stamp_changes_with_a_source(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1")
    before = program_stamp([tmp_path])
    assert program_stamp([tmp_path]) == before
    (tmp_path / "a.py").write_text("12")
    assert program_stamp([tmp_path]) != before


def test_the_demo_puts_its_ports_into_the_plant_and_says_what_is_missing(file: Path, tmp_path: Path) -> None:
    plant = Loads()(file)
    with Demo(tmp_path, DemoOptions()) as demo:
        placed = demo.placed(plant)
        assert placed.controllers["C-L1"].settings["url"] == demo.settings["C-L1"]["url"]
        assert placed.controllers["C-L1"].settings["alarms"] == plant.controllers["C-L1"].settings["alarms"]
        assert placed.erp.settings["url"] == demo.erp["url"]
        assert placed.tags == plant.tags
    with Demo(tmp_path, DemoOptions()) as demo, pytest.raises(KnownError, match="no controller"):
        demo.placed(Loads()(resource("plants/replay.toml")))
