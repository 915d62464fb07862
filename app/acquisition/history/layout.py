"""How a sealed segment lies in its file: payload, chunk table, directory, ids, trailer. Little-endian, fixed widths.

Owns the types both sides share. A tag's rows are one block of CHUNK-row chunks, sorted by time; every chunk and every
block has its minimum, maximum and last value beside it, which is the roll-up that a picture is drawn from.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

CHUNK = 256
"""Rows of one chunk: what must be read where a column of the picture ends inside it."""

SUMMARY = [("first_us", "<i8"), ("last_us", "<i8"), ("low", "<f8"), ("high", "<f8"), ("last", "<f8")]
"""Of a chunk or a block: its time span, the least, greatest and last value that may be drawn (NaN: none)."""
CHUNK_ROW = np.dtype([*SUMMARY, ("crc", "<u4")])
BLOCK_ROW = np.dtype(
    [
        *SUMMARY,
        ("place", "<u4"),
        ("rows", "<u4"),
        ("payload", "<u8"),
        ("chunk", "<u4"),
        ("crc", "<u4"),
        ("time_code", "u1"),
        ("value_code", "u1"),
        ("quality", "u1"),
    ]
)
"""A tag's block: where its payload and its first chunk row are, the CRC of its chunk rows, how it is packed."""

TIMES = (np.dtype("<u4"), np.dtype("<i8"))
"""A row's time is kept as µs behind its chunk's first."""
VALUES = (np.dtype("i1"), np.dtype("<i2"), np.dtype("<i4"), np.dtype("<f4"), np.dtype("<f8"))
"""A block's values are kept in the first type that gives every bit back; an integer's least value stands for NaN."""
MIXED = 255
"""In place of a block's one quality: the rows have a column of it."""

TRAILER = struct.Struct("<4sIIIQQQQqqqI")
"""Mark, blocks, chunks, length of ids, begins of payload, chunks, directory and ids, first and last time, written,

CRC of directory, ids and the trailer before it.
"""
TRAILER_MARK = b"LSS1"


def packed_type(time_code: int, value_code: int, quality: int, rows: int) -> np.dtype[np.void]:
    """A chunk of `rows` rows in the file."""
    columns: list[tuple[str, np.dtype[Any], tuple[int]]] = [
        ("times", TIMES[time_code], (rows,)),
        ("values", VALUES[value_code], (rows,)),
    ]
    if quality == MIXED:
        columns.append(("qualities", np.dtype("u1"), (rows,)))
    return np.dtype(columns)
