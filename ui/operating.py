"""What a running window has around it: numbers of our faults, ears for a second start, its end on a signal.

Owns nothing of the plant. Everything it starts it ends.
"""

from __future__ import annotations

import signal
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.domain.checks.check import worst, worst_first
from app.domain.checks.live import live_facts
from app.domain.checks.table import judged
from app.logs import ErrorCount
from app.readmodel.model import open_postings
from ui.desk import Desk
from ui.front import Front
from ui.stamp import stamp
from ui.text import t
from ui.window import Window

CAREFUL = (
    "Lineside died several times in a row. It started without the kept layout: save diagnostics at Health (Ctrl+H)."
)
ENDS = (signal.SIGTERM, signal.SIGINT)


class Operated:
    """A window that is shown. `alone`: a smoke run, whom nobody brings to the front."""

    def __init__(
        self, window: Window, app: QApplication, folder: Path, errors: ErrorCount, *, careful: bool, alone: bool
    ) -> None:
        self._errors = errors
        self._said: set[str] = set()
        self._front = None if alone else Front(folder, lambda: QTimer.singleShot(0, window, partial(_to_front, window)))
        errors.fault = lambda number: QTimer.singleShot(0, window, partial(self._tell, window, number))
        self._before = {number: signal.signal(number, partial(_quit, app)) for number in ENDS}
        if careful:
            window.say(t(CAREFUL), bad=True)

    def _tell(self, window: Window, number: str) -> None:
        """A fault is said once: what repeats itself is in the log."""
        if number not in self._said:
            self._said.add(number)
            window.say(
                t("Internal fault {number}. It is in the log; tell plant IT the number.", number=number), bad=True
            )

    def close(self) -> None:
        """Nobody is told any more."""
        self._errors.fault = _nobody
        if self._front is not None:
            self._front.close()
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _nobody(_number: str) -> None:
    """The window is gone."""


def _to_front(window: Window) -> None:
    whole = window.window()
    if whole.isMinimized():
        whole.showNormal()
    whole.show()
    whole.raise_()
    whole.activateWindow()


def _quit(app: QApplication, _number: int, _frame: FrameType | None) -> None:
    app.quit()


def checks_of(desk: Desk) -> dict[str, Any]:
    """The checks of the running program, as `lineside doctor --json` prints them."""
    seq = max(0, stamp(desk.view))
    facts = live_facts(desk.plant, desk.status, open_postings(desk.view), seq, desk.now())
    checks = judged(facts)
    rows = [
        {"id": c.id, "group": c.group, "title": c.title, "state": c.state.value, "said": c.said, "next": c.next}
        for c in worst_first(checks)
    ]
    return {"at": facts.now.isoformat(timespec="seconds"), "state": worst(checks).value, "checks": rows}


def default_file(folder: Path, station: str) -> Path:
    """Where diagnostics go unless somebody says otherwise."""
    return folder / f"diagnostics-{station}-{datetime.now(UTC):%Y%m%dT%H%M}.zip"
