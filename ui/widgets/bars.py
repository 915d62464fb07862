"""Bars: a rate as a pointer in its normal band, progress with its plan mark, a buffer as a stack.

Paint functions take rectangles and plain numbers; NaN or None means not known and draws no pointer.
"""

from __future__ import annotations

import math
from functools import cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import Look, Theme

_NO_BRUSH = Qt.BrushStyle.NoBrush
_NO_PEN = Qt.PenStyle.NoPen
_ANTIALIAS = QPainter.RenderHint.Antialiasing


def draw_rate(
    painter: QPainter,
    rect: QRectF,
    value: float,
    theme: Theme,
    *,
    top: float,
    low: float | None = None,
    high: float | None = None,
    bottom: float = 0.0,
    colour: QColor | None = None,
) -> None:
    """A value between `bottom` and `top` as bar and pointer over its normal band. `colour` when abnormal."""
    draw_scale(painter, rect, theme, top=top, low=low, high=high, bottom=bottom)
    draw_pointer(painter, rect, value, theme, top=top, bottom=bottom, colour=colour)


def draw_scale(
    painter: QPainter,
    rect: QRectF,
    theme: Theme,
    *,
    top: float,
    low: float | None = None,
    high: float | None = None,
    bottom: float = 0.0,
) -> None:
    """What lies under `draw_pointer` and does not move: the track with the normal band."""
    span, track = top - bottom, _track(rect)
    painter.fillRect(track, theme.track)
    if span > 0 and (low is not None or high is not None):
        a = _share(low if low is not None else bottom, bottom, span)
        b = _share(high if high is not None else top, bottom, span)
        painter.fillRect(
            QRectF(track.x() + a * track.width(), track.y(), (b - a) * track.width(), track.height()),
            theme.band,
        )


def draw_pointer(
    painter: QPainter,
    rect: QRectF,
    value: float,
    theme: Theme,
    *,
    top: float,
    bottom: float = 0.0,
    colour: QColor | None = None,
) -> None:
    """A value's bar and pointer over `draw_scale` in the same rectangle."""
    span, track = top - bottom, _track(rect)
    if span <= 0 or math.isnan(value):
        return
    x = track.x() + _share(value, bottom, span) * track.width()
    shown = colour or theme.strong
    middle = track.center().y()
    painter.fillRect(QRectF(track.x(), middle - 2, x - track.x(), 4), shown)
    _pointer(painter, x, middle - 1, rect.height() * 0.55, shown)


def _track(rect: QRectF) -> QRectF:
    """The lower part of a bar's rectangle; above it is room for the pointer."""
    return QRectF(rect.x(), rect.y() + rect.height() * 0.35, rect.width(), rect.height() * 0.65)


def _pointer(painter: QPainter, x: float, y: float, size: float, colour: QColor) -> None:
    """A small triangle that points down to (x, y)."""
    painter.setRenderHint(_ANTIALIAS, True)
    painter.setPen(_NO_PEN)
    painter.setBrush(colour)
    painter.drawPolygon(_triangle(size).translated(x, y))
    painter.setRenderHint(_ANTIALIAS, False)


@cache
def _triangle(size: float) -> QPolygonF:
    """A triangle of this height with its tip at (0, 0)."""
    return QPolygonF([QPointF(-size * 0.6, -size), QPointF(size * 0.6, -size), QPointF(0, 0)])


def draw_progress(
    painter: QPainter,
    rect: QRectF,
    done: float,
    plan: float | None,
    theme: Theme,
    *,
    colour: QColor | None = None,
) -> None:
    """Progress 0…1 with the mark of where the plan would be now (None: no plan known)."""
    painter.fillRect(rect, theme.track)
    painter.fillRect(QRectF(rect.x(), rect.y(), rect.width() * _clip(done), rect.height()), colour or theme.fill)
    if plan is not None:
        x = rect.x() + rect.width() * _clip(plan)
        painter.fillRect(QRectF(x - 1, rect.y() - 1, 2, rect.height() + 2), theme.ink)


def draw_buffer(painter: QPainter, rect: QRectF, fill: float, theme: Theme, *, segments: int = 6) -> None:
    """A buffer as a stack of segments, filled from below to `fill` 0…1; NaN draws outlines only."""
    step = rect.height() / segments
    full = 0.0 if math.isnan(fill) else _clip(fill) * segments
    for row in range(segments):
        box = QRectF(rect.x(), rect.bottom() - (row + 1) * step, rect.width(), step - 1.5)
        if math.isnan(fill):
            painter.setPen(theme.line)
            painter.setBrush(_NO_BRUSH)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            continue
        painter.fillRect(box, theme.track)
        share = min(1.0, max(0.0, full - row))
        if share > 0.5:
            painter.fillRect(box, theme.fill)


def _share(value: float, bottom: float, span: float) -> float:
    return _clip((value - bottom) / span)


def _clip(share: float) -> float:
    return 0.0 if math.isnan(share) else min(1.0, max(0.0, share))


class ProgressBar(QWidget):
    """Progress with a plan mark as a widget."""

    def __init__(self, look: Look, *, height: int = 12, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._done, self._priority = 0.0, 0
        self._plan: float | None = None
        self.setFixedHeight(height + 4)
        self.setMinimumWidth(60)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set(self, done: float, plan: float | None = None, priority: int = 0) -> None:
        """Shares 0…1; `priority` 1…4 colours an abnormal one."""
        if (done, plan, priority) != (self._done, self._plan, self._priority):
            self._done, self._plan, self._priority = done, plan, priority
            self.setAccessibleName(f"{round(done * 100)} %")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._look.theme
        colour = theme.priority(self._priority) if self._priority else None
        rect = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        draw_progress(QPainter(self), rect, self._done, self._plan, theme, colour=colour)


class RateBar(QWidget):
    """A value's pointer in its band as a widget."""

    def __init__(self, look: Look, *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._value, self._bottom, self._top = math.nan, 0.0, 1.0
        self._low: float | None = None
        self._high: float | None = None
        self._priority = 0
        self.setFixedHeight(18)
        self.setMinimumWidth(60)
        look.changed.connect(self.update)

    def set(
        self,
        value: float,
        *,
        top: float,
        low: float | None = None,
        high: float | None = None,
        bottom: float = 0.0,
        priority: int = 0,
    ) -> None:
        """Show another value; NaN draws the band alone."""
        self._value, self._bottom, self._top = value, bottom, top
        self._low, self._high, self._priority = low, high, priority
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._look.theme
        draw_rate(
            QPainter(self),
            QRectF(self.rect()).adjusted(6, 0, -6, 0),
            self._value,
            theme,
            bottom=self._bottom,
            top=self._top,
            low=self._low,
            high=self._high,
            colour=theme.priority(self._priority) if self._priority else None,
        )
