"""Where a strip's line comes from: the seconds at hand while they reach back far enough, else history. No Qt.

The newest two hours are drawn from one value a second as ever; anything longer or older comes in columns, and so does
what the screen missed: history may have got it afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from app.domain.plant import Tag
from ui.desk import Values
from ui.views.trends import numbers
from ui.views.trends.rows import Floats
from ui.views.trends.window import COLUMNS, KEPT_S, TimeWindow


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """Instants ascending, with values (NaN: none). In columns it has each one's least and greatest value at its left.

    `column_s` is 0 for plain samples. `version` changes with what the picture shows where the instants don't say it.
    """

    times: Floats
    values: Floats
    column_s: float = 0.0
    version: int = 0

    @property
    def gap_s(self) -> float:
        """A silence longer than this is a gap; columns without a value say so themselves."""
        return math.inf if self.column_s else numbers.GAP_S

    def at(self, at_s: float) -> tuple[float, float]:
        """The least and the greatest value of an instant's column; the same twice for a sample; NaN for none."""
        if not self.column_s:
            value = numbers.at_instant(self.times, self.values, at_s)
            return value, value
        place = int(np.searchsorted(self.times[::2], at_s, side="right")) - 1
        if place < 0 or at_s - float(self.times[2 * place]) > 1.01 * self.column_s:
            return math.nan, math.nan
        return float(self.values[2 * place]), float(self.values[2 * place + 1])


def line_of(values: Values, tag: Tag, window: TimeWindow, now_s: float) -> Line:
    """The tag's line in the window."""
    from_s, to_s = window.bounds(now_s)
    spare_s = window.part_s + numbers.GAP_S
    if now_s - from_s <= KEPT_S + spare_s:
        times, found = values.recent(tag.index, now_s - from_s + 2)
        reaches = bool(times.size) and times[0] <= from_s + spare_s
        times, found = numbers.cut(times, found, from_s, to_s)
        if not tag.history or (reaches and not np.isnan(found).any()):
            return Line(times=times, values=found)
    columns = round(window.span_s / window.part_s) if window.live else COLUMNS
    edges, low, high = values.drawn(tag.index, from_s, to_s, columns)
    ends = np.column_stack((low, high)).reshape(-1)
    return Line(times=np.repeat(edges, 2), values=ends, column_s=window.span_s / columns, version=hash(ends.tobytes()))
