"""Reject rate drift: the share of rejects in the last units against what was usual before, by a binomial bound."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator

from app.acquisition.detectors.base import Rules, Watch
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.plant import Signal, Tag

KIND = "reject_drift"
BASELINE_WINDOWS = 10
"""The baseline is the share over this many windows before the present one."""


class RejectsDetector:
    """Raised when the window's share p exceeds `above_percent` and p0 + k·√(p0(1−p0)/n) of the baseline p0.

    Counters that jump back (reset, overflow, restart of the controller) begin a new window.
    """

    def __init__(self, now: MachineNow, rules: Rules) -> None:
        self._now = now
        self._rules = rules
        self._watch = Watch(kind=KIND, rules=rules, now=now)
        self._points: deque[tuple[float, float]] = deque()

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]:
        """Look again after every change of a counter."""
        if tag.signal not in (Signal.PRODUCED, Signal.REJECTED) or not self._watch.watched:
            return
        made, rejected = self._now.number(Signal.PRODUCED), self._now.number(Signal.REJECTED)
        if math.isnan(made) or math.isnan(rejected):
            return
        if self._points and (made < self._points[-1][0] or rejected < self._points[-1][1]):
            self._points.clear()
        if not self._points or made > self._points[-1][0]:
            self._points.append((made, rejected))
        yield from self._judge(source_s, received_s)

    def _judge(self, source_s: float, received_s: float) -> Iterator[Finding]:
        window = self._rules.parameter(KIND, "window_units")
        newest = self._points[-1]
        while len(self._points) > 2 and newest[0] - self._points[1][0] >= window * (BASELINE_WINDOWS + 1):
            self._points.popleft()
        border = next((p for p in reversed(self._points) if newest[0] - p[0] >= window), None)
        if border is None:
            return
        n, now = newest[0] - border[0], _share(border, newest)
        before = _share(self._points[0], border)
        above = self._rules.parameter(KIND, "above_percent") / 100
        bound = before + self._rules.parameter(KIND, "sigmas") * math.sqrt(max(before * (1 - before), 1e-6) / n)
        if now >= above and now > bound:
            values: dict[str, str | float] = {"before": f"{before * 100:.1f}", "now": f"{now * 100:.1f}", "units": n}
            yield from self._watch.raise_(source_s, received_s, values=values)
        elif now < 0.8 * above:
            yield from self._watch.clear(source_s, received_s)

    def tick(self, now_s: float) -> Iterator[Finding]:
        """Rejects do not drift by waiting."""
        yield from ()


def _share(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Rejects per unit between two points."""
    made = b[0] - a[0]
    return (b[1] - a[1]) / made if made > 0 else 0.0
