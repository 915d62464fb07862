"""How long the start took: milliseconds from the start of the process to what was seen. For the log and smoke runs."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
from PySide6.QtCore import QObject, QTimer

from app.acquisition.values import LiveValues
from ui.sight import Moment
from ui.window import FOLLOW_MS, Window


def started_s() -> float:
    """When this process was started, on the clock of `Moment`: to 10 ms.

    Not by psutil on Linux: it adds the time since boot to an instant of boot that is cut to a whole second.
    """
    if sys.platform != "linux":
        return psutil.Process().create_time()
    fields = Path("/proc/self/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")


def since_start_ms(moment: Moment) -> int:
    """Milliseconds from the start of the process to a moment."""
    return round(1000 * (moment.at_s - started_s()))


@dataclass(slots=True, kw_only=True)
class StartTimes:
    """`shown`: the window with its frame was painted. `overview`: the plant in it. `values`: the first live value."""

    shown: Moment
    overview: Moment | None = None
    values: Moment | None = None

    def figures(self) -> dict[str, int | None]:
        """In milliseconds, for a report; None for what did not come."""
        return {
            "shown_ms": since_start_ms(self.shown),
            "shown_cpu_ms": round(1000 * self.shown.cpu_s),
            "overview_ms": since_start_ms(self.overview) if self.overview else None,
            "overview_cpu_ms": round(1000 * self.overview.cpu_s) if self.overview else None,
            "first_values_ms": since_start_ms(self.values) if self.values else None,
        }


class FirstValues(QObject):
    """Notes when the overview has painted the first live value, and is gone then."""

    def __init__(self, window: Window, values: LiveValues, times: StartTimes) -> None:
        super().__init__(window)
        self._window, self._values, self._times = window, values, times
        self._timer = QTimer(self, interval=FOLLOW_MS // 3)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        """What is new is painted before the next timer of 0 ms."""
        if self._values.stamps().any():
            self._timer.stop()
            self._window.stage.follow()
            QTimer.singleShot(0, self, self._note)

    def _note(self) -> None:
        self._times.values = Moment.now()
        self.deleteLater()
