"""Stretches of running of one machine: units, running time and material used, without stops and waiting. Pure.

Time and units are the counter's own: between two of its samples the machine either ran all the time, or the step does
not count. So neither a stop nor a lost connection makes a machine look slow.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from app.acquisition.counts import LARGEST_STEP
from app.acquisition.detectors.base import instant
from app.acquisition.machine import MachineNow
from app.domain.commands import RecordRuns
from app.domain.events import Run
from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag

LONGEST_STEP_S = 30.0
"""Two samples of a counter that are further apart say nothing of what was between them."""

FOLLOWED = frozenset({Signal.PRODUCED, Signal.STATE, Signal.MODE, Signal.BLOCKED, Signal.STARVED, Signal.ORDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Running seconds that make a run, and runs that make a record."""

    run_s: float = 300.0
    runs: int = 12


DEMO_PACE = Pace(run_s=15.0, runs=4)
"""In a demo somebody waits for the evidence."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A sample of the counter, and the material that was left."""

    at_s: float
    total: float
    level: float

    def to(self, at_s: float, total: float) -> bool:
        """Whether a next sample tells what was in between."""
        return 0 < at_s - self.at_s <= LONGEST_STEP_S and 0 <= total - self.total <= LARGEST_STEP


class RunMeter:
    """The runs of one machine. `sample` after MachineNow has it; it gives what is to be recorded.

    `line` says the order where the machine does not; `material` is what is loaded here.
    """

    def __init__(self, now: MachineNow, line: MachineNow, material: Tag | None, pace: Pace) -> None:
        self._now = now
        self._line = line
        self._material = material
        self._pace = pace
        self._order = ""
        self._runs: list[Run] = []
        self._last: _Step | None = None
        self._begin()

    def _begin(self) -> None:
        """A new run, with nothing in it yet."""
        self._from_s = math.nan
        self._running_s = self._units = 0.0
        self._full = self._level = math.nan
        self._refilled = False

    def sample(self, tag: Tag, value: float, source_s: float) -> Iterator[RecordRuns]:
        """Follow the counter while the machine runs; only signals of FOLLOWED say anything of that."""
        order = self._now.text(Signal.ORDER) or self._line.text(Signal.ORDER)
        if order != self._order:
            yield from self.record()
            self._order = order
        if not self._running():
            self._last = None
        elif tag.signal is Signal.PRODUCED:
            yield from self._count(value, source_s)

    def _running(self) -> bool:
        """Whether it makes units as fast as it can: it executes to produce, and waits for no neighbour."""
        now = self._now
        waits = now.flag(Signal.BLOCKED) or now.flag(Signal.STARVED)
        return now.state is MachineState.EXECUTE and now.producing and not waits

    def _count(self, total: float, source_s: float) -> Iterator[RecordRuns]:
        last, self._last = self._last, _Step(source_s, total, self._percent())
        if last is None or not last.to(source_s, total):
            return
        if math.isnan(self._from_s):
            self._from_s, self._full, self._level = last.at_s, last.level, last.level
        self._running_s += source_s - last.at_s
        self._units += total - last.total
        self._refilled |= self._last.level > self._level
        self._level = self._last.level
        if self._running_s >= self._pace.run_s:
            self._end(source_s)
            if len(self._runs) >= self._pace.runs:
                yield from self.record()

    def _percent(self) -> float:
        """Of a full load that is left; NaN where it is not known."""
        tag = self._material
        if tag is None:
            return math.nan
        level = self._now.number(Signal.MATERIAL)
        if tag.unit == "%":
            return level
        return level / tag.high * 100 if tag.high else math.nan

    def _end(self, at_s: float) -> None:
        used = self._full - self._level
        known = math.isfinite(used) and not self._refilled
        self._runs.append(
            Run(
                from_at=instant(self._from_s),
                to_at=instant(at_s),
                units=self._units,
                running_s=round(self._running_s, 3),
                used=round(used, 3) if known else None,
            )
        )
        self._begin()

    def record(self) -> Iterator[RecordRuns]:
        """What was done for the order so far; a run that is not full is let go."""
        runs, self._runs = tuple(self._runs), []
        self._begin()
        if runs and self._order:
            machine = self._now.machine
            yield RecordRuns(machine=machine.id, line=machine.line, order=self._order, runs=runs)
