"""Sends a station's spool to the plant's history: what nobody else sends, on from where it ended, gaps named.

Owns what goes into a parcel. Progress is kept with the samples by whoever takes them, so nothing is lost or sent twice
whenever this ends. Knows no database.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.rows import US, Rows, micro
from app.acquisition.history.tail import Piece, Place, Tail
from app.acquisition.history.waiting import kept_tags
from app.domain.plant import Tag
from app.domain.reading import Quality
from app.ports import HistoryProgress, Parcel, SharedHistory

MOST = 20_000
"""Rows of a parcel: a third of a second of the server's."""
OVERLAP_S = 60.0
"""Whoever goes on for another station begins so long before its end: their clocks differ."""
SPOOLED_S = 15.0
"""A running spool writes every 5 s; a longer silence is a gap."""
EVICTED = "The spool had no room: what was not sent had to go."
NOBODY = "No station had it."


class Uploader:
    """`round` as often as one likes, by one task. `until_s` says how far each controller's samples are sent."""

    def __init__(self, folder: Path, tags: Sequence[Tag], store: SharedHistory) -> None:
        self._tail = Tail(folder)
        self._store = store
        self._controller = {tag.id: tag.controller for tag in kept_tags(tags)}
        self._numbered: dict[tuple[str, ...], NDArray[np.int32]] = {}
        self._floor_s: dict[str, float] = {}
        self.until_s: dict[str, float | None] = {}
        self.gaps = self.sent = 0

    @property
    def controllers(self) -> tuple[str, ...]:
        """Those with tags whose history is kept."""
        return tuple(dict.fromkeys(self._controller.values()))

    async def round(self, controllers: Sequence[str], silent_s: Mapping[str, float] = {}) -> bool:
        """Send what follows of those that are ours to send; whether there was anything.

        `silent_s`: since when those are not heard here that aren't. Raises SharedDownError and SharedRefusedError: the
        last parcel was taken whole or not at all.
        """
        taken = await self._store.take(controllers)
        self.until_s = {progress.controller: progress.written_s for progress in taken}
        moved = False
        for _, group in groupby(sorted(taken, key=_order), key=_order):
            moved = await self._send(list(group), silent_s) or moved
        return moved

    async def leave(self, controllers: Sequence[str]) -> None:
        """Let other stations send these."""
        if controllers:
            await self._store.leave(controllers)
        self.until_s = {name: end for name, end in self.until_s.items() if name not in controllers}

    def close(self) -> None:
        """Let go of the files."""
        self._tail.close()

    async def _send(self, group: Sequence[HistoryProgress], silent_s: Mapping[str, float]) -> bool:
        """One parcel of controllers that are at the same place."""
        first = group[0]
        place = await asyncio.to_thread(self._begin, group)
        piece = None if place is None else await asyncio.to_thread(self._tail.read, place, MOST)
        if piece is None:
            return False
        await self._name_gaps(group, piece)
        numbers = await self._numbers(piece.ids)
        names = [progress.controller for progress in group]
        ends = [min(piece.until_s, silent_s.get(name, math.inf)) for name in names]
        written_s = tuple(end if math.isfinite(end) else None for end in ends)
        parcel = await asyncio.to_thread(self._parcel, piece, names, numbers, (first.file, first.at), written_s)
        self.sent += await self._store.keep(parcel)
        self.until_s |= {name: end for name, end in zip(names, written_s, strict=True) if end is not None}
        return True

    def forget(self) -> None:
        """Something went wrong there: believe nothing of what it said before."""
        self._numbered.clear()
        self.until_s = {}

    def _begin(self, group: Sequence[HistoryProgress]) -> Place | None:
        """Where to go on; after another station a little before its end."""
        first = group[0]
        if first.file is not None:
            return Place(file=first.file, at=first.at)
        for progress in group:
            if progress.source_s is not None:
                self._floor_s[progress.controller] = progress.source_s
        ends = [progress.written_s for progress in group]
        return self._tail.since(min(-math.inf if end is None else end for end in ends) - OVERLAP_S)

    async def _name_gaps(self, group: Sequence[HistoryProgress], piece: Piece) -> None:
        """Say what is missing between what was sent and what comes now."""
        evicted_s = self._tail.evicted_until_s if piece.lost else None
        for progress in group:
            end_s = progress.written_s
            if end_s is None or not (piece.lost or progress.file is None):
                continue
            next_s = evicted_s or piece.since_s
            if next_s > end_s + SPOOLED_S:
                await self._store.lose(progress.controller, end_s, next_s, EVICTED if piece.lost else NOBODY)
                self.gaps += 1

    async def _numbers(self, ids: Sequence[str]) -> NDArray[np.int32]:
        """The plant's numbers of a file's tags; -1 for one that the plant file no longer has."""
        known = self._numbered.get(tuple(ids))
        if known is None:
            ours = [tag_id for tag_id in ids if tag_id in self._controller]
            numbers = await self._store.numbers(ours, [self._controller[tag_id] for tag_id in ours]) if ours else ()
            found: Mapping[str, int] = dict(zip(ours, numbers, strict=True))
            known = self._numbered[tuple(ids)] = np.array([found.get(tag_id, -1) for tag_id in ids], np.int32)
        return known

    def _parcel(
        self,
        piece: Piece,
        names: Sequence[str],
        numbers: NDArray[np.int32],
        before: tuple[int | None, int],
        written_s: tuple[float | None, ...],
    ) -> Parcel:
        owners = np.array([_index(names, self._controller.get(tag_id)) for tag_id in piece.ids], np.int64)
        rows = piece.rows
        if len(rows):
            rows = rows.chosen(np.flatnonzero((owners[rows.places] >= 0) & (numbers[rows.places] >= 0)))
            rows = rows.chosen(np.flatnonzero(self._wanted(rows, owners, names, piece.sealed)))
        rows = unique(rows)
        whose = owners[rows.places] if len(rows) else np.empty(0, np.int64)
        latest = [int(rows.times_us[whose == n].max()) if bool((whose == n).any()) else None for n in range(len(names))]
        return Parcel(
            controllers=tuple(names),
            sources_us=tuple(latest),
            before=before,
            after=(piece.end.file, piece.end.at),
            written_s=written_s,
            tags=numbers[rows.places] if len(rows) else np.empty(0, np.int32),
            times_us=rows.times_us,
            values=rows.values,
            qualities=rows.qualities.astype(np.int16),
        )

    def _wanted(self, rows: Rows, owners: NDArray[np.int64], names: Sequence[str], sealed: bool) -> NDArray[np.bool_]:
        """What another station before us did not send: no break from when it was still heard, nothing much older."""
        floors = np.array([micro(self._floor_s.get(name, -math.inf)) for name in names], np.int64)[owners[rows.places]]
        lost = rows.qualities == Quality.LOST
        wanted: NDArray[np.bool_] = ~(lost & (rows.times_us <= floors))
        if sealed:
            wanted &= rows.times_us > floors - round(OVERLAP_S * US)
        return wanted


def unique(rows: Rows) -> Rows:
    """One row for each instant of a tag, by tag and time. A break stands 1 µs behind its instant.

    Of several the last one counts, and a value more than a break: its line goes on there.
    """
    lost = rows.qualities == Quality.LOST
    times = rows.times_us + lost
    order = np.lexsort((np.arange(len(rows)), ~lost, times, rows.places))
    places, ordered = rows.places[order], times[order]
    final = np.ones(len(rows), np.bool_)
    final[:-1] = (places[1:] != places[:-1]) | (ordered[1:] != ordered[:-1])
    chosen = order[final]
    return Rows(
        places=rows.places[chosen],
        times_us=times[chosen],
        values=rows.values[chosen],
        qualities=rows.qualities[chosen],
    )


def _order(progress: HistoryProgress) -> tuple[bool, int, int, float]:
    """What tells where a controller goes on."""
    taken_over = progress.file is None
    return taken_over, progress.file or 0, progress.at, (progress.written_s or -math.inf) if taken_over else 0.0


def _index(names: Sequence[str], name: str | None) -> int:
    return names.index(name) if name in names else -1
