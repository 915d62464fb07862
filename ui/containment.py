"""What the desk knows about suspect units: gathers counts, lots and machines for app.domain.suspect. No Qt.

Reads only; the arithmetic is the domain's. A stale count is no count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.case import ExceptionCase
from app.domain.plant import Machine, Signal, Tag
from app.domain.suspect import (
    LotRange,
    Mark,
    Suspect,
    Window,
    check_marks,
    grown,
    last_good,
    lot_marks,
    lot_ranges,
    rising,
    suspect,
    window_of,
)
from app.domain.text import safe
from app.domain.whereabouts import Station, with_buffers
from app.domain.work import LotCount, OrderProgress, QualityCheck
from app.readmodel.model import all_progress, checks
from ui.desk import Desk

LOOK_BACK = timedelta(minutes=30)
"""How far a window reaches back when neither a good check nor a lot's start bounds it."""

LOOK_BACK_S = 7200.0
"""How far back counters are compared, s."""

SHARE_OF_UNITS = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known about a machine's units, gathered once; windows are tried against it."""

    machine: Machine
    marks: tuple[Mark, ...]
    floor: tuple[Mark, ...]
    ranges: tuple[LotRange, ...]
    lots: tuple[LotCount, ...]
    checks: tuple[QualityCheck, ...]

    def within(self, window: Window) -> Suspect:
        """The units that the machine made within a window."""
        return suspect(window, self.marks, self.ranges, self.lots, self.floor)


NEAR_S = 90.0
"""Counts this near to a window's end decide it."""


def evidence(
    desk: Desk,
    machine: Machine,
    since: datetime,
    case: ExceptionCase | None = None,
    near: Sequence[datetime] = (),
) -> Evidence:
    """What is known of a machine's units from about `since` on; `case` adds what its capsule froze.

    With `near` only the counts about these instants are gathered: for one window that will not be moved.
    """
    progress = [row for row in all_progress(desk.view) if row.line == machine.line]
    samples = tuple(c for c in checks(desk.view) if c.machine == machine.id)
    lots = [lot for row in progress for lot in row.lots]
    numbered = has_feed_numbers(desk, machine)
    marks = rising([
        *live_marks(desk, machine, since, near),
        *(capsule_marks(desk, machine, case) if case else ()),
        *check_marks(samples, machine.id),
    ]) if numbered else []  # fmt: skip
    at_feed = machine.id == desk.plant.lines[machine.line].feed
    products = {number: order.product for number, order in desk.reference.orders.items()}
    lot, product = running(desk, machine)
    return Evidence(
        machine=machine,
        marks=tuple(marks),
        floor=tuple(lot_marks(lots, at_feed=at_feed)) if numbered else (),
        ranges=tuple(grown(lot_ranges(progress, products), lot, product, marks[-1].serial if marks else 0)),
        lots=(*lots, *uncounted(progress, lot, desk.now())),
        checks=samples,
    )


def has_feed_numbers(desk: Desk, machine: Machine) -> bool:
    """Whether the machine numbers units as the feed does: not upstream of it, and not in bundles of them."""
    feed = desk.plant.machines[desk.plant.lines[machine.line].feed]
    return machine.position >= feed.position and machine.bundle == feed.bundle


def uncounted(progress: Iterable[OrderProgress], lot: str, now: datetime) -> tuple[LotCount, ...]:
    """The lot that the machine runs now, when nothing of it has been counted yet: its quantity is not known."""
    counted = [row for order in progress for row in order.lots]
    if not lot or any(row.lot == lot for row in counted):
        return ()
    start = max((row.to_at for row in counted), default=now - LOOK_BACK)
    none = OrderProgress(id="", version=0, line="").counted_good
    return (LotCount(lot=lot, good=none, scrap=none, first=None, last=None, from_at=start, to_at=now),)


def default_window(case: ExceptionCase, known: Evidence) -> Window:
    """From the last good check at the machine to the event."""
    good = last_good(known.checks, known.machine.id, case.happened_at)
    running_lots = [lot for lot in known.lots if lot.lot == case.lot] or known.lots
    return window_of(case.happened_at, good, running_lots, fallback=LOOK_BACK)


def live_marks(desk: Desk, machine: Machine, since: datetime, near: Sequence[datetime] = ()) -> tuple[Mark, ...]:
    """The machine's unit counter as the board remembers it, about one mark a second where it moved."""
    tag = desk.plant.tag(machine.id, Signal.UNIT_SERIAL)
    if tag is None:
        return ()
    seconds = (desk.now() - since + timedelta(minutes=1)).total_seconds()
    times, values = desk.values.recent(tag.index, seconds)
    good = np.isfinite(values)
    if near:
        good &= np.logical_or.reduce([np.abs(times - at.timestamp()) <= NEAR_S for at in near])
    times, values = times[good], values[good]
    if not len(values):
        return ()
    moved = np.concatenate(([True], np.diff(values) != 0))
    kept = moved | np.concatenate((moved[1:], [True]))
    return tuple(
        Mark(at=datetime.fromtimestamp(float(at), UTC), serial=int(serial))
        for at, serial in zip(times[kept], values[kept], strict=True)
    )


def capsule_marks(desk: Desk, machine: Machine, case: ExceptionCase) -> tuple[Mark, ...]:
    """The counts frozen with a case at its own machine."""
    tag, capsule = desk.plant.tag(machine.id, Signal.UNIT_SERIAL), case.capsule
    if capsule is None or tag is None or case.machine != machine.id:
        return ()
    marks = [
        Mark(at=capsule.at + timedelta(seconds=at_s), serial=int(value))
        for trace in capsule.traces
        if trace.tag == tag.id
        for at_s, value in zip(trace.at_s, trace.values, strict=True)
        if np.isfinite(value)
    ]
    frozen = capsule.counters.get(tag.id, capsule.counters.get(Signal.UNIT_SERIAL.value))
    if frozen is not None and np.isfinite(frozen):
        marks.append(Mark(at=capsule.at, serial=int(frozen)))
    return tuple(marks)


def running(desk: Desk, machine: Machine) -> tuple[str, str]:
    """(lot, product) that the machine runs now; empty where it does not say so freshly."""
    lot = fresh_text(desk, desk.plant.tag(machine.id, Signal.LOT))
    order = desk.reference.orders.get(fresh_text(desk, desk.plant.tag(machine.id, Signal.ORDER)))
    return lot, order.product if order else ""


def stations(desk: Desk, machine: Machine) -> tuple[Station, ...]:
    """The machine and those downstream of it, each with the last unit that left it, as far as known now."""
    line = desk.plant.lines[machine.line]
    members = [desk.plant.machines[m] for m in line.machines if desk.plant.machines[m].position >= machine.position]
    rows = [
        Station(
            machine=m.id,
            name=m.name,
            passed=fresh_count(desk, m, Signal.UNIT_SERIAL) if has_feed_numbers(desk, m) else None,
        )
        for m in members
    ]
    waits = {there.id: waiting(desk, here, there) for here, there in pairwise(members)}
    return with_buffers(rows, {name: count for name, count in waits.items() if count is not None})


def waiting(desk: Desk, here: Machine, there: Machine) -> int | None:
    """Line units between two machines: counted, else what one made more than the other took; None if not known.

    Totals start anywhere, so the least difference of the last hours counts as empty: a buffer that was never empty
    makes this too little, never too much.
    """
    counted = fresh_count(desk, there, Signal.BUFFER)
    if counted is not None:
        return counted * here.bundle
    signals = ((here, Signal.PRODUCED), (here, Signal.REJECTED), (there, Signal.CONSUMED))
    if any(fresh_count(desk, m, signal) is None for m, signal in signals):
        return None
    made, rejected, taken = (history(desk, m, signal) for m, signal in signals)
    whole = np.isfinite(made) & np.isfinite(rejected) & np.isfinite(taken)
    made, rejected, taken = made[whole], rejected[whole], taken[whole]
    if not _only_grew(made) or not _only_grew(taken):
        return None
    between = made - rejected - taken
    return int(between[-1] - between.min()) * here.bundle


def _only_grew(total: NDArray[np.float64]) -> bool:
    """Whether a counter moved, and never back."""
    return bool(total.size and total[-1] > total[0] and (np.diff(total) >= 0).all())


def history(desk: Desk, machine: Machine, signal: Signal) -> NDArray[np.float64]:
    """The last hours of a counter, one value a second."""
    tag = desk.plant.tag(machine.id, signal)
    return desk.values.recent(tag.index, LOOK_BACK_S)[1] if tag is not None else np.empty(0)


def fresh_count(desk: Desk, machine: Machine, signal: Signal) -> int | None:
    """A counter of a machine; None where it has none, is stale, bad, or counts a share instead of units."""
    tag = desk.plant.tag(machine.id, signal)
    if tag is None or tag.unit == SHARE_OF_UNITS:
        return None
    reading = desk.values.reading(tag.index)
    fresh = not reading.stale(desk.now().timestamp()) and np.isfinite(reading.number)
    return int(reading.number) if fresh else None


def fresh_text(desk: Desk, tag: Tag | None) -> str:
    """A text of a machine, made safe; empty where there is none or it is stale."""
    if tag is None:
        return ""
    reading = desk.values.reading(tag.index)
    if reading.stale(desk.now().timestamp()) or not isinstance(reading.value, str):
        return ""
    return safe(reading.value, 60)
