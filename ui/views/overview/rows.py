"""The plain rows that the overview paints: lines, tiles, buffers, the shift. Ready words, no Qt, no desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ui.models.orders import NO_ORDER, OrderRow

Floats = NDArray[np.float64]
NO_SPARK: Floats = np.empty(0, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class TileRow:
    """One machine. `stale` holds the words "no data since 02:14:07" when nothing of it may be shown as live.

    `spark` is compared by `spark_at`, a stamp that changes with it. `clock` counts what is not normal.
    """

    key: str
    name: str
    state: str
    clock: str = ""
    value: str = ""
    unit: str = ""
    nominal: str = ""
    rate: float | None = None
    top: float = 1.0
    low: float = 0.0
    high: float = 1.0
    spark_at: int = 0
    priority: int = 0
    chip: str = ""
    chip_dashed: bool = False
    hold: bool = False
    stale: str = ""
    quiet: bool = False
    spark: Floats = field(default_factory=lambda: NO_SPARK, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferRow:
    """The buffer between a machine and the next: `level` in segments of SEGMENTS; None when nobody says."""

    level: int | None


SEGMENTS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """One line: its order, its machines upstream first and the buffers between them."""

    key: str
    name: str
    order: OrderRow = NO_ORDER
    hold: bool = False
    tiles: tuple[TileRow, ...] = ()
    buffers: tuple[BufferRow, ...] = ()


class Ran(IntEnum):
    """What a line did in a stretch of the shift."""

    UNKNOWN = 0
    RAN = 1
    STOOD = 2
    SLOW = 3
    STOPPED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of a line's shift, shares 0…1 of the shift; `priority` colours SLOW and STOPPED."""

    start: float
    end: float
    ran: Ran
    priority: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftLine:
    """What one line did so far. `coverage` says how much of the time is known."""

    key: str
    name: str
    stretches: tuple[Stretch, ...]
    coverage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """The shift: title, figures as (label, value), and a stretch of states per line; `now` is a share 0…1."""

    title: str
    figures: Sequence[tuple[str, str]] = ()
    lines: tuple[ShiftLine, ...] = ()
    now: float = 0.0
