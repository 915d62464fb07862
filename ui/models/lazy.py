"""Rows that are made when they are looked at: ten thousand are listed, thirty are read. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Source = TypeVar("Source")
Told = TypeVar("Told")
Row = TypeVar("Row")


def nothing(_source: object) -> None:
    """A row that its source tells wholly."""


class LazyRow(Generic[Row]):
    """A place in a list under its key.

    `row` is made of its source and of what else it tells, which `about` says: on first use, and anew whenever that is
    something else.
    """

    __slots__ = ("_about", "_made", "_make", "_source", "key")

    def __init__(
        self, key: str, source: Source, about: Callable[[Source], Told], make: Callable[[Source, Told], Row]
    ) -> None:
        self.key = key
        self._source: Any = source
        self._about: Callable[[Any], Any] = about
        self._make: Callable[[Any, Any], Row] = make
        self._made: tuple[object, Row] | None = None

    @property
    def made(self) -> bool:
        """Whether somebody looked at it."""
        return self._made is not None

    @property
    def row(self) -> Row:
        """The row as it reads now."""
        told, made = self._about(self._source), self._made
        if made is None or made[0] != told:
            made = self._made = (told, self._make(self._source, told))
        return made[1]
