"""All strips in one painted widget: traces over their normal band, one cursor through all, the value at it beside.

Every strip is painted into a picture of its own when its data change; a moving cursor only copies the pictures.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.text import t
from ui.theme import RADIUS, Look
from ui.views.trends import numbers
from ui.views.trends.rows import Axis, Mark, Strip
from ui.widgets.glyphs import draw_priority
from ui.widgets.hatch import draw_stale

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_AXIS, _GAP, _SCALE, _TABLE = 26, 6, 58, 236
"""px: the time axis, the space between strips, the value scale at the left, the values at the right."""
_LEAST = 64
"""The least height of a strip, px; more of them than fit are counted under the axis."""


class StripStack(QWidget):
    """`picked` carries a strip's key, `pointed` an instant, `zoomed` −1 or +1."""

    picked = Signal(str)
    pointed = Signal(float)
    zoomed = Signal(int)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._strips: tuple[Strip, ...] = ()
        self._axis: Axis | None = None
        self._selected = ""
        self._pictures: list[QPixmap] = []
        self._faces: list[tuple[object, ...]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(_SCALE + _TABLE + 160, 200)
        look.changed.connect(self._redraw)

    @property
    def axis(self) -> Axis | None:
        """The time that is shown."""
        return self._axis

    def set_strips(self, strips: Sequence[Strip], axis: Axis, selected: str) -> None:
        """Show these strips; pictures are painted anew only where the stretch of time or the data moved."""
        same = self._axis is not None and (self._axis.from_s, self._axis.to_s) == (axis.from_s, axis.to_s)
        faces = [_face(s, axis.to_s) for s in strips]
        stays = same and faces == self._faces
        self._strips, self._axis, self._selected, self._faces = tuple(strips), axis, selected, faces
        self._describe()
        if stays:
            self.update()
        else:
            self._redraw()

    def _describe(self) -> None:
        words = (f"{s.where} {s.name}: {s.stale or f'{s.at_cursor} {s.unit}'}" for s in self._strips)
        self.setAccessibleDescription(", ".join(words))

    # --- geometry ---------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(1000, 600)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._redraw()

    def _fits(self) -> int:
        return max(1, (self.height() - _AXIS) // (_LEAST + _GAP))

    def _boxes(self) -> list[QRectF]:
        """The place of every strip that fits."""
        count = min(len(self._strips), self._fits())
        if not count:
            return []
        high = min(220.0, (self.height() - _AXIS) / count - _GAP)
        return [QRectF(0, place * (high + _GAP), self.width(), high) for place in range(count)]

    def _plot(self, box: QRectF) -> QRectF:
        return box.adjusted(_SCALE, 0, -_TABLE, 0)

    def _x(self, at_s: float, plot: QRectF) -> float:
        axis = self._axis
        if axis is None or axis.to_s <= axis.from_s:
            return plot.x()
        return plot.x() + (at_s - axis.from_s) / (axis.to_s - axis.from_s) * plot.width()

    # --- mouse ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        point = QPointF(event.position())
        for strip, box in zip(self._strips, self._boxes(), strict=False):
            if box.contains(point):
                self.picked.emit(strip.key)
        self._point(point)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(QPointF(event.position()))

    def _point(self, point: QPointF) -> None:
        plot = self._plot(QRectF(self.rect()))
        if self._axis is not None and plot.x() <= point.x() <= plot.right():
            share = (point.x() - plot.x()) / max(1.0, plot.width())
            self.pointed.emit(self._axis.from_s + share * (self._axis.to_s - self._axis.from_s))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel zooms only with the focus here."""
        if self.hasFocus() and event.angleDelta().y():
            self.zoomed.emit(-1 if event.angleDelta().y() > 0 else 1)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # --- paint ------------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        self._pictures = []
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, boxes = self._look.theme, self._boxes()
        painter.fillRect(self.rect(), theme.ground)
        if not boxes or self._axis is None:
            self._text(
                painter, QRectF(self.rect()), t("Choose a signal at the left: / finds it by its name."), soft=True
            )
            return
        if len(self._pictures) != len(boxes):
            self._pictures = [self._picture(s, b) for s, b in zip(self._strips, boxes, strict=False)]
        for strip, box, picture in zip(self._strips, boxes, self._pictures, strict=False):
            self._paint_strip(painter, strip, box, picture)
        self._paint_cursor(painter, boxes)
        self._paint_axis(painter, boxes)

    def _paint_strip(self, painter: QPainter, strip: Strip, box: QRectF, picture: QPixmap) -> None:
        theme = self._look.theme
        plot = self._plot(box)
        painter.drawPixmap(plot.topLeft(), picture)
        painter.setBrush(_NO_BRUSH)
        painter.setPen(theme.line)
        painter.drawRect(plot.adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_scale(painter, strip, box)
        self._paint_values(painter, strip, QRectF(plot.right() + 8, box.y(), _TABLE - 8, box.height()))

    def _paint_scale(self, painter: QPainter, strip: Strip, box: QRectF) -> None:
        """The range at the left: top, bottom, and the selection's mark."""
        theme = self._look.theme
        scale = QRectF(box.x() + 6, box.y(), _SCALE - 12, box.height())
        for text, y in ((f"{strip.top:g}", scale.y()), (f"{strip.bottom:g}", scale.bottom() - 16)):
            self._text(painter, QRectF(scale.x(), y, scale.width(), 16), text, px=11, soft=True, right=True)
        if strip.key == self._selected:
            painter.fillRect(QRectF(box.x(), box.y(), 3, box.height()), theme.selection)

    def _paint_values(self, painter: QPainter, strip: Strip, box: QRectF) -> None:
        """What it is at the cursor; a tag that is not heard is hatched, never its last number."""
        theme = self._look.theme
        if strip.key == self._selected:
            painter.fillRect(box.adjusted(-8, 0, 0, 0), theme.raised)
            if self.hasFocus():
                painter.setPen(QPen(theme.selection, 1))
                painter.setBrush(_NO_BRUSH)
                painter.drawRect(box.adjusted(-7.5, 0.5, -0.5, -0.5))
        rows = [
            QRectF(box.x(), box.y() + 3 + y, box.width() - 6, h) for y, h in ((0, 18), (17, 16), (33, 28), (60, 16))
        ]
        self._text(painter, rows[0], strip.name, px=13, bold=True)
        self._text(painter, rows[1], strip.where, px=12, soft=True)
        if strip.stale:
            draw_stale(painter, rows[2].adjusted(0, 1, 0, -1), strip.stale, self._look, px=12)
        else:
            self._paint_number(painter, strip, rows[2])
        if box.height() >= 80:
            self._text(painter, rows[3], strip.spread, px=12, soft=True)
        if box.height() >= 98 and strip.band:
            below = rows[3].translated(0, 17)
            self._text(painter, below, t("normal {band}", band=strip.band), px=12, soft=True)

    def _paint_number(self, painter: QPainter, strip: Strip, box: QRectF) -> None:
        look = self._look
        self._text(painter, box, strip.at_cursor, px=20)
        width = look.width(strip.at_cursor, 20) + 6
        self._text(painter, box.adjusted(width, 4, 0, 2), strip.unit, px=12, soft=True)

    def _paint_cursor(self, painter: QPainter, boxes: Sequence[QRectF]) -> None:
        axis = self._axis
        if axis is None:
            return
        plot = self._plot(boxes[0])
        x = min(max(self._x(axis.cursor_s, plot), plot.x()), plot.right())
        painter.fillRect(QRectF(round(x), boxes[0].y(), 1, boxes[-1].bottom() - boxes[0].y()), self._look.theme.ink)

    def _paint_axis(self, painter: QPainter, boxes: Sequence[QRectF]) -> None:
        axis, look = self._axis, self._look
        if axis is None:
            return
        plot, y = self._plot(boxes[-1]), boxes[-1].bottom() + 3
        x = min(max(self._x(axis.cursor_s, plot), plot.x()), plot.right())
        width = look.width(axis.cursor, 12, True) + 14
        plate = QRectF(min(max(x - width / 2, plot.x()), plot.right() - width), y, width, 19)
        for at_s, words in axis.ticks:
            at = QRectF(self._x(at_s, plot) - 40, y, 80, 19)
            if not at.adjusted(14, 0, -14, 0).intersects(plate) and at.left() > plot.x() - 40:
                self._text(painter, at, words, px=12, soft=True, centre=True)
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(look.theme.line)
        painter.setBrush(look.theme.raised)
        painter.drawRoundedRect(plate.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setRenderHint(_ANTIALIAS, False)
        self._text(painter, plate, axis.cursor, px=12, bold=True, centre=True)
        more = len(self._strips) - len(boxes)
        if more:
            side = QRectF(plot.right() + 8, y, _TABLE - 8, 19)
            self._text(painter, side, t("{n} more: no room here", n=more), px=12, soft=True)

    # --- one strip's picture ----------------------------------------------------------------------------------------

    def _picture(self, strip: Strip, box: QRectF) -> QPixmap:
        """Band, ticks, case windows and the trace of a strip."""
        theme, plot = self._look.theme, self._plot(box)
        ratio = self.devicePixelRatioF()
        picture = QPixmap(round(plot.width() * ratio), round(plot.height() * ratio))
        picture.setDevicePixelRatio(ratio)
        picture.fill(theme.raised)
        painter = QPainter(picture)
        area = QRectF(0, 0, plot.width(), plot.height())
        self._paint_band(painter, strip, area)
        self._paint_begin(painter, strip, area)
        for at_s, _ in self._axis.ticks if self._axis else ():
            painter.fillRect(QRectF(round(self._x(at_s, area)), 0, 1, area.height()), theme.line)
        for mark in strip.marks:
            self._paint_mark(painter, mark, area)
        self._paint_trace(painter, strip, area)
        painter.end()
        return picture

    def _y(self, value: float, strip: Strip, area: QRectF) -> float:
        span = strip.top - strip.bottom or 1.0
        return area.bottom() - (value - strip.bottom) / span * area.height()

    def _paint_band(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        if strip.low is None and strip.high is None:
            return
        top = area.top() if strip.high is None else max(area.top(), self._y(strip.high, strip, area))
        bottom = area.bottom() if strip.low is None else min(area.bottom(), self._y(strip.low, strip, area))
        painter.fillRect(QRectF(area.x(), top, area.width(), max(1.0, bottom - top)), self._look.theme.track)

    def _paint_mark(self, painter: QPainter, mark: Mark, area: QRectF) -> None:
        """A case: a line where it began, a bar along the top for as long as it lasted."""
        theme = self._look.theme
        colour = theme.priority(mark.priority)
        x1 = max(area.x(), self._x(mark.from_s, area))
        x2 = min(area.right(), self._x(mark.to_s, area))
        painter.fillRect(QRectF(x1, 0, max(2.0, x2 - x1), 4), colour)
        if self._x(mark.from_s, area) >= area.x():
            painter.fillRect(QRectF(x1, 0, 2, area.height()), colour)
        width = self._look.width(mark.text, 12) + 28
        left = x1 + 5 if x1 + width + 5 < area.right() else x1 - width - 3
        if not mark.text or left < area.x() or area.height() < 44:
            return
        plate = QRectF(left, 7, width, 18)
        painter.fillRect(plate, theme.raised)
        draw_priority(painter, QRectF(plate.x() + 2, plate.y() + 2, 14, 14), mark.priority, theme)
        self._text(painter, plate.adjusted(22, 0, 0, 0), mark.text, px=12)

    def _paint_begin(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        """Where the past ends: plain ground before it, a line, and its words on the side that has room."""
        if strip.begins_s is None:
            return
        theme, x = self._look.theme, min(self._x(strip.begins_s, area), area.right())
        painter.fillRect(QRectF(0, 4, x, area.height() - 4), theme.ground)
        painter.fillRect(QRectF(round(x) - 1, 4, 1, area.height() - 4), theme.strong)
        width = self._look.width(strip.begins, 12) + 8
        if area.height() >= 44:
            left = x - width - 4 if x > width + 4 else x + 6
            self._text(painter, QRectF(left, area.bottom() - 22, width, 18), strip.begins, px=12, soft=True)

    def _paint_trace(self, painter: QPainter, strip: Strip, area: QRectF) -> None:
        axis = self._axis
        if axis is None or not strip.times.size:
            return
        columns = int(area.width())
        scale = area.width() / max(1e-9, axis.to_s - axis.from_s)
        up = area.height() / (strip.top - strip.bottom or 1.0)
        painter.setPen(QPen(self._look.theme.ink, 1.0))
        for times, values in numbers.runs(strip.times, strip.values, columns, strip.gap_s):
            xs = ((times - axis.from_s) * scale).tolist()
            ys = (area.bottom() - (values - strip.bottom) * up).tolist()
            if len(xs) == 1:
                painter.drawPoint(QPointF(xs[0], ys[0]))
            else:
                painter.drawPolyline([QPointF(x, y) for x, y in zip(xs, ys, strict=True)])

    def _text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        *,
        px: int = 14,
        bold: bool = False,
        soft: bool = False,
        right: bool = False,
        centre: bool = False,
    ) -> None:
        look = self._look
        painter.setPen(look.theme.soft if soft else look.theme.ink)
        painter.setFont(look.font(px, bold))
        flags = _CENTER if centre else _RIGHT if right else _LEFT
        painter.drawText(box, flags, look.elided(text, px, box.width() + 1, bold))


def _face(strip: Strip, to_s: float) -> tuple[object, ...]:
    """What a strip's picture depends on beside the stretch of time; equal faces are equal pictures."""
    seen = int(np.searchsorted(strip.times, to_s, side="right"))
    newest = float(strip.times[seen - 1]) if seen else 0.0
    return strip.key, strip.bottom, strip.top, strip.marks, newest, strip.version, strip.begins_s
