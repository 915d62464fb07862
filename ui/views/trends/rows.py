"""What the trends view shows, as plain values. Instants are seconds since 1970 UTC. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A row of the machine tree: a line, a machine or a tag. `open` None: it has nothing below it."""

    key: str
    depth: int
    text: str
    detail: str = ""
    open: bool | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A case that was open: from when to when, and its words."""

    from_s: float
    to_s: float
    text: str
    priority: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strip:
    """One signal: its samples (NaN: none), its range and band, and what it was at the cursor.

    A silence longer than `gap_s` is a gap. Before `begins_s` nothing is kept, as `begins` says. Strips whose samples
    end alike are painted anew where `version` differs.
    """

    key: str
    where: str
    name: str
    unit: str
    times: Floats
    values: Floats
    bottom: float
    top: float
    low: float | None
    high: float | None
    at_cursor: str
    spread: str
    band: str
    stale: str
    marks: tuple[Mark, ...]
    gap_s: float
    version: int = 0
    begins_s: float | None = None
    begins: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """The time that all strips share. `ticks` are (instant, words); `cursor` says when the cursor is.

    `reading`: pictures of the past are still to come.
    """

    from_s: float
    to_s: float
    ticks: tuple[tuple[float, str], ...]
    cursor_s: float
    cursor: str
    live: bool
    span: str
    reading: bool = False
