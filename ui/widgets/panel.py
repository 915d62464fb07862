"""Panel: a titled frame with one border and one radius; red-worthy ones wear their priority's border."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.theme import RADIUS, Look
from ui.widgets.labels import text_label

_ANTIALIAS = QPainter.RenderHint.Antialiasing


class Panel(QWidget):
    """Put content into `.body` (a QVBoxLayout); widgets at the right of the title into `.head` (a QHBoxLayout)."""

    def __init__(self, look: Look, title: str = "", *, raised: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._raised, self._priority = look, raised, 0
        self._title = text_label(title, px=13, bold=True, soft=True, elide=True)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.head = QHBoxLayout()
        self.head.setSpacing(8)
        self.head.addWidget(self._title, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(14, 10, 14, 12)
        outer.setSpacing(8)
        outer.addLayout(self.head, 0)
        outer.addLayout(self.body, 1)
        outer.addStretch(0)
        look.changed.connect(self.update)
        self.set_title(title)

    def set_title(self, title: str) -> None:
        """Change the title; empty hides it."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self.setAccessibleName(title)

    def set_priority(self, priority: int) -> None:
        """1…4 colours the border, 0 is normal."""
        if priority != self._priority:
            self._priority = priority
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._look.theme
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        colour = theme.priority(self._priority) if self._priority else theme.line
        width = 2.0 if self._priority else 1.0
        painter.setPen(QPen(colour, width))
        painter.setBrush(theme.raised if self._raised or self._priority else theme.panel)
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS)
