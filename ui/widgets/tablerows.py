"""The rows of a painted table: what one must have, where a key stands, what fits, a row in words. No painting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter, indexOf
from typing import Any, Protocol

from ui.widgets.cells import Cell, Column


class Row(Protocol):
    """What the table needs of a row."""

    @property
    def key(self) -> str: ...


class Celled(Row, Protocol):
    """A row that knows its cells; a plain text is a cell too."""

    @property
    def cells(self) -> Sequence[Cell | str]: ...


CellsOf = Callable[[Any], Sequence[Cell | str]]
"""The cells of a row as they read now."""

own_cells: CellsOf = attrgetter("cells")
"""Those that a `Celled` row knows itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A ready-made row."""

    key: str
    cells: tuple[Cell | str, ...]


NEAR = 64
"""Rows seldom move further at once; who did is looked for from the top."""


_key = attrgetter("key")


def find(rows: Sequence[Row], key: str, near: int) -> int:
    """The place of a key, looked for around `near` first. -1 when it is not there."""
    if not key:
        return -1
    start = max(0, near - NEAR)
    for first, last in ((start, near + NEAR), (0, len(rows))):
        with suppress(ValueError):
            return first + indexOf(map(_key, islice(rows, first, last)), key)
    return -1


def fitting(columns: Sequence[Column], room: int) -> list[Column]:
    """The columns that fit into `room` px: those that may be spared go, the highest `spare` first."""
    shown = list(columns)
    for column in sorted((c for c in columns if c.spare), key=lambda c: -c.spare):
        if sum(c.width for c in shown) <= room:
            break
        shown.remove(column)
    return shown


def row_text(cells: Sequence[Cell | str], columns: Sequence[Column]) -> str:
    """A row in words for assistive technology: "priority 1, since 02:11:43, …"."""
    parts = []
    for column, cell in zip(columns, cells, strict=False):
        if isinstance(cell, str):
            words = cell
        else:
            marks = (f"priority {cell.priority}" if cell.priority else "", "on hold" if cell.hold else "")
            words = " ".join(w for w in (*marks, cell.text, cell.detail, *(tag.words for tag in cell.tags)) if w)
        if words:
            parts.append(f"{column.title} {words}".strip())
    return ", ".join(parts)
