"""The rail at the left: the views with icon, name and key; the one in front is marked. Knows no view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QVBoxLayout, QWidget

from ui.icons import draw_icon
from ui.theme import Look

WIDTH, HEIGHT, LEAST = 68, 58, 46
"""A low window has all views too: they move together."""
_CENTER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class RailItem:
    """One place of the rail."""

    id: str
    title: str
    icon: str
    key: str


class RailButton(QAbstractButton):
    """One view: icon over name; a blue bar when it is in front."""

    def __init__(self, look: Look, item: RailItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._item = look, item
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setFixedWidth(WIDTH)
        self.setMinimumHeight(LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setText(item.title)
        self.setAccessibleName(f"{item.title} ({item.key})")
        self.setToolTip(f"{item.title}  {item.key}")
        look.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, look, on, high = self._look.theme, self._look, self.isChecked(), self.height()
        painter = QPainter(self)
        if on:
            painter.fillRect(QRectF(5, 2, WIDTH - 9, high - 4), theme.raised)
            painter.fillRect(QRectF(5, 2, 3, high - 4), theme.selection)
        top = (high - 38) / 2
        draw_icon(painter, QRectF(WIDTH / 2 - 10, top, 20, 20), self._item.icon, theme.ink if on else theme.soft)
        painter.setPen(theme.ink if on else theme.soft)
        painter.setFont(look.font(11))
        painter.drawText(QRectF(0, top + 23, WIDTH, 18), _CENTER, look.elided(self._item.title, 11, WIDTH - 4))


class Rail(QFrame):
    """The views; `chosen` carries the id of the one that was pressed."""

    chosen = Signal(str)

    def __init__(self, look: Look, items: Sequence[RailItem], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setFixedWidth(WIDTH)
        self._buttons = {item.id: RailButton(look, item) for item in items}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 6, 0, 6)
        box.setSpacing(0)
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _=False, name=name: self._press(name))
            box.addWidget(button)
        box.addStretch(1)
        look.changed.connect(self.update)

    def _press(self, name: str) -> None:
        self.mark(name)
        self.chosen.emit(name)

    def mark(self, name: str) -> None:
        """Show which view is in front."""
        for key, button in self._buttons.items():
            button.setChecked(key == name)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._look.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.line)
