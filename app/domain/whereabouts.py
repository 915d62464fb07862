"""Where units of a line are now, told from how far each machine has come. Pure; what is not known is said unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from app.domain.events import HeldUnits


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """A machine and the last unit that left it (line units, serials of the feed machine); None: not known now."""

    machine: str
    name: str
    passed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Units between two machines, or behind the last one. `known` False: they are there or further on."""

    after: str
    before: str
    quantity: Decimal
    known: bool = True


def with_buffers(stations: Sequence[Station], waiting: dict[str, int]) -> tuple[Station, ...]:
    """Fill in machines whose count is unknown from the units waiting before them (`waiting` by machine id)."""
    rows: list[Station] = []
    for station in stations:
        passed = station.passed
        before = rows[-1].passed if rows else None
        if passed is None and before is not None and station.machine in waiting:
            passed = before - waiting[station.machine]
        rows.append(Station(machine=station.machine, name=station.name, passed=passed))
    return tuple(rows)


def places(units: Iterable[HeldUnits], stations: Sequence[Station]) -> tuple[Place, ...]:
    """Where the units are, upstream first, one row per gap between machines and one behind the last.

    `stations` are the suspect machine and those downstream of it, in order. A gap whose ends are not both known is
    joined with the next; units behind the last known machine have an unknown place unless that is the line's last.
    """
    ranges = [(u.first, u.last) for u in units if u.first is not None and u.last is not None]
    known = [s for s in stations if s.passed is not None]
    if not known or not ranges:
        total = sum((u.quantity for u in units), Decimal(0))
        return (Place(after=stations[0].name if stations else "", before="", quantity=total, known=False),)
    rows = []
    for here, there in pairwise(known):
        rows.append(
            Place(after=here.name, before=there.name, quantity=_within(ranges, there.passed or 0, here.passed or 0))
        )
    behind = _within(ranges, 0, known[-1].passed or 0)
    rows.append(Place(after=known[-1].name, before="", quantity=behind, known=known[-1] is stations[-1]))
    inside = _within(ranges, known[0].passed or 0, max(last for _, last in ranges))
    first = Place(after="", before=known[0].name, quantity=inside)
    return (first, *rows) if inside else tuple(rows)


def _within(ranges: Iterable[tuple[int, int]], above: int, upto: int) -> Decimal:
    """How many serials of the ranges lie in (above, upto]."""
    return Decimal(sum(max(0, min(last, upto) - max(first, above + 1) + 1) for first, last in ranges))
