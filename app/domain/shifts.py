"""Which shift runs at an instant, which comes next, and who is on it. Pure; the calendar is the plant file's.

A shift is a row of local wall-clock times. Its instants come from the site's zone, so a night shift over a change of
clocks is really seven or nine hours long, and the next shift begins exactly where it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.domain.events import Subject
from app.domain.people import Person
from app.domain.plant import Plant, Shift
from app.domain.taken import taken
from app.domain.work import Assignment

DAY = timedelta(days=1)
HORIZON_DAYS = 8
"""A weekly calendar repeats: who has no shift within this many days has none at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSpan:
    """One occurrence of a shift: `start_at` belongs to it, `end_at` to the next. `day` is the local day it began."""

    shift: Shift
    day: date
    start_at: datetime
    end_at: datetime

    @property
    def length(self) -> timedelta:
        """How long it really lasts, a change of clocks included."""
        return self.end_at - self.start_at


def shift_at(shifts: Sequence[Shift], zone: str, at: datetime) -> ShiftSpan | None:
    """The shift running at `at` (aware); of several, the one that began last; None between shifts."""
    return max(running(shifts, zone, at), key=lambda span: span.start_at, default=None)


def next_shift(shifts: Sequence[Shift], zone: str, at: datetime) -> ShiftSpan | None:
    """The shift that begins next after `at`; None when the calendar has none within a week."""
    today = at.astimezone(ZoneInfo(zone)).date()
    days = (today + DAY * n for n in range(-1, HORIZON_DAYS + 1))
    later = (span for span in _spans(shifts, zone, days) if span.start_at > at)
    return min(later, key=lambda span: span.start_at, default=None)


def running(shifts: Sequence[Shift], zone: str, at: datetime) -> tuple[ShiftSpan, ...]:
    """Every shift running at `at`, in the order of the plant file; shifts may overlap."""
    today = at.astimezone(ZoneInfo(zone)).date()
    found = _spans(shifts, zone, (today - DAY, today))
    return tuple(span for span in found if span.start_at <= at < span.end_at)


def on_shift(plant: Plant, at: datetime) -> tuple[Person, ...]:
    """The people of all shifts running at `at`, each once, in the order of the plant file."""
    ids = (person for span in running(plant.shifts, plant.zone, at) for person in span.shift.people)
    return tuple(plant.people[i] for i in dict.fromkeys(ids) if i in plant.people)


def crew(plant: Plant, assignments: Iterable[Assignment], line: str, at: datetime) -> tuple[Person, ...]:
    """Who on shift stands at `line`: assigned there, else named for that line in the plant file.

    People of every line (shift leads, maintenance) belong to no line's crew unless they are assigned there.
    """
    where = taken(assignments, Subject.PERSON)
    return tuple(p for p in on_shift(plant, at) if where.get(p.id, line if line in p.lines else "") == line)


def _spans(shifts: Iterable[Shift], zone: str, days: Iterable[date]) -> Iterator[ShiftSpan]:
    """The occurrences of the shifts that begin on these local days."""
    chosen, info = tuple(days), ZoneInfo(zone)
    for shift in shifts:
        for day in chosen:
            if day.weekday() in shift.days:
                yield _span(shift, day, info)


def _span(shift: Shift, day: date, zone: ZoneInfo) -> ShiftSpan:
    last = day if shift.end > shift.start else day + DAY
    return ShiftSpan(
        shift=shift, day=day, start_at=_instant(day, shift.start, zone), end_at=_instant(last, shift.end, zone)
    )


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local wall clock as UTC: the first of a repeated hour; a skipped one as if clocks had not changed."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)
