"""The suspect window: which units a stretch of time at a machine made, lot by lot. Pure.

Facts only: a serial is taken where somebody counted it, never guessed over a long gap. Where the exact count is not
known the range grows outward to the nearest known one, and says so; too much on hold costs money, too little a recall.
Knows nothing of screens or of where the units went (whereabouts) and whom they were for (shortage).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.events import HeldUnits
from app.domain.hold import split_window
from app.domain.work import LotCount, OrderProgress, QualityCheck

FINE_GAP = timedelta(seconds=60)
"""Counts at most this far apart are joined by a straight line; over longer gaps nothing is assumed."""


LOT_GAP = 1000
"""Units between two lots that a late count explains; over a wider gap a lot in between was never seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of time at a machine, `from_at` before `to_at`."""

    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """A known count: at `at` the machine had passed the unit `serial`."""

    at: datetime
    serial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRange:
    """The consecutive serials of a lot, both included."""

    lot: str
    product: str
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """What a window comprises. `exact` is False where an end had to grow outward or whole lots had to be taken."""

    units: tuple[HeldUnits, ...] = ()
    first: int | None = None
    last: int | None = None
    exact: bool = True

    @property
    def quantity(self) -> Decimal:
        """Units in all lots."""
        return sum((u.quantity for u in self.units), Decimal(0))


def last_good(checks: Iterable[QualityCheck], machine: str, before: datetime) -> QualityCheck | None:
    """The newest passed check at a machine not after `before`."""
    passed = (c for c in checks if c.passed and c.machine == machine and c.at <= before)
    return max(passed, key=lambda c: c.at, default=None)


def window_of(
    event_at: datetime, good: QualityCheck | None, lots: Iterable[LotCount], *, fallback: timedelta
) -> Window:
    """From the last good check to the event; without one from the running lot's start, else `fallback` before."""
    if good is not None and good.at < event_at:
        return Window(from_at=good.at, to_at=event_at)
    starts = [row.from_at for row in lots if row.from_at < event_at]
    return Window(from_at=max(starts, default=event_at - fallback), to_at=event_at)


def lot_marks(lots: Sequence[LotCount], *, at_feed: bool) -> list[Mark]:
    """What a machine had passed at least: every lot's last unit by the time that it was counted.

    At the feed machine that holds for the lot that still runs too; a machine downstream may have units of it to come.
    """
    newest = max((row.to_at for row in lots), default=None)
    return [
        Mark(at=row.to_at, serial=row.last) for row in lots if row.last is not None and (at_feed or row.to_at != newest)
    ]


def check_marks(checks: Iterable[QualityCheck], machine: str) -> list[Mark]:
    """The counts that sample checks at the machine give."""
    return [Mark(at=c.at, serial=c.serial) for c in checks if c.machine == machine and c.serial is not None]


def lot_ranges(progress: Iterable[OrderProgress], products: dict[str, str]) -> list[LotRange]:
    """The lots with known serials, in serial order. `products` gives the product of an order number.

    A lot's last unit is counted, its first one is the next after the lot before: the count at which a lot was first
    seen is late by what the line contained.
    """
    rows = [
        LotRange(lot=lot.lot, product=products.get(order.id, ""), first=lot.first, last=lot.last)
        for order in progress
        for lot in order.lots
        if lot.first is not None and lot.last is not None
    ]
    rows.sort(key=lambda row: row.last)
    return [
        replace(row, first=before.last + 1) if before is not None and row.first - before.last <= LOT_GAP else row
        for before, row in zip((None, *rows), rows, strict=False)
    ]


def grown(ranges: Sequence[LotRange], lot: str, product: str, serial: int) -> list[LotRange]:
    """The ranges with the units made since the last count: they belong to the lot that the machine says it runs."""
    if not lot or serial <= 0:
        return list(ranges)
    if not ranges:
        return [LotRange(lot=lot, product=product, first=1, last=serial)]
    newest = ranges[-1]
    if serial <= newest.last:
        return list(ranges)
    if newest.lot == lot:
        return [*ranges[:-1], replace(newest, last=serial)]
    return [*ranges, LotRange(lot=lot, product=product, first=newest.last + 1, last=serial)]


def suspect(
    window: Window,
    marks: Iterable[Mark],
    ranges: Sequence[LotRange],
    lots: Iterable[LotCount],
    floor: Iterable[Mark] = (),
) -> Suspect:
    """The units that passed the machine within the window, cut at lot borders.

    `marks` are exact counts of that machine, `floor` what it had passed at least. Without either at the start, without
    a count at the end or without serials, the lots that ran in the window are taken whole.
    """
    known = rising(marks)
    low, low_exact = _bound(known, window.from_at, up=False)
    high, high_exact = _bound(known, window.to_at, up=True)
    if not low_exact:
        least = (m.serial for m in floor if m.at <= window.from_at and (high is None or m.serial <= high))
        low = max((*least, *(() if low is None else (low,))), default=None)
    if low is None or high is None or not ranges:
        return _whole_lots(window, lots)
    if high <= low:
        return Suspect(first=low + 1, last=high, exact=low_exact and high_exact)
    units = _joined(
        unit
        for row in _reaching(ranges, low + 1)
        for unit in split_window(((row.lot, row.first, row.last),), low + 1, high, product=row.product)
    )
    covered = sum((u.quantity for u in units), Decimal(0))
    exact = low_exact and high_exact and covered == high - low and low + 1 >= ranges[0].first
    return Suspect(units=units, first=low + 1, last=high, exact=exact)


def _reaching(ranges: Sequence[LotRange], first: int) -> Sequence[LotRange]:
    """The ranges, the oldest reaching back to `first`: units of a lot that nobody counted are held under that one."""
    return [replace(ranges[0], first=min(first, ranges[0].first)), *ranges[1:]]


def rising(marks: Iterable[Mark]) -> list[Mark]:
    """The marks by time without those that step back: a counter that restarted proves nothing about older units."""
    kept: list[Mark] = []
    for mark in sorted(marks, key=lambda m: (m.at, m.serial)):
        while kept and kept[-1].serial > mark.serial:
            kept.pop()
        kept.append(mark)
    return kept


def _bound(marks: Sequence[Mark], at: datetime, *, up: bool) -> tuple[int | None, bool]:
    """(serial, exact) at an instant, grown outward where it is not known; None without a mark on the safe side."""
    before = next((m for m in reversed(marks) if m.at <= at), None)
    after = next((m for m in marks if m.at >= at), None)
    exact = [m.serial for m in marks if m.at == at]
    if exact:
        return (max(exact) if up else min(exact)), True
    if before is not None and after is not None:
        if before.serial == after.serial:
            return before.serial, True
        if after.at - before.at <= FINE_GAP:
            part = (at - before.at) / (after.at - before.at) * (after.serial - before.serial)
            return before.serial + (-int(-part // 1) if up else int(part)), True
    safe = after if up else before
    if safe is None and up and before is not None:
        return before.serial, at - before.at <= FINE_GAP
    return (None, False) if safe is None else (safe.serial, False)


def _whole_lots(window: Window, lots: Iterable[LotCount]) -> Suspect:
    """The lots that ran in the window, without unit numbers: also what is still to be made of them."""
    quantities: dict[str, Decimal] = {}
    for row in lots:
        if row.from_at <= window.to_at and row.to_at >= window.from_at:
            quantities[row.lot] = quantities.get(row.lot, Decimal(0)) + row.good + row.scrap
    return Suspect(units=tuple(HeldUnits(lot=lot, quantity=q) for lot, q in quantities.items()), exact=False)


def _joined(units: Iterable[HeldUnits]) -> tuple[HeldUnits, ...]:
    """Neighbouring ranges of one lot as one."""
    rows: list[HeldUnits] = []
    for unit in units:
        last = rows[-1] if rows else None
        if last is not None and last.lot == unit.lot and last.last is not None and unit.first == last.last + 1:
            rows[-1] = replace(last, last=unit.last, quantity=last.quantity + unit.quantity)
        else:
            rows.append(unit)
    return tuple(rows)
