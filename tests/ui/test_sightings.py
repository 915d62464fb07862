"""When a case first stands on the screen."""

from pytestqt.qtbot import QtBot

from app.readmodel.model import Changes, all_cases
from tests.ui.desk import night_desk
from ui.bridge import Bridge
from ui.sightings import Sightings


def test_a_case_is_noted_once_after_the_screens_were_told(qtbot: QtBot) -> None:
    desk = night_desk()
    bridge = Bridge(plant=desk.plant, values=desk.values)
    sightings = Sightings(bridge, bridge)
    cases = all_cases(desk.view)
    rows = {f"case/{case.id}": case for case in cases}
    before = bridge.now()
    bridge.deliver(Changes(rows=rows, seq=1))
    assert sightings.at == {}
    qtbot.waitUntil(lambda: sightings.at.keys() == {case.id for case in cases})
    first = dict(sightings.at)
    assert all(before <= at <= bridge.now() for at in first.values())
    with qtbot.waitSignal(bridge.changed):
        bridge.deliver(Changes(rows=rows, seq=2))
    assert sightings.at == first
