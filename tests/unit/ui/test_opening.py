"""What a desktop hands over means a plant file, the station's own, what was opened last, the demo, or a refusal."""

from pathlib import Path

import pytest

from app.domain.errors import KnownError
from ui.choice import FILE, Choice, Kind, Remembered, recall, remember
from ui.opening import trouble, wanted

DEMO = Choice(kind=Kind.DEMO)
SITE = Path("/etc/lineside/plant.toml")


def plant(path: str | Path) -> Choice:
    return Choice(kind=Kind.PLANT, plant=Path(path))


@pytest.mark.parametrize("what", ["", "lineside:", "lineside:open"])
def test_nothing_in_particular_is_the_machines_own_plant_whatever_was_opened_last(what: str) -> None:
    assert wanted(what, SITE, DEMO) == plant(SITE)


def test_without_one_it_is_what_was_opened_last_and_else_nobody_has_said() -> None:
    assert wanted("", None, DEMO) == DEMO
    assert wanted("", None, None) is None


def test_the_demos_address_is_the_demo_wherever_it_is() -> None:
    assert wanted("lineside:demo", SITE, None) == DEMO


def test_a_file_is_opened_as_it_is_named() -> None:
    assert wanted("other.lineside", SITE, DEMO) == plant("other.lineside")


def test_an_unknown_address_is_refused_and_says_what_there_is() -> None:
    with pytest.raises(KnownError, match="lineside:order/7") as refused:
        wanted("lineside:order/7", SITE, None)
    assert "lineside:demo" in refused.value.todo


def test_a_plant_file_that_cannot_be_opened_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "plant.toml").write_text("[site]\nnonsense = 1\n", encoding="utf-8")
    said = trouble(plant(tmp_path / "plant.toml"))
    assert "\n" not in said
    assert "faults." in said
    assert trouble(DEMO) == ""


def test_a_choice_is_remembered_with_the_files_before_it(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d", "b"):
        remember(tmp_path, plant(tmp_path / name))
    assert recall(tmp_path).last == plant(tmp_path / "b")
    remember(tmp_path, DEMO)
    assert recall(tmp_path) == Remembered(last=DEMO, recent=(tmp_path / "b", tmp_path / "d", tmp_path / "c"))


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "moon", "recent": []}', '{"kind": "plant", "recent": []}'])
def test_a_memory_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert recall(tmp_path).last is None
