"""Settings and replayed machines are changed in the text; comments and all else stay, the result is sound."""

import difflib

import pytest

import resources
from app.domain.errors import KnownError
from app.plant.rewrite import with_machines, with_settings
from tests.unit.plant.small import SMALL, plant_of

DEMO = resources.path("plants/demo.toml").read_text(encoding="utf-8")
REPLAY = resources.path("plants/replay.toml").read_text(encoding="utf-8")


def test_only_the_settings_change() -> None:
    text = with_settings(
        DEMO, {"C-L1": {"url": "opc.tcp://127.0.0.1:5"}, "C-L3-2": {"port": 7}}, {"url": "http://127.0.0.1:9"}
    )
    changed = [line for line in difflib.ndiff(DEMO.split("\n"), text.split("\n")) if line[:1] == "+"]
    assert [line[2:] for line in changed] == [
        'url = "opc.tcp://127.0.0.1:5"',
        'settings = { host = "127.0.0.1", port = 7, unit = 2, identity.address = 4, identity.length = 8 }',
        'settings = { url = "http://127.0.0.1:9" }',
    ]
    plant = plant_of(text)
    assert plant.controllers["C-L3-2"].settings["port"] == 7
    assert plant.erp.settings == {"url": "http://127.0.0.1:9"}


def test_settings_are_added_where_there_were_none() -> None:
    text = with_settings(SMALL, {"C2": {"port": 1502, "identity.address": 4, "identity.length": 8}})
    settings = plant_of(text).controllers["C2"].settings
    assert settings == {"host": "127.0.0.1", "port": 1502, "identity.address": 4, "identity.length": 8}


def test_an_unknown_controller_is_refused() -> None:
    with pytest.raises(KnownError, match="no controller C9"):
        with_settings(SMALL, {"C9": {"url": "x"}})


@pytest.mark.parametrize("count", range(1, 24))
def test_the_lines_of_the_replay_share_any_number_of_machines(count: int) -> None:
    plant = plant_of(with_machines(REPLAY, [f"M{n:02}" for n in range(count)]))
    sizes = [len(line.machines) for line in plant.lines.values()]
    assert sum(sizes) == count
    assert max(sizes) <= -(-count // 3)


def test_the_replay_plant_gets_the_machines_of_another_recording() -> None:
    text = with_settings(
        with_machines(REPLAY, ["M01", "M20"]), {"C-R": {"url": "opc.tcp://127.0.0.1:5"}}, {"url": "http://x"}
    )
    plant = plant_of(text)
    assert {machine.id: machine.name for machine in plant.machines.values()} == {
        "M01": "Machine 1",
        "M20": "Machine 20",
    }
    assert plant.tags[-1].address == {"node": "nsu=urn:lineside:demo:replay;s=M20.LastAlarmCode"}
    sources = {key: value for key, value in plant.controllers["C-R"].settings.items() if key.startswith("source.")}
    assert sources == {"source.M01": "M01", "source.M20": "M20"}
