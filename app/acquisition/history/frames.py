"""The growing file: a head with its tags' ids, then frames of rows as they came, each with a CRC. Bytes only; no files.

Owns what is whole in it: a frame that a crash tore is told from one that is there, and so is where to go on writing.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.acquisition.history.rows import Rows

HEAD = struct.Struct("<4sII")
"""Mark, length of the ids as JSON, their CRC."""
HEAD_MARK = b"LSH1"
FRAME = struct.Struct("<4sIIIq")
"""Mark, CRC of all behind it, number of rows, reserved, when it was written (µs, this station's clock)."""
FRAME_MARK = b"LSF1"
CHECKED_FROM = 8
ROW_BYTES = 4 + 8 + 8 + 1
MOST_HEAD = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Rows that were written together. `end` is where the next frame begins."""

    rows: Rows
    written_us: int
    end: int


def head(ids: Sequence[str]) -> bytes:
    """The beginning of a growing file for these tags."""
    names = json.dumps(list(ids)).encode()
    return HEAD.pack(HEAD_MARK, len(names), zlib.crc32(names)) + names


def read_head(data: bytes) -> tuple[tuple[str, ...], int] | None:
    """(ids, where the frames begin), or None where the head is not whole."""
    if len(data) < HEAD.size:
        return None
    mark, length, crc = HEAD.unpack_from(data)
    names = data[HEAD.size : HEAD.size + length]
    if mark != HEAD_MARK or not 0 < length <= MOST_HEAD or len(names) < length or zlib.crc32(names) != crc:
        return None
    return tuple(json.loads(names)), HEAD.size + length


def frame(rows: Rows, written_us: int) -> bytes:
    """One frame as it goes to the file."""
    body = b"".join(
        (
            rows.times_us.astype("<i8", copy=False).tobytes(),
            rows.values.astype("<f8", copy=False).tobytes(),
            rows.places.astype("<u4", copy=False).tobytes(),
            rows.qualities.tobytes(),
        )
    )
    bare = FRAME.pack(FRAME_MARK, 0, len(rows), 0, written_us)
    crc = zlib.crc32(body, zlib.crc32(bare[CHECKED_FROM:]))
    return FRAME.pack(FRAME_MARK, crc, len(rows), 0, written_us) + body


def frames(data: bytes, begin: int = 0) -> Iterator[Frame]:
    """The whole frames from `begin`. A rotten one between whole ones is left out; a torn end is not given."""
    at, seen = begin, memoryview(data)
    while at + FRAME.size <= len(data):
        mark, crc, count, _, written_us = FRAME.unpack_from(data, at)
        end = at + FRAME.size + count * ROW_BYTES
        if mark != FRAME_MARK or end > len(data):
            return
        if zlib.crc32(seen[at + CHECKED_FROM : end]) == crc:
            yield Frame(rows=_rows(data, at + FRAME.size, count), written_us=written_us, end=end)
        at = end


def _rows(data: bytes, at: int, count: int) -> Rows:
    times = np.frombuffer(data, "<i8", count, at)
    values = np.frombuffer(data, "<f8", count, at + 8 * count)
    places = np.frombuffer(data, "<u4", count, at + 16 * count)
    return Rows(
        places=places, times_us=times, values=values, qualities=np.frombuffer(data, "u1", count, at + 20 * count)
    )
