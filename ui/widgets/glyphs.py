"""The marks: four priorities as four shapes with their number, and the hold octagon. Readable without colour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from ui.theme import Look, Theme, font

_CLEAR = Qt.GlobalColor.transparent
_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_MITER = Qt.PenJoinStyle.MiterJoin

_SQUARE = ((0.08, 0.08), (0.92, 0.08), (0.92, 0.92), (0.08, 0.92))
_TRIANGLE = ((0.5, 0.02), (1.0, 0.95), (0.0, 0.95))
_DIAMOND = ((0.5, -0.02), (1.02, 0.5), (0.5, 1.02), (-0.02, 0.5))
_OCTAGON = tuple(
    (0.5 + 0.53 * math.cos(math.pi * (k + 0.5) / 4), 0.5 + 0.53 * math.sin(math.pi * (k + 0.5) / 4)) for k in range(8)
)
_SHAPES: dict[int, tuple[tuple[float, float], ...]] = {0: _OCTAGON, 1: _SQUARE, 2: _TRIANGLE, 3: _DIAMOND}
_TEXT_DROP = {2: 0.12}
_TEXT_SIZE = {0: 0.58, 2: 0.56}


def draw_priority(painter: QPainter, rect: QRectF, priority: int, theme: Theme) -> None:
    """The mark of a priority 1…4 in `rect` (square): shape, number and outline carry it, colour only helps."""
    _copy(painter, rect, priority, theme)


def draw_hold(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The hold mark: an octagon with H."""
    _copy(painter, rect, _HOLD, theme)


_HOLD = 0
_ROOM = 3
"""Px around a mark for its outline."""


def _copy(painter: QPainter, rect: QRectF, mark: int, theme: Theme) -> None:
    """Equal marks are painted once and copied."""
    picture = _picture(mark, round(rect.width()), painter.device().devicePixelRatio(), theme)
    painter.drawPixmap(QPointF(round(rect.x()) - _ROOM, round(rect.y()) - _ROOM), picture)


@lru_cache(maxsize=128)
def _picture(mark: int, size: int, ratio: float, theme: Theme) -> QPixmap:
    whole = round((size + 2 * _ROOM) * ratio)
    picture = QPixmap(whole, whole)
    picture.setDevicePixelRatio(ratio)
    picture.fill(_CLEAR)
    painter = QPainter(picture)
    painter.setRenderHint(_ANTIALIAS)
    rect = QRectF(_ROOM, _ROOM, size, size)
    painter.setPen(_outline(rect, theme))
    painter.setBrush(theme.priority(mark) if mark else theme.hold)
    shape = _SHAPES.get(mark)
    if shape is None:
        painter.drawEllipse(rect.adjusted(0.6, 0.6, -0.6, -0.6))
    else:
        painter.drawPolygon(_polygon(rect, shape))
    drop = size * _TEXT_DROP.get(mark, 0.0)
    painter.setFont(font(max(9, round(size * _TEXT_SIZE.get(mark, 0.62))), bold=True))
    painter.setPen(theme.on_priority(mark) if mark else theme.on_hold)
    painter.drawText(rect.translated(0, drop), _CENTER, str(mark) if mark else "H")
    painter.end()
    return picture


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
