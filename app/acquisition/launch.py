"""What the acquisition process is told at its start."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.plant import Plant


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """`board` is the path of the board's file, made by the parent; counts are journaled every `count_period_s`."""

    plant: Plant
    board: str
    count_period_s: float = 60.0
