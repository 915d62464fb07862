"""Samples between the loop that takes them and the thread that writes them. Taking costs next to nothing.

Owns the order of rows, what is left out (tags without history, texts), where a tag's line breaks, and the bound of
memory while the disk does not take anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.rows import (
    EARLIEST_US,
    NO_ROWS,
    Places,
    Rows,
    Times,
    breaks,
    joined,
    micro,
    micros,
    shown,
)
from app.domain.plant import Tag
from app.domain.reading import Quality
from app.ports import Samples

MOST_WAITING = 1_000_000
"""Samples kept in memory at the most while the disk takes none; then the oldest go."""


def kept_tags(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """The tags that have a history: marked for it, and numbers."""
    return tuple(tag for tag in tags if tag.history and not tag.is_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """From `at_us` on (or their last row, if later) nothing is known of these tags. `heals`: `Found` may undo it."""

    places: Places
    at_us: int
    heals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """These tags are heard again; `kept`: nothing was missed meanwhile."""

    places: Places
    kept: bool


class Waiting:
    """`take`, `lost` and `found` belong to the loop, `gathered` to the one thread that writes."""

    def __init__(self, tags: Sequence[Tag], most_rows: int = MOST_WAITING) -> None:
        kept = kept_tags(tags)
        self.ids = tuple(tag.id for tag in kept)
        self._place = np.full(max((tag.index for tag in tags), default=-1) + 1, -1, np.int64)
        self._place[[tag.index for tag in kept]] = np.arange(len(kept))
        self._last_us = np.full(len(kept), EARLIEST_US, np.int64)
        self._known = np.zeros(len(kept), np.bool_)
        self._broken = np.zeros(len(kept), np.bool_)
        self._values = np.full(len(kept), np.nan)
        self._qualities = np.full(len(kept), Quality.NO_DATA, np.uint8)
        self._healing: list[Rows] = []
        self._most_rows = most_rows
        self._queue: deque[Samples | Lost | Found] = deque()
        self._taken = self.gathered_rows = self._told = 0
        self.dropped = 0

    def take(self, batch: Samples) -> None:
        """Keep a batch until it is written. Its arrays must not change any more."""
        self._queue.append(batch)
        self._taken += len(batch)
        while self._taken - self.gathered_rows - self.dropped > self._most_rows and self._queue:
            self._drop()

    def _drop(self) -> None:
        try:
            oldest = self._queue.popleft()
        except IndexError:  # the writing thread was quicker
            return
        if isinstance(oldest, Samples):
            self.dropped += len(oldest)

    def lost(self, tags: Sequence[int], at_s: float) -> None:
        """These board indices' values are not known from `at_s` on, until the next sample."""
        self._queue.append(Lost(places=self._places(tags), at_us=micro(at_s), heals=True))

    def found(self, tags: Sequence[int], *, kept: bool) -> None:
        """These board indices are heard again. `kept`: their lines go on where they were broken off since `lost`."""
        self._queue.append(Found(places=self._places(tags), kept=kept))

    def _places(self, tags: Sequence[int]) -> Places:
        places = self._place[np.array(tags, np.int64)]
        return places[places >= 0].astype(np.uint32)

    def resume(self, places: Places, last_us: NDArray[np.int64], until_us: int) -> None:
        """An earlier run left rows of these tags and was last heard at `until_us`: their lines break there."""
        self._last_us[places] = last_us
        self._known[places] = True
        self._queue.appendleft(Lost(places=places, at_us=until_us))

    def gathered(self) -> Rows:
        """Everything that waits, in order; it waits no longer."""
        dropped, items = self.dropped, [self._queue.popleft() for _ in range(len(self._queue))]
        parts = []
        if dropped > self._told:
            self._told, self._healing = dropped, []
            parts.append(self._breaks(Lost(places=np.arange(len(self.ids), dtype=np.uint32), at_us=EARLIEST_US)))
        for _, run in groupby(items, type):
            alike = list(run)
            parts += [self._breaks(item) for item in alike if isinstance(item, Lost)]
            parts += [self._healed(item) for item in alike if isinstance(item, Found)]
            parts.append(self._rows([item for item in alike if isinstance(item, Samples)]))
        return joined([part for part in parts if len(part)])

    def _rows(self, batches: Sequence[Samples]) -> Rows:
        if not batches:
            return joined([])
        self.gathered_rows += sum(map(len, batches))
        places = self._place[np.concatenate([batch.tags for batch in batches])]
        source_s = np.concatenate([batch.source_s for batch in batches])
        received_s = np.repeat([batch.received_s for batch in batches], [len(batch) for batch in batches])
        kept = np.flatnonzero(places >= 0)
        rows = Rows(
            places=places.astype(np.uint32),
            times_us=micros(np.where(np.isfinite(source_s), source_s, received_s)),
            values=np.concatenate([batch.values for batch in batches]),
            qualities=np.concatenate([batch.qualities for batch in batches]),
        ).chosen(kept)
        again = self._told_again(rows, micros(received_s[kept]))
        self._values[rows.places], self._qualities[rows.places] = rows.values, rows.qualities
        for part in (rows, again):
            np.maximum.at(self._last_us, part.places, part.times_us)
        self._known[rows.places[np.isfinite(shown(rows.values, rows.qualities))]] = True
        self._broken[rows.places] = False
        return joined([rows, again])

    def _told_again(self, rows: Rows, received_us: Times) -> Rows:
        """What is known again after a break by samples that are all older than it: the newest, when it was received.

        So comes back a value that did not change while its controller was lost. Samples that were fetched later go on
        behind the break by themselves.
        """
        after = np.flatnonzero(self._broken[rows.places])
        ordered = after[np.lexsort((rows.times_us[after], rows.places[after]))]
        newest = ordered[np.flatnonzero(np.diff(rows.places[ordered].astype(np.int64), append=-1))]
        told = newest[rows.times_us[newest] <= self._last_us[rows.places[newest]]]
        again = rows.chosen(told)
        return replace(again, times_us=np.maximum(received_us[told], self._last_us[again.places] + 1))

    def _breaks(self, lost: Lost) -> Rows:
        places = lost.places[self._known[lost.places]]
        times = np.maximum(self._last_us[places], lost.at_us)
        self._known[places], self._broken[places], self._last_us[places] = False, True, times
        if lost.heals and len(places):
            values, qualities = self._values[places], self._qualities[places]
            self._healing.append(Rows(places=places, times_us=times + 1, values=values, qualities=qualities))
        return breaks(places, times)

    def _healed(self, found: Found) -> Rows:
        """Where nothing was missed, every value goes on 1 µs behind the break: until what was fetched, or the next."""
        broken = joined(self._healing)
        ours = np.isin(broken.places, found.places)
        self._healing = [broken.chosen(np.flatnonzero(~ours))]
        if not found.kept:
            return NO_ROWS
        rows = broken.chosen(np.flatnonzero(ours))
        np.maximum.at(self._last_us, rows.places, rows.times_us)
        self._known[rows.places[np.isfinite(shown(rows.values, rows.qualities))]] = True
        self._broken[rows.places] = False
        return rows
