"""What can be done to the selected thing: key caps with their words, flowing over rows; a press does it too."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import TOUCH, Look
from ui.widgets.chips import draw_key, key_width

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_GAP = 16.0


class KeyStrip(QWidget):
    """`set_keys` takes (id, key, text); `pressed` carries the id. Rows are tall enough for a finger."""

    pressed = Signal(str)

    def __init__(self, look: Look, *, row_height: int = TOUCH, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._row = look, row_height
        self._keys: tuple[tuple[str, str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Show these; the same ones again cost nothing."""
        shown = tuple((action, key, safe(text)) for action, key, text in keys)
        if shown == self._keys:
            return
        self._keys = shown
        self.setAccessibleName(", ".join(f"{key}: {text}" for _, key, text in shown))
        self.updateGeometry()
        self.update()

    def boxes(self, width: float) -> list[QRectF]:
        """Where each one lies at this width."""
        found, x, y = [], 0.0, 0.0
        for _, key, text in self._keys:
            wide = key_width(key) + 6 + self._look.width(text, 13) + 2
            if x and x + wide > width:
                x, y = 0.0, y + self._row
            found.append(QRectF(x, y, min(wide, width), self._row))
            x += wide + _GAP
        return found

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self.boxes(width)
        return int(boxes[-1].bottom()) + 1 if boxes else 0

    def sizeHint(self) -> QSize:
        width = max(self.width(), 200)
        return QSize(200, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, look = self._look.theme, self._look
        for (_, key, text), box in zip(self._keys, self.boxes(self.width()), strict=True):
            cap = draw_key(painter, box.x(), box.center().y() - 9, key, look)
            painter.setPen(theme.soft)
            painter.setFont(look.font(13))
            room = box.adjusted(cap + 6, 0, 0, 0)
            painter.drawText(room, _LEFT, look.elided(text, 13, room.width() + 2))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = QPointF(event.position())
        for (action, _, _), box in zip(self._keys, self.boxes(self.width()), strict=True):
            if box.contains(point):
                self.pressed.emit(action)
                return
