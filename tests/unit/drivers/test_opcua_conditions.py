"""Which alarms are still true: the suspect rule around a refresh, and the shelf, from events in any order."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua

from app.bootstrap.alarm_list import AlarmList
from app.domain.lifecycles import AlarmState
from app.ports import AlarmEvent
from drivers.opcua import conditions as module
from drivers.opcua.alarms import FIELDS, AlarmSource, named_fields, told
from drivers.opcua.conditions import Conditions

NOW_S = datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp()
START, END = ua.NodeId(ua.ObjectIds.RefreshStartEventType), ua.NodeId(ua.ObjectIds.RefreshEndEventType)
SHELVED, UNSHELVED = (
    ua.NodeId(ua.ObjectIds.ShelvedStateMachineType_TimedShelved),
    ua.NodeId(ua.ObjectIds.ShelvedStateMachineType_Unshelved),
)


def source(conditions: Conditions | None = None) -> AlarmSource:
    """A controller of one machine."""
    return AlarmSource(
        controller="C",
        machines={"Filler": "L1.filler"},
        uri_of=lambda n: f"urn:{n}",
        conditions=conditions or Conditions(),
    )


def hear(of: AlarmSource, kind: ua.NodeId | None = None, **known: Any) -> list[AlarmEvent]:
    """One event as it comes; without a kind that of an alarm."""
    known["event_type"] = kind or ua.NodeId(ua.ObjectIds.AlarmConditionType)
    fields = dict(named_fields([ua.Variant(known.get(field.name)) for field in FIELDS]))
    return told(fields, of, NOW_S)


def raised(of: AlarmSource, name: str, **known: Any) -> list[AlarmEvent]:
    """A condition that stands."""
    values = {"event_id": name.encode(), "active": True, "acked": False, "retain": True, **known}
    return hear(of, condition=ua.NodeId(name, 2), **values)


def test_what_a_refresh_does_not_repeat_is_over() -> None:
    line = source()
    for name in ("A", "B", "C"):
        raised(line, name)
    assert hear(line, START) == []
    raised(line, "B")
    over = hear(line, END)
    assert [(event.key, event.active, event.acknowledged) for event in over] == [
        ("urn:2;s=A", False, True),
        ("urn:2;s=C", False, True),
    ]


def test_what_is_over_leaves_the_list() -> None:
    line, alarms = source(), AlarmList()
    for event in (*raised(line, "A"), *hear(line, START), *hear(line, END)):
        alarms.take(event)
    assert alarms.rows() == ()


def test_a_new_alarm_during_a_refresh_is_no_suspect() -> None:
    line = source()
    hear(line, START)
    raised(line, "N")
    assert hear(line, END) == []


def test_a_refresh_over_which_events_were_lost_ends_nothing() -> None:
    line = source()
    raised(line, "A")
    hear(line, START)
    line.conditions.events_lost()
    assert hear(line, END) == []
    hear(line, START)
    assert [event.key for event in hear(line, END)] == ["urn:2;s=A"]


def test_what_is_not_retained_is_never_suspect() -> None:
    line = source()
    raised(line, "A", retain=False, active=False, acked=True)
    hear(line, START)
    assert hear(line, END) == []


def test_an_end_without_a_beginning_ends_nothing() -> None:
    line = source()
    raised(line, "A")
    assert hear(line, END) == []


def test_what_was_over_once_is_not_told_again() -> None:
    line = source()
    raised(line, "A")
    hear(line, START)
    assert len(hear(line, END)) == 1
    hear(line, START)
    assert hear(line, END) == []


def test_conditions_outlive_a_session_and_keep_the_uri_of_their_namespace() -> None:
    kept = Conditions()
    raised(source(kept), "A")
    found = kept.get("urn:2;s=A")
    assert found is not None
    assert (found.uri, found.node.Identifier) == ("urn:2", "A")
    hear(source(kept), START)
    assert len(hear(source(kept), END)) == 1


def test_conditions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    line = source()
    for number in range(5):
        raised(line, f"A{number}")
    assert line.conditions.get("urn:2;s=A0") is None
    assert line.conditions.get("urn:2;s=A4") is not None


def test_an_event_that_is_no_condition_can_not_be_acted_on() -> None:
    line = source()
    (event,) = hear(line, ua.NodeId("OwnType", 2), source="Filler", message=ua.LocalizedText("Jam"))
    assert line.conditions.get(event.key) is None


@pytest.mark.parametrize(("state", "shelved"), [(SHELVED, True), (UNSHELVED, False), (None, False), ("x", False)])
def test_the_shelf_is_the_controllers_word(state: object, shelved: bool) -> None:
    (event,) = raised(source(), "A", shelf=state)
    assert event.shelved is shelved


def test_a_shelf_hides_an_alarm_and_its_end_shows_it_again() -> None:
    line, alarms = source(), AlarmList()
    states = []
    for known in (
        {},
        {"shelf": SHELVED},
        {"shelf": UNSHELVED},
        {"shelf": SHELVED},
        {"shelf": UNSHELVED, "acked": True},
    ):
        for event in raised(line, "A", **known):
            alarms.take(event)
        states.append(alarms.rows()[0].state)
    assert states == [
        AlarmState.UNACKNOWLEDGED,
        AlarmState.SHELVED,
        AlarmState.UNACKNOWLEDGED,
        AlarmState.SHELVED,
        AlarmState.ACKNOWLEDGED,
    ]
