"""Each kind's posting lag with its course over the shift, side by side and as many rows as it takes. Passive."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.text import t
from ui.theme import Look, metrics
from ui.views.work.rows import LagRow
from ui.widgets.glyphs import draw_priority

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_FIXED, _IGNORED = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Ignored
_ROW, _PX, _SPARK, _GAP, _MARK = 20, 12, 56, 16, 14


class LagStrip(QWidget):
    """`set_rows` shows them; a lag beyond the target has a mark before it."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._rows: tuple[LagRow, ...] = ()
        self.setSizePolicy(_IGNORED, _FIXED)
        look.changed.connect(self.update)

    def set_rows(self, rows: Sequence[LagRow]) -> None:
        """Show other lags; none takes no room."""
        if tuple(rows) != self._rows:
            self._rows = tuple(rows)
            self.setAccessibleDescription("; ".join(row.text for row in self._rows))
            self._fit()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(_ROW * (max(place[1] for place in self._places()) + 1) if self._rows else 0)

    def _places(self) -> list[tuple[float, int]]:
        """Where each lag begins: x, and its row; the title is before the first."""
        x, line = metrics(_PX).horizontalAdvance(_title()) + _GAP, 0
        found = []
        for row in self._rows:
            wide = _width(row)
            if x + wide > self.width() and x > 0:
                x, line = 0.0, line + 1
            found.append((x, line))
            x += wide + _GAP
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._rows:
            return
        painter, theme = QPainter(self), self._look.theme
        painter.setFont(self._look.font(_PX))
        painter.setPen(theme.soft)
        painter.drawText(QRectF(0, 0, self.width(), _ROW), _LEFT, _title())
        for row, (x, line) in zip(self._rows, self._places(), strict=True):
            self._paint(painter, row, QRectF(x, line * _ROW, _width(row), _ROW))

    def _paint(self, painter: QPainter, row: LagRow, box: QRectF) -> None:
        theme = self._look.theme
        if row.bad:
            draw_priority(painter, QRectF(box.x(), box.y() + 3, _MARK, _MARK), 3, theme)
            box = box.adjusted(_MARK + 4, 0, 0, 0)
        painter.setFont(self._look.font(_PX))
        painter.setPen(theme.ink)
        painter.drawText(box, _LEFT, row.text)
        self._paint_course(painter, row, QRectF(box.right() - _SPARK, box.y() + 3, _SPARK, _ROW - 7))

    def _paint_course(self, painter: QPainter, row: LagRow, box: QRectF) -> None:
        """A bar for each part of the time in which something was posted: single ones are seen, gaps stay gaps."""
        theme, top = self._look.theme, _top(row)
        painter.fillRect(QRectF(box.x(), box.bottom(), box.width(), 1), theme.line)
        wide = box.width() / max(1, len(row.trend))
        for place, value in enumerate(row.trend):
            if isfinite(value):
                high = max(1.0, box.height() * value / top)
                painter.fillRect(QRectF(box.x() + place * wide, box.bottom() - high, wide * 0.8, high), theme.strong)


def _title() -> str:
    return t("Lag p50 / p95 this shift:")


def _width(row: LagRow) -> float:
    return metrics(_PX).horizontalAdvance(row.text) + 8 + _SPARK + (_MARK + 4 if row.bad else 0)


def _top(row: LagRow) -> float:
    """The highest of the course, so that small lags are seen too."""
    return max((value for value in row.trend if isfinite(value)), default=0.0) * 1.1 or 1.0
