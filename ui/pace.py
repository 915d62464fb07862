"""How often the screens are told of changes: soon while they show them quickly, seldom while that makes them late.

Knows no Qt.
"""

from __future__ import annotations

PERIOD_MS = 50
"""From one time to the next at least."""
LIGHT_MS, LONGEST_MS = 25, 2000
DEAR = 60
"""Each ms beyond LIGHT_MS is paid for with so many of pause: fewer than one frame in a hundred is 50 ms late (I8)."""


class Pace:
    """In ms of any one clock."""

    def __init__(self) -> None:
        self._again_ms = self._paid_ms = 0

    def wait_ms(self, now_ms: int, *, hurried: bool = False) -> int:
        """How long until they may be told again; `hurried`: a person waits for it."""
        return max(0, (self._again_ms if hurried else self._paid_ms) - now_ms)

    def told(self, began_ms: int, ended_ms: int) -> None:
        """They were told, and it took so long until they showed it."""
        beyond_ms = max(0, ended_ms - began_ms - LIGHT_MS)
        self._again_ms = began_ms + PERIOD_MS
        self._paid_ms = max(self._again_ms, ended_ms + min(DEAR * beyond_ms, LONGEST_MS))
