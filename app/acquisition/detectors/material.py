"""Material low: what is loaded at a machine runs out within minutes, or is nearly gone."""

from __future__ import annotations

import math
from collections.abc import Iterator

from app.acquisition.detectors.base import Rules, Watch
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.plant import Signal, Tag

KIND = "material_low"
RATE_OVER_S = 30.0
"""Use is measured over at least this long."""
WELL_AGAIN = 1.5
"""A refill counts when it is this much above the limit."""


class _Level:
    """The level of one material tag, and how fast it falls."""

    def __init__(self, tag: Tag) -> None:
        self.tag = tag
        self.value = 0.0
        self._from: tuple[float, float] | None = None
        self.per_min = 0.0

    def take(self, value: float, source_s: float) -> None:
        """A new level; a rise is a refill and begins the measurement anew."""
        if self._from is None or value > self.value:
            self._from = (source_s, value)
        self.value = value
        passed = source_s - self._from[0]
        if passed >= RATE_OVER_S:
            self.per_min = max(0.0, (self._from[1] - value) / passed * 60)

    @property
    def percent(self) -> float:
        """Of a full load: the tag's own percent, or the level against the tag's upper limit."""
        if self.tag.unit == "%":
            return self.value
        return self.value / self.tag.high * 100 if self.tag.high else 100.0

    @property
    def minutes(self) -> float | None:
        """Left at the present use; None while that is not known."""
        return self.value / self.per_min if self.per_min > 0 else None


class MaterialDetector:
    """Every material tag of a machine, each with its own condition."""

    def __init__(self, now: MachineNow, rules: Rules) -> None:
        self._rules = rules
        self._now = now
        self._levels: dict[int, _Level] = {}
        self._watches: dict[int, Watch] = {}

    def sample(self, tag: Tag, value: float, source_s: float, received_s: float) -> Iterator[Finding]:
        """Compare the level with its limits."""
        if tag.signal is not Signal.MATERIAL or self._rules.get(KIND) is None:
            return
        level = self._levels.setdefault(tag.index, _Level(tag))
        watch = self._watches.setdefault(tag.index, Watch(kind=KIND, rules=self._rules, now=self._now, part=tag.id))
        level.take(value, source_s)
        minutes = level.minutes
        low_percent = self._rules.parameter(KIND, "below_percent")
        low_minutes = self._rules.parameter(KIND, "below_minutes")
        if level.percent < low_percent or (minutes is not None and minutes < low_minutes):
            left = f"{minutes:.0f} min" if minutes is not None else f"{level.percent:.0f} %"
            values: dict[str, str | float] = {"material": tag.name.lower(), "left": left, "level": value}
            yield from watch.raise_(source_s, received_s, values=values)
        elif level.percent >= low_percent * WELL_AGAIN and (minutes or math.inf) >= low_minutes * WELL_AGAIN:
            yield from watch.clear(source_s, received_s)

    def tick(self, now_s: float) -> Iterator[Finding]:
        """A level that does not change does not run out."""
        yield from ()
