"""What of the sheet is not in its picture yet, and in which pieces it is painted.

A piece is short, and between two of them the event loop looks at its timers and at the keyboard: however many
machines change at once, nobody on the screen's thread waits for all of them. Knows places, no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil

from PySide6.QtCore import QRect
from PySide6.QtGui import QRegion

HEAD, TILE, BUFFER, RATE = range(4)
"""The kinds of parts: a line's header, a whole tile, the buffer behind it, the stripe of a tile's rate."""
Part = tuple[int, int, int]
"""A part of the sheet that is painted at once: line, kind, place in the line."""
COST = (5, 8, 2, 1)
"""What painting a part of each kind takes, in rates."""
PIECE = 8
"""The cost of a piece. It is not cut within a part."""
MOST_PIECES = 12
"""What waits is painted in so many pieces at most: of very much, each is larger."""
PlaceOf = Callable[[Part], QRect]
"""Which pixels painting a part may change."""


class Pieces:
    """It is told places and keeps no way to its widget: a widget in a circle dies when the collector finds it."""

    def __init__(self) -> None:
        self._waiting: dict[Part, None] = {}
        self._asked: dict[Part, None] = {}
        self._hidden: dict[Part, None] = {}
        self._sight, self._box = QRect(), QRect()
        self._piece = PIECE

    def clear(self) -> None:
        """The picture is, or will be, painted as a whole."""
        for parts in (self._waiting, self._asked, self._hidden):
            parts.clear()
        self._box = QRect()

    def mark(self, parts: Sequence[Part]) -> None:
        """These look different now."""
        self._waiting.update(dict.fromkeys(parts))
        self._piece = max(PIECE, ceil(sum(COST[part[1]] for part in self._waiting) / MOST_PIECES))

    @property
    def more(self) -> bool:
        """Whether another piece is to be asked for."""
        return bool(self._waiting)

    @property
    def settled(self) -> bool:
        """Whether the picture has all that is in sight."""
        return not self._waiting and not self._asked

    def ask(self, sight: QRect, place_of: PlaceOf) -> Iterator[QRect]:
        """The pixels of the next piece. What lies out of sight waits until it comes in sight."""
        if sight != self._sight:
            self._sight = sight
            self._waiting.update(self._hidden)
            self._hidden.clear()
        cost = 0
        while self._waiting and cost < self._piece:
            part = next(iter(self._waiting))
            del self._waiting[part]
            place = place_of(part)
            if not place.intersects(sight):
                self._hidden[part] = None
                continue
            cost += COST[part[1]]
            self._asked[part] = None
            self._box |= place & sight
            yield place

    def take(self, region: QRegion, place_of: PlaceOf) -> list[Part]:
        """The parts to be painted now that this region is shown: what was asked for, or more if it is exposed."""
        due = dict(self._asked)
        if not self._box.contains(region.boundingRect()):
            rest = (*self._waiting, *self._hidden)
            due.update((part, None) for part in rest if region.intersects(place_of(part)))
        for part in due:
            self._hidden.pop(part, None)
        self._asked.clear()
        self._box = QRect()
        return list(due)
