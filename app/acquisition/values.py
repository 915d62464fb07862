"""Live values for the screens: the board's readings, and about two hours of one value a second of every tag."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.acquisition.board import Board, BoardReader
from app.domain.plant import Plant
from app.domain.reading import STALE_AFTER_S, Reading

KEPT = 7200
"""Seconds of one-a-second values kept for sparklines and trends; the history spool has the rest."""


class LiveValues:
    """What a screen reads. `sample` must be called about once a second by whoever owns it."""

    def __init__(self, reader: BoardReader, tags: int) -> None:
        self._reader = reader
        self._times = np.full(KEPT, np.nan)
        self._values = np.full((tags, KEPT), np.nan, np.float32)
        self._next = 0

    def reading(self, index: int) -> Reading:
        """The latest reading of a tag."""
        return self._reader.reading(index)

    def sample(self, now_s: float) -> None:
        """Keep every tag's present value; what is stale now is a gap for ever."""
        place = self._next % KEPT
        self._times[place] = now_s
        self._values[:, place] = self._reader.numbers(now_s, STALE_AFTER_S)
        self._next += 1

    def recent(self, index: int, seconds: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(times, values) of the last seconds, oldest first: seconds since 1970; NaN where there was no good value."""
        count = min(self._next, KEPT, int(seconds) + 1)
        places = np.arange(self._next - count, self._next) % KEPT
        return self._times[places], self._values[index, places].astype(np.float64)


def new_board(plant: Plant, path: Path) -> tuple[BoardReader, LiveValues]:
    """An empty board for a plant in a file, and the screens' view of it. Raises KnownError where it can't be made."""
    board = Board(path, len(plant.tags), len(plant.controllers), create=True)
    place = {name: i for i, name in enumerate(plant.controllers)}
    reader = BoardReader(board, np.array([place[tag.controller] for tag in plant.tags], np.int32))
    return reader, LiveValues(reader, len(plant.tags))
