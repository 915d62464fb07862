"""A group's answer as columns: where each number lies is worked out once, then each answer is a few array operations.

Owns that speed. Gives bit for bit what drivers.modbus.decode and drivers.samples give one by one (a test compares
them); texts, BCD and states are theirs. Pure; knows no connection.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.domain.reading import Quality
from app.ports import Samples
from drivers.modbus.address import FLOATS, FORMATS, WireType
from drivers.modbus.decode import NotAValueError, decode, ordered
from drivers.modbus.poll import Group, Item
from drivers.samples import BAD, NOTHING, Batch, engineering

DTYPES: Mapping[WireType, str] = {kind: f"<{kind[0]}{int(kind[1:]) // 8}" for kind in FORMATS} | {WireType.BOOL: "<u2"}
LARGEST_FIRST = sorted(DTYPES, key=lambda kind: -np.dtype(DTYPES[kind]).itemsize)
"""So that each type's bytes lie where they may be read at once."""
_BAD, _NO_DATA = int(Quality.BAD), int(Quality.NO_DATA)


class _Same:
    """The numbers of one type: their place among the gathered bytes and among the group's numbers."""

    def __init__(self, kind: WireType, items: Sequence[Item], first_byte: int, first: int) -> None:
        self._dtype = np.dtype(DTYPES[kind])
        self._bytes = slice(first_byte, first_byte + len(items) * self._dtype.itemsize)
        self._rows = slice(first, first + len(items))
        self._bits = np.array([item.spot.bit for item in items], np.uint16) if kind is WireType.BOOL else None
        marked = [place for place, item in enumerate(items) if item.spot.none is not None]
        self._marked = np.array(marked, np.intp) if marked else None
        self._markers = np.array([items[place].spot.none for place in marked], self._dtype)
        self._first = first

    def fill(self, gathered: NDArray[np.uint8], values: NDArray[np.float64]) -> NDArray[np.intp] | None:
        """Put the raw numbers into `values`; returns the places of those that are "no value" markers, if any are."""
        raw = gathered[self._bytes].view(self._dtype)
        if self._bits is not None:
            raw = raw >> self._bits & 1
        values[self._rows] = raw
        if self._marked is None:
            return None
        found = self._marked[raw[self._marked] == self._markers]
        return found + self._first if len(found) else None


class Columns:
    """How the answers of one group become samples."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._bits = group.table.of_bits
        plain, self._others = _parted(group)
        by_kind = [(kind, [item for item in plain if item.spot.type is kind]) for kind in LARGEST_FIRST]
        ranked = [item for _, items in by_kind for item in items]
        places = [place for item in ranked for place in _places(item, group)]
        self._gather = np.array(places, np.intp)
        self._same: list[_Same] = []
        first_byte = first = 0
        for kind, items in by_kind:
            if items and not self._bits:
                self._same.append(_Same(kind, items, first_byte, first))
                first_byte += len(items) * np.dtype(DTYPES[kind]).itemsize
                first += len(items)
        self._in_a_row = _in_a_row(self._gather, ranked)
        self._count = len(ranked)
        tags = np.array([item.tag.index for item in ranked], np.int32)
        order = np.argsort(tags)
        self._tags = tags[order]
        self._order = order if (np.diff(tags) < 0).any() else None
        self._scale = _unless([item.tag.scale for item in ranked], 1.0)
        self._offset = _unless([item.tag.offset for item in ranked], 0.0)
        self._all_good = np.zeros(len(ranked), np.uint8)
        self._all_good.setflags(write=False)  # it is shared by all answers
        self._whole = not any(item.spot.type in FLOATS for item in ranked)
        """Whole numbers, scaled by what a plant file may say, are finite whatever the device sends."""

    def samples(self, raw: bytes | memoryview, received_s: float) -> Samples:
        """The samples of an answer: `raw` is its registers, two bytes each, or its bits, eight a byte.

        Numbers come in the order of the board, so that neighbours are written there at once. Nothing of `raw` is kept.
        """
        if not self._others:
            return self._numbers(raw, received_s)
        batch = Batch(received_s)
        words = struct.unpack(f">{self._group.count}H", raw) if not self._bits else np.unpackbits(
            np.frombuffer(raw, np.uint8), bitorder="little"
        ).tolist()  # fmt: skip
        for item in self._others:
            first = item.spot.address - self._group.start
            add(batch, item, words[first : first + item.spot.words], received_s)
        return _joined(batch.samples(), self._numbers(raw, received_s)) if len(self._tags) else batch.samples()

    def _numbers(self, raw: bytes | memoryview, received_s: float) -> Samples:
        if self._in_a_row is not None:
            values = np.frombuffer(raw, self._in_a_row, self._count).astype(np.float64)
            qualities = self._to_units(values)
        else:
            values, qualities = self._gathered(raw)
        if self._order is not None:
            values = values.take(self._order)
            qualities = qualities if qualities is self._all_good else qualities.take(self._order)
        source_s = np.empty(self._count)
        source_s.fill(received_s)
        return Samples(
            tags=self._tags, values=values, qualities=qualities, source_s=source_s, received_s=received_s
        )  # fmt: skip

    def _gathered(self, raw: bytes | memoryview) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
        """Values and qualities of numbers that lie anyhow."""
        came = np.frombuffer(raw, np.uint8)
        if self._bits:
            values = np.unpackbits(came, bitorder="little").take(self._gather).astype(np.float64)
            return values, self._to_units(values)
        gathered, values = came.take(self._gather), np.empty(self._count)
        absent = [found for same in self._same if (found := same.fill(gathered, values)) is not None]
        qualities = self._to_units(values)
        if absent:
            qualities = qualities.copy()
            for places in absent:
                values[places] = np.nan
                qualities[places] = _NO_DATA
        return values, qualities

    def _to_units(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Raw numbers to engineering values in place; returns their qualities: what is no finite number is BAD."""
        if self._whole:
            self._scaled(values)
            return self._all_good
        with np.errstate(all="ignore"):
            self._scaled(values)
        finite = np.isfinite(values)
        if finite.all():
            return self._all_good
        values[~finite] = np.nan
        return np.where(finite, self._all_good, np.uint8(_BAD))

    def _scaled(self, values: NDArray[np.float64]) -> None:
        if self._scale is not None:
            values *= self._scale
        if self._offset is not None:
            values += self._offset
        if self._scale is not None or not self._whole:
            values += 0.0  # no number is shown as -0


def _unless(numbers: Sequence[float], neutral: float) -> NDArray[np.float64] | None:
    """The numbers as an array; None when all of them change nothing."""
    return np.array(numbers) if any(number != neutral for number in numbers) else None


def add(batch: Batch, item: Item, words: Sequence[int], received_s: float) -> None:
    """Add one tag's sample from its registers, or its one bit."""
    try:
        raw = decode(words, item.spot)
    except NotAValueError:
        batch.number(item.tag, BAD, received_s)
        return
    if raw is None:
        batch.number(item.tag, NOTHING, received_s)
    elif item.tag.is_text:
        batch.text(item.tag, str(raw), Quality.GOOD, received_s)
    elif isinstance(raw, str):
        batch.number(item.tag, BAD, received_s)
    else:
        batch.number(item.tag, engineering(item.tag, raw), received_s)


def bad(items: Iterable[Item], at_s: float) -> Samples:
    """That none of these has a value now."""
    batch = Batch(at_s)
    for item in items:
        batch.number(item.tag, BAD, at_s)
    return batch.samples()


def _parted(group: Group) -> tuple[list[Item], list[Item]]:
    """The plain numbers, and those that need more than a scale and an offset."""
    plain: list[Item] = []
    others: list[Item] = []
    for item in group.items:
        simple = item.spot.type in DTYPES and not item.tag.is_text and item.tag.state_map is None
        (plain if simple else others).append(item)
    return plain, others


def _places(item: Item, group: Group) -> list[int]:
    """Where the bytes of a number lie in the answer, the least significant first; of a bit, its place."""
    first = item.spot.address - group.start
    if group.table.of_bits:
        return [first]
    words = [(2 * word) << 8 | (2 * word + 1) for word in range(first, first + item.spot.words)]
    return list(reversed(ordered(words, item.spot.order)))


def _in_a_row(gather: NDArray[np.intp], items: Sequence[Item]) -> np.dtype[Any] | None:
    """How the numbers are read where they lie, if they are of one type, one after the other, and nothing else."""
    kinds = {item.spot.type for item in items}
    plain = not any(item.spot.none is not None or item.spot.table.of_bits for item in items)
    if len(kinds) != 1 or WireType.BOOL in kinds or not plain:
        return None
    found = np.dtype(DTYPES[kinds.pop()])
    as_sent = np.arange(len(gather)).reshape(-1, found.itemsize)[:, ::-1].ravel()
    return found.newbyteorder(">") if np.array_equal(gather, as_sent) else None


def _joined(texts: Samples, numbers: Samples) -> Samples:
    """Both in one; the places of the texts stay."""
    return Samples(
        tags=np.concatenate((texts.tags, numbers.tags)),
        values=np.concatenate((texts.values, numbers.values)),
        qualities=np.concatenate((texts.qualities, numbers.qualities)),
        source_s=np.concatenate((texts.source_s, numbers.source_s)),
        received_s=numbers.received_s,
        texts=texts.texts,
    )
