"""Rate loss: a machine that executes, and makes clearly less than it should for longer than a moment."""

from __future__ import annotations

from collections.abc import Iterator

from app.acquisition.detectors.base import Rules, Watch
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag

KIND = "rate_loss"
INPUTS = frozenset({Signal.RATE, Signal.STATE, Signal.NOMINAL_RATE})


class RateDetector:
    """Below `below_percent` of nominal for `delay_s` while in Execute; well again above `clear_percent`, or stopped."""

    def __init__(self, now: MachineNow, rules: Rules) -> None:
        self._now = now
        self._rules = rules
        self._watch = Watch(kind=KIND, rules=rules, now=now)
        self._below_since: tuple[float, float] | None = None

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]:
        """Compare the rate with nominal."""
        if tag.signal not in INPUTS or not self._watch.watched:
            return
        percent = self._percent()
        if percent is None or percent >= self._rules.parameter(KIND, "clear_percent"):
            self._below_since = None
            yield from self._watch.clear(source_s, received_s)
        elif percent < self._rules.parameter(KIND, "below_percent") and self._below_since is None:
            self._below_since = (source_s, received_s)
        yield from self.tick(received_s)

    def _percent(self) -> float | None:
        """Rate in percent of nominal; None while the machine does not execute or the rate is not known."""
        rate, nominal = self._now.number(Signal.RATE), self._now.nominal
        if self._now.state is not MachineState.EXECUTE or not rate >= 0 or nominal <= 0:
            return None
        return rate / nominal * 100

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Raise once it has lasted."""
        if self._below_since is None or self._watch.raised:
            return
        source_s, heard_s = self._below_since
        percent = self._percent()
        if percent is not None and now_s - heard_s >= self._rules.parameter(KIND, "delay_s"):
            values: dict[str, str | float] = {"percent": f"{percent:.0f}", "nominal": self._now.nominal}
            yield from self._watch.raise_(source_s, heard_s, values=values)
