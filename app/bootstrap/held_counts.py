"""Counts of a station that has not the duty: kept until another station's cover them, sent if none does."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from app.bus import Bus
from app.domain.commands import RecordCount
from app.readmodel.model import last_count

MOST = 10_000
"""Counts kept, oldest dropped: days of them. The counters' totals cover what is dropped."""


class HeldCounts:
    """`put` each count; `due` gives what this station has to journal now."""

    def __init__(self, bus: Bus, dutiful: Callable[[], bool]) -> None:
        self._bus = bus
        self._dutiful = dutiful
        self._held: deque[RecordCount] = deque(maxlen=MOST)

    def put(self, count: RecordCount) -> None:
        """What the floor counted since the count before."""
        self._held.append(count)

    def due(self) -> Iterator[RecordCount]:
        """All of them with the duty; without it none, and those that another station covered are let go."""
        if self._dutiful():
            while self._held:
                yield self._held.popleft()
            return
        self._held = deque((count for count in self._held if not self._covered(count)), maxlen=MOST)

    def _covered(self, count: RecordCount) -> bool:
        last = last_count(self._bus.model, count.machine)
        return last is not None and last.counted_at is not None and last.counted_at >= count.to_at
