"""Items in the order of their ranks, kept so while a few of many come, go and move. No Qt."""

from __future__ import annotations

from bisect import bisect_left
from typing import Generic, TypeVar

Item = TypeVar("Item")
Rank = tuple[float, ...]


class Order(Generic[Item]):
    """Items by key. Equal ranks stand in the order of their keys, so that every station has them alike."""

    def __init__(self) -> None:
        self._ranks: dict[str, Rank] = {}
        self._sorted: list[tuple[Rank, str]] = []
        self._items: list[Item] = []

    def put(self, key: str, rank: Rank, item: Item) -> None:
        """It stands there from now on."""
        if key in self._ranks:
            if self._ranks[key] == rank:
                self._items[self._place(key)] = item
                return
            self.drop(key)
        ranked = (rank, key)
        self._ranks[key] = rank
        if not self._sorted or ranked > self._sorted[-1]:  # as nearly always: what is new comes last
            self._sorted.append(ranked)
            self._items.append(item)
            return
        place = bisect_left(self._sorted, ranked)
        self._sorted.insert(place, ranked)
        self._items.insert(place, item)

    def drop(self, key: str) -> None:
        """It is gone, if it was there."""
        if key in self._ranks:
            place = self._place(key)
            del self._sorted[place], self._items[place], self._ranks[key]

    def items(self) -> list[Item]:
        """All of them in order; the list is the caller's."""
        return self._items.copy()

    def _place(self, key: str) -> int:
        return bisect_left(self._sorted, (self._ranks[key], key))
