"""The holds view: the list with one hold beside it, or the page that places one. Passive; knows no desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QStackedLayout, QWidget

from ui.theme import Look
from ui.views.holds.list_page import ListPage
from ui.views.holds.place_page import PlacePage
from ui.views.holds.rows import FilterChip, HoldDetail, HoldItem, PlacePanel, Start

_OVERRIDE = QEvent.Type.ShortcutOverride
_PLAIN = Qt.KeyboardModifier.NoModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_SLASH, _N = Qt.Key.Key_Slash, Qt.Key.Key_N
_DIGITS = tuple(Qt.Key(Qt.Key.Key_1.value + place) for place in range(5))


class View(QWidget):
    """Its own keys: / the text filter, N a new hold, 1…5 the filters; while placing, Enter holds and Esc cancels."""

    filter_chosen = Signal(str)
    searched = Signal(str)
    picked = Signal(str)
    pressed = Signal(str)
    gone = Signal(str)
    new_wanted = Signal()
    moved = Signal(bool, object)
    nudged = Signal(bool, int, bool)
    lot_named = Signal(str)
    range_named = Signal(bool, str, str)
    reason_chosen = Signal(str)
    reason_said = Signal(str)
    interlock_chosen = Signal(str, bool)
    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list, self.place = ListPage(look), PlacePage(look)
        self._filters: tuple[str, ...] = ()
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.place)
        self.setFocusProxy(self.list.table)
        self._connect()

    def _connect(self) -> None:
        for page, names in (
            (self.list, ("filter_chosen", "searched", "picked", "new_wanted")),
            (self.list.pane, ("pressed", "gone")),
            (
                self.place,
                (
                    "moved", "nudged", "lot_named", "range_named", "reason_chosen", "reason_said", "interlock_chosen",
                    "confirmed", "cancelled",
                ),
            ),
        ):  # fmt: skip
            for name in names:
                getattr(page, name).connect(getattr(self, name))

    @property
    def placing(self) -> bool:
        """Whether the page that places a hold is shown."""
        return self._pages.currentWidget() is self.place

    # --- what the presenter says ------------------------------------------------------------------------------------

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        self._filters = tuple(chip.id for chip in chips)
        self.list.set_filters(chips)

    def set_holds(self, items: Sequence[HoldItem], selected: str) -> None:
        self.list.set_holds(items, selected)

    def set_detail(self, detail: HoldDetail | None) -> None:
        self.list.pane.set_detail(detail)

    def set_search(self, words: str) -> None:
        self.list.set_search(words)

    def set_now(self, now: datetime) -> None:
        self.list.set_now(now)

    def open_panel(self, start: Start) -> None:
        """Show the page that places a hold, from the start."""
        self._pages.setCurrentWidget(self.place)
        self.place.start(start)

    def set_panel(self, panel: PlacePanel) -> None:
        self.place.set_panel(panel)

    def close_panel(self) -> None:
        """Back to the list."""
        self._pages.setCurrentWidget(self.list)
        self.list.table.setFocus()

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim this view's own keys before the window's shortcuts do."""
        if event.type() == _OVERRIDE and isinstance(event, QKeyEvent) and self._own(event):
            event.accept()
            return True
        return super().event(event)

    def _own(self, event: QKeyEvent) -> bool:
        if self.placing or isinstance(self.focusWidget(), QLineEdit):
            return False
        plain = event.modifiers() & ~(_KEYPAD | _SHIFT) == _PLAIN
        return plain and (event.key() in (_SLASH, _N) or event.key() in _DIGITS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._own(event):
            super().keyPressEvent(event)
        elif event.key() == _SLASH:
            self.list.focus_search()
        elif event.key() == _N:
            self.new_wanted.emit()
        else:
            self.list.choose(_DIGITS.index(Qt.Key(event.key())), self._filters)
