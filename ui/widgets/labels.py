"""The only place that makes a QLabel: always plain text, capped, control characters visible."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import font

_PLAIN = Qt.TextFormat.PlainText
_NO_INTERACTION = Qt.TextInteractionFlag.NoTextInteraction
_ELIDE = Qt.TextElideMode.ElideRight
_SOFT = QPalette.ColorRole.PlaceholderText
_INK = QPalette.ColorRole.WindowText


class TextLabel(QLabel):
    """A label that can't be made to read rich text. With `elide` it never asks for more width than it gets."""

    def __init__(self, *, elide: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._elide = elide
        self.setTextFormat(_PLAIN)
        self.setTextInteractionFlags(_NO_INTERACTION)

    def setText(self, text: str) -> None:
        """Show foreign or own text, made safe; unchanged text costs nothing."""
        shown = safe(text)
        if shown != self.text():
            super().setText(shown)

    def set_soft(self, soft: bool) -> None:
        """Soft or ink; follows the theme by the palette."""
        self.setForegroundRole(_SOFT if soft else _INK)

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        shown = self.fontMetrics().elidedText(self.text(), _ELIDE, self.width())
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)


def text_label(
    text: str = "",
    *,
    px: int = 14,
    bold: bool = False,
    soft: bool = False,
    mono: bool = False,
    wrap: bool = False,
    elide: bool = False,
    parent: QWidget | None = None,
) -> TextLabel:
    """A plain-text label in the bundled font; `soft` for what explains, ink for what matters."""
    label = TextLabel(elide=elide, parent=parent)
    label.setFont(font(px, bold=bold, mono=mono))
    label.set_soft(soft)
    label.setWordWrap(wrap)
    if elide:
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    label.setText(text)
    return label
