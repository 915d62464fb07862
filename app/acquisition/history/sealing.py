"""From rows as they came to a sealed segment: sorted by tag and time, packed, rolled up. Arithmetic in; bytes out.

All steps but the last loop run over whole columns, so that other threads of the process go on meanwhile.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.layout import (
    BLOCK_ROW,
    CHUNK,
    CHUNK_ROW,
    MIXED,
    TIMES,
    TRAILER,
    TRAILER_MARK,
    VALUES,
    packed_type,
)
from app.acquisition.history.packing import fits, packed
from app.acquisition.history.rows import Rows, shown

Table = NDArray[np.void]
Starts = NDArray[np.int64]

WIDEST_SPAN_US = 2**32 - 1


def sealed(rows: Rows, ids: Sequence[str], written_us: int) -> Iterator[bytes]:
    """The segment's file in parts. `rows` must not be empty; `written_us` is when the last of them was written."""
    rows = rows.chosen(np.lexsort((rows.times_us, rows.places)))
    begins = np.flatnonzero(np.diff(rows.places, prepend=-1)).astype(np.int64)
    counts = np.diff(begins, append=len(rows))
    chunks_of = -(-counts // CHUNK)
    firsts = np.cumsum(chunks_of) - chunks_of
    within = np.arange(int(chunks_of.sum())) - np.repeat(firsts, chunks_of)
    chunks = _summaries(CHUNK_ROW, rows, np.repeat(begins, chunks_of) + within * CHUNK)
    blocks = _summaries(BLOCK_ROW, rows, begins)
    blocks["place"], blocks["rows"], blocks["chunk"] = rows.places[begins], counts, firsts
    _choose(blocks, chunks, rows, begins, firsts)
    at = 0
    for number, begin in enumerate(begins.tolist()):
        block = blocks[number]
        mine = chunks[int(block["chunk"]) : int(block["chunk"] + chunks_of[number])]
        payload = _payload(rows, begin, block, mine)
        block["payload"], at = at, at + len(payload)
        block["crc"] = zlib.crc32(mine.tobytes())
        yield payload
    yield from _tables(at, chunks, blocks, ids, written_us)


def _summaries(kind: np.dtype[np.void], rows: Rows, begins: Starts) -> Table:
    """The roll-up of the rows from each begin to the next."""
    seen, ends = shown(rows.values, rows.qualities), np.append(begins[1:], len(rows)) - 1
    table = np.zeros(len(begins), kind)
    table["first_us"], table["last_us"] = rows.times_us[begins], rows.times_us[ends]
    table["low"], table["high"] = np.fmin.reduceat(seen, begins), np.fmax.reduceat(seen, begins)
    table["last"] = seen[ends]
    return table


def _choose(blocks: Table, chunks: Table, rows: Rows, begins: Starts, firsts: Starts) -> None:
    """How each block is packed: the widest type, then ever narrower ones where all its rows fit."""
    blocks["value_code"] = len(VALUES) - 1
    for code in reversed(range(len(VALUES) - 1)):
        blocks["value_code"][np.logical_and.reduceat(fits(rows.values, code), begins)] = code
    spans = np.maximum.reduceat(chunks["last_us"] - chunks["first_us"], firsts)
    blocks["time_code"] = spans > WIDEST_SPAN_US
    least, most = np.minimum.reduceat(rows.qualities, begins), np.maximum.reduceat(rows.qualities, begins)
    blocks["quality"] = np.where(least == most, least, MIXED)


def _payload(rows: Rows, begin: int, block: np.void, chunks: Table) -> bytes:
    """A block's chunks, packed; their CRCs go into the chunk rows."""
    count = int(block["rows"])
    codes = int(block["time_code"]), int(block["value_code"]), int(block["quality"])
    mine = rows.chosen(slice(begin, begin + count))
    behind = mine.times_us - np.repeat(chunks["first_us"], CHUNK)[:count]
    columns = {
        "times": behind.astype(TIMES[codes[0]]),
        "values": packed(mine.values, codes[1]),
        "qualities": mine.qualities,
    }
    full, rest = divmod(count, CHUNK)
    payload = b"".join(
        _packed_chunks(columns, first, number, packed_type(*codes, length)).tobytes()
        for first, number, length in ((0, full, CHUNK), (full * CHUNK, 1, rest))
        if number and length
    )
    step, seen = packed_type(*codes, CHUNK).itemsize, memoryview(payload)
    chunks["crc"] = [zlib.crc32(seen[at : at + step]) for at in range(0, len(payload), step)]
    return payload


def _packed_chunks(
    columns: dict[str, NDArray[np.generic]], first: int, number: int, kind: np.dtype[np.void]
) -> NDArray[np.void]:
    made = np.empty(number, kind)
    for name in kind.names or ():
        length = made[name].shape[1]
        made[name] = columns[name][first : first + number * length].reshape(number, length)
    return made


def _tables(at: int, chunks: Table, blocks: Table, ids: Sequence[str], written_us: int) -> Iterator[bytes]:
    names = json.dumps(list(ids)).encode()
    directory, rolled = blocks.tobytes(), chunks.tobytes()
    places = at, at + len(rolled), at + len(rolled) + len(directory)
    first_us, last_us = int(blocks["first_us"].min()), int(blocks["last_us"].max())
    fixed = (TRAILER_MARK, len(blocks), len(chunks), len(names), 0, *places, first_us, last_us, written_us)
    crc = zlib.crc32(directory + names + TRAILER.pack(*fixed, 0)[:-4])
    yield from (rolled, directory, names, TRAILER.pack(*fixed, crc))
