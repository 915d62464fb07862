"""Line units made per order and lot, from counters that only ever say a total, and may jump. Pure.

Good units are what the line's output machine processed less what it rejected (PackML's ProdProcessedCount counts
both); scrap is counted where it is rejected, serials at the feed machine, where a lot ends with its last unit while the
output machine still works on it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.acquisition.detectors.base import instant
from app.acquisition.machine import MachineNow
from app.domain.commands import RecordCount
from app.domain.plant import Line, Signal, Tag

LARGEST_STEP = 100_000.0
"""Machine units a counter may grow between two samples; a larger step is a new counter, not production."""


class Counter:
    """The growth of one total. A total that falls was reset: it counts from 0 again."""

    def __init__(self, total: float = math.nan) -> None:
        self.total = total
        self.grown = 0.0

    def take(self, total: float) -> None:
        """A new total."""
        step = total - self.total
        if step < 0:
            step = total
        if 0 < step <= LARGEST_STEP:
            self.grown += step
        self.total = total

    def drain(self) -> float:
        """What it grew by since the last drain."""
        grown, self.grown = self.grown, 0.0
        return grown


class LineCounts:
    """One line's production. `sample` after MachineNow has it; `record` gives what is to be journaled.

    `last_total` is the output machine's total when it was last journaled: what it made while nobody looked is counted
    with the first record, which says `gap`.
    """

    def __init__(
        self, line: Line, machines: Mapping[str, MachineNow], period_s: float, last_total: float = math.nan
    ) -> None:
        self._line = line
        self._machines = machines
        self._period_s = period_s
        self._made = Counter(last_total)
        self._unseen = not math.isnan(last_total)
        self._recorded = None if math.isnan(last_total) else last_total
        self._scrap: dict[str, Counter] = {m: Counter() for m in line.machines}
        self._order = self._lot = self._feed_lot = ""
        self._lot_ends: dict[str, int] = {}
        self._since_s = 0.0

    def sample(self, tag: Tag, value: float, now_s: float) -> Iterator[RecordCount]:
        """Follow the counters; a change of order or lot records what the one before made."""
        output = tag.machine == self._line.output
        if tag.machine == self._line.feed and tag.signal is Signal.LOT:
            self._follow_feed()
        if tag.signal is Signal.REJECTED:
            self._scrap[tag.machine].take(value)
        elif output and tag.signal is Signal.PRODUCED:
            self._made.take(value)
        elif output and tag.signal in (Signal.ORDER, Signal.LOT):
            now = self._machines[self._line.output]
            order, lot = now.text(Signal.ORDER), now.text(Signal.LOT)
            if (order, lot) != (self._order, self._lot):
                yield from self.record(now_s)
                if lot != self._lot:
                    self._lot_ends.pop(self._lot, None)
                self._order, self._lot = order, lot

    def _follow_feed(self) -> None:
        """A new lot at the feed: the one before ends with the unit made last."""
        feed = self._machines[self._line.feed]
        lot, serial = feed.text(Signal.LOT), feed.number(Signal.UNIT_SERIAL)
        if lot != self._feed_lot and self._feed_lot and not math.isnan(serial):
            self._lot_ends[self._feed_lot] = int(serial)
        self._feed_lot = lot

    def _serial(self) -> int | None:
        """The last unit of the lot that the output machine works on, as far as the feed has made it."""
        serial = self._machines[self._line.feed].number(Signal.UNIT_SERIAL)
        known = None if math.isnan(serial) else int(serial)
        return self._lot_ends.get(self._lot, known)

    def tick(self, now_s: float) -> Iterator[RecordCount]:
        """Record once per period."""
        if now_s - self._since_s >= self._period_s:
            yield from self.record(now_s)

    def record(self, now_s: float) -> Iterator[RecordCount]:
        """What was made since the last record, if there was an order to make it for."""
        since, self._since_s = self._since_s or now_s, now_s
        if not self._order:
            return
        rejected = {machine: self._units(machine, counter.drain()) for machine, counter in self._scrap.items()}
        processed = self._units(self._line.output, self._made.drain())
        scrap, good = sum(rejected.values()), max(0.0, processed - rejected[self._line.output])
        if good == 0 and scrap == 0:
            return
        yield RecordCount(
            order=self._order,
            line=self._line.id,
            machine=self._line.output,
            lot=self._lot,
            good=Decimal(round(good)),
            scrap=Decimal(round(scrap)),
            counter=self._made.total if math.isfinite(self._made.total) else 0.0,
            from_at=instant(since),
            to_at=instant(now_s),
            serial=self._serial(),
            gap=self._unseen,
            counter_from=self._recorded,
        )
        self._unseen, self._recorded = False, self._made.total

    def _units(self, machine: str, machine_units: float) -> float:
        """Machine units as line units."""
        return machine_units * self._machines[machine].machine.bundle
