"""The guided start: shown where nothing says what to open, and whenever somebody asks for it.

`ask` shows it and returns what was chosen. Knows neither drivers nor stores: `Work` looks and joins, beside the screen.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from app.domain.readiness import Finding
from app.domain.text import safe
from ui.choice import Choice, Kind, Remembered
from ui.guide.presenter import GuidePresenter, Joined, Told
from ui.guide.view import GuideWindow
from ui.theme import Look

__all__ = ["Guide", "Work", "ask"]


class Work(Protocol):
    """What looks and joins. `tell` is called from any thread.

    `join` blocks; it returns a sentence and whether a plant file came with it, or raises.
    """

    def demo(self, tell: Callable[[Finding], None]) -> None: ...
    def plant(self, path: Path, tell: Callable[[Finding], None]) -> None: ...
    def join(self, url: str, station: str, password: str) -> tuple[str, bool]: ...
    def cancel(self) -> None: ...


class PostedLooks(QObject):
    """`Looks` over `Work`: what it tells comes on the UI thread."""

    _posted = Signal(object)

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._posted.connect(_call, Qt.ConnectionType.QueuedConnection)

    def demo(self, told: Told) -> None:
        """See Looks."""
        self._work.demo(partial(self._post, told))

    def plant(self, path: Path, told: Told) -> None:
        """See Looks."""
        self._work.plant(path, partial(self._post, told))

    def cancel(self) -> None:
        """See Looks."""
        self._work.cancel()

    def join(self, url: str, station: str, password: str, told: Joined) -> None:
        """See Looks."""
        threading.Thread(target=self._join, args=(url, station, password, told), name="join", daemon=True).start()

    def _join(self, url: str, station: str, password: str, told: Joined) -> None:
        try:
            (well, complete), bad = self._work.join(url, station, password), ""
        except Exception as error:  # noqa: BLE001 - the edge of the thread: whoever asked is told
            well, complete, bad = "", False, safe(str(error) or type(error).__name__, 600)
        self._posted.emit(partial(told, well, bad, complete))

    def _post(self, told: Told, finding: Finding) -> None:
        self._posted.emit(partial(told, finding))


def _call(what: Callable[[], None]) -> None:
    what()


class Guide:
    """The window and its presenter. `chosen` is None until something was chosen to be started."""

    def __init__(self, look: Look, work: Work, known: Remembered, station: str, note: str = "") -> None:
        self.chosen: Choice | None = None
        self.window = GuideWindow(look, station, known.recent, note)
        self._looks = PostedLooks(work)
        self.presenter = GuidePresenter(self.window, self._looks, known, self._start)
        self.window.way_chosen.connect(self.presenter.choose)
        self.window.path_given.connect(self.presenter.set_path)
        self.window.look_again.connect(self.presenter.look)
        self.window.start_pressed.connect(self.presenter.start)
        self.window.join_pressed.connect(self.presenter.join)
        self.window.closed.connect(self.presenter.end)

    def _start(self, choice: Choice) -> None:
        self.chosen = choice
        self.window.close()


def ask(
    app: QApplication,
    look: Look,
    work: Work,
    known: Remembered,
    station: str,
    plant: Path | None = None,
    note: str = "",
) -> Choice | None:
    """Show the guide until something is chosen; None where it was closed. `plant` is looked at first, if given."""
    guide = Guide(look, work, known, station, note)
    guide.window.show()
    last = known.last.kind if known.last is not None else Kind.DEMO
    guide.presenter.begin(Kind.PLANT if plant is not None else last, plant)
    guide.window.ways[Kind.PLANT if plant is not None else last].setFocus(Qt.FocusReason.OtherFocusReason)
    app.exec()
    chosen = guide.chosen
    guide.window.deleteLater()
    return chosen
