"""The queue and table of every list: painted straight from plain rows, quick with 100,000 of them.

Owns scroll, selection and keys. Selection is kept by row key; when rows change, the selected row (or, if it is out of
sight, the first one in sight) stays where it is on the screen. Knows nothing of what the rows mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.theme import Look
from ui.widgets.cells import HATCHED, Align, Band, Cell, Column, Sparkline, draw_cell

__all__ = [
    "HATCHED",
    "Align",
    "Band",
    "Cell",
    "Column",
    "PaintedTable",
    "Row",
    "Sparkline",
    "TableRow",
    "row_text",
]

HEADER = 32
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_PAD = 8
_SETTLE_S = 0.35
"""A press this soon after rows moved means what was under the cursor before they moved."""


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


class PaintedTable(QAbstractScrollArea):
    """A table over plain row objects. `selected` and `activated` carry the row's key.

    With `most_height` few rows share the height there is, each up to that many px.
    """

    selected = Signal(str)
    activated = Signal(str)

    def __init__(
        self,
        look: Look,
        columns: Sequence[Column],
        *,
        row_height: int = 46,
        most_height: int = 0,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._columns = tuple(columns)
        self._row_height = self._least_height = row_height
        self._most_height = most_height
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._places: dict[str, int] = {}
        self._key = ""
        self._before: tuple[Sequence[Row], int, float] = ((), 0, 0.0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        look.changed.connect(self.viewport().update)

    # --- rows and selection -----------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The key of the selected row; empty when there is none."""
        return self._key

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, e.g. in another language."""
        self._columns = tuple(columns)
        self.viewport().update()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows. A selected row that is gone gives its place to the row that now stands there."""
        if rows is self._rows:
            return
        anchor, shown_y = self._anchor()
        before, offset, place = self._rows, self.verticalScrollBar().value(), self._places.get(self._key, -1)
        self._rows = rows
        self._places = {row.key: index for index, row in enumerate(rows)}
        self._set_range()
        if anchor in self._places:
            self.verticalScrollBar().setValue(self._places[anchor] * self._row_height - shown_y)
        self._before = (before, offset, monotonic())
        self._keep_selection(place)
        self.viewport().update()

    def _anchor(self) -> tuple[str, int]:
        """The row that must not move, and where its top stands: the selected one if in sight, else the first."""
        offset, height = self.verticalScrollBar().value(), self._body_height()
        place = self._places.get(self._key)
        if place is not None and -self._row_height < place * self._row_height - offset < height:
            return self._key, place * self._row_height - offset
        first = offset // self._row_height
        return (self._rows[first].key, first * self._row_height - offset) if first < len(self._rows) else ("", 0)

    def _keep_selection(self, place: int) -> None:
        if self._key in self._places or not self._key:
            return
        self._key = self._rows[min(place, len(self._rows) - 1)].key if self._rows and place >= 0 else ""
        self._describe()
        self.selected.emit(self._key)

    def select(self, key: str, *, show: bool = True) -> bool:
        """Select a row by key and scroll it into sight; False if there is no such row."""
        if key not in self._places:
            return False
        if key != self._key:
            self._key = key
            self._describe()
            self.selected.emit(key)
        if show:
            self._show(self._places[key])
        self.viewport().update()
        return True

    def step(self, by: int) -> None:
        """Select the row so many places further (or back), stopping at the ends."""
        if self._rows:
            place = self._places.get(self._key, -1 if by > 0 else len(self._rows))
            self.select(self._rows[min(max(place + by, 0), len(self._rows) - 1)].key)

    def _describe(self) -> None:
        """Tell assistive technology the selected row in words."""
        place = self._places.get(self._key)
        self.setAccessibleDescription("" if place is None else row_text(self._rows[place], self._columns))

    # --- geometry ---------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(sum(c.width for c in self._columns), HEADER + 8 * self._row_height)

    def _body_height(self) -> int:
        return max(0, self.viewport().height() - HEADER)

    def _set_range(self) -> None:
        if self._most_height and self._rows:
            fair = self._body_height() // len(self._rows)
            self._row_height = min(self._most_height, max(self._least_height, fair))
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, len(self._rows) * self._row_height - self._body_height()))
        bar.setPageStep(max(self._row_height, self._body_height() - self._row_height))
        bar.setSingleStep(self._row_height)

    def _show(self, place: int) -> None:
        bar, top = self.verticalScrollBar(), place * self._row_height
        if top < bar.value():
            bar.setValue(top)
        elif top + self._row_height > bar.value() + self._body_height():
            bar.setValue(top + self._row_height - self._body_height())

    def column_spans(self) -> list[tuple[int, int]]:
        """(x, width) of every column at the present width, 0 wide when left out; content never moves them."""
        room = self.viewport().width()
        shown = fitting(self._columns, room)
        left = max(0, room - sum(c.width for c in shown))
        weight = sum(c.stretch for c in shown) or 1
        spans, x = [], 0
        for column in self._columns:
            width = column.width + left * column.stretch // weight if column in shown else 0
            spans.append((x, width))
            x += width
        return spans

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_range()

    # --- keys and mouse ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self._body_height() // self._row_height - 1)
        steps: dict[int, int] = {_DOWN: 1, _J: 1, _UP: -1, _K: -1, _PAGE_DOWN: page, _PAGE_UP: -page}
        steps |= {_HOME: -len(self._rows), _END: len(self._rows)}
        key = event.key()
        if key in steps and not event.modifiers() & _CHORD:
            self.step(steps[key])
        elif key in (_RETURN, _ENTER) and self._key:
            self.activated.emit(self._key)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self._key_at(int(event.position().y()))
        if event.button() == _LEFT_BUTTON and key:
            self.select(key, show=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self._key_at(int(event.position().y()))
        if event.button() == _LEFT_BUTTON and key:
            self.activated.emit(key)

    def _key_at(self, y: int) -> str:
        """The row under y; right after rows moved, the one that stood there when the hand aimed."""
        if y < HEADER:
            return ""
        rows, offset, at = self._before
        if monotonic() - at < _SETTLE_S and rows:
            place = (y - HEADER + offset) // self._row_height
            if place < len(rows) and rows[place].key in self._places:
                return rows[place].key
        place = (y - HEADER + self.verticalScrollBar().value()) // self._row_height
        return self._rows[place].key if place < len(self._rows) else ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() * self._row_height // 120)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # --- paint ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        spans = self.column_spans()
        painter.fillRect(self.viewport().rect(), self._look.theme.panel)
        if self._rows:
            self._paint_rows(painter, spans)
        elif self._empty:
            painter.setPen(self._look.theme.soft)
            painter.setFont(self._look.font(14))
            painter.drawText(
                QRect(_PAD, HEADER, self.viewport().width() - 2 * _PAD, self._row_height), _LEFT, self._empty
            )
        self._paint_header(painter, spans)

    def _paint_header(self, painter: QPainter, spans: Sequence[tuple[int, int]]) -> None:
        theme, width = self._look.theme, self.viewport().width()
        painter.fillRect(0, 0, width, HEADER, theme.panel)
        painter.fillRect(0, HEADER - 1, width, 1, theme.line)
        painter.setPen(theme.soft)
        painter.setFont(self._look.font(12, bold=True))
        for column, (x, wide) in zip(self._columns, spans, strict=True):
            if not wide:
                continue
            flags = _RIGHT if column.align is Align.RIGHT else _LEFT
            title = self._look.elided(column.title, 12, wide - 2 * _PAD, bold=True)
            painter.drawText(QRect(x + _PAD, 0, wide - 2 * _PAD, HEADER - 1), flags, title)

    def _paint_rows(self, painter: QPainter, spans: Sequence[tuple[int, int]]) -> None:
        offset, high = self.verticalScrollBar().value(), self._row_height
        first = offset // high
        last = min(len(self._rows), first + self._body_height() // high + 2)
        painter.setClipRect(0, HEADER, self.viewport().width(), self._body_height())
        for place in range(first, last):
            self._paint_row(painter, self._rows[place], HEADER + place * high - offset, spans)
        painter.setClipping(False)

    def _paint_row(self, painter: QPainter, row: Row, y: int, spans: Sequence[tuple[int, int]]) -> None:
        theme, width, high = self._look.theme, self.viewport().width(), self._row_height
        if row.key == self._key:
            painter.fillRect(0, y, width, high - 1, theme.raised)
            painter.fillRect(0, y, 3, high - 1, theme.selection)
            if self.hasFocus():
                painter.setPen(QPen(theme.selection, 1))
                painter.drawRect(QRectF(0.5, y + 0.5, width - 1, high - 2))
        painter.fillRect(0, y + high - 1, width, 1, theme.line)
        for column, cell, (x, wide) in zip(self._columns, row.cells, spans, strict=False):
            if not wide:
                continue
            box = QRect(x + _PAD, y, wide - 2 * _PAD, high - 1)
            draw_cell(painter, box, cell, self._look, right=column.align is Align.RIGHT)


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
            words = " ".join(w for w in (*marks, cell.text, cell.detail) if w)
        if words:
            parts.append(f"{column.title} {words}".strip())
    return ", ".join(parts)


_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_LEFT_BUTTON = Qt.MouseButton.LeftButton
_DOWN, _UP, _J, _K = Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_J, Qt.Key.Key_K
_PAGE_DOWN, _PAGE_UP = Qt.Key.Key_PageDown, Qt.Key.Key_PageUp
_HOME, _END, _RETURN, _ENTER = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter
