"""What is lost although the link is up: told at once, and while it goes on only every now and then (I2).

Owns how often a loss is recorded. Must not know why values were lost.
"""

from __future__ import annotations

from app.ports import DriverSink
from drivers.session import RareLog

EVERY_S = 10.0


class Losses:
    """The losses of one controller. Times are seconds since 1970 by this station's clock."""

    def __init__(self, controller: str, sink: DriverSink, log: RareLog, every_s: float = EVERY_S) -> None:
        self._controller = controller
        self._sink = sink
        self._log = log
        self._every_s = every_s
        self._told_s = 0.0
        self._open: tuple[float, float, str] | None = None

    def add(self, from_s: float, to_s: float, reason: str) -> None:
        """Values between the two times are lost."""
        began_s = from_s if self._open is None else min(from_s, self._open[0])
        self._open = (began_s, to_s, reason)
        self._log.say("loss", reason)
        self.tell(to_s)

    def tell(self, now_s: float) -> None:
        """Record what came together, if the last record is old enough."""
        if now_s >= self._told_s + self._every_s:
            self.end()

    def end(self) -> None:
        """Record what came together."""
        if self._open is not None:
            self._told_s = self._open[1]
            self._sink.loss(self._controller, *self._open)
            self._open = None
