"""The arithmetic of strips: runs without gaps, min and max per column, steady ranges, round ticks. Pure."""

from __future__ import annotations

import math

import numpy as np

from ui.views.trends.rows import Floats

GAP_S = 5.0
"""Samples come about once a second: a silence longer than this is shown as a gap."""
STEPS_S = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600,
           7200, 10800, 14400, 21600, 43200, 86400)  # fmt: skip
"""Distances between ticks that a clock reader likes."""


def cut(times: Floats, values: Floats, from_s: float, to_s: float) -> tuple[Floats, Floats]:
    """The samples within the window and the one on either side, so that lines reach its edges."""
    first = max(0, int(np.searchsorted(times, from_s)) - 1)
    last = min(times.size, int(np.searchsorted(times, to_s, side="right")) + 1)
    return times[first:last], values[first:last]


def runs(times: Floats, values: Floats, columns: int, gap_s: float = GAP_S) -> list[tuple[Floats, Floats]]:
    """The samples as unbroken runs; more than two a column are thinned to each column's minimum and maximum.

    A missing value breaks a run, and so does a silence longer than `gap_s`.
    """
    known = np.isfinite(values)
    if not known.any():
        return []
    at, shown = times[known], values[known]
    places = np.flatnonzero(known)
    breaks = np.flatnonzero((np.diff(at) > gap_s) | (np.diff(places) > 1)) + 1
    pieces = zip(np.split(at, breaks), np.split(shown, breaks), strict=True)
    width_s = max(1e-9, (float(times[-1]) - float(times[0])) / max(1, columns))
    return [thinned(a, v, width_s) for a, v in pieces]


def thinned(times: Floats, values: Floats, column_s: float) -> tuple[Floats, Floats]:
    """A run with at most two samples a column: its least and its greatest value, at the column's first instant."""
    if times.size <= 2 * max(1.0, (times[-1] - times[0]) / column_s):
        return times, values
    columns = np.floor((times - times[0]) / column_s).astype(np.int64)
    starts = np.flatnonzero(np.diff(columns, prepend=columns[0] - 1))
    ends = np.column_stack((np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)))
    return np.repeat(times[starts], 2), ends.reshape(-1)


def steady_range(
    values: Floats, low: float | None, high: float | None, before: tuple[float, float] | None
) -> tuple[float, float]:
    """A round range for values and band; the one before stays while it still fits and is not far too wide."""
    known = values[np.isfinite(values)]
    ends = [float(known.min()), float(known.max())] if known.size else []
    ends += [edge for edge in (low, high) if edge is not None]
    if not ends:
        return before or (0.0, 1.0)
    bottom, top = min(ends), max(ends)
    if before is not None and before[0] <= bottom and top <= before[1] and (before[1] - before[0]) < 4 * (top - bottom):
        return before
    span = max(top - bottom, abs(top) * 0.02, 1e-9)
    step = 10.0 ** math.floor(math.log10(span)) / 2
    below = math.floor((bottom - span * 0.06) / step) * step
    return max(0.0, below) if bottom >= 0 else below, math.ceil((top + span * 0.06) / step) * step


def tick_step_s(span_s: float, most: int) -> int:
    """The smallest round distance with at most `most` ticks in the span."""
    return next((step for step in STEPS_S if span_s / step <= most), STEPS_S[-1])


def tick_instants(from_s: float, to_s: float, step_s: int, ahead_s: float = 0.0) -> list[float]:
    """The round instants within the window, by a clock that is `ahead_s` ahead of UTC."""
    first = math.ceil((from_s + ahead_s) / step_s) * step_s - ahead_s
    return [first + n * step_s for n in range(max(0, int((to_s - first) // step_s) + 1))]


def at_instant(times: Floats, values: Floats, at_s: float) -> float:
    """The newest known value not after `at_s` and not older than a gap; NaN where there is none."""
    place = int(np.searchsorted(times, at_s, side="right")) - 1
    if place < 0 or at_s - float(times[place]) > GAP_S:
        return math.nan
    return float(values[place])
