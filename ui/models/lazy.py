"""Rows that are made when they are first looked at: ten thousand are listed, thirty are read. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Row = TypeVar("Row")


class LazyRow(Generic[Row]):
    """A place in a list under its key; `row` is made once, on first use."""

    __slots__ = ("_make", "_row", "key")

    def __init__(self, key: str, make: Callable[[], Row]) -> None:
        self.key = key
        self._make = make
        self._row: Row | None = None

    @property
    def row(self) -> Row:
        """The row."""
        if self._row is None:
            self._row = self._make()
        return self._row
