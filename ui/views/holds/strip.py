"""Where the suspect units are now: the line from the suspect machine on, painted, with the units between machines."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.text import t
from ui.theme import RADIUS, Look
from ui.views.holds.rows import PlaceBox
from ui.views.holds.window_bar import FILL

_CENTER = Qt.AlignmentFlag.AlignCenter
_TOP = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_DASH = Qt.PenStyle.DashLine
_HIGH, _BOX, _BAR = 84, 50.0, 14.0


class LineStrip(QWidget):
    """Boxes are machines; the bar after one is full where suspect units wait, its number says how many."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._boxes: tuple[PlaceBox, ...] = ()
        self.setFixedHeight(_HIGH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_boxes(self, boxes: Sequence[PlaceBox]) -> None:
        """Show these machines."""
        if tuple(boxes) != self._boxes:
            self._boxes = tuple(boxes)
            said = (f"{box.name}: {box.behind}" for box in self._boxes if box.behind)
            self.setAccessibleName(", ".join(said))
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(900, _HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._boxes:
            return
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        step = (self.width() - 2) / (len(self._boxes) - 0.42)
        wide = step * 0.58
        for place, box in enumerate(self._boxes):
            x = 1 + place * step
            self._paint_box(painter, QRectF(x, 6, wide, _BOX), box)
            if place < len(self._boxes) - 1:
                self._paint_gap(painter, QRectF(x + wide + 6, 6, step - wide - 12, _BOX), box)

    def _paint_box(self, painter: QPainter, rect: QRectF, box: PlaceBox) -> None:
        theme, look = self._look.theme, self._look
        painter.setPen(QPen(theme.hold if box.suspect else theme.line, 2 if box.suspect else 1))
        painter.setBrush(theme.raised)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)
        painter.setPen(theme.ink)
        painter.setFont(look.font(14, bold=True))
        name = look.elided(safe(box.name), 14, rect.width() - 10, bold=True)
        under = t("suspect") if box.suspect else "" if box.known else t("count not known")
        if not under:
            painter.drawText(rect, _CENTER, name)
            return
        painter.drawText(rect.adjusted(0, 8, 0, 0), _TOP, name)
        painter.setPen(theme.soft)
        painter.setFont(look.font(12))
        painter.drawText(rect.adjusted(0, 29, 0, 0), _TOP, look.elided(under, 12, rect.width() - 8))

    def _paint_gap(self, painter: QPainter, rect: QRectF, box: PlaceBox) -> None:
        theme, look = self._look.theme, self._look
        bar = QRectF(rect.x(), rect.center().y() - _BAR / 2, rect.width(), _BAR)
        painter.setPen(QPen(theme.line, 1, Qt.PenStyle.SolidLine if box.known else _DASH))
        painter.setBrush(theme.track)
        painter.drawRect(bar)
        if box.full:
            painter.setOpacity(FILL)
            painter.fillRect(bar, theme.hold)
            painter.setOpacity(1.0)
        painter.setPen(theme.ink if box.full else theme.soft)
        painter.setFont(look.font(14, bold=box.full))
        wide = rect.width() + 60
        text = look.elided(box.behind, 14, wide, bold=box.full)
        painter.drawText(QRectF(rect.center().x() - wide / 2, rect.bottom() + 4, wide, 22), _TOP, text)
