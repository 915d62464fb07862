"""A tag's past where the station's own spool does not reach back: the plant's history before it, its own from there on.

Owns how the two are put together. Knows no database: it is given what asks one, which answers None where it can't.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

import numpy as np

from app.acquisition.history.drawing import Columns
from app.acquisition.history.rows import Floats, micro
from app.ports import Trend

AskTrend = Callable[[str, float, float, int], Trend | None]
"""The trend of a tag from, to (s since 1970) in so many columns; None where the plant's history can't be asked."""


class PastSource(Protocol):
    """What pictures of the past are drawn from."""

    @property
    def known_until(self) -> float | None: ...
    def span(self, tag_id: str) -> tuple[float, float] | None: ...
    def drawn(self, tag_id: str, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]: ...


class ReachingBack:
    """A source that asks the plant's history for what lies before the first row of its own."""

    def __init__(self, own: PastSource, ask: AskTrend) -> None:
        self._own, self._ask = own, ask

    @property
    def known_until(self) -> float | None:
        """When the own spool was last written."""
        return self._own.known_until

    def span(self, tag_id: str) -> tuple[float, float] | None:
        """The first and the last instant that there is anything, here or there."""
        own, trend = self._own.span(tag_id), self._ask(tag_id, 0.0, 1.0, 1)
        if trend is None or trend.begins_s is None or trend.until_s is None:
            return own
        if own is None:
            return trend.begins_s, trend.until_s
        return min(own[0], trend.begins_s), own[1]

    def drawn(self, tag_id: str, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        """(left edges, low, high) as HistoryReader.drawn; exact where the own spool reaches, else to about a minute."""
        edges, low, high = self._own.drawn(tag_id, from_s, to_s, columns)
        own = self._own.span(tag_id)
        begins_s = own[0] if own is not None else math.inf
        trend = None if begins_s <= from_s else self._ask(tag_id, from_s, to_s, columns)
        if trend is None:
            return edges, low, high
        until_us = micro(min(begins_s, trend.until_s if trend.until_s is not None else -math.inf))
        far_low, far_high = _picture(trend, Columns(micro(from_s), micro(to_s), columns), until_us)
        before = edges < begins_s
        return edges, np.where(before, np.fmin(low, far_low), low), np.where(before, np.fmax(high, far_high), high)


def _picture(trend: Trend, picture: Columns, until_us: int) -> tuple[Floats, Floats]:
    """The trend in columns, as far as `until_us`."""
    ours = trend.first_us < until_us
    picture.put(trend.first_us[ours], trend.last_us[ours], trend.low[ours], trend.high[ours], trend.last[ours])
    return picture.held(until_us)
