"""The strip at the foot of the overview: the shift's figures, and what every line did so far."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import RADIUS, Look
from ui.views.overview.rows import Ran, ShiftLine, ShiftRow, Stretch
from ui.widgets.ink import draw_words

_ANTIALIAS = QPainter.RenderHint.Antialiasing
_HATCH = Qt.BrushStyle.BDiagPattern
_HEAD = 32.0
_ROW = 17.0
_LOW_ROW = 12.0
"""Heights at a width of 1,900 px or less; wider strips grow with their width."""
FEW_LINES = 4
MOST_LINES = 12


class ShiftStrip(QWidget):
    """Painted whole; it changes every quarter of a minute at most."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._row = ShiftRow(title="")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        look.changed.connect(self.update)

    def set_shift(self, row: ShiftRow) -> None:
        """Show the shift; an unchanged one is not painted again."""
        if row == self._row:
            return
        self._row = row
        self._fit()
        figures = ", ".join(f"{label} {value}" for label, value in row.figures)
        self.setAccessibleName(f"{row.title}: {figures}")
        self.update()

    def _scale(self) -> float:
        return max(1.0, self.width() / 1900)

    def _step(self) -> float:
        """The height of a line's row: less when there are many."""
        return _ROW if len(self._row.lines) <= FEW_LINES else _LOW_ROW

    def _fit(self) -> None:
        rows = min(MOST_LINES, len(self._row.lines))
        self.setFixedHeight(round((_HEAD + rows * self._step() + 14) * self._scale()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._look.theme
        painter.fillRect(self.rect(), theme.ground)
        scale = self._scale()
        painter.scale(scale, scale)
        frame = QRectF(0, 0, self.width() / scale, self.height() / scale).adjusted(10, 0, -10, -6)
        painter.setRenderHint(_ANTIALIAS, True)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setRenderHint(_ANTIALIAS, False)
        self._figures(painter, frame)
        step = self._step()
        gap = 6 if step == _ROW else 2
        for place, line in enumerate(self._row.lines[:MOST_LINES]):
            y = frame.y() + _HEAD + place * step
            self._line(painter, QRectF(frame.x() + 14, y, frame.width() - 28, step - gap), line)

    def _figures(self, painter: QPainter, frame: QRectF) -> None:
        look, theme = self._look, self._look.theme
        x = frame.x() + 14
        painter.setPen(theme.soft)
        draw_words(painter, x, frame.y(), _HEAD, self._row.title, 14, bold=True)
        x += look.width(self._row.title, 14, True) + 34
        for label, value in self._row.figures:
            wide = look.width(label, 14) + 7 + look.width(value, 14, True)
            if x + wide > frame.right() - 12:
                return
            painter.setPen(theme.soft)
            draw_words(painter, x, frame.y(), _HEAD, label, 14)
            painter.setPen(theme.ink)
            draw_words(painter, x + look.width(label, 14) + 7, frame.y(), _HEAD, value, 14, bold=True)
            x += wide + 32

    def _line(self, painter: QPainter, box: QRectF, line: ShiftLine) -> None:
        look, theme = self._look, self._look.theme
        painter.setPen(theme.soft)
        px = 13 if len(self._row.lines) <= FEW_LINES else 11
        draw_words(painter, box.x(), box.y(), box.height(), look.elided(line.name, px, 40), px)
        told = look.width(line.coverage, 12) + 12 if line.coverage else 0.0
        bar = QRectF(box.x() + 44, box.y(), box.width() - 44 - max(90.0, told), box.height())
        painter.fillRect(bar, theme.raised)
        for part in line.stretches:
            self._stretch(painter, bar, part)
        painter.fillRect(QRectF(bar.x() + bar.width() * self._row.now, bar.y() - 1, 2, bar.height() + 2), theme.ink)
        painter.setPen(theme.soft)
        draw_words(painter, bar.right() + 10, box.y(), box.height(), line.coverage, 12)

    def _stretch(self, painter: QPainter, bar: QRectF, part: Stretch) -> None:
        theme = self._look.theme
        x, end = bar.x() + bar.width() * part.start, bar.x() + bar.width() * part.end
        rect = QRectF(x, bar.y(), max(1.0, end - x), bar.height())
        if part.ran is Ran.UNKNOWN:
            painter.fillRect(rect, theme.panel)
            painter.fillRect(rect, QBrush(theme.fill, _HATCH))
            return
        colours: dict[Ran, QColor] = {Ran.RAN: theme.fill, Ran.STOOD: theme.track}
        painter.fillRect(rect, colours.get(part.ran) or theme.priority(part.priority))
