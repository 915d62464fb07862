"""One of the ways that the guided start has: a tile with its number. Passive."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.theme import RADIUS, Look
from ui.widgets.chips import draw_key, key_width

ENTERS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class Way(QWidget):
    """One of the three, with its number. `pressed`: Enter or a click on it; the arrows move on."""

    pressed = Signal()
    entered = Signal()

    def __init__(self, look: Look, number: int, title: str, words: str) -> None:
        super().__init__()
        self._look, self._key, self._title, self._words = look, str(number), title, words
        self._on = False
        self.setFixedHeight(76)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        look.changed.connect(self.update)

    def set_on(self, on: bool) -> None:
        """Whether its page is shown."""
        self._on = on
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        look, theme, painter = self._look, self._look.theme, QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(theme.selection if self._on else theme.line, 2 if self._on else 1))
        painter.setBrush(theme.raised if self._on else theme.panel)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        painter.setPen(theme.ink)
        painter.setFont(look.font(16, True))
        painter.drawText(
            QRectF(16, 12, box.width() - 60, 26), _LEFT, look.elided(self._title, 16, box.width() - 60, True)
        )
        painter.setPen(theme.soft)
        painter.setFont(look.font(13))
        painter.drawText(QRectF(16, 40, box.width() - 24, 22), _LEFT, look.elided(self._words, 13, box.width() - 24))
        draw_key(painter, self.width() - key_width(self._key) - 14, 16, self._key, look)
        if self.hasFocus():
            painter.setPen(QPen(theme.selection, 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(4, 4, -4, -4))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTERS or event.key() == Qt.Key.Key_Space:
            self.pressed.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
