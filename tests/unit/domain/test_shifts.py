"""Shifts at an instant: over midnight, over the changes of clocks of 2026, between shifts."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.events import Subject
from app.domain.lifecycles import AssignmentState
from app.domain.people import Person, Role
from app.domain.plant import Line, Plant, Shift
from app.domain.shifts import crew, next_shift, on_shift, shift_at
from app.domain.work import Assignment

BERLIN = "Europe/Berlin"
EVERY_DAY = frozenset(range(7))


def shift(shift_id: str, start: str, end: str, *people: str, days: frozenset[int] = EVERY_DAY) -> Shift:
    return Shift(
        id=shift_id,
        name=shift_id.capitalize(),
        start=time.fromisoformat(start),
        end=time.fromisoformat(end),
        days=days,
        people=people,
    )


EARLY = shift("early", "06:00", "14:00", "lindqvist", "kaya")
LATE = shift("late", "14:00", "22:00", "berger")
NIGHT = shift("night", "22:00", "06:00", "okafor", "silva")
SHIFTS = (EARLY, LATE, NIGHT)


def local(text: str, fold: int = 0) -> datetime:
    """A wall clock in Berlin as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BERLIN), fold=fold).astimezone(UTC)


def name_at(text: str, fold: int = 0) -> str:
    span = shift_at(SHIFTS, BERLIN, local(text, fold))
    assert span is not None
    return span.shift.id


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("2026-11-22 02:14", "night"),
        ("2026-11-22 05:59:59", "night"),
        ("2026-11-22 06:00", "early"),
        ("2026-11-22 13:59:59", "early"),
        ("2026-11-22 14:00", "late"),
        ("2026-11-22 22:00", "night"),
        ("2026-11-22 23:59:59", "night"),
        ("2026-11-23 00:00", "night"),
    ],
)
def test_the_shift_follows_the_wall_clock_over_midnight(clock: str, expected: str) -> None:
    assert name_at(clock) == expected


def test_a_night_shift_belongs_to_the_day_it_began() -> None:
    span = shift_at(SHIFTS, BERLIN, local("2026-11-22 02:14"))
    assert span is not None
    assert span.day.isoformat() == "2026-11-21"
    assert span.start_at == local("2026-11-21 22:00")
    assert span.end_at == local("2026-11-22 06:00")


def test_the_night_when_clocks_go_forward_is_seven_hours_long() -> None:
    span = shift_at(SHIFTS, BERLIN, local("2026-03-29 04:00"))
    assert span is not None
    assert span.shift.id == "night"
    assert span.length == timedelta(hours=7)


def test_the_night_when_clocks_go_back_is_nine_hours_long_and_its_repeated_hour_is_night_both_times() -> None:
    first, second = local("2026-10-25 02:30"), local("2026-10-25 02:30", fold=1)
    assert second - first == timedelta(hours=1)
    for at in (first, second):
        span = shift_at(SHIFTS, BERLIN, at)
        assert span is not None
        assert span.shift.id == "night"
        assert span.length == timedelta(hours=9)


def test_a_shift_that_begins_in_the_skipped_hour_still_begins() -> None:
    odd = (shift("odd", "02:30", "10:00"), shift("rest", "10:00", "02:30"))
    before = shift_at(odd, BERLIN, local("2026-03-29 01:59"))
    after = shift_at(odd, BERLIN, local("2026-03-29 03:31"))
    assert before is not None
    assert after is not None
    assert (before.shift.id, after.shift.id) == ("rest", "odd")
    assert before.end_at == after.start_at


def test_a_shift_of_equal_start_and_end_lasts_a_day() -> None:
    whole = (shift("whole", "06:00", "06:00"),)
    span = shift_at(whole, BERLIN, local("2026-11-22 05:00"))
    assert span is not None
    assert span.length == timedelta(days=1)
    assert span.start_at == local("2026-11-21 06:00")


def test_between_shifts_there_is_none_and_the_next_is_named() -> None:
    weekdays = (shift("early", "06:00", "14:00", days=frozenset(range(5))),)
    friday_evening = local("2026-11-20 15:00")
    assert shift_at(weekdays, BERLIN, friday_evening) is None
    following = next_shift(weekdays, BERLIN, friday_evening)
    assert following is not None
    assert following.start_at == local("2026-11-23 06:00")


def test_a_shift_of_one_weekday_is_found_a_whole_week_ahead() -> None:
    sundays = (shift("sunday", "06:00", "14:00", days=frozenset({6})),)
    following = next_shift(sundays, BERLIN, local("2026-11-22 06:00"))
    assert following is not None
    assert following.start_at == local("2026-11-29 06:00")


def test_an_empty_calendar_has_no_shift_and_no_next() -> None:
    assert shift_at((), BERLIN, local("2026-11-22 06:00")) is None
    assert next_shift((), BERLIN, local("2026-11-22 06:00")) is None


def test_of_overlapping_shifts_the_one_that_began_last_runs() -> None:
    overlapping = (shift("long", "06:00", "18:00"), shift("relief", "12:00", "14:00"))
    during = shift_at(overlapping, BERLIN, local("2026-11-22 13:00"))
    after = shift_at(overlapping, BERLIN, local("2026-11-22 15:00"))
    assert during is not None
    assert after is not None
    assert (during.shift.id, after.shift.id) == ("relief", "long")


@given(st.integers(0, 525_600).map(lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)))
def test_a_calendar_without_holes_has_exactly_one_shift_at_any_instant_and_the_next_begins_at_its_end(
    at: datetime,
) -> None:
    span = shift_at(SHIFTS, BERLIN, at)
    assert span is not None
    assert span.start_at <= at < span.end_at
    assert timedelta(hours=7) <= span.length <= timedelta(hours=9)
    following = next_shift(SHIFTS, BERLIN, at)
    assert following is not None
    assert following.start_at == span.end_at
    assert following.shift.id != span.shift.id


# --- people ---------------------------------------------------------------------------------------------------------


def person(person_id: str, *lines: str) -> Person:
    return Person(id=person_id, name=person_id.capitalize(), roles=frozenset({Role.OPERATOR}), lines=frozenset(lines))


PLANT = Plant(
    id="nord",
    name="Plant Nord",
    zone=BERLIN,
    controllers={},
    lines={i: Line(id=i, name=i, area="P", machines=(), output="", feed="") for i in ("L1", "L2")},
    machines={},
    tags=(),
    people={p.id: p for p in (person("okafor"), person("silva", "L1"), person("kaya", "L1"), person("berger", "L2"))},
    shifts=(EARLY, LATE, NIGHT, shift("standby", "20:00", "08:00", "silva", "berger", "gone")),
    rules=(),
    routes=(),
    reasons={},
)
NIGHT_AT = local("2026-11-22 02:14")


def assigned(person_id: str, line: str, state: AssignmentState) -> Assignment:
    return Assignment(
        id=f"a-{person_id}",
        version=1,
        state=state,
        subject=Subject.PERSON,
        subject_id=person_id,
        from_line="",
        to_line=line,
        reason="",
        breaks=(),
        case_id="",
        proposed_by="okafor",
        proposed_at=NIGHT_AT,
    )


def test_everyone_of_all_running_shifts_is_on_shift_once() -> None:
    assert [p.id for p in on_shift(PLANT, NIGHT_AT)] == ["okafor", "silva", "berger"]


def test_a_crew_is_who_the_plant_file_names_for_the_line() -> None:
    assert [p.id for p in crew(PLANT, (), "L1", NIGHT_AT)] == ["silva"]
    assert [p.id for p in crew(PLANT, (), "L2", NIGHT_AT)] == ["berger"]


def test_an_active_assignment_moves_a_person_and_an_offered_one_does_not() -> None:
    active = (assigned("silva", "L2", AssignmentState.ACTIVE),)
    offered = (assigned("silva", "L2", AssignmentState.OFFERED),)
    assert [p.id for p in crew(PLANT, active, "L1", NIGHT_AT)] == []
    assert [p.id for p in crew(PLANT, active, "L2", NIGHT_AT)] == ["silva", "berger"]
    assert [p.id for p in crew(PLANT, offered, "L1", NIGHT_AT)] == ["silva"]
