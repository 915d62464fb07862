"""Rate loss: a machine that executes, and makes clearly less than it should for longer than a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.acquisition.detectors.base import Rules, Watch
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag

KIND = "rate_loss"
INPUTS = frozenset({Signal.RATE, Signal.STATE, Signal.NOMINAL_RATE})


@dataclass(slots=True)
class _Below:
    """A rate that fell below its limit, and its mean over the time since, by this station's clock."""

    source_s: float
    heard_s: float
    percent: float
    last_s: float
    area: float = 0.0

    def follow(self, percent: float, now_s: float) -> None:
        """A new rate; the one before held until now."""
        self.area += self.percent * max(0.0, now_s - self.last_s)
        self.percent, self.last_s = percent, now_s

    def mean(self, now_s: float) -> float:
        """Percent of nominal on average since it fell."""
        self.follow(self.percent, now_s)
        lasted = self.last_s - self.heard_s
        return self.area / lasted if lasted > 0 else self.percent


class RateDetector:
    """Below `below_percent` of nominal for `delay_s` while in Execute; well again above `clear_percent`, or stopped."""

    def __init__(self, now: MachineNow, rules: Rules) -> None:
        self._now = now
        self._rules = rules
        self._watch = Watch(kind=KIND, rules=rules, now=now)
        self._below: _Below | None = None

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]:
        """Compare the rate with nominal."""
        if tag.signal not in INPUTS or not self._watch.watched:
            return
        percent = self._percent()
        if percent is None or percent >= self._rules.parameter(KIND, "clear_percent"):
            self._below = None
            yield from self._watch.clear(source_s, received_s)
        elif self._below is not None:
            self._below.follow(percent, received_s)
        elif percent < self._rules.parameter(KIND, "below_percent"):
            self._below = _Below(source_s, received_s, percent, received_s)
        yield from self.tick(received_s)

    def _percent(self) -> float | None:
        """Rate in percent of nominal; None while the machine does not execute to produce or the rate is not known."""
        rate, nominal = self._now.number(Signal.RATE), self._now.nominal
        producing = self._now.state is MachineState.EXECUTE and self._now.producing
        if not producing or not rate >= 0 or nominal <= 0:
            return None
        return rate / nominal * 100

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Raise once it has lasted, if the mean of that time is below too: a dip is no loss, a noisy loss is one."""
        below = self._below
        if below is None or self._watch.raised or now_s - below.heard_s < self._rules.parameter(KIND, "delay_s"):
            return
        percent = below.mean(now_s)
        if percent >= self._rules.parameter(KIND, "below_percent"):
            self._below = None
            return
        values: dict[str, str | float] = {"percent": f"{percent:.0f}", "nominal": self._now.nominal}
        yield from self._watch.raise_(below.source_s, below.heard_s, values=values)
