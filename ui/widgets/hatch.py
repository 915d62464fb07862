"""Stale: hatched, with since when. Never the last number."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.domain.text import safe
from ui.theme import Look

_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_STEP = 12.0


def draw_stale(painter: QPainter, rect: QRectF, text: str, look: Look, *, px: int = 13) -> None:
    """The hatch over `rect` with `text` ("no data since 02:14:07") on a plain ground; a blank text is hatch alone."""
    theme = look.theme
    painter.save()
    painter.setClipRect(rect)
    painter.fillRect(rect, theme.track)
    painter.setRenderHint(_ANTIALIAS)
    painter.setPen(QPen(theme.band, _STEP / 2))
    x = rect.left() - rect.height()
    while x < rect.right() + _STEP:
        painter.drawLine(QPointF(x, rect.bottom() + 2), QPointF(x + rect.height() + 4, rect.top() - 2))
        x += _STEP
    painter.setRenderHint(_ANTIALIAS, False)
    painter.setPen(theme.line)
    painter.setBrush(_NO_BRUSH)
    painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))
    for words, plate in _plates(rect, text, look, px):
        painter.fillRect(plate, theme.raised)
        painter.setPen(theme.ink)
        painter.setFont(look.font(px))
        painter.drawText(plate, _CENTER, words)
    painter.restore()


def _plates(rect: QRectF, text: str, look: Look, px: int) -> list[tuple[str, QRectF]]:
    """The words and the plain ground under them: on two lines where one is too short, so that the time is not cut."""
    if not text.strip():
        return []
    high, room = px * 1.5 + 2, rect.width() - 12
    lines = [text]
    if look.width(text, px) > room and rect.height() >= 2 * high:
        head, _, tail = text.rpartition(" ")
        lines = [head, tail] if head else [text]
    shown = [look.elided(line, px, room) for line in lines]
    top = rect.center().y() - high * len(shown) / 2
    wide = min(rect.width(), max(look.width(line, px) for line in shown) + 10)
    left = rect.center().x() - wide / 2
    return [(line, QRectF(left, top + place * high, wide, high + 0.5)) for place, line in enumerate(shown)]


class StaleBox(QWidget):
    """The hatch as a widget, to stand where a value would."""

    def __init__(self, look: Look, text: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._text = ""
        look.changed.connect(self.update)
        self.set(text)

    def set(self, text: str) -> None:
        """Say since when."""
        self._text = safe(text)
        self.setAccessibleName(self._text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(180, 40)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_stale(QPainter(self), QRectF(self.rect()), self._text, self._look)
