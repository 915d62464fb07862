"""The status bar and the message strip above it: how the parts stand, the last thing that was said, what is warned of.

Passive. Both keep their height whatever they say; a message stays until another replaces it or a person dismisses it,
a warning until it is over.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.text import safe
from ui.part import Notice, Part, fitting
from ui.text import t
from ui.theme import RADIUS, Look
from ui.widgets.chips import draw_key, key_width
from ui.widgets.glyphs import draw_priority

HEIGHT = 32
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_PX, _DOT, _GAP = 13, 6, 28
_LEAST = 60
"""A part with less room, px, is left out: its tip and F9 have it."""


class StatusBar(QFrame):
    """The parts from the left, marks and the site's clock at the right. `pressed`: more of it is wanted."""

    pressed = Signal()

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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()

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
        for part in fitting(self._parts, right - x, self._wide):
            if x + _LEAST > right:
                break
            x = self._paint_part(painter, part, x, right)

    def _wide(self, part: Part) -> float:
        """What a part takes in full, with the gap behind it, in px."""
        look = self._look
        mark = 20 if part.priority else _DOT + 6
        return mark + look.width(part.head, _PX, bool(part.priority)) + 6 + look.width(part.text, _PX) + _GAP

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
    """One line: when, and what was said. Bad news has a mark and waits to be dismissed with Esc.

    At the right a warning stands until it is over, whatever is said; F8 or a press leads to it.
    """

    warning_pressed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._at, self._text, self._bad = "", "", False
        self._notices: tuple[Notice, ...] = ()
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

    def warn(self, notices: Sequence[Notice]) -> None:
        """What is warned of now, the gravest first."""
        if tuple(notices) != self._notices:
            self._notices = tuple(notices)
            self.setAccessibleDescription(" ".join(notice.text for notice in notices))
            self.setToolTip("\n".join(notice.text for notice in notices))
            self.update()

    @property
    def warning(self) -> str:
        """What is warned of first; "" while nothing is."""
        return self._notices[0].text if self._notices else ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._notices:
            self.warning_pressed.emit()

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
        right = self._paint_warning(painter)
        if not self._text:
            return
        x = 14.0
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

    def _paint_warning(self, painter: QPainter) -> float:
        """The gravest warning as a filled box at the right, how many more there are, its key; where the box begins."""
        right = self.width() - 14.0
        if not self._notices:
            return right
        theme, look, high, notice = self._look.theme, self._look, self.height(), self._notices[0]
        more = len(self._notices) - 1
        text = f"{notice.text} {t('(and {count} more)', count=more)}" if more else notice.text
        taken = 52 + key_width("F8")
        most = self.width() * (_SHARE if self._text else 1.0) - 28 - taken
        shown = look.elided(text, 14, most, bold=True)
        box = QRectF(0, 2.5, look.width(shown, 14, bold=True) + taken, high - 5)
        box.moveRight(right)
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(theme.outline)
        painter.setBrush(theme.priority(notice.priority))
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        draw_priority(painter, QRectF(box.x() + 9, (high - 16) / 2, 16, 16), notice.priority, theme)
        painter.setFont(look.font(14, True))
        painter.setPen(theme.on_priority(notice.priority))
        painter.drawText(box.adjusted(34, 0, -8, 0), _LEFT, shown)
        draw_key(painter, box.right() - key_width("F8") - 9, (high - 18) / 2, "F8", look)
        return box.x() - 18


_SHARE = 0.62
"""Of the strip's width that a warning may take while something is said."""
