"""The marks: four priorities as four shapes with their number, and the hold octagon. Readable without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import Look, Theme, font

_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_MITER = Qt.PenJoinStyle.MiterJoin

_SQUARE = ((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92))
_TRIANGLE = ((0.5, 0.02), (1.0, 0.95), (0.0, 0.95))
_DIAMOND = ((0.5, -0.02), (1.02, 0.5), (0.5, 1.02), (-0.02, 0.5))
_OCTAGON = tuple(
    (0.5 + 0.53 * math.cos(math.pi * (k + 0.5) / 4), 0.5 + 0.53 * math.sin(math.pi * (k + 0.5) / 4)) for k in range(8)
)
_SHAPES: dict[int, tuple[tuple[float, float], ...]] = {1: _SQUARE, 2: _TRIANGLE, 3: _DIAMOND}
_TEXT_DROP = {2: 0.12}
_TEXT_SIZE = {2: 0.56}


def draw_priority(painter: QPainter, rect: QRectF, priority: int, theme: Theme) -> None:
    """The mark of a priority 1…4 in `rect` (square): shape, number and outline carry it, colour only helps."""
    painter.save()
    painter.setRenderHint(_ANTIALIAS)
    painter.setPen(_outline(rect, theme))
    painter.setBrush(theme.priority(priority))
    shape = _SHAPES.get(priority)
    if shape is None:
        painter.drawEllipse(rect.adjusted(0.6, 0.6, -0.6, -0.6))
    else:
        painter.drawPolygon(_polygon(rect, shape))
    drop = rect.height() * _TEXT_DROP.get(priority, 0.0)
    size = max(9, round(rect.height() * _TEXT_SIZE.get(priority, 0.62)))
    painter.setFont(font(size, bold=True))
    painter.setPen(theme.on_priority(priority))
    painter.drawText(rect.translated(0, drop), _CENTER, str(priority))
    painter.restore()


def draw_hold(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The hold mark: an octagon with H."""
    painter.save()
    painter.setRenderHint(_ANTIALIAS)
    painter.setPen(_outline(rect, theme))
    painter.setBrush(theme.hold)
    painter.drawPolygon(_polygon(rect, _OCTAGON))
    painter.setFont(font(max(9, round(rect.height() * 0.58)), bold=True))
    painter.setPen(theme.on_hold)
    painter.drawText(rect, _CENTER, "H")
    painter.restore()


def _outline(rect: QRectF, theme: Theme) -> QPen:
    pen = QPen(theme.outline, max(1.2, rect.height() / 14))
    pen.setJoinStyle(_MITER)
    return pen


def _polygon(rect: QRectF, shape: Sequence[tuple[float, float]]) -> QPolygonF:
    x, y, w, h = rect.x(), rect.y(), rect.width(), rect.height()
    return QPolygonF([QPointF(x + a * w, y + b * h) for a, b in shape])


class Mark(QWidget):
    """A priority mark or, with `hold`, the hold mark as a widget of `size` px."""

    def __init__(
        self,
        look: Look,
        priority: int = 0,
        *,
        hold: bool = False,
        size: int = 20,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._size = look, size
        self._priority, self._hold = priority, hold
        self.setFixedSize(QSize(size + 4, size + 4))
        look.changed.connect(self.update)
        self.set(priority, hold)

    def set(self, priority: int = 0, hold: bool = False) -> None:
        """Show another mark; priority 0 and no hold shows nothing."""
        self._priority, self._hold = priority, hold
        self.setAccessibleName("hold" if hold else f"priority {priority}" if priority else "no mark")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(2, 2, self._size, self._size)
        if self._hold:
            draw_hold(painter, rect, self._look.theme)
        elif self._priority:
            draw_priority(painter, rect, self._priority, self._look.theme)
