"""What the acquisition process is told at its start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.plant import Plant


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """`board` is the path of the board's file, made by the parent; counts are journaled every `count_period_s`.

    `counters`: output machine → the last total that was journaled, so that what was made since then is not missed.
    `station` is the workstation's name, which its certificate bears.
    Samples are kept on disk in `history_folder`, within the plant's bounds.
    """

    plant: Plant
    board: str
    count_period_s: float = 60.0
    counters: Mapping[str, float] = field(default_factory=dict)
    station: str = "station"

    @property
    def folder(self) -> Path:
        """The station's data folder: that of the board."""
        return Path(self.board).parent

    @property
    def history_folder(self) -> Path:
        """Where the history spool writes: beside the board."""
        return self.folder / "history"
