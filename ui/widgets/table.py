"""The queue and table of every list: painted straight from plain rows, quick with 100,000 of them.

Owns scroll, selection and keys. Selection is kept by row key; when rows change, the selected row (or, if it is out of
sight, the first one in sight) stays where it is on the screen. Knows nothing of what the rows mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from time import monotonic
from typing import cast

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.text import t
from ui.theme import Look
from ui.widgets.cells import HATCHED, Align, Band, Cell, Column, Sparkline, draw_cell
from ui.widgets.tablerows import CellsOf, Row, TableRow, find, fitting, own_cells, row_text

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
    "fitting",
    "row_text",
]

HEADER = 32
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_NO_BRUSH = Qt.BrushStyle.NoBrush
_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_LEFT_BUTTON = Qt.MouseButton.LeftButton
_DOWN, _UP, _J, _K = Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_J, Qt.Key.Key_K
_PAGE_DOWN, _PAGE_UP = Qt.Key.Key_PageDown, Qt.Key.Key_PageUp
_HOME, _END, _RETURN, _ENTER = Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Return, Qt.Key.Key_Enter
_OPAQUE = Qt.WidgetAttribute.WA_OpaquePaintEvent
"""It fills all of itself: nothing below it needs to be painted."""
_PAD = 8
_SETTLE_S = 0.35
"""A press this soon after rows moved means what was under the cursor before they moved."""


class PaintedTable(QAbstractScrollArea):
    """A table over plain row objects. `selected` and `activated` carry the row's key.

    `selected` is also told when the focus comes back: of several tables the one with the focus has what keys act on.

    With `most_height` few rows share the height there is, each up to that many px. `cells` says what stands in a row;
    only rows in sight are asked for it.
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
        cells: CellsOf = own_cells,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = look
        self._cells = cells
        self._columns = tuple(columns)
        self._row_height = self._least_height = row_height
        self._most_height = most_height
        self._empty = empty
        self._rows: Sequence[Row] = ()
        self._place = -1
        self._above = 0
        self._key = ""
        self._before: tuple[Sequence[Row], int, float] = ((), 0, 0.0)
        self._drawn: tuple[object, dict[int, object]] = (None, {})
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(_OPAQUE)
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

    @property
    def above(self) -> int:
        """How many rows came above and were not in sight yet."""
        return self._above

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, e.g. in another language."""
        self._columns = tuple(columns)
        self.viewport().update()

    def set_empty(self, words: str) -> None:
        """What stands there while there is no row."""
        if words != self._empty:
            self._empty = words
            self.viewport().update()

    def set_rows(self, rows: Sequence[Row], *, filling: bool = False) -> None:
        """Show these rows. A selected row that is gone gives its place to the row that now stands there.

        `filling`: nobody has looked at them yet, more of them follow; none of them is new.
        """
        if rows is self._rows:
            return
        anchor, at, shown_y = self._anchor()
        before, offset = self._rows, self.verticalScrollBar().value()
        self._rows = rows
        self._set_range()
        now_at = find(rows, anchor, at)
        if now_at >= 0 and not filling:
            self.verticalScrollBar().setValue(now_at * self._row_height - shown_y)
            self._above += max(0, now_at - at)
        self._forget_above()
        self._before = (before, offset, monotonic())
        self._keep_selection()
        self._update_changed()

    def _update_changed(self) -> None:
        """Let the rows in sight be painted that do not stand there yet as they read now."""
        frame, drawn = self._drawn
        if frame != self._framed():
            self.viewport().update()
            return
        offset, high, width = self.verticalScrollBar().value(), self._row_height, self.viewport().width()
        for place in self._in_sight():
            if place not in drawn or drawn[place] != self._reads(self._rows[place]):
                self.viewport().update(QRect(0, HEADER + place * high - offset, width, high))

    def _framed(self) -> object:
        """All that moves every row, or is painted beside them."""
        size, bar = self.viewport().size(), self.verticalScrollBar().value()
        return size.width(), size.height(), bar, self._row_height, len(self._in_sight()), self._above, self._key

    def _reads(self, row: Row) -> object:
        """What is painted of a row; compared by value."""
        return row.key, tuple(self._cells(row))

    def _in_sight(self) -> range:
        """The places of the rows that are at least partly in sight."""
        first = self.verticalScrollBar().value() // self._row_height
        return range(first, min(len(self._rows), first + self._body_height() // self._row_height + 2))

    def _anchor(self) -> tuple[str, int, int]:
        """The row that must not move, its place and its top: the selected one if in sight, else the first in sight."""
        offset, high = self.verticalScrollBar().value(), self._row_height
        if self._place >= 0 and -high < self._place * high - offset < self._body_height():
            return self._key, self._place, self._place * high - offset
        first = offset // high
        return (self._rows[first].key, first, first * high - offset) if first < len(self._rows) else ("", 0, 0)

    def _keep_selection(self) -> None:
        if not self._key:
            return
        place, self._place = self._place, find(self._rows, self._key, self._place)
        if self._place < 0:
            self._place = min(place, len(self._rows) - 1)
            self._key = self._rows[self._place].key if self._rows else ""
            self.selected.emit(self._key)
        self._describe()

    def _forget_above(self) -> None:
        """What came above and is out of sight is counted until it has been in sight."""
        self._above = min(self._above, -(-self.verticalScrollBar().value() // self._row_height))

    def select(self, key: str, *, show: bool = True) -> bool:
        """Select a row by key and scroll it into sight; False if there is no such row."""
        place = find(self._rows, key, self._place)
        if place >= 0:
            self._select(place, show=show)
        return place >= 0

    def _select(self, place: int, *, show: bool = True) -> None:
        key, self._place = self._rows[place].key, place
        if key != self._key:
            self._key = key
            self._describe()
            self.selected.emit(key)
        if show:
            self._show(place)
        self.viewport().update()

    def step(self, by: int) -> None:
        """Select the row so many places further (or back), stopping at the ends."""
        if self._rows:
            start = self._place if self._place >= 0 else (-1 if by > 0 else len(self._rows))
            self._select(min(max(start + by, 0), len(self._rows) - 1))

    def _describe(self) -> None:
        """Tell assistive technology the selected row in words."""
        known = 0 <= self._place < len(self._rows)
        self.setAccessibleDescription(row_text(self._cells(self._rows[self._place]), self._columns) if known else "")

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
        if event.modifiers() & _CHORD:
            event.ignore()
        elif key in steps:
            self.step(steps[key])
        elif key in (_RETURN, _ENTER) and self._key:
            self.activated.emit(self._key)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self._key_at(int(event.position().y()))
        if event.button() == _LEFT_BUTTON and key:
            self.select(key, show=False)
        elif event.position().y() < HEADER and self._above:
            self.verticalScrollBar().setValue(0)

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
            if place < len(rows) and find(self._rows, rows[place].key, place) >= 0:
                return rows[place].key
        place = (y - HEADER + self.verticalScrollBar().value()) // self._row_height
        return self._rows[place].key if place < len(self._rows) else ""

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() - event.angleDelta().y() * self._row_height // 120)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        if self._key:
            self.selected.emit(self._key)
        elif event.reason() in _BY_TAB:
            self.step(1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._forget_above()
        self.viewport().update()

    # --- paint ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        spans = self.column_spans()
        painter.fillRect(event.rect(), self._look.theme.panel)
        if self._rows:
            self._paint_rows(painter, spans, event.region())
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
        if self._above:
            self._paint_above(painter)

    def _paint_above(self, painter: QPainter) -> None:
        """Say that something new stands above, out of sight; a press on the header goes there."""
        words = t("▲ {count} new above", count=self._above)
        wide = self._look.width(words, 12, True) + 2 * _PAD
        plate = QRectF((self.viewport().width() - wide) / 2, 4, wide, HEADER - 9)
        painter.fillRect(plate, self._look.theme.ink)
        painter.setPen(self._look.theme.panel)
        painter.drawText(plate, _CENTER, words)

    def _paint_rows(self, painter: QPainter, spans: Sequence[tuple[int, int]], region: QRegion) -> None:
        """Those that are asked for; what is painted whole need not be painted again while it reads the same."""
        width, bottom = self.viewport().width(), self.viewport().height()
        offset, high = self.verticalScrollBar().value(), self._row_height
        asked = list(cast("Iterable[QRect]", region))
        frame, drawn = self._framed(), self._drawn[1]
        if frame != self._drawn[0]:
            drawn = {}
        painter.setClipRect(0, HEADER, width, self._body_height())
        for place in self._in_sight():
            y = HEADER + place * high - offset
            box = QRect(0, max(y, HEADER), width, min(y + high, bottom) - max(y, HEADER))
            if not region.intersects(box):
                continue
            row = self._rows[place]
            reads = self._reads(row)
            if any(part.contains(box) for part in asked):
                drawn[place] = reads
            elif drawn.get(place) != reads:
                drawn.pop(place, None)
            self._paint_ground(painter, y, chosen=row.key == self._key)
            self._paint_row(painter, row, y, spans)
        painter.setClipping(False)
        self._drawn = frame, drawn

    def _paint_ground(self, painter: QPainter, y: int, *, chosen: bool) -> None:
        """What a row stands on: that it is selected, whether it has the keyboard, and the line below it."""
        theme, width, high = self._look.theme, self.viewport().width(), self._row_height
        if chosen:
            painter.fillRect(0, y, width, high - 1, theme.raised)
            painter.fillRect(0, y, 3, high - 1, theme.selection)
            if self.hasFocus():
                painter.setPen(QPen(theme.selection, 1))
                painter.setBrush(_NO_BRUSH)
                painter.drawRect(QRectF(0.5, y + 0.5, width - 1, high - 2))
        painter.fillRect(0, y + high - 1, width, 1, theme.line)

    def _paint_row(self, painter: QPainter, row: Row, y: int, spans: Sequence[tuple[int, int]]) -> None:
        """What stands in a row, on the ground that has been painted; a list of cards paints its own."""
        high = self._row_height
        for column, cell, (x, wide) in zip(self._columns, self._cells(row), spans, strict=False):
            if not wide:
                continue
            box = QRect(x + _PAD, y, wide - 2 * _PAD, high - 1)
            draw_cell(painter, box, cell, self._look, right=column.align is Align.RIGHT)
