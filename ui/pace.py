"""How often the screens are told of changes, and how much is done at a time: so that they are never late (I8).

Knows no Qt.
"""

from __future__ import annotations

from time import perf_counter

PERIOD_MS, STREAM_MS = 50, 200
"""From one time to the next at least: after a rest, and while there is more every time, as when stations merge."""
STEP_MS = 25
"""The period grows by so much with each time that follows without a rest."""
LIGHT_MS, LONGEST_MS = 25, 2000
DEAR = 60
"""Each ms beyond LIGHT_MS is paid for with so many of pause: fewer than one frame in a hundred is 50 ms late (I8)."""


class Pace:
    """In ms of any one clock."""

    def __init__(self) -> None:
        self._again_ms = self._paid_ms = 0
        self._period_ms = PERIOD_MS

    def wait_ms(self, now_ms: int, *, hurried: bool = False) -> int:
        """How long until they may be told again; `hurried`: a person waits for it."""
        return max(0, (self._again_ms if hurried else self._paid_ms) - now_ms)

    def told(self, began_ms: int, ended_ms: int) -> None:
        """They were told, and it took so long until they showed it."""
        rested = began_ms - self._paid_ms >= PERIOD_MS
        self._period_ms = PERIOD_MS if rested else min(STREAM_MS, self._period_ms + STEP_MS)
        beyond_ms = max(0, ended_ms - began_ms - LIGHT_MS)
        self._again_ms = began_ms + PERIOD_MS
        self._paid_ms = max(began_ms + self._period_ms, ended_ms + min(DEAR * beyond_ms, LONGEST_MS))


SLICE_S = 0.003
"""A piece of work on the UI thread: with what the others take and the paint it stays within a frame or two."""
LEAST = 32
"""So many small steps are taken in any case, and between two looks at the clock."""


class Slice:
    """A piece of work: ask before every step whether it is over. `least` steps are always taken."""

    def __init__(self, seconds: float = SLICE_S, *, least: int = LEAST) -> None:
        self._end_s, self._steps, self._least = perf_counter() + seconds, 0, least

    def over(self) -> bool:
        """Whether the rest is for the next turn."""
        steps, self._steps = self._steps, self._steps + 1
        return steps > 0 and steps % self._least == 0 and perf_counter() >= self._end_s


NEWS_S = 0.25


class News:
    """When a list is shown anew: at once when all of it stands, now and then while more is being placed."""

    def __init__(self) -> None:
        self._waiting, self._told_s = False, 0.0

    def due(self, moved: bool, settled: bool) -> bool:
        """Whether it is to be shown now; `moved`: there is something new."""
        self._waiting |= moved
        if not self._waiting or not (settled or perf_counter() - self._told_s >= NEWS_S):
            return False
        self._waiting, self._told_s = False, perf_counter()
        return True
