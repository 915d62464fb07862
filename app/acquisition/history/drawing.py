"""From rows and roll-ups to a picture: the least and greatest value of each column of time. Pure; knows no files.

A column covers its left edge up to, not including, the next. Only where an edge cuts a chunk are its rows looked at.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.acquisition.history.rows import Floats, Times

NEVER_US = -(2**62)


def edges_us(from_us: int, to_us: int, columns: int) -> Times:
    """columns + 1 instants, as even as whole µs are."""
    step, rest = divmod(to_us - from_us, columns)
    number = np.arange(columns + 1, dtype=np.int64)
    return from_us + number * step + number * rest // columns


class Columns:
    """A picture in the making. `low`, `high` are NaN where no value fell in; `last_us` NEVER_US where no row did."""

    def __init__(self, from_us: int, to_us: int, columns: int) -> None:
        self.edges = edges_us(from_us, to_us, columns)
        self.low = np.full(columns, np.nan)
        self.high = np.full(columns, np.nan)
        self.last_us = np.full(columns, NEVER_US, np.int64)
        self.last = np.full(columns, np.nan)
        self.before_us = NEVER_US
        self.before = float("nan")

    def column(self, times_us: Times) -> NDArray[np.intp]:
        """The column of each instant; -1 before the first, the number of columns behind the last."""
        return np.searchsorted(self.edges, times_us, side="right") - 1

    def put_rows(self, times_us: Times, values: Floats) -> None:
        """Rows ascending by time; NaN for what may not be drawn."""
        self.put(times_us, times_us, values, values, values)

    def put(self, first_us: Times, last_us: Times, low: Floats, high: Floats, last: Floats) -> None:
        """Roll-ups ascending by time, each within one column or outside of all."""
        bounds = np.searchsorted(first_us, self.edges)
        if bounds[0]:
            self.put_before(int(last_us[bounds[0] - 1]), float(last[bounds[0] - 1]))
        filled = np.flatnonzero(bounds[1:] > bounds[:-1])
        if not len(filled):
            return
        begins, end = bounds[filled], int(bounds[-1])
        self.low[filled] = np.fmin(self.low[filled], np.fmin.reduceat(low[:end], begins))
        self.high[filled] = np.fmax(self.high[filled], np.fmax.reduceat(high[:end], begins))
        final = bounds[filled + 1] - 1
        later = last_us[final] >= self.last_us[filled]
        self.last_us[filled[later]] = last_us[final][later]
        self.last[filled[later]] = last[final][later]

    def put_before(self, at_us: int, value: float) -> None:
        """A row before the first column: the value that holds on into it."""
        if at_us >= self.before_us:
            self.before_us, self.before = at_us, value

    def held(self, until_us: int) -> tuple[Floats, Floats]:
        """(low, high) with columns that no row fell in filled with the value before, as long as it held.

        It holds until a row that may not be drawn (a break, a bad value), and never past `until_us`.
        """
        number = np.arange(len(self.last))
        newest = np.maximum.accumulate(np.where(self.last_us > NEVER_US, number, -1))
        value = np.where(newest >= 0, self.last[newest], self.before)
        empty = (self.last_us == NEVER_US) & (self.edges[:-1] <= until_us)
        return np.where(empty, value, self.low), np.where(empty, value, self.high)
