"""Which reads fetch which tags: neighbours are merged, groups that a device refuses are halved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from app.domain.plant import Tag
from drivers.modbus.address import DEFAULT_HOLE, ModbusAddress, Table

MOST_BITS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A tag and where it lies."""

    tag: Tag
    spot: ModbusAddress


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """One read: `count` registers or bits of a table of a unit from `start` on, and the tags within, by address."""

    unit: int
    table: Table
    start: int
    count: int
    items: tuple[Item, ...]

    def halves(self) -> tuple[Group, ...]:
        """The same tags in two reads, each as short as can be; the group itself when it has one tag."""
        middle = len(self.items) // 2
        parts = (self.items[:middle], self.items[middle:]) if middle else (self.items,)
        return tuple(_group(part) for part in parts)

    def __str__(self) -> str:
        return f"unit {self.unit}, {self.table} {self.start}–{self.start + self.count - 1}"


def plan(items: Iterable[Item], most: int, hole: int = DEFAULT_HOLE) -> tuple[Group, ...]:
    """The reads that fetch all `items`, at most `most` registers each (MOST_BITS bits in tables of bits).

    Neighbours share a read over at most `hole` registers that no tag needs; 0 for devices that refuse such registers.
    """
    ordered = sorted(items, key=lambda item: (*_place(item), item.spot.address, item.spot.words))
    groups: list[Group] = []
    for (_, table), place in groupby(ordered, key=_place):
        groups += _merge(list(place), MOST_BITS if table.of_bits else most, hole)
    return tuple(groups)


def _place(item: Item) -> tuple[int, Table]:
    return item.spot.unit, item.spot.table


def _merge(items: list[Item], most: int, hole: int) -> list[Group]:
    groups: list[list[Item]] = []
    start = end = 0
    for item in items:
        first, last = item.spot.address, item.spot.address + item.spot.words
        if not groups or first - end > hole or max(end, last) - start > most:
            groups.append([])
            start, end = first, last
        groups[-1].append(item)
        end = max(end, last)
    return [_group(tuple(group)) for group in groups]


def _group(items: tuple[Item, ...]) -> Group:
    start = min(item.spot.address for item in items)
    return Group(
        unit=items[0].spot.unit,
        table=items[0].spot.table,
        start=start,
        count=max(item.spot.address + item.spot.words for item in items) - start,
        items=items,
    )
