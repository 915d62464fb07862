"""Reads a spool on from a place, in the order in which it was written, while another process writes and seals it.

Owns what a place is, and what becomes of it when its file is sealed or evicted. Reads only; one thread at a time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from app.acquisition.history import frames
from app.acquisition.history.folder import LOG, Listing, evicted, file_of, listing
from app.acquisition.history.rows import NO_ROWS, US, Rows, joined
from app.acquisition.history.segment import Segment, UnreadableSegmentError, opened

PART = 1 << 20
"""Bytes of a log that are looked at together."""
KEEPS_OPEN = os.name == "posix"
"""A log that was open can be read to its end after it was sealed; Windows would not let it be removed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where in a spool: a numbered file, and bytes of a log or, less than 0, how many tags of a segment are behind."""

    file: int
    at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Rows that follow a place, up to `end`; `ids` are the tags that `rows.places` number.

    What was spooled before `since_s` came before them, everything spooled until `until_s` up to here (station's
    clock). `sealed`: from a segment, some of which may have come before. `lost`: a file that was not read is gone.
    """

    rows: Rows
    ids: Sequence[str]
    end: Place
    since_s: float
    until_s: float
    sealed: bool = False
    lost: bool = False


class Tail:
    """The spool in `folder`. Raises OSError where it can't be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: tuple[int, BinaryIO] | None = None

    @property
    def evicted_until_s(self) -> float | None:
        """What was spooled until then had to go; None: nothing had."""
        found = evicted(self._folder)
        return found.until_s if found else None

    def first(self) -> Place | None:
        """Where the spool begins; None where there is none."""
        return self.since(float("-inf"))

    def since(self, at_s: float) -> Place | None:
        """Where what was spooled from an instant on begins, or a segment that has some of it. None: no spool."""
        found = listing(self._folder)
        numbers = _numbers(found)
        for number in numbers:
            path = found.segments.get(number)
            if path is not None and (number == numbers[-1] or _written_s(path) >= at_s):
                return Place(file=number)
            if path is None:
                at, found_some = self._log_since(number, at_s)
                if found_some or number == numbers[-1]:
                    return Place(file=number, at=at)
        return None

    def read(self, place: Place, most: int) -> Piece | None:
        """What follows, `most` rows or a little more; None where nothing was written yet."""
        found = listing(self._folder)
        later = [number for number in _numbers(found) if number > place.file]
        if self._has_log(place.file, found):
            piece = self._of_log(place, most)
            if piece is not None or not later:
                return piece
        elif place.file in found.segments:
            piece = self._of_segment(place, found, most)
            if piece is not None:
                return piece
        elif not later:  # the spool was removed, and began anew
            first = self.first()
            return None if first is None or first == place else _moved(first, 0.0, lost=True)
        else:
            return _moved(Place(file=later[0]), self._began_s(later[0], found), lost=True)
        return _moved(Place(file=later[0]), 0.0) if later else None

    def close(self) -> None:
        """Let go of the files."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    # --- logs ---------------------------------------------------------------------------------------------------------

    def _has_log(self, number: int, found: Listing) -> bool:
        """Whether the log can be read: it is open, or there and not sealed."""
        if self._open is not None and self._open[0] == number:
            return True
        if number not in found.logs:
            return False
        try:
            file = found.logs[number].open("rb")
        except FileNotFoundError:  # sealed since we looked
            return False
        self.close()
        self._open = number, file
        return True

    def _of_log(self, place: Place, most: int) -> Piece | None:
        assert self._open is not None
        file, at = self._open[1], max(place.at, 0)
        known = _head(file)
        if known is None:
            return None
        ids, begin = known
        at = max(at, begin)
        found, count = [], 0
        for frame in _frames_from(file, at):
            found.append(frame)
            count += len(frame.rows)
            if count >= most:
                break
        if not KEEPS_OPEN:
            self.close()
        if not found:
            return None
        rows = joined([frame.rows for frame in found if len(frame.rows)])
        end = Place(file=place.file, at=at + found[-1].end)
        return Piece(rows=rows, ids=ids, end=end, since_s=found[0].written_us / US, until_s=found[-1].written_us / US)

    def _log_since(self, number: int, at_s: float) -> tuple[int, bool]:
        """Where in a log the frames begin that were written then or later, and whether there are any."""
        end = 0
        try:
            with file_of(self._folder, number, LOG).open("rb") as file:
                known = _head(file)
                if known is None:
                    return 0, False
                end = known[1]
                for frame in _frames_from(file, known[1]):
                    if frame.written_us >= at_s * US:
                        return end, True
                    end = known[1] + frame.end
        except FileNotFoundError:
            return 0, True
        return end, False

    # --- segments -----------------------------------------------------------------------------------------------------

    def _of_segment(self, place: Place, found: Listing, most: int) -> Piece | None:
        """The next tags of a segment; None behind the last. One that was a log before is read from its begin."""
        try:
            segment = opened(found.segments[place.file])
            ids = _ids_of(segment)
            done, count = max(0, -place.at), 0
            if done >= len(ids):
                return None
            parts = []
            while done < len(ids) and count < most:
                block = segment.block(ids[done])
                done += 1
                if block is not None:
                    parts.append(block.rows(np.arange(len(block.chunks))))
                    count += len(parts[-1])
        except UnreadableSegmentError:
            return None
        since_s = self._began_s(place.file, found)
        until_s = segment.written_us / US if done == len(ids) else since_s
        end = Place(file=place.file, at=-done)
        return Piece(rows=joined(parts), ids=ids, end=end, since_s=since_s, until_s=until_s, sealed=True)

    def _began_s(self, number: int, found: Listing) -> float:
        """When a file was begun: when the one before ended, else its first time."""
        before = found.segments.get(number - 1)
        if before is not None:
            return _written_s(before)
        path = found.segments.get(number)
        try:
            return opened(path).first_us / US if path is not None else 0.0
        except (OSError, UnreadableSegmentError):
            return 0.0


def _moved(end: Place, since_s: float, *, lost: bool = False) -> Piece:
    """No rows, but another place."""
    return Piece(rows=NO_ROWS, ids=(), end=end, since_s=since_s, until_s=float("-inf"), lost=lost)


def _numbers(found: Listing) -> list[int]:
    return sorted([*found.segments, *found.logs])


def _ids_of(segment: Segment) -> tuple[str, ...]:
    return tuple(sorted(segment.places, key=segment.places.__getitem__))


def _written_s(path: Path) -> float:
    """When a segment's last row was written; never where it can't be read."""
    try:
        return opened(path).written_us / US
    except (OSError, UnreadableSegmentError):
        return float("-inf")


def _head(file: BinaryIO) -> tuple[tuple[str, ...], int] | None:
    """A log's ids and where its frames begin; None where its head is not whole."""
    file.seek(0)
    data = file.read(PART)
    known = frames.read_head(data)
    return known if known is not None or len(data) < PART else frames.read_head(data + file.read())


def _frames_from(file: BinaryIO, begin: int) -> Iterator[frames.Frame]:
    """The whole frames of a log from a byte on, read part by part; their ends count from `begin`."""
    at, size = begin, PART
    while True:
        file.seek(at)
        data = file.read(size)
        end = 0
        for frame in frames.frames(data):
            end = frame.end
            yield replace(frame, end=at - begin + end)
        if end:
            at, size = at + end, PART
        elif len(data) < size:
            return
        else:
            size *= 4
