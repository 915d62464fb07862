"""The board: the latest value of every tag in memory that two processes share. Conflation is for screens only.

Owns the layout of the file and that no torn value is ever read: a writer raises `begin`, writes, then raises `end`;
a reader takes only what had both equal before and after. Texts do not fit here and go by the pipe.
"""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import KnownError
from app.domain.reading import NOTHING, Quality, Reading
from app.ports import Link, Samples

ROW = np.dtype(
    [
        ("begin", "<u4"),
        ("end", "<u4"),
        ("quality", "<u4"),
        ("pad", "<u4"),
        ("value", "<f8"),
        ("source_s", "<f8"),
        ("received_s", "<f8"),
    ]
)
"""One tag. 40 bytes: a row never crosses more than one cache line border."""

CONTROLLER = np.dtype([("alive_s", "<f8"), ("since_s", "<f8"), ("link", "<u4"), ("samples", "<u4")])
TRIES = 100
QUALITIES = tuple(Quality)


class Board:
    """The board in a file, made empty by `create`. Both sides must agree on the number of tags and controllers."""

    def __init__(self, path: Path, tags: int, controllers: int, *, create: bool) -> None:
        size = max(1, tags * ROW.itemsize + controllers * CONTROLLER.itemsize)
        try:
            if create:
                path.write_bytes(bytes(size))
            with path.open("r+b") as file:
                self._memory = mmap.mmap(file.fileno(), size)
        except (OSError, ValueError) as error:
            raise KnownError(f"The board {path.name} can't be opened: {error}.", "Check the data folder.") from error
        split = tags * ROW.itemsize
        self.rows: NDArray[np.void] = np.frombuffer(self._memory, ROW, count=tags)
        self.controllers: NDArray[np.void] = np.frombuffer(self._memory, CONTROLLER, count=controllers, offset=split)
        if create:
            self.rows["quality"] = Quality.NO_DATA
            self.rows["value"] = np.nan
            self.controllers["link"] = Link.CONNECTING


class BoardWriter:
    """The acquisition's side. One writer at a time."""

    def __init__(self, board: Board, controller_order: tuple[str, ...]) -> None:
        self._begin, self._end = board.rows["begin"], board.rows["end"]
        self._value, self._quality = board.rows["value"], board.rows["quality"]
        self._source_s, self._received_s = board.rows["source_s"], board.rows["received_s"]
        self._alive_s = board.controllers["alive_s"]
        self._controllers = board.controllers
        self._place = {name: place for place, name in enumerate(controller_order)}
        self._in_order = np.arange(len(board.rows), dtype=np.int32).tobytes()
        self._disown(self._begin != self._end)

    def _disown(self, torn: NDArray[np.bool_]) -> None:
        """What a writer that died was writing is no value: the rows say so, and are whole again."""
        self._quality[torn] = Quality.NO_DATA
        self._value[torn] = np.nan
        self._end[torn] = self._begin[torn]

    def write(self, batch: Samples) -> None:
        """Put a batch on the board; of several samples of a tag the last one stays."""
        where = self._where(batch.tags)
        self._begin[where] += 1
        self._value[where] = batch.values
        self._quality[where] = batch.qualities
        self._source_s[where] = batch.source_s
        self._received_s[where] = batch.received_s
        self._end[where] = self._begin[where]

    def _where(self, tags: NDArray[np.int32]) -> slice | NDArray[np.int32]:
        """The rows of the tags. Those of neighbours in their order are one piece of memory, which halves the work."""
        if not len(tags):
            return tags
        first, size = int(tags[0]), tags.itemsize
        neighbours = tags.tobytes() == self._in_order[first * size : (first + len(tags)) * size]
        return slice(first, first + len(tags)) if neighbours else tags

    def alive(self, controller: str, at_s: float) -> None:
        """The controller was heard: its unchanged values are not stale."""
        self._alive_s[self._place[controller]] = at_s

    def link(self, controller: str, link: Link, since_s: float) -> None:
        """The state of a connection."""
        place = self._place[controller]
        self._controllers["link"][place] = link
        self._controllers["since_s"][place] = since_s

    def count(self, controller: str, samples: int) -> None:
        """How many samples the controller has given."""
        self._controllers["samples"][self._place[controller]] = samples % 2**32


class BoardReader:
    """The screens' side. `controller_of[i]` is the place of tag i's controller."""

    def __init__(self, board: Board, controller_of: NDArray[np.int32]) -> None:
        self._rows = board.rows
        self._begin, self._end = board.rows["begin"], board.rows["end"]
        self._value, self._quality = board.rows["value"], board.rows["quality"]
        self._source_s, self._received_s = board.rows["source_s"], board.rows["received_s"]
        self._alive_s = board.controllers["alive_s"]
        self._controllers = board.controllers
        self._controller_of = controller_of
        self._places: list[int] = controller_of.tolist()
        self._texts: dict[int, str] = {}

    def put_text(self, index: int, text: str) -> None:
        """A text that came by the pipe."""
        self._texts[index] = text

    def reading(self, index: int) -> Reading:
        """The latest whole reading of a tag; NOTHING before the first, or while a writer keeps changing it."""
        for _ in range(TRIES):
            before = self._end.item(index)
            value, quality = self._value.item(index), self._quality.item(index)
            source_s, received_s = self._source_s.item(index), self._received_s.item(index)
            if self._begin.item(index) == before:  # nothing was begun since what was ended
                return Reading(
                    value=self._texts.get(index, value),
                    quality=QUALITIES[quality],
                    source_s=source_s,
                    received_s=received_s,
                    alive_s=self._alive_s.item(self._places[index]),
                )
        return NOTHING

    def numbers(self, now_s: float, stale_after_s: float) -> NDArray[np.float64]:
        """Every tag's value at once, NaN where it is stale, bad, a text, or being written."""
        before = self._rows["end"].copy()
        rows = self._rows.copy()
        alive = np.maximum(rows["received_s"], self._controllers["alive_s"][self._controller_of])
        whole = (rows["begin"] == before) & (before == self._rows["begin"])
        good = whole & (rows["quality"] <= Quality.UNCERTAIN)
        values: NDArray[np.float64] = np.where(good & (now_s - alive <= stale_after_s), rows["value"], np.nan)
        return values

    def sequences(self) -> NDArray[np.uint32]:
        """A copy of every tag's sequence: what changed since the last copy must be painted again."""
        copy: NDArray[np.uint32] = self._rows["end"].copy()
        return copy

    def heard_s(self, controller_place: int) -> float:
        """When a controller was last heard, seconds since 1970 UTC; 0: never in this run."""
        return float(self._controllers["alive_s"][controller_place])

    def samples(self, controller_place: int) -> int:
        """How many samples a controller has given."""
        return int(self._controllers["samples"][controller_place])
