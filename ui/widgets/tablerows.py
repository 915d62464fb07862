"""The rows of a painted table: what one must have, where a key stands, what fits, a row in words. No painting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ui.widgets.cells import Cell, Column


class Row(Protocol):
    """What the table needs of a row; a plain text is a cell too."""

    @property
    def key(self) -> str: ...
    @property
    def cells(self) -> Sequence[Cell | str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A ready-made row."""

    key: str
    cells: tuple[Cell | str, ...]


def find(rows: Sequence[Row], key: str, near: int) -> int:
    """The place of a key, looked for outwards from `near`: rows seldom move far. -1 when it is not there."""
    count = len(rows) if key else 0
    near = min(max(near, 0), max(0, count - 1))
    for away in range(max(near, count - 1 - near) + 1):
        for place in {near - away, near + away}:
            if 0 <= place < count and rows[place].key == key:
                return place
    return -1


def fitting(columns: Sequence[Column], room: int) -> list[Column]:
    """The columns that fit into `room` px: those that may be spared go, the highest `spare` first."""
    shown = list(columns)
    for column in sorted((c for c in columns if c.spare), key=lambda c: -c.spare):
        if sum(c.width for c in shown) <= room:
            break
        shown.remove(column)
    return shown


def row_text(row: Row, columns: Sequence[Column]) -> str:
    """A row in words for assistive technology: "priority 1, since 02:11:43, …"."""
    parts = []
    for column, cell in zip(columns, row.cells, strict=False):
        if isinstance(cell, str):
            words = cell
        else:
            marks = (f"priority {cell.priority}" if cell.priority else "", "on hold" if cell.hold else "")
            words = " ".join(w for w in (*marks, cell.text, cell.detail, *(tag.words for tag in cell.tags)) if w)
        if words:
            parts.append(f"{column.title} {words}".strip())
    return ", ".join(parts)
