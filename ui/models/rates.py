"""How fast a line runs at present: the mean of its last two minutes, and how many seconds of them are known. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.domain.plan import STANDS_AFTER_S, LineRate
from app.domain.plant import Machine, Signal
from ui.desk import Desk

RATE_OVER_S = 120.0
"""A line's present rate is the mean of this long, so that an estimate does not jump with every sample."""


def present_rate(desk: Desk, output: Machine) -> LineRate:
    """The rate of a line as its output machine tells it; not known while its controller is silent."""
    tag = desk.plant.tag(output.id, Signal.RATE)
    if tag is None:
        return LineRate.unknown()
    reading = desk.values.reading(tag.index)
    if reading.stale(desk.now().timestamp()):
        return LineRate.unknown()
    recent = desk.values.recent(tag.index, RATE_OVER_S)[1]
    known_s = int(np.isfinite(recent).sum())  # they are about one a second
    return LineRate(per_min=steady(recent, reading.number) * output.bundle, known_s=known_s)


def steady(values: Sequence[float] | NDArray[np.float64], last: float) -> float:
    """The mean of the known values; zero after `STANDS_AFTER_S` zeros; `last` where none is known."""
    rows = np.asarray(values, dtype=np.float64)
    known = rows[np.isfinite(rows)]
    if known.size == 0:
        return last
    if known.size >= STANDS_AFTER_S and not known[-STANDS_AFTER_S:].any():
        return 0.0
    return float(known.mean())
