"""The past for the screens: pictures of tags from the history, read by a thread of its own, never by the asker's.

Owns what is asked for and what was answered; the latest window wins. Knows nothing of boards or screens.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.acquisition.history.reaching import AskTrend, PastSource, ReachingBack
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.rows import Floats

log = logging.getLogger("lineside.history")

REREAD_S = 60.0
"""A window that moves on is read again after so long; until then the seconds at hand fill its newest end."""
IDLE_S = 30.0
"""Without a question for so long the files are let go of: Windows removes no file that is open."""
CLOSE_S = 2.0
MOST_PICTURES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A picture of a tag: `columns` even columns of from_s <= time < to_s (seconds since 1970 UTC)."""

    tag_id: str
    from_s: float
    to_s: float
    columns: int

    @property
    def width_s(self) -> float:
        """A column's."""
        return (self.to_s - self.from_s) / self.columns

    @property
    def window(self) -> tuple[float, float, int]:
        """What all tags on a screen share."""
        return self.from_s, self.to_s, self.columns


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """The answer: each column's extremes (NaN: nothing is known), from what the history knew until `until_s`."""

    ask: Ask
    low: Floats
    high: Floats
    until_s: float

    def serves(self, ask: Ask, recent_from_s: float) -> bool:
        """Whether it answers this one too, where the values from `recent_from_s` on are at hand."""
        ours = self.ask
        steps = (ask.from_s - ours.from_s) / ours.width_s
        if abs(ask.width_s / ours.width_s - 1) > 1e-6 or steps < -0.01 or abs(steps - round(steps)) > 0.01:
            return False
        late_s = ask.to_s - ours.to_s
        return late_s <= 0 or (late_s <= REREAD_S and recent_from_s <= ours.to_s)

    def fitted(self, ask: Ask) -> tuple[Floats, Floats]:
        """(low, high) in the columns of another window: the same where it only moved by whole columns, else roughly."""
        middles = ask.from_s + (np.arange(ask.columns) + 0.5) * ask.width_s
        places = np.floor((middles - self.ask.from_s) / self.ask.width_s).astype(np.intp)
        inside = (places >= 0) & (places < self.ask.columns)
        places = np.where(inside, places, 0)
        return np.where(inside, self.low[places], np.nan), np.where(inside, self.high[places], np.nan)


class Past:
    """What the history in `folder` has, asked on one thread and read on another. `close` ends the reading.

    `answered` counts: another number than before is a reason to ask again.
    """

    def __init__(self, folder: Path, reader: Callable[[Path], PastSource] = HistoryReader) -> None:
        self._folder, self._new_reader = folder, reader
        self._turn = threading.Condition()
        self._wanted: dict[str, Ask | None] = {}
        self._doing: Ask | None = None
        self._pictures: dict[str, Picture] = {}
        self._begins: dict[str, float | None] = {}
        self.answered = 0
        self._reader: PastSource | None = None
        self._ask_plant: AskTrend | None = None
        self._identity: tuple[int, AskTrend | None] = (0, None)
        self._thread: threading.Thread | None = None
        self._closed = False

    @property
    def reading(self) -> bool:
        """Whether a picture that was asked for is still to come."""
        with self._turn:
            return self._doing is not None or any(self._wanted.values())

    def picture(self, ask: Ask, recent_from_s: float = math.inf) -> Picture | None:
        """The newest picture of the tag, at once; if it does not serve the window, that is read meanwhile."""
        known = self._pictures.get(ask.tag_id)
        if known is None or not known.serves(ask, recent_from_s):
            self._want(ask.tag_id, ask)
        return known

    def begins_s(self, tag_id: str) -> tuple[bool, float | None]:
        """(whether it is known yet, the tag's first instant in the history or None). Asks where it is not known."""
        if tag_id not in self._begins:
            self._want(tag_id, None)
            return False, None
        return True, self._begins[tag_id]

    def reach_back(self, ask: AskTrend) -> None:
        """From now on ask the plant's history for what the folder does not reach back to, on the reading thread."""
        with self._turn:
            self._ask_plant = ask
            self._begins, self._pictures = {}, {}
            self.answered += 1

    def close(self) -> None:
        """Read nothing any more. May be called twice."""
        with self._turn:
            self._closed = True
            self._turn.notify()
        if self._thread is not None:
            self._thread.join(timeout=CLOSE_S)

    # --- asking -------------------------------------------------------------------------------------------------------

    def _want(self, tag_id: str, ask: Ask | None) -> None:
        with self._turn:
            if self._closed:
                return
            if ask is not None:
                self._wanted = {t: a for t, a in self._wanted.items() if a is None or a.window == ask.window}
                if ask == self._doing:
                    self._wanted.pop(tag_id, None)
                    return
            self._wanted[tag_id] = ask or self._wanted.get(tag_id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="history for screens", daemon=True)
                self._thread.start()
            self._turn.notify()

    # --- reading, on the thread ---------------------------------------------------------------------------------------

    def _work(self) -> None:
        while (found := self._next()) is not None:
            try:
                self._read(*found)
            except Exception:
                log.exception("the history of %s could not be drawn", found[0])
                self._put(found[0], found[1], None)

    def _next(self) -> tuple[str, Ask | None] | None:
        with self._turn:
            self._doing = None
            while not self._wanted and not self._closed:
                if not self._turn.wait(IDLE_S):
                    self._reader = None
            if self._closed:
                self._reader = None
                return None
            tag_id = next(iter(self._wanted))
            self._doing = self._wanted.pop(tag_id)
            return tag_id, self._doing

    def _read(self, tag_id: str, ask: Ask | None) -> None:
        reader = self._opened()
        until_s = reader.known_until  # before the picture: what is written meanwhile may be drawn twice, not missed
        span = reader.span(tag_id)
        picture = None
        if ask is not None and span is not None:
            _, low, high = reader.drawn(tag_id, ask.from_s, ask.to_s, ask.columns)
            picture = Picture(ask=ask, low=low, high=high, until_s=-math.inf if until_s is None else until_s)
        self._put(tag_id, ask, picture, span[0] if span else None)

    def _put(self, tag_id: str, ask: Ask | None, picture: Picture | None, begins_s: float | None = None) -> None:
        """Keep the answer; where nothing is known, that."""
        self._begins[tag_id] = begins_s
        if ask is not None:
            nothing = np.full(ask.columns, np.nan)
            self._pictures.pop(tag_id, None)
            self._pictures[tag_id] = picture or Picture(ask=ask, low=nothing, high=nothing, until_s=-math.inf)
            if len(self._pictures) > MOST_PICTURES:
                del self._pictures[next(iter(self._pictures))]
        self.answered += 1

    def _opened(self) -> PastSource:
        """The reader; a new one where the folder is another than before, or the plant can be asked now."""
        ask = self._ask_plant
        identity = self._folder.stat().st_ino if self._folder.is_dir() else 0, ask
        if self._reader is None or identity != self._identity:
            own, self._identity = self._new_reader(self._folder), identity
            self._reader = own if ask is None else ReachingBack(own, ask)
        return self._reader
