"""Chips (who has it, what it is) and key caps (which key does it): paint functions and small widgets."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import RADIUS, Look, metrics, text_width

_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_DASH = Qt.PenStyle.CustomDashLine
_PAD = 8.0


def chip_size(text: str, px: int = 13) -> tuple[float, float]:
    """Width and height in px that a chip of this text takes."""
    return text_width(text, px) + 2 * _PAD + 2, px + 8.0


def draw_chip(
    painter: QPainter,
    rect: QRectF,
    text: str,
    look: Look,
    *,
    px: int = 13,
    dashed: bool = False,
    chosen: bool = False,
) -> None:
    """A chip filling `rect`, its text cut to fit. Dashed: on offer, nobody has it yet. Chosen: the selection's blue."""
    theme = look.theme
    painter.save()
    painter.setRenderHint(_ANTIALIAS)
    pen = QPen(theme.selection if chosen else theme.soft if dashed else theme.line, 2 if chosen else 1)
    if dashed:
        pen.setStyle(_DASH)
        pen.setDashPattern([3.0, 2.0])
    painter.setPen(pen)
    painter.setBrush(theme.panel if dashed else theme.raised)
    box = rect.adjusted(0.5, 0.5, -0.5, -0.5)
    radius = box.height() / 2
    painter.drawRoundedRect(box, radius, radius)
    painter.setPen(theme.ink)
    painter.setFont(look.font(px))
    painter.drawText(rect, _CENTER, look.elided(text, px, rect.width() - 2 * _PAD + 2))
    painter.restore()


def key_width(text: str, px: int = 11) -> float:
    """Width in px of a key cap."""
    return max(metrics(px, mono=True).horizontalAdvance(text) + 8, px + 7.0)


def draw_key(painter: QPainter, x: float, y: float, text: str, look: Look, *, px: int = 11) -> float:
    """A key cap with its top left at (x, y); returns its width."""
    theme = look.theme
    width = key_width(text, px)
    rect = QRectF(x, y, width, px + 7.0)
    painter.save()
    painter.setRenderHint(_ANTIALIAS)
    painter.setPen(QPen(theme.fill, 1))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    painter.setPen(theme.soft)
    painter.setFont(look.font(px, mono=True))
    painter.drawText(rect, _CENTER, text)
    painter.restore()
    return width


class Chip(QWidget):
    """A chip that only tells; for one that is pressed see forms.ChoiceChips."""

    def __init__(
        self, look: Look, text: str = "", *, dashed: bool = False, px: int = 13, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look, self._px = look, px
        self._text, self._dashed = "", dashed
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)
        self.set(text, dashed=dashed)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def set(self, text: str, *, dashed: bool = False) -> None:
        """Say something else; dashed means on offer."""
        self._text, self._dashed = safe(text), dashed
        self.setAccessibleName(self._text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width, height = chip_size(self._text, self._px)
        return QSize(round(width + 0.5), round(height))

    def minimumSizeHint(self) -> QSize:
        return QSize(min(60, self.sizeHint().width()), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_chip(QPainter(self), QRectF(self.rect()), self._text, self._look, px=self._px, dashed=self._dashed)
