"""The views: opened when they are first shown, kept up to date while they are in sight, and what is selected in them.

Knows views only by the catalog. A view that fails is said to and does not stop the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.logs import TOLD, number_of
from ui.catalog import BY_ID as VIEW
from ui.catalog import VIEWS, Side
from ui.crumb import HOME
from ui.docks import DockHost
from ui.meaning import Selected
from ui.opened import Opened
from ui.text import t
from ui.theme import Look

SIDE = "queue"
"""The view beside the others: what matters now."""
log = logging.getLogger(__name__)


class Stage(QObject):
    """The views of a window in their docks. `front` is the one of the centre that was shown last."""

    turned = Signal(str)
    """Another view of the centre is in front."""
    failed = Signal(str)
    """What to say of a view that failed; once for each fault."""

    def __init__(self, look: Look, open_view: Callable[[str], Opened], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open_view = open_view
        self._faulty: dict[str, str] = {}
        self.opened: dict[str, Opened] = {}
        self.front = HOME
        self.docks = DockHost(look, self._open)
        for row in sorted(VIEWS, key=lambda row: row.side is not Side.CENTRE):
            self.docks.add(row.id, t(row.title), row.side)
        self.docks.shown.connect(self._came_forward)

    def _open(self, view_id: str) -> QWidget:
        opened = self._open_view(view_id)
        self.opened[view_id] = opened
        return opened.widget

    # --- what is in sight -------------------------------------------------------------------------------------------

    def bring(self, view_id: str) -> None:
        """Bring a view to the front and give it the keyboard."""
        self.docks.bring(view_id)
        self.opened[view_id].widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def take_keyboard(self) -> None:
        """The view in front gets the keyboard where nobody has it; nothing is selected by that."""
        front = self.opened.get(self.front)
        if front is not None and QApplication.focusWidget() is None:
            front.widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def show(self, view_id: str, ref: str) -> None:
        """Show a thing in a view that was brought to the front before."""
        self.opened[view_id].presenter.show(ref)

    def _came_forward(self, view_id: str) -> None:
        if VIEW[view_id].side is Side.CENTRE:
            self.front = view_id
            self.turned.emit(view_id)
            self.docks.fold(SIDE, VIEW[view_id].wide)
        if (opened := self.opened.get(view_id)) is not None:
            self._guarded(view_id, opened.presenter.refresh)

    def refresh(self) -> None:
        """Bring the views in sight up to now."""
        for view_id in self.docks.visible_names():
            if (opened := self.opened.get(view_id)) is not None:
                self._guarded(view_id, opened.presenter.refresh)

    def tick(self) -> None:
        """Time has passed: views in sight show it, at once or bit by bit."""
        for view_id in self.docks.visible_names():
            if (opened := self.opened.get(view_id)) is not None:
                self._guarded(view_id, opened.tick or opened.presenter.refresh)

    def follow(self) -> None:
        """Between two refreshes: values that moved, in the views that follow them."""
        for view_id in self.docks.visible_names():
            opened = self.opened.get(view_id)
            if opened is not None and view_id not in self._faulty:
                self._guarded(view_id, opened.follow)

    def _guarded(self, view_id: str, show: Callable[[], None]) -> None:
        try:
            show()
        except Exception as error:
            if self._faulty.get(view_id) != repr(error):
                self._faulty[view_id] = repr(error)
                log.exception("the view %s failed", view_id, extra=TOLD)
                title, number = t(VIEW[view_id].title), number_of(error)
                self.failed.emit(t("Internal fault {number} in {view}, see the log.", number=number, view=title))
        else:
            self._faulty.pop(view_id, None)

    # --- what is selected and edited --------------------------------------------------------------------------------

    def selected_in(self, view_id: str) -> str:
        """The ref that is selected in a view; "" for nothing."""
        opened = self.opened.get(view_id)
        return opened.presenter.selected if opened is not None else ""

    def looked_at(self) -> str:
        """What is open in the view in front; in the queue only what was walked to."""
        return self.selected_in(SIDE if self.focused() == SIDE else self.front)

    def selections(self, top: str) -> list[Selected]:
        """What is selected in sight: with the keyboard, in the view in front, in the queue; last `top`."""
        focused = self.focused()
        views = [v for v in dict.fromkeys((focused, self.front, SIDE)) if self.docks.visible(v)]
        found = [Selected(ref=self.selected_in(view), binding=view == focused) for view in views]
        return [s for s in (*found, Selected(ref=top)) if s.ref]

    def typing(self) -> bool:
        """Whether the view with the keyboard wants all keys for itself."""
        holder = self.opened.get(self.focused())
        return holder is not None and holder.busy()

    def editing(self) -> bool:
        """Whether something is filled in in the view in front."""
        front = self.opened.get(self.front)
        return front is not None and front.busy()

    def press_in_queue(self, key: Qt.Key) -> None:
        """The queue gets the keyboard: the next key means what was walked to. Nothing while it is folded away."""
        table = self.opened[SIDE].widget.focusProxy() if self.docks.visible(SIDE) else None
        if table is not None:
            table.setFocus(Qt.FocusReason.ShortcutFocusReason)
            QApplication.sendEvent(table, QKeyEvent(QEvent.Type.KeyPress, key.value, Qt.KeyboardModifier.NoModifier))

    def focused(self) -> str:
        """The view with the keyboard; "" for none."""
        return self.docks.holding(QApplication.focusWidget())

    # --- where they were --------------------------------------------------------------------------------------------

    def restore(self, kept: bytes | None) -> bool:
        """The docks as they were kept, the overview in front; else (False) the overview with the queue beside it."""
        restored = kept is not None and self.docks.restore(kept)
        if not restored:
            self.docks.show_only(HOME, SIDE)
        self.docks.bring(HOME)
        return restored

    def state(self) -> bytes:
        """The docks as they are, what is folded away for the view in front unfolded."""
        self.docks.fold(SIDE, False)
        state = self.docks.state()
        self.docks.fold(SIDE, VIEW[self.front].wide)
        return state
