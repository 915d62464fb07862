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
ALIKE = 8
"""After so many items of one layout in a row the next are looked at together."""
LONGEST_RUN = 1_024

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
    for bit, name, form in (
        (HAS_STATUS, "status", "<u4"),
        (HAS_SOURCE, "source", "<i8"),
        (HAS_SOURCE_PICO, "source_pico", "<u2"),
        (HAS_SERVER, "server", "<i8"),
        (HAS_SERVER_PICO, "server_pico", "<u2"),
    ):
        if mask & bit:
            parts.append((name, form))
    return Layout(kind=kind or None, dtype=np.dtype(parts))


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
SIZE_OF = [layout.dtype.itemsize if layout is not None else 0 for layout in (LAYOUTS[place] for place in _PLACES)]
"""By mask · 256 + type byte: the place in LAYOUTS, and the size in bytes; 0 is left to asyncua."""
TEXT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """What lies behind a text for one mask, and asyncua's names of it."""

    names: tuple[str, ...]
    form: struct.Struct


TAIL_PARTS = (
    (HAS_STATUS, "StatusCode", "I"),
    (HAS_SOURCE, "SourceTimestamp", "q"),
    (HAS_SERVER, "ServerTimestamp", "q"),
)


def _tails() -> dict[int, Tail]:
    """The tails of all masks that have a value and no picoseconds."""
    tails = {}
    for mask in range(HAS_SOURCE_PICO):
        found = [(name, form) for bit, name, form in TAIL_PARTS if mask & bit]
        if mask & HAS_VALUE:
            form = struct.Struct("<" + "".join(form for _, form in found))
            tails[mask] = Tail(names=tuple(name for name, _ in found), form=form)
    return tails


TAILS = _tails()
HANDLE_ONLY = np.dtype([("handle", "<u4")])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """n data changes in the order received.

    `raws` NaN where there is no number; `times_s` seconds since 1970 UTC, the source's or else the server's, NaN where
    there is none. `foreign` holds what asyncua had to read, by position;
    `raws`, `statuses` and `times_s` say nothing about those.
    """

    handles: NDArray[np.uint32]
    raws: Floats
    statuses: NDArray[np.uint32]
    times_s: Floats
    offsets: NDArray[np.int64]
    body: bytes
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
        return _gathered(body, np.zeros(0, np.int64), {}), start
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
    foreign: dict[int, ua.DataValue] = {}
    offset, sizes = start, SIZE_OF
    before = alike = 0
    try:
        while len(offsets) < count:
            key = body[offset + 4] << 8 | body[offset + 5]
            size = sizes[key]
            alike = alike + 1 if key == before else 0
            before = key
            if not size:
                foreign[len(offsets)], end_of_item = _foreign(body, offset)
                offsets.append(offset)
                offset = end_of_item
            elif alike < ALIKE:
                offsets.append(offset)
                offset += size
            else:
                end_of_run = offset + size * _run(body, offset, size, count - len(offsets))
                offsets.extend(range(offset, end_of_run, size))
                offset = end_of_run
    except IndexError:
        raise UnreadableError("the items are longer than their notification") from None
    if offset > end:
        raise UnreadableError("the items are longer than their notification")
    return _gathered(body, np.array(offsets, dtype=np.int64), foreign), offset


def _run(body: bytes, offset: int, size: int, most: int) -> int:
    """How many items from `offset` on have the mask and type byte of the first, and so its size; at least 1."""
    rows = min(most, LONGEST_RUN, (len(body) - offset - SMALLEST - 1) // size + 1)
    keys: NDArray[np.uint16] = np.ndarray((rows,), "<u2", body, offset + 4, (size,))
    same = keys == keys[0]
    return rows if same.all() else int(same.argmin())


def _gathered(body: bytes, offsets: NDArray[np.int64], foreign: dict[int, ua.DataValue]) -> Columns:
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
        handles=handles, raws=raws, statuses=statuses, times_s=times_s, offsets=offsets, body=body, foreign=foreign
    )


def _rows(body: bytes, dtype: np.dtype[Any], offsets: NDArray[np.int64]) -> Rows:
    """The structures that begin at the offsets: a view with one at every byte, of which these are taken."""
    size = dtype.itemsize
    everywhere: Rows = np.ndarray((len(body) - size + 1,), f"V{size}", body, 0, (1,))
    return everywhere[offsets].view(dtype)


def _parts(layout: Layout, rows: Rows) -> tuple[Floats, NDArray[np.uint32], Floats]:
    """Raw numbers, status codes and times of items of one layout."""
    names = layout.names
    if layout.kind is None:
        raws = np.full(len(rows), np.nan)
    elif layout.kind == BOOLEAN:
        raws = (rows["value"] != 0).astype(np.float64)
    else:
        with np.errstate(invalid="ignore"):
            raws = rows["value"].astype(np.float64)
    statuses = rows["status"].astype(np.uint32) if "status" in names else np.zeros(len(rows), np.uint32)
    clock = "source" if "source" in names else "server"
    times_s = _seconds(rows[clock]) if clock in names else np.full(len(rows), np.nan)
    return raws, statuses, times_s


def _seconds(ticks: NDArray[np.int64]) -> Floats:
    seconds: Floats = (ticks // TICKS_A_US - EPOCH_US) / 1e6
    return seconds


def _foreign(body: bytes, offset: int) -> tuple[ua.DataValue, int]:
    """One item that is not of a known layout, and where it ends: a text here, anything else as asyncua reads it."""
    found = _text(body, offset)
    if found is not None:
        return found
    buffer = Buffer(body, offset)
    try:
        item = struct_from_binary(ua.MonitoredItemNotification, buffer)
    except (NotEnoughData, struct.error, ua.UaError, ValueError, LookupError, TypeError, OverflowError) as error:
        raise UnreadableError(f"an item cannot be read: {error}") from error
    return item.Value, buffer.cur_pos


def _text(body: bytes, offset: int) -> tuple[ua.DataValue, int] | None:
    """A text as most servers send it, at a fraction of asyncua's cost; None for all else, also for what is cut off."""
    tail = TAILS.get(body[offset + 4]) if body[offset + 5] == TEXT else None
    begin = offset + 10
    if tail is None or begin > len(body):
        return None
    end = begin + int.from_bytes(body[offset + 6 : begin], "little", signed=True)
    if end < begin or end + tail.form.size > len(body):
        return None
    value = ua.DataValue(ua.Variant(body[begin:end].decode(errors="surrogateescape"), ua.VariantType.String))
    for name, part in zip(tail.names, tail.form.unpack_from(body, end), strict=True):
        setattr(value, name, ua.StatusCode(part) if name == "StatusCode" else ua.win_epoch_to_datetime(part))
    return value, end + tail.form.size
