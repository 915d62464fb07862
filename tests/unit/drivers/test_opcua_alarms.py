"""An event of any server becomes an alarm with sane fields, or is none (bad input rows 11 to 13)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua

from drivers.opcua.alarms import (
    FIELDS,
    AlarmSource,
    alarm_event,
    asks_for_refresh,
    event_filter,
    is_alarm,
    named_fields,
)

NOW_S = datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp()
SOURCE = AlarmSource(controller="C-1", machines={"Filler": "L1.filler"}, uri_of=lambda index: f"urn:{index}")
OWN_TYPE = ua.NodeId("MachineAlarmType", 2)


def fields(**known: Any) -> dict[str, object]:
    """Event fields as they come, all others left out by the server."""
    return dict(named_fields([ua.Variant(known.get(field.name)) for field in FIELDS]))


def test_a_full_event_keeps_everything() -> None:
    event = alarm_event(
        fields(
            event_id=b"\x01\xff",
            event_type=OWN_TYPE,
            source="2:Filler",
            time=datetime(2026, 11, 22, 9, 59, 59, tzinfo=UTC),
            message=ua.LocalizedText("Jam\n<b>"),
            severity=700,
            condition=ua.NodeId("Filler.FIL-2301", 2),
            acked=True,
            active=True,
            code="FIL-2301",
        ),
        SOURCE,
        NOW_S,
    )
    assert event.machine == "L1.filler"
    assert event.key == "urn:2;s=Filler.FIL-2301"
    assert event.event_id == "01ff"
    assert event.message == "Jam⟨U+000A⟩<b>"
    assert (event.code, event.severity, event.active, event.acknowledged) == ("FIL-2301", 700, True, True)
    assert event.source_s == NOW_S - 1.0
    assert not event.replayed


def test_an_empty_event_has_defaults() -> None:
    event = alarm_event(fields(event_type=OWN_TYPE), SOURCE, NOW_S)
    assert event.machine is None
    assert (event.message, event.code, event.severity) == ("", "", 500)
    assert event.active
    assert event.source_s == NOW_S
    assert event.event_id


@pytest.mark.parametrize(("told", "severity"), [(0, 1), (65535, 1000), (None, 500), ("high", 500), (1000, 1000)])
def test_severity_is_kept_in_its_bounds(told: object, severity: int) -> None:
    assert alarm_event(fields(severity=told), SOURCE, NOW_S).severity == severity


def test_events_without_an_id_are_told_apart_by_key_and_time() -> None:
    at = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
    one = alarm_event(fields(source="A", code="X", time=at, event_id=b""), SOURCE, NOW_S)
    two = alarm_event(fields(source="A", code="X", time=at.replace(minute=1)), SOURCE, NOW_S)
    assert one.key == two.key == "A/X"
    assert one.event_id != two.event_id


def test_a_branch_is_a_condition_of_its_own() -> None:
    node = ua.NodeId("Alarm", 2)
    main = alarm_event(fields(condition=node, branch=ua.NodeId()), SOURCE, NOW_S)
    branch = alarm_event(fields(condition=node, branch=ua.NodeId("B1", 3)), SOURCE, NOW_S)
    assert main.key == "urn:2;s=Alarm"
    assert branch.key == "urn:2;s=Alarm#urn:3;s=B1"


def test_a_replayed_alarm_says_when_it_was_recorded() -> None:
    event = alarm_event(fields(recorded_at=datetime(2021, 5, 1, tzinfo=UTC), replayed=True), SOURCE, NOW_S)
    assert event.replayed
    assert event.recorded_at.startswith("2021-05-01")


def standard(identifier: int) -> ua.NodeId:
    """An event type of OPC UA itself."""
    return ua.NodeId(identifier, 0)


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ({"event_type": OWN_TYPE}, True),
        ({"event_type": standard(ua.ObjectIds.SystemEventType)}, True),
        ({"event_type": standard(ua.ObjectIds.OffNormalAlarmType), "active": False}, True),
        ({"event_type": standard(ua.ObjectIds.RefreshStartEventType)}, False),
        ({"event_type": standard(ua.ObjectIds.GeneralModelChangeEventType)}, False),
        ({"event_type": standard(ua.ObjectIds.AuditWriteUpdateEventType)}, False),
        ({}, False),
    ],
)
def test_only_alarms_are_alarms(known: dict[str, object], wanted: bool) -> None:
    assert is_alarm(fields(**known)) is wanted


def test_a_server_that_lost_events_asks_for_a_refresh() -> None:
    assert asks_for_refresh(fields(event_type=standard(ua.ObjectIds.RefreshRequiredEventType)))
    assert not asks_for_refresh(fields(event_type=OWN_TYPE))


def test_the_filter_asks_for_the_condition_id_as_an_attribute() -> None:
    clauses = event_filter(4).SelectClauses
    assert len(clauses) == len(FIELDS) <= 24
    by_name = {field.name: clause for field, clause in zip(FIELDS, clauses, strict=True)}
    assert by_name["condition"].AttributeId == ua.AttributeIds.NodeId
    assert by_name["condition"].BrowsePath == []
    assert by_name["code"].BrowsePath == [ua.QualifiedName("AlarmCode", 4)]


def test_fields_that_a_server_cut_off_are_none() -> None:
    assert named_fields([])["severity"] is None
