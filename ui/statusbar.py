"""The status bar and the message strip above it: how the parts stand, and the last thing that was said.

Passive. Both keep their height whatever they say; a message stays until another replaces it or a person dismisses it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.text import safe
from ui.summary import Part
from ui.text import t
from ui.theme import RADIUS, Look
from ui.widgets.chips import draw_key, key_width
from ui.widgets.glyphs import draw_priority

HEIGHT = 32
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_PX, _DOT, _GAP = 13, 6, 28


class StatusBar(QFrame):
    """The parts from the left, marks and the site's clock at the right."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._parts: tuple[Part, ...] = ()
        self._marks: tuple[str, ...] = ()
        self._clock = ""
        self.setFixedHeight(HEIGHT)
        look.changed.connect(self.update)

    def set_state(self, parts: Sequence[Part], marks: Sequence[str], clock: str) -> None:
        """The parts, marks such as "REPLAYED", and the clock."""
        now = (tuple(parts), tuple(marks), clock)
        if now != (self._parts, self._marks, self._clock):
            self._parts, self._marks, self._clock = now
            self.setAccessibleName(self.text())
            self.setToolTip("\n".join(part.tip for part in self._parts if part.tip))
            self.update()

    def text(self) -> str:
        """Everything it says, in words."""
        return "; ".join([*(f"{p.head} {p.text}".strip() for p in self._parts), *self._marks, self._clock])

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._look.theme, QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        painter.fillRect(self.rect(), theme.raised)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        right = self._paint_right(painter)
        x = 14.0
        for part in self._parts:
            x = self._paint_part(painter, part, x, right)

    def _paint_right(self, painter: QPainter) -> float:
        """Clock and marks; returns where they begin."""
        theme, look = self._look.theme, self._look
        x = self.width() - 14 - look.width(self._clock, _PX)
        self._write(painter, x, self._clock, soft=True)
        for mark in self._marks:
            wide = look.width(mark, 12, bold=True) + 16
            x -= wide + 16
            painter.setPen(theme.ink)
            painter.setBrush(theme.p3)
            painter.drawRoundedRect(QRectF(x + 0.5, 6.5, wide, HEIGHT - 13), RADIUS, RADIUS)
            painter.setPen(theme.on_p3)
            painter.setFont(look.font(12, bold=True))
            painter.drawText(QRectF(x, 6, wide, HEIGHT - 12), _CENTER, mark)
        return x - 16

    def _paint_part(self, painter: QPainter, part: Part, x: float, right: float) -> float:
        theme = self._look.theme
        if part.priority:
            draw_priority(painter, QRectF(x, (HEIGHT - 14) / 2, 14, 14), part.priority, theme)
            x += 20
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.strong)
            painter.drawEllipse(QRectF(x, (HEIGHT - _DOT) / 2, _DOT, _DOT))
            x += _DOT + 6
        x = self._write(painter, x, part.head, soft=False, bold=bool(part.priority), most=right - x) + 6
        if part.text:
            x = self._write(painter, x, part.text, soft=not part.priority, most=right - x)
        return x + _GAP

    def _write(
        self, painter: QPainter, x: float, text: str, *, soft: bool, bold: bool = False, most: float = 4000
    ) -> float:
        shown = self._look.elided(text, _PX, max(0.0, most), bold)
        painter.setPen(self._look.theme.soft if soft else self._look.theme.ink)
        painter.setFont(self._look.font(_PX, bold))
        wide = self._look.width(shown, _PX, bold)
        painter.drawText(QRectF(x, 0, wide + 4, HEIGHT), _LEFT, shown)
        return x + wide


class MessageStrip(QFrame):
    """One line: when, and what was said. Bad news has a mark and waits to be dismissed with Esc."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._at, self._text, self._bad = "", "", False
        self.setFixedHeight(HEIGHT - 2)
        look.changed.connect(self.update)

    @property
    def text(self) -> str:
        """What it says now."""
        return self._text

    @property
    def bad(self) -> bool:
        """Whether what it says is bad news."""
        return self._bad

    def say(self, at: str, text: str, bad: bool = False) -> None:
        """Replace the message; `at` is the clock when it was said."""
        self._at, self._text, self._bad = at, safe(text), bad
        self.setAccessibleName(t("Message: {text}", text=self._text) if text else "")
        self.update()

    def dismiss(self) -> bool:
        """Take bad news away; False when there is none."""
        bad = self._bad
        if bad:
            self.say("", "")
        return bad

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, look, high = self._look.theme, self._look, self.height()
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        if not self._text:
            return
        x, right = 14.0, self.width() - 14.0
        painter.setFont(look.font(_PX))
        painter.setPen(theme.soft)
        painter.drawText(QRectF(x, 0, 70, high), _LEFT, self._at)
        x += 72
        if self._bad:
            draw_priority(painter, QRectF(x, (high - 16) / 2, 16, 16), 2, theme)
            x += 24
            right -= key_width("Esc") + 8
            draw_key(painter, right + 8, (high - 18) / 2, "Esc", look)
        painter.setFont(look.font(14, self._bad))
        painter.setPen(theme.ink)
        painter.drawText(QRectF(x, 0, right - x, high), _LEFT, look.elided(self._text, 14, right - x, self._bad))
