"""The last minutes of every sample, and the context capsule that is frozen from them when something happens."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from app.acquisition.machine import MachineNow
from app.domain.finding import Capsule, Trace
from app.domain.packml import UnitMode
from app.domain.plant import Signal, Tag
from app.ports import Samples

BEFORE_S = 120.0
AFTER_S = 30.0
MOST_SAMPLES = 2_000_000
"""Samples kept at the most, whatever the rate: the oldest go first."""
POINTS = 240
"""Points of one trace in a capsule; more are thinned to the extremes of equal stretches of time."""
TRACES = 10
FEW = 3
"""With fewer telling traces than this, any process value is better than none."""
TRACED = frozenset({Signal.RATE, Signal.PROCESS, Signal.MATERIAL, Signal.BUFFER})
COUNTERS = (Signal.CONSUMED, Signal.PRODUCED, Signal.REJECTED, Signal.UNIT_SERIAL)


class RecentSamples:
    """Every sample of the last BEFORE_S + AFTER_S seconds, by the time it was received."""

    def __init__(self) -> None:
        self._batches: deque[Samples] = deque()
        self._count = 0

    def keep(self, batch: Samples) -> None:
        """Take in a batch, let go of what is too old."""
        self._batches.append(batch)
        self._count += len(batch)
        oldest = batch.received_s - BEFORE_S - AFTER_S - 5.0
        while self._batches and (self._batches[0].received_s < oldest or self._count > MOST_SAMPLES):
            self._count -= len(self._batches.popleft())

    def between(self, from_s: float, to_s: float) -> tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]:
        """(tags, source times, values) of the good samples received in from_s…to_s, oldest first."""
        chosen = [b for b in self._batches if from_s <= b.received_s <= to_s]
        if not chosen:
            return np.empty(0, np.int32), np.empty(0), np.empty(0)
        tags = np.concatenate([b.tags for b in chosen])
        times = np.concatenate([b.source_s for b in chosen])
        values = np.concatenate([np.where(b.qualities <= 1, b.values, np.nan) for b in chosen])
        return tags, times, values


def traces(recent: RecentSamples, tags: Sequence[Tag], at_s: float, from_s: float, to_s: float) -> tuple[Trace, ...]:
    """One trace per tag that has a good number received in the window; `at_s` is the event's source time."""
    all_tags, times, values = recent.between(from_s, to_s)
    found = []
    for tag in tags:
        mine = (all_tags == tag.index) & np.isfinite(values)
        if mine.any():
            at, kept = thinned(times[mine] - at_s, values[mine])
            found.append(_trace(tag, at, kept))
    return tuple(found)


def _trace(tag: Tag, at: NDArray[np.float64], values: NDArray[np.float64]) -> Trace:
    return Trace(
        tag=tag.id,
        name=tag.name,
        unit=tag.unit,
        low=tag.low,
        high=tag.high,
        at_s=tuple(round(float(t), 3) for t in at),
        values=tuple(float(f"{v:.6g}") for v in values),
    )


def thinned(times: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most POINTS points: of each stretch of samples its lowest and its highest stay, in order of time."""
    if len(times) <= POINTS:
        return times, values
    keep: set[int] = {0, len(times) - 1}
    for part in np.array_split(np.arange(len(times)), POINTS // 2):
        keep |= {int(part[values[part].argmin()]), int(part[values[part].argmax()])}
    places = np.array(sorted(keep))
    return times[places], values[places]


def chosen(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """The tags that belong into a machine's capsule: its rate, then values with a normal band, then what it holds.

    A process value without a band (a set point, a counter of alarms) only comes along where there are few others.
    """
    rank = {Signal.RATE: 0, Signal.PROCESS: 1, Signal.MATERIAL: 2, Signal.BUFFER: 3}
    fitting = sorted((t for t in tags if t.signal in TRACED), key=lambda tag: (rank[tag.signal], not tag.banded))
    telling = [t for t in fitting if t.signal is not Signal.PROCESS or t.banded]
    return tuple((telling if len(telling) >= FEW else fitting)[:TRACES])


def frozen(now: MachineNow, recent: RecentSamples, tags: Sequence[Tag], at: datetime, received_at: datetime) -> Capsule:
    """The context of an event at a machine as it stands now: the part before it.

    `at` is by the controller's clock, which may be wrong; what is chosen is chosen by this station's `received_at`.
    """
    at_s, received_s = at.timestamp(), received_at.timestamp()
    mode = now.number(Signal.MODE)
    return Capsule(
        at=at,
        traces=traces(recent, chosen(tags), at_s, received_s - BEFORE_S, float("inf")),
        state=now.state.text,
        mode=UnitMode(int(mode)).name.capitalize() if mode in tuple(UnitMode) else "",
        order=now.text(Signal.ORDER),
        lot=now.text(Signal.LOT),
        counters={s.value: now.numbers[s] for s in COUNTERS if s in now.numbers},
    )
