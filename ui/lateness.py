"""How late the UI thread is: a precise timer of one frame that measures its own lateness (I8)."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from time import perf_counter_ns

from PySide6.QtCore import QObject, Qt, QTimer

FRAME_MS = 16
BUCKET_MS = 0.1
LONGEST_MS = 10_000.0
"""Longer stalls count as this long in the percentiles; `max` is exact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Milliseconds beyond the frame that the timer was asked for; `frames` measured."""

    frames: int
    p50: float
    p99: float
    max: float


class LatenessMeter(QObject):
    """Runs from `start` on; a run of weeks takes no more memory than one of seconds (a histogram of 0.1 ms)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._counts = array("Q", bytes(8 * (int(LONGEST_MS / BUCKET_MS) + 1)))
        self._frames, self._max_ms, self._last_ns = 0, 0.0, 0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Measure from now on, from nothing."""
        self._counts = array("Q", bytes(8 * len(self._counts)))
        self._frames, self._max_ms = 0, 0.0
        self.resume()

    def resume(self) -> None:
        """Go on after `stop`: what lay between is not measured."""
        self._last_ns = perf_counter_ns()
        self._timer.start()

    def stop(self) -> None:
        """Keep what was measured."""
        self._timer.stop()

    def _tick(self) -> None:
        now_ns = perf_counter_ns()
        self.note(max(0.0, (now_ns - self._last_ns) / 1e6 - FRAME_MS))
        self._last_ns = now_ns

    def note(self, late_ms: float) -> None:
        """Count one frame that came `late_ms` too late."""
        self._counts[int(min(late_ms, LONGEST_MS) / BUCKET_MS)] += 1
        self._frames += 1
        self._max_ms = max(self._max_ms, late_ms)

    def measured(self) -> Lateness:
        """What was measured so far; zeros before the first frame."""
        return Lateness(frames=self._frames, p50=self._share(0.50), p99=self._share(0.99), max=self._max_ms)

    def quantiles_s(self) -> dict[float, float]:
        """The median and what 99 of 100 frames did not exceed, seconds; from any thread."""
        return {0.5: self._share(0.5) / 1000, 0.99: self._share(0.99) / 1000}

    def _share(self, share: float) -> float:
        """The lateness that this share of the frames did not exceed, to 0.1 ms."""
        wanted, seen = math.ceil(self._frames * share), 0
        for bucket, found in enumerate(self._counts):
            seen += found
            if found and seen >= wanted:
                return min(round((bucket + 1) * BUCKET_MS, 1), self._max_ms)
        return 0.0
