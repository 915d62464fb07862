"""Live values for the screens: the board's readings, two hours of one value a second of every tag, and the past."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.acquisition.board import Board, BoardReader
from app.acquisition.history.drawing import Columns
from app.acquisition.history.reaching import AskTrend
from app.acquisition.history.rows import US, micro, micros
from app.acquisition.past import Ask, Past
from app.domain.plant import Plant
from app.domain.reading import STALE_AFTER_S, Reading

Floats = NDArray[np.float64]

KEPT = 7200
"""Seconds of one-a-second values kept for sparklines and trends; the history spool has the rest."""
SILENCE_S = 5.0
"""A value of one second holds until the next, but not over a longer silence than this."""


class LiveValues:
    """What a screen reads. `sample` must be called about once a second by whoever owns it.

    `past` is asked for the tags of `kept` (board index → tag id). One thread at a time.
    """

    def __init__(
        self, reader: BoardReader, tags: int, past: Past | None = None, kept: Mapping[int, str] | None = None
    ) -> None:
        self._reader = reader
        self._times = np.full(KEPT, np.nan)
        self._values = np.full((tags, KEPT), np.nan, np.float32)
        self._next = 0
        self._past = past
        self._kept = dict(kept or {}) if past is not None else {}

    def reading(self, index: int) -> Reading:
        """The latest reading of a tag."""
        return self._reader.reading(index)

    def stamps(self) -> NDArray[np.uint32]:
        """A number for each tag that is another with every new reading: where it differs there is something to show."""
        return self._reader.sequences()

    def sample(self, now_s: float) -> None:
        """Keep every tag's present value; what is stale now is a gap for ever."""
        place = self._next % KEPT
        self._times[place] = now_s
        self._values[:, place] = self._reader.numbers(now_s, STALE_AFTER_S)
        self._next += 1

    def recent(self, index: int, seconds: float) -> tuple[Floats, Floats]:
        """(times, values) of the last seconds, oldest first: seconds since 1970; NaN where there was no good value."""
        count = min(self._next, KEPT, int(seconds) + 1)
        places = np.arange(self._next - count, self._next) % KEPT
        return self._times[places], self._values[index, places].astype(np.float64)

    def drawn(self, index: int, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        """(left edges, low, high) of even columns of the window, at once; NaN where nothing is known.

        What must be read from the history comes by and by: `arrived` says when to ask again. The newest seconds, and
        tags without a history, are drawn from the values at hand. Raises ValueError for a window without a width.
        """
        if columns < 1 or to_s <= from_s:
            raise ValueError("a picture needs a width")
        low, high, until_s = self._from_history(index, from_s, to_s, columns)
        picture = self._from_recent(index, from_s, to_s, columns, until_s)
        edges = picture.edges / US
        newer_low, newer_high = picture.held(micro(self._newest_s()))
        newer = edges[1:] > until_s
        return (
            edges[:-1],
            np.where(newer, np.fmin(low, newer_low), low),
            np.where(newer, np.fmax(high, newer_high), high),
        )

    @property
    def arriving(self) -> bool:
        """Whether something that `drawn` was asked for is still being read."""
        return self._past is not None and self._past.reading

    @property
    def arrived(self) -> int:
        """How many readings came so far: another number than before is a reason to ask again."""
        return self._past.answered if self._past is not None else 0

    def begins_s(self, index: int) -> float | None:
        """The first instant that anything is kept of the tag; older is gone or never was. None: not known yet."""
        oldest_s = self._oldest_s()
        if self._past is None or index not in self._kept:
            return oldest_s
        known, begins_s = self._past.begins_s(self._kept[index])
        if not known:
            return None
        found = [at_s for at_s in (begins_s, oldest_s) if at_s is not None]
        return min(found, default=None)

    def close(self) -> None:
        """Ask the history nothing any more."""
        if self._past is not None:
            self._past.close()

    # --- pictures -----------------------------------------------------------------------------------------------------

    def _oldest_s(self) -> float | None:
        """Since when there are values of every second at hand."""
        return float(self._times[max(0, self._next - KEPT) % KEPT]) if self._next else None

    def _newest_s(self) -> float:
        """When the newest of them was kept; −∞ before the first."""
        return float(self._times[(self._next - 1) % KEPT]) if self._next else -math.inf

    def _from_history(self, index: int, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, float]:
        """(low, high, until when it knows)."""
        nothing = np.full(columns, np.nan)
        if self._past is None or index not in self._kept:
            return nothing, nothing, -math.inf
        ask = Ask(tag_id=self._kept[index], from_s=from_s, to_s=to_s, columns=columns)
        oldest_s = self._oldest_s()
        picture = self._past.picture(ask, math.inf if oldest_s is None else oldest_s)
        if picture is None:
            return nothing, nothing, -math.inf
        return *picture.fitted(ask), min(picture.until_s, picture.ask.to_s)

    def reach_back(self, ask: AskTrend) -> None:
        """From now on ask the plant's history for what this station's own does not reach back to."""
        if self._past is not None:
            self._past.reach_back(ask)

    def _from_recent(self, index: int, from_s: float, to_s: float, columns: int, since_s: float) -> Columns:
        """The values at hand in columns, from `since_s` on."""
        picture = Columns(micro(from_s), micro(to_s), columns)
        if self._next:
            back_s = min(float(KEPT), max(0.0, self._newest_s() - max(from_s, since_s) + SILENCE_S))
            times, values = _broken(*self.recent(index, back_s))
            picture.put_rows(micros(times), values)
        return picture


def _broken(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """With a missing value wherever the seconds were silent for too long."""
    silent = np.flatnonzero(np.diff(times) > SILENCE_S) + 1
    return np.insert(times, silent, times[silent - 1] + 1), np.insert(values, silent, np.nan)


def new_board(plant: Plant, path: Path, history: Path | None = None) -> tuple[BoardReader, LiveValues]:
    """An empty board for a plant in a file, and the screens' view of it, with the past in the folder `history`.

    Raises KnownError where the board can't be made. The folder need not be there.
    """
    board = Board(path, len(plant.tags), len(plant.controllers), create=True)
    place = {name: i for i, name in enumerate(plant.controllers)}
    reader = BoardReader(board, np.array([place[tag.controller] for tag in plant.tags], np.int32))
    past = Past(history) if history is not None else None
    kept = {tag.index: tag.id for tag in plant.tags if tag.history and not tag.is_text}
    return reader, LiveValues(reader, len(plant.tags), past, kept)
