"""What the acquisition process is told at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.plant import Plant


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """`board` is the path of the board's file, made by the parent; counts are journaled every `count_period_s`.

    `counters`: output machine → the last total that was journaled, so that what was made since then is not missed.
    """

    plant: Plant
    board: str
    count_period_s: float = 60.0
    counters: Mapping[str, float] = field(default_factory=dict)
