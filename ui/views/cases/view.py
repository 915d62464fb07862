"""The cases view: queue left, one case right. Passive; knows no desk and no command."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QWidget

from ui.theme import Look
from ui.views.cases.detail_pane import DetailPane
from ui.views.cases.queue_pane import QueuePane
from ui.views.cases.rows import Detail, FilterChip, QueueItem

_OVERRIDE = QEvent.Type.ShortcutOverride
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SLASH, _N = Qt.Key.Key_Slash, Qt.Key.Key_N
_DIGITS = tuple(Qt.Key(Qt.Key.Key_1.value + place) for place in range(5))
_RIGHT, _LEFT = Qt.Key.Key_Right, Qt.Key.Key_Left


class View(QWidget):
    """Its own keys: / the text filter, N the note, 1…5 the filters, → the parts of the case, ← the queue again."""

    filter_chosen = Signal(str)
    searched = Signal(str)
    picked = Signal(str)
    task_picked = Signal(str)
    noted = Signal(str)
    pressed = Signal(str, str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue, self.detail = QueuePane(look), DetailPane(look)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(4)
        splitter.addWidget(self.queue)
        splitter.addWidget(self.detail)
        splitter.setStretchFactor(0, 41)
        splitter.setStretchFactor(1, 59)
        splitter.setSizes([430, 600])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)
        self.setFocusProxy(self.queue.table)
        self._connect()

    def _connect(self) -> None:
        self.queue.filter_chosen.connect(self.filter_chosen)
        self.queue.searched.connect(self.searched)
        self.queue.picked.connect(self.picked)
        self.queue.opened.connect(lambda _: self.detail.focus_tasks())
        self.detail.pressed.connect(self.pressed)
        self.detail.task_focused.connect(self.task_picked)
        self.detail.noted.connect(self.noted)
        self.detail.note_left.connect(self.queue.table.setFocus)

    # --- what the presenter says ------------------------------------------------------------------------------------

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        self.queue.set_filters(chips)

    def set_queue(self, items: Sequence[QueueItem], selected: str) -> None:
        self.queue.set_queue(items, selected)

    def set_search(self, words: str) -> None:
        self.queue.set_search(words)

    def set_detail(self, detail: Detail | None) -> None:
        self.detail.set_detail(detail)

    def set_now(self, now: datetime) -> None:
        self.queue.set_now(now)
        self.detail.set_now(now)

    def set_noted(self, stored: bool) -> None:
        """The note came to something: a stored one leaves the line, a refused one stays to be sent again."""
        if stored:
            self.detail.clear_note()
            self.queue.table.setFocus()

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim this view's own keys before the window's shortcuts do."""
        if event.type() == _OVERRIDE and isinstance(event, QKeyEvent) and self._own(event):
            event.accept()
            return True
        return super().event(event)

    def _own(self, event: QKeyEvent) -> bool:
        if isinstance(self.focusWidget(), QLineEdit):
            return False
        plain = event.modifiers() & ~(_KEYPAD | _SHIFT) == _PLAIN
        return plain and (event.key() in (_SLASH, _N, _RIGHT, _LEFT) or event.key() in _DIGITS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._own(event):
            super().keyPressEvent(event)
        elif event.key() == _SLASH:
            self.queue.focus_search()
        elif event.key() == _N:
            self.detail.focus_note()
        elif event.key() == _RIGHT:
            self.detail.focus_tasks()
        elif event.key() == _LEFT:
            self.queue.table.setFocus()
        else:
            self.queue.choose(_DIGITS.index(Qt.Key(event.key())))
