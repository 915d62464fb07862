"""The data changes of a notification, from its bytes (OPC 10000-6 5.2) into numpy columns. Pure; knows no tags.

Owns the layouts that are read without asyncua: an item's mask and type byte fix where it ends, so a layout is never
guessed, and a text says its length; every other item is read by asyncua where it stands, which also tells where the
next one begins.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from asyncua import ua
from asyncua.common.utils import Buffer, NotEnoughData
from asyncua.ua.ua_binary import struct_from_binary
from numpy.typing import NDArray

NUMBERS: dict[int, str] = {
    1: "u1", 2: "i1", 3: "u1", 4: "<i2", 5: "<u2", 6: "<i4", 7: "<u4", 8: "<i8", 9: "<u8", 10: "<f4", 11: "<f8",
}  # fmt: skip
"""Variant type of a scalar number → its bytes. Boolean (1) is one byte, true unless 0."""
BOOLEAN, NULL = 1, 0
HAS_VALUE, HAS_STATUS, HAS_SOURCE, HAS_SERVER, HAS_SOURCE_PICO, HAS_SERVER_PICO = (1 << bit for bit in range(6))
MASKS = 1 << 6
"""Masks from here on have reserved bits and are left to asyncua."""
SMALLEST = 5
"""Bytes of the smallest item: handle and mask."""
STEPS = 64
"""After so many items, if they seem to be of one size, the next of that size are taken together."""

Bytes: TypeAlias = NDArray[np.uint8]
Rows: TypeAlias = NDArray[Any]
Floats: TypeAlias = NDArray[np.float64]
TICKS_A_US = 10
EPOCH_US = 11_644_473_600 * 10**6
"""OPC UA counts 100 ns from 1601; in µs from there to 1970."""


class UnreadableError(ValueError):
    """The bytes are not what their lengths and types say; nothing of them may be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where an item's parts lie for one mask and one variant type. `kind` None: it has no value."""

    kind: int | None
    dtype: np.dtype[Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The parts it has."""
        return self.dtype.names or ()


def _layout(mask: int, kind: int | None) -> Layout:
    parts: list[tuple[str, str]] = [("handle", "<u4"), ("mask", "u1")]
    if mask & HAS_VALUE:
        parts.append(("kind", "u1"))
        if kind:
            parts.append(("value", NUMBERS[kind]))
    return Layout(kind=kind or None, dtype=np.dtype(parts + _tail(mask)))


def _tail(mask: int) -> list[tuple[str, str]]:
    """The parts behind an item's value."""
    parts = (
        (HAS_STATUS, "status", "<u4"),
        (HAS_SOURCE, "source", "<i8"),
        (HAS_SOURCE_PICO, "source_pico", "<u2"),
        (HAS_SERVER, "server", "<i8"),
        (HAS_SERVER_PICO, "server_pico", "<u2"),
    )
    return [(name, form) for bit, name, form in parts if mask & bit]


def _known() -> tuple[list[Layout | None], list[int]]:
    """All layouts (0 is none), and for each pair mask · 256 + type byte the place of its layout."""
    layouts: list[Layout | None] = [None]
    places = [0] * (256 * 256)
    for mask in range(MASKS):
        if mask & HAS_VALUE:
            for kind in (NULL, *NUMBERS):
                places[mask << 8 | kind] = len(layouts)
                layouts.append(_layout(mask, kind))
        else:
            places[mask << 8 : (mask + 1) << 8] = [len(layouts)] * 256
            layouts.append(_layout(mask, None))
    return layouts, places


LAYOUTS, _PLACES = _known()
PLACE_OF = np.array(_PLACES, dtype=np.int64)
SIZES = np.array([layout.dtype.itemsize if layout else 0 for layout in (LAYOUTS[at] for at in _PLACES)], np.uint8)
"""By mask · 256 + type byte: the place in LAYOUTS, and the size in bytes; 0 is one of none."""
TEXT = 12
TEXT_BEGINS = 10
"""Bytes of an item before its text: handle, mask, type, length."""

TAILS = {mask: np.dtype(_tail(mask)) for mask in range(MASKS) if mask & HAS_VALUE}
"""By mask: what lies behind a text."""
TAIL_SIZES = {mask: tail.itemsize for mask, tail in TAILS.items()}
HANDLE_ONLY = np.dtype([("handle", "<u4")])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """n data changes in the order received.

    `raws` NaN where there is no number; `times_s` seconds since 1970 UTC, the source's or else the server's, NaN where
    there is none. `texts` holds the texts and `foreign` what asyncua had to read, by position; `raws`, `statuses` and
    `times_s` say nothing about the foreign ones.
    """

    handles: NDArray[np.uint32]
    raws: Floats
    statuses: NDArray[np.uint32]
    times_s: Floats
    offsets: NDArray[np.int64]
    body: bytes
    texts: dict[int, str] = field(default_factory=dict)
    foreign: dict[int, ua.DataValue] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.handles)

    def value(self, position: int) -> ua.DataValue:
        """One item exactly as it came, read by asyncua."""
        found = self.foreign.get(position)
        return found if found is not None else _foreign(self.body, int(self.offsets[position]))[0]


def read_columns(body: bytes, start: int, count: int, end: int) -> tuple[Columns, int]:
    """The `count` items from `start`, and where they end. Raises UnreadableError if that would be beyond `end`."""
    if not 0 <= count <= (end - start) // SMALLEST or end > len(body):
        raise UnreadableError(f"{count} items do not fit into {end - start} bytes")
    if count == 0:
        return _gathered(body, np.zeros(0, np.int64)), start
    return _uniform(body, start, count, end) or _mixed(body, start, count, end)


def _uniform(body: bytes, start: int, count: int, end: int) -> tuple[Columns, int] | None:
    """All items at once if they have one layout: item n has it where item n - 1 ended, from the first one on."""
    layout = LAYOUTS[PLACE_OF[body[start + 4] << 8 | body[start + 5]]]
    if layout is None or (stop := start + count * layout.dtype.itemsize) > end:
        return None
    rows = np.frombuffer(body, layout.dtype, count, start)
    if any(not (rows[name] == rows[name][0]).all() for name in ("mask", "kind") if name in layout.names):
        return None
    offsets = np.arange(start, stop, layout.dtype.itemsize)
    raws, statuses, times_s = _parts(layout, rows)
    columns = Columns(
        handles=rows["handle"].copy(), raws=raws, statuses=statuses, times_s=times_s, offsets=offsets, body=body
    )
    return columns, stop


def _mixed(body: bytes, start: int, count: int, end: int) -> tuple[Columns, int]:
    """Item by item for where they begin, then layout by layout for the parts."""
    offsets: list[int] = []
    texts: dict[int, str] = {}
    tails: list[int] = []
    foreign: dict[int, ua.DataValue] = {}
    offset, size, sizes = start, 0, _sizes(body, start, end)
    try:
        while (left := count - len(offsets)) > 0:
            for _ in range(min(left, STEPS)):
                size = sizes[offset - start]
                offsets.append(offset)
                if size:
                    offset += size
                elif (text := _text(body, offset)) is not None:
                    texts[len(offsets) - 1], end_of_text = text
                    tails.append(end_of_text)
                    offset = end_of_text + TAIL_SIZES[body[offset + 4]]
                else:
                    foreign[len(offsets) - 1], offset = _foreign(body, offset)
            if left > STEPS and size and offset - offsets[-STEPS] == STEPS * size:
                run = _run(sizes, offset - start, size, left - STEPS)
                offsets.extend(range(offset, offset + run * size, size))
                offset += run * size
    except IndexError:
        raise UnreadableError("the items are longer than their notification") from None
    if offset > end:
        raise UnreadableError("the items are longer than their notification")
    columns = _gathered(body, np.array(offsets, dtype=np.int64), texts, foreign)
    _behind_texts(columns, tails)
    return columns, offset


def _sizes(body: bytes, start: int, end: int) -> bytes:
    """The size of an item that would begin at each byte from `start` on; 0 for one of no known layout.

    The last byte looked at may be the one behind `end`: an item without a value has no type byte.
    """
    count = min(end + 1, len(body)) - start - SMALLEST
    keys: NDArray[np.uint16] = np.ndarray((max(0, count),), ">u2", body, start + 4, (1,))
    return SIZES[keys].tobytes()


def _run(sizes: bytes, offset: int, size: int, most: int) -> int:
    """How many items of this size follow one another from `offset` on, `most` or fewer."""
    there = np.frombuffer(sizes, np.uint8)[offset : offset + most * size : size]
    same = there == size
    return len(same) if same.all() else int(same.argmin())


def _gathered(
    body: bytes,
    offsets: NDArray[np.int64],
    texts: dict[int, str] | None = None,
    foreign: dict[int, ua.DataValue] | None = None,
) -> Columns:
    octets = np.frombuffer(body, np.uint8)
    places = PLACE_OF[octets[offsets + 4].astype(np.int64) << 8 | octets[offsets + 5]]
    count = len(offsets)
    handles, statuses = np.zeros(count, np.uint32), np.zeros(count, np.uint32)
    raws, times_s = np.full(count, np.nan), np.full(count, np.nan)
    for place in np.flatnonzero(np.bincount(places)).tolist():
        at = np.flatnonzero(places == place)
        layout = LAYOUTS[place]
        rows = _rows(body, HANDLE_ONLY if layout is None else layout.dtype, offsets[at])
        handles[at] = rows["handle"]
        if layout is not None:
            raws[at], statuses[at], times_s[at] = _parts(layout, rows)
    return Columns(
        handles=handles,
        raws=raws,
        statuses=statuses,
        times_s=times_s,
        offsets=offsets,
        body=body,
        texts=texts or {},
        foreign=foreign or {},
    )


def _behind_texts(columns: Columns, tails: list[int]) -> None:
    """Fill in status and time of the texts, which lie behind them, at `tails`."""
    if not tails:
        return
    body, at, begins = columns.body, np.array(list(columns.texts), np.int64), np.array(tails, np.int64)
    masks = np.frombuffer(body, np.uint8)[columns.offsets[at] + 4]
    for mask in np.unique(masks).tolist():
        of_mask = masks == mask
        if TAIL_SIZES[mask]:
            rows = _rows(body, TAILS[mask], begins[of_mask])
            columns.statuses[at[of_mask]], columns.times_s[at[of_mask]] = _status_and_time(rows)


def _rows(body: bytes, dtype: np.dtype[Any], offsets: NDArray[np.int64]) -> Rows:
    """The structures that begin at the offsets: a view with one at every byte, of which these are taken."""
    size = dtype.itemsize
    everywhere: Rows = np.ndarray((len(body) - size + 1,), f"V{size}", body, 0, (1,))
    return everywhere[offsets].view(dtype)


def _parts(layout: Layout, rows: Rows) -> tuple[Floats, NDArray[np.uint32], Floats]:
    """Raw numbers, status codes and times of items of one layout."""
    if layout.kind is None:
        raws = np.full(len(rows), np.nan)
    elif layout.kind == BOOLEAN:
        raws = (rows["value"] != 0).astype(np.float64)
    else:
        with np.errstate(invalid="ignore"):
            raws = rows["value"].astype(np.float64)
    return raws, *_status_and_time(rows)


def _status_and_time(rows: Rows) -> tuple[NDArray[np.uint32], Floats]:
    """Of items: status codes, 0 (good) where there is none, and times."""
    names = rows.dtype.names or ()
    statuses = rows["status"].astype(np.uint32) if "status" in names else np.zeros(len(rows), np.uint32)
    clock = "source" if "source" in names else "server"
    times_s = _seconds(rows[clock]) if clock in names else np.full(len(rows), np.nan)
    return statuses, times_s


def _seconds(ticks: NDArray[np.int64]) -> Floats:
    seconds: Floats = (ticks // TICKS_A_US - EPOCH_US) / 1e6
    return seconds


def _foreign(body: bytes, offset: int) -> tuple[ua.DataValue, int]:
    """One item as asyncua reads it, and where it ends."""
    buffer = Buffer(body, offset)
    try:
        item = struct_from_binary(ua.MonitoredItemNotification, buffer)
    except (NotEnoughData, struct.error, ua.UaError, ValueError, LookupError, TypeError, OverflowError) as error:
        raise UnreadableError(f"an item cannot be read: {error}") from error
    return item.Value, buffer.cur_pos


def _text(body: bytes, offset: int) -> tuple[str, int] | None:
    """A text as most servers send it, and where it ends; None for all else, also for none and for what is cut off."""
    begin = offset + TEXT_BEGINS
    if body[offset + 5] != TEXT or begin > len(body):
        return None
    tail = TAIL_SIZES.get(body[offset + 4])
    end = begin + int.from_bytes(body[offset + 6 : begin], "little", signed=True)
    if tail is None or end < begin or end + tail > len(body):
        return None
    return body[begin:end].decode(errors="surrogateescape"), end
