"""What the desk knows about suspect units: gathers counts, lots and machines for app.domain.suspect. No Qt.

Reads only; the arithmetic is the domain's. A stale count is no count.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

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

SHARE_OF_UNITS = "%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known about a machine's units, gathered once; windows are tried against it."""

    machine: Machine
    marks: tuple[Mark, ...]
    ranges: tuple[LotRange, ...]
    lots: tuple[LotCount, ...]
    checks: tuple[QualityCheck, ...]

    def within(self, window: Window) -> Suspect:
        """The units that the machine made within a window."""
        return suspect(window, self.marks, self.ranges, self.lots)


def evidence(desk: Desk, machine: Machine, since: datetime, case: ExceptionCase | None = None) -> Evidence:
    """What is known of a machine's units from about `since` on; `case` adds what its capsule froze."""
    progress = [row for row in all_progress(desk.view) if row.line == machine.line]
    samples = tuple(c for c in checks(desk.view) if c.machine == machine.id)
    lots = [lot for row in progress for lot in row.lots]
    marks = rising([
        *live_marks(desk, machine, since),
        *(capsule_marks(desk, machine, case) if case else ()),
        *check_marks(samples, machine.id),
        *(mark for row in progress if row.machine == machine.id for mark in lot_marks(row.lots)),
    ])  # fmt: skip
    products = {number: order.product for number, order in desk.reference.orders.items()}
    lot, product = running(desk, machine)
    return Evidence(
        machine=machine,
        marks=tuple(marks),
        ranges=tuple(grown(lot_ranges(progress, products), lot, product, marks[-1].serial if marks else 0)),
        lots=(*lots, *uncounted(progress, lot, desk.now())),
        checks=samples,
    )


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


def live_marks(desk: Desk, machine: Machine, since: datetime) -> tuple[Mark, ...]:
    """The machine's unit counter as the board remembers it, about one mark a second where it moved."""
    tag = desk.plant.tag(machine.id, Signal.UNIT_SERIAL)
    if tag is None:
        return ()
    seconds = (desk.now() - since + timedelta(minutes=1)).total_seconds()
    times, values = desk.values.recent(tag.index, seconds)
    good = np.isfinite(values)
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
    rows = [Station(machine=m.id, name=m.name, passed=fresh_count(desk, m, Signal.UNIT_SERIAL)) for m in members]
    bundles = dict(zip((m.id for m in members[1:]), (m.bundle for m in members), strict=False))
    waiting = {
        m.id: count * bundles.get(m.id, 1)
        for m in members[1:]
        if (count := fresh_count(desk, m, Signal.BUFFER)) is not None
    }
    return with_buffers(rows, waiting)


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
