"""The controllers' alarms as they stand."""

from dataclasses import replace

import pytest

from app.bootstrap import alarm_list as module
from app.bootstrap.alarm_list import AlarmList
from app.domain.lifecycles import AlarmState
from tests.unit.acquisition.watching import Alarm, alarm_event

UP = alarm_event(Alarm(0, "1"))
DOWN = replace(UP, active=False)
S = AlarmState


@pytest.mark.parametrize(
    ("events", "state", "count"),
    [
        ([UP], S.UNACKNOWLEDGED, 1),
        ([UP, UP], S.UNACKNOWLEDGED, 1),
        ([UP, replace(UP, acknowledged=True)], S.ACKNOWLEDGED, 1),
        ([UP, DOWN], S.RETURNED_UNACKNOWLEDGED, 1),
        ([UP, DOWN, UP], S.UNACKNOWLEDGED, 2),
        ([UP, DOWN, replace(DOWN, acknowledged=True)], None, 0),
        ([UP, replace(UP, acknowledged=True), replace(DOWN, acknowledged=True)], None, 0),
        ([DOWN], S.RETURNED_UNACKNOWLEDGED, 1),
        ([replace(DOWN, acknowledged=True)], None, 0),
        ([replace(UP, acknowledged=True)], S.ACKNOWLEDGED, 1),
    ],
)
def test_an_alarm_follows_its_events(events: list[object], state: AlarmState | None, count: int) -> None:
    alarms = AlarmList()
    for event in events:
        alarms.take(event)  # type: ignore[arg-type]
    rows = alarms.rows()
    assert [row.state for row in rows] == ([state] if state else [])
    assert [row.count for row in rows] == ([count] if state else [])


def test_the_newest_change_comes_first_and_a_flood_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    alarms = AlarmList()
    for number in range(25):
        alarms.take(alarm_event(Alarm(number, f"{number}")))
    rows = alarms.rows()
    assert len(rows) == 10
    assert [row.code for row in rows][:2] == ["A24", "A23"]
