"""The suspect window as a bar: two ends to drag, or to move by keys; the sample checks stand on it as dots."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.text import t
from ui.theme import Look
from ui.views.holds.rows import CheckDot, WindowScale

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
_CENTER = Qt.AlignmentFlag.AlignCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_KEY_LEFT, _KEY_RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right
_KEY_UP, _KEY_DOWN, _SPACE = Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_BAR_TOP, _BAR, _HANDLE = 22.0, 36.0, 12.0
FILL = 0.7
"""How strong the hold's colour fills a large area: not a lamp at night."""

_GRIP = 24.0
"""How near to an end, px, a press takes it: 48 px for a finger."""


class WindowBar(QWidget):
    """`moved` carries (first end?, instant), `nudged` (first end?, steps, coarse?). ↑ ↓ or Space change the end."""

    moved = Signal(bool, object)
    nudged = Signal(bool, int, bool)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._scale: WindowScale | None = None
        self._start = True
        self._dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(88)
        self.setAccessibleName(t("Suspect window"))
        look.changed.connect(self.update)

    def set_scale(self, scale: WindowScale) -> None:
        """Show this window."""
        if scale != self._scale:
            self._scale = scale
            self.setAccessibleDescription(f"{scale.from_text} – {scale.to_text}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(900, 88)

    # --- geometry ---------------------------------------------------------------------------------------------------

    def x_of(self, at: datetime) -> float:
        """The place of an instant, px."""
        scale = self._scale
        if scale is None or scale.end_at <= scale.start_at:
            return 0.0
        share = (at - scale.start_at) / (scale.end_at - scale.start_at)
        return _HANDLE + share * (self.width() - 2 * _HANDLE)

    def at_of(self, x: float) -> datetime | None:
        """The instant at a place, to the second."""
        scale = self._scale
        wide = self.width() - 2 * _HANDLE
        if scale is None or wide <= 0:
            return None
        share = min(1.0, max(0.0, (x - _HANDLE) / wide))
        seconds = round((scale.end_at - scale.start_at).total_seconds() * share)
        return scale.start_at + timedelta(seconds=seconds)

    # --- hands ------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._scale is None or event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        away = (abs(x - self.x_of(self._scale.from_at)), abs(x - self.x_of(self._scale.to_at)))
        self._dragging = min(away) <= _GRIP
        if self._dragging:
            self._start = away[0] <= away[1]
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.at_of(event.position().x())
        if self._dragging and at is not None:
            self.moved.emit(self._start, at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._dragging = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (_KEY_LEFT, _KEY_RIGHT):
            self.nudged.emit(self._start, 1 if key == _KEY_RIGHT else -1, bool(event.modifiers() & _SHIFT))
        elif key in (_KEY_UP, _KEY_DOWN, _SPACE):
            self._start = not self._start
            self.update()
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # --- paint ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        scale, theme = self._scale, self._look.theme
        if scale is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        bar = QRectF(_HANDLE, _BAR_TOP, self.width() - 2 * _HANDLE, _BAR)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.track)
        painter.drawRect(bar)
        start, end = self.x_of(scale.from_at), self.x_of(scale.to_at)
        painter.setOpacity(FILL)
        painter.fillRect(QRectF(start, _BAR_TOP, max(2.0, end - start), _BAR), theme.hold)
        painter.setOpacity(1.0)
        for first, x in ((True, start), (False, end)):
            self._paint_handle(painter, x, first)
        self._paint_dots(painter, scale)
        self._paint_texts(painter, scale, start, end)

    def _paint_dots(self, painter: QPainter, scale: WindowScale) -> None:
        """Good checks are plain, bad ones carry a cross and the colour of priority 2; each says its value above."""
        theme, used = self._look.theme, -100.0
        for dot in scale.dots:
            x = self.x_of(dot.at)
            painter.setPen(QPen(theme.outline, 1.4))
            painter.setBrush(theme.raised if dot.passed else theme.p2)
            painter.drawEllipse(QPointF(x, _BAR_TOP + _BAR / 2), 7, 7)
            if not dot.passed:
                y = _BAR_TOP + _BAR / 2
                painter.drawLine(QPointF(x - 3, y - 3), QPointF(x + 3, y + 3))
                painter.drawLine(QPointF(x - 3, y + 3), QPointF(x + 3, y - 3))
            used = self._paint_dot_text(painter, dot, x, used)

    def _paint_dot_text(self, painter: QPainter, dot: CheckDot, x: float, used: float) -> float:
        wide = self._look.width(dot.text, 12) + 4
        if x - wide / 2 < used:
            return used
        painter.setPen(self._look.theme.soft if dot.passed else self._look.theme.ink)
        painter.setFont(self._look.font(12))
        left = min(max(0.0, x - wide / 2), self.width() - wide)
        painter.drawText(QRectF(left, 0, wide, 20), _CENTER, dot.text)
        return left + wide + 6

    def _paint_handle(self, painter: QPainter, x: float, first: bool) -> None:
        theme = self._look.theme
        chosen = self.hasFocus() and first is self._start
        rect = QRectF(x - _HANDLE / 2, _BAR_TOP - 4, _HANDLE, _BAR + 8)
        painter.setPen(QPen(theme.selection if chosen else theme.panel, 2))
        painter.setBrush(theme.ink)
        painter.drawRect(rect)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-3, -3, 3, 3))

    def _paint_texts(self, painter: QPainter, scale: WindowScale, start: float, end: float) -> None:
        look, theme, y = self._look, self._look.theme, _BAR_TOP + _BAR + 9
        painter.setFont(look.font(14, bold=True))
        painter.setPen(theme.ink)
        first, last = safe(scale.from_text), safe(scale.to_text)
        wide1, wide2 = look.width(first, 14, bold=True) + 2, look.width(last, 14, bold=True) + 2
        x1 = min(max(0.0, start - wide1 / 2), self.width() - wide1)
        x2 = min(max(0.0, end - wide2 / 2), self.width() - wide2)
        if x1 + wide1 + 16 > x2:
            x1 = max(0.0, x2 - wide1 - 16)
            x2 = max(x2, x1 + wide1 + 16)
        painter.drawText(QRectF(x1, y, wide1, 20), _LEFT, first)
        painter.drawText(QRectF(x2, y, wide2, 20), _LEFT, last)
        painter.setFont(look.font(12))
        painter.setPen(theme.soft)
        if x1 > 60:
            painter.drawText(QRectF(0, y + 1, 60, 20), _LEFT, scale.start_text)
        if x2 + wide2 < self.width() - 60:
            painter.drawText(QRectF(self.width() - 60, y + 1, 60, 20), _RIGHT, scale.end_text)
