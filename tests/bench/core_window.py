"""The product's window over a running core in a benchmark's own process, and how late that window is."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.acquisition.values import new_board
from app.bootstrap.core import Core, run_core
from app.bootstrap.parts import Parts
from app.domain.plant import Plant
from tests.bench.screen_window import serve
from ui.bridge import Bridge
from ui.core_thread import CoreThread
from ui.entry import SELDOM
from ui.lateness import Lateness, LatenessMeter
from ui.program import SAMPLE_MS, CoreDoor, Delivery, every
from ui.sight import GIL_TURN_S
from ui.theme import DAY, Look
from ui.window import compose

LONGEST_S = 1_800.0
SIZE = 1920, 1080


class CoreWindow:
    """The window, shown, on a core of these parts that has been started on a thread of its own.

    `core` is None until it runs; `stop` waits until it has ended.
    """

    def __init__(self, plant: Plant, board: Path, parts: Callable[[], Parts]) -> None:
        gc.set_threshold(*SELDOM)  # as the installed command and the first sight of the program set them
        sys.setswitchinterval(GIL_TURN_S)
        self._app = QApplication(sys.argv[:1])
        board.parent.mkdir(exist_ok=True)
        look = Look(DAY)
        look.apply(self._app)
        reader, values = new_board(plant, board)
        self.bridge = Bridge(plant=plant, values=values)
        self.core: Core | None = None
        self._window = compose(look, self.bridge, seat=self.bridge, changed=self.bridge.changed)
        self._window.resize(*SIZE)
        self._window.show()
        self._app.processEvents()
        self.shown_at_s = time.time()
        gc.freeze()
        every(SAMPLE_MS, self._window, lambda: values.sample(time.time()))

        def work() -> Coroutine[object, object, None]:
            return run_core(parts(), Delivery(self.bridge, reader), self._started)

        self._thread = CoreThread(work, _raise)
        self._thread.start()

    def _started(self, core: Core) -> None:
        self.core = core
        self.bridge.connect_core(CoreDoor(core))

    def go(self, view: str) -> None:
        """Show a page."""
        self._window.go(view)

    def running(self, true: Callable[[Core], object] = bool) -> Core:
        """The core, once it runs and this holds of it."""
        until(lambda: self.core is not None and bool(true(self.core)))
        assert self.core is not None
        return self.core

    def stop(self) -> None:
        """End the core."""
        self._thread.stop()


def looked(meter: LatenessMeter, live: Callable[[], None]) -> Lateness:
    """How late the window is while it lives so."""
    meter.start()
    live()
    meter.stop()
    return meter.measured()


def until(true: Callable[[], bool], look_s: float = 0.02) -> None:
    """Let the window live until it is; `TimeoutError` after half an hour."""
    end_s = time.monotonic() + LONGEST_S
    while not true():
        if time.monotonic() > end_s:
            raise TimeoutError("what was waited for did not come")
        serve(look_s)


def _raise(error: BaseException) -> None:
    raise error
