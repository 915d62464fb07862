"""Reading a sealed segment: its trailer and directory once, a tag's block when it is asked for. Mapped, never changed.

What is rotten is left out and counted, never given as a value. A mapping lives as long as the answer that uses it.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.layout import (
    BLOCK_ROW,
    CHUNK,
    CHUNK_ROW,
    MIXED,
    TRAILER,
    TRAILER_MARK,
    packed_type,
)
from app.acquisition.history.packing import unpacked
from app.acquisition.history.rows import NO_ROWS, Rows, joined

Picks = NDArray[np.intp]

CAN_ADVISE = hasattr(mmap, "MADV_WILLNEED")


class UnreadableSegmentError(Exception):
    """The file is no whole segment."""


@lru_cache(maxsize=8)
def _places(names: bytes) -> Mapping[str, int]:
    """Tag id → place; segments of one plant file have the same names and share this."""
    return {name: place for place, name in enumerate(json.loads(names))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What is known of a segment without its payload. Times are µs; `written_us` by the station's clock."""

    path: Path
    size: int
    blocks: int
    chunks_at: int
    blocks_at: int
    places: Mapping[str, int]
    first_us: int
    last_us: int
    written_us: int

    def block(self, tag_id: str) -> Block | None:
        """A tag's block, None if it has none here. Raises OSError where the file is gone, UnreadableSegmentError."""
        place = self.places.get(tag_id)
        if place is None:
            return None
        data = mapped(self.path)
        will_read(data, self.blocks_at, self.blocks_at + self.blocks * BLOCK_ROW.itemsize)
        directory = np.frombuffer(data, BLOCK_ROW, self.blocks, self.blocks_at)
        at = int(np.searchsorted(directory["place"], place))
        if at == self.blocks or int(directory["place"][at]) != place:
            return None
        return Block(data, directory[at], self.chunks_at)


def opened(path: Path) -> Segment:
    """A segment by its file. Raises OSError, or UnreadableSegmentError where it is not whole."""
    data = mapped(path)
    if len(data) < TRAILER.size:
        raise UnreadableSegmentError(f"{path.name} is too short")
    trailer = data[-TRAILER.size :]
    mark, blocks, _, length, _, chunks_at, blocks_at, names_at, first_us, last_us, written_us, crc = TRAILER.unpack(
        trailer
    )
    checked = data[blocks_at : names_at + length] + trailer[:-4]
    if mark != TRAILER_MARK or zlib.crc32(checked) != crc:
        raise UnreadableSegmentError(f"{path.name} is damaged")
    return Segment(
        path=path,
        size=len(data),
        blocks=blocks,
        chunks_at=chunks_at,
        blocks_at=blocks_at,
        places=_places(data[names_at : names_at + length]),
        first_us=first_us,
        last_us=last_us,
        written_us=written_us,
    )


def mapped(path: Path) -> mmap.mmap:
    """The file in memory, read only. Raises OSError, UnreadableSegmentError where it is empty.

    The system shall not read ahead by itself: what is wanted lies scattered, and `will_read` names it.
    """
    with path.open("rb") as file:
        try:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError as error:
            raise UnreadableSegmentError(f"{path.name} is empty") from error
    if CAN_ADVISE:
        data.madvise(mmap.MADV_RANDOM)
    return data


def will_read(data: mmap.mmap, begin: int, end: int) -> None:
    """Let the system bring these bytes in side by side with others, instead of one by one when they are looked at."""
    if CAN_ADVISE and begin < end:
        aligned = begin // mmap.PAGESIZE * mmap.PAGESIZE
        with contextlib.suppress(OSError):
            data.madvise(mmap.MADV_WILLNEED, aligned, min(end, len(data)) - aligned)


class Block:
    """One tag's rows of one segment. `chunks` is its roll-up (CHUNK_ROW); `rotten` counts chunks that were left out."""

    def __init__(self, data: mmap.mmap, row: np.void, chunks_at: int) -> None:
        self._data = data
        self._codes = int(row["time_code"]), int(row["value_code"]), int(row["quality"])
        self._step = packed_type(*self._codes, CHUNK).itemsize
        self._place, self.count = int(row["place"]), int(row["rows"])
        self._payload_at = int(row["payload"])
        self.first_us, self.last_us = int(row["first_us"]), int(row["last_us"])
        self.low, self.high, self.last = float(row["low"]), float(row["high"]), float(row["last"])
        number, first = -(-self.count // CHUNK), int(row["chunk"])
        table_at = chunks_at + first * CHUNK_ROW.itemsize
        will_read(data, table_at, table_at + number * CHUNK_ROW.itemsize)
        self.chunks = np.frombuffer(data, CHUNK_ROW, number, table_at)
        self.rotten = 0
        if zlib.crc32(self.chunks.tobytes()) != int(row["crc"]):
            raise UnreadableSegmentError("a roll-up is damaged")

    def fetch(self, picks: Picks) -> None:
        """Tell the system which chunks will be read, so that it reads them side by side and not one by one."""
        for first, last in _stretches(picks):
            will_read(self._data, self._payload_at + first * self._step, self._payload_at + (last + 1) * self._step)

    def rows(self, picks: Picks) -> Rows:
        """The rows of some chunks (ascending), by time."""
        whole = picks[self._are_whole(picks)]
        full, rest = divmod(self.count, CHUNK)
        parts = [self._rows(whole[whole < full], CHUNK)]
        if rest and len(whole) and whole[-1] == full:
            parts.append(self._rows(whole[-1:], rest))
        return joined([part for part in parts if len(part)])

    def _are_whole(self, picks: Picks) -> NDArray[np.bool_]:
        """Which chunks are as they were written; the others are counted."""
        step, seen = self._step, memoryview(self._data)
        begins = (self._payload_at + picks * step).tolist()
        final = self._payload_at + self.count * (step // CHUNK)
        found = [zlib.crc32(seen[begin : min(begin + step, final)]) for begin in begins]
        whole: NDArray[np.bool_] = self.chunks["crc"][picks] == np.array(found, np.uint32)
        self.rotten += len(picks) - int(whole.sum())
        return whole

    def _rows(self, picks: Picks, length: int) -> Rows:
        """The rows of chunks that have `length` rows each."""
        if not len(picks):
            return NO_ROWS
        kind = packed_type(*self._codes, length)
        if length == CHUNK:
            chunks = np.frombuffer(self._data, kind, self.count // CHUNK, self._payload_at)[picks]
        else:
            at = self._payload_at + int(picks[0]) * self._step
            chunks = np.frombuffer(self._data, kind, 1, at)
        times = chunks["times"].astype(np.int64) + self.chunks["first_us"][picks][:, np.newaxis]
        values = unpacked(chunks["values"]).reshape(-1)
        quality = self._codes[2]
        return Rows(
            places=np.full(values.size, self._place, np.uint32),
            times_us=times.reshape(-1),
            values=values,
            qualities=chunks["qualities"].reshape(-1) if quality == MIXED else np.full(values.size, quality, np.uint8),
        )


def _stretches(picks: Picks) -> list[tuple[int, int]]:
    """Ascending numbers as (first, last) of each unbroken stretch."""
    if not len(picks):
        return []
    ends = np.flatnonzero(np.diff(picks) > 1)
    firsts, lasts = picks[np.append(0, ends + 1)], picks[np.append(ends, len(picks) - 1)]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
