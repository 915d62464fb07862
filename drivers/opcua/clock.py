"""A server's clock beside this station's: whether the times that it gives may be believed, and in words how far off.

Owns that judgement. Must not know where the server's time is read. Values and keys never depend on it: it is a flag.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime

WRONG_S = 60.0
"""So far from this station's clock the server's is said to be wrong."""
STEADY = 3
"""So many messages in a row have to agree: one that waited in a network says nothing about a clock."""
HEARD = 3
"""Messages that a clock's distance is told from."""
MOVED_S = 30.0
"""Smaller moves of a wrong clock are not said anew."""
A_DAY_S = 86_400.0
LAST_S = 253_402_300_799.0
"""The end of 9999: no later time has a date."""
EPOCH_S = -11_644_473_600.0
"""1601: the server tells no time."""


class ServerClock:
    """Take the time of each of a server's messages; `sure` and `words` say what comes of it."""

    def __init__(self) -> None:
        self._disagreeing = 0
        self._said_s = 0.0
        self._late: deque[float] = deque(maxlen=HEARD)
        self.words = ""

    @property
    def sure(self) -> bool:
        """Whether its times may be believed."""
        return not self.words

    @property
    def off_s(self) -> float | None:
        """How far it is from ours: of the last messages the one that waited least in the network; None: too few."""
        return max(self._late) if len(self._late) == HEARD else None

    def hear(self, server_s: float, received_s: float) -> bool:
        """A message of the server, its time and ours; returns whether `words` changed."""
        off_s = server_s - received_s
        before = self.words
        if server_s > EPOCH_S + A_DAY_S:
            self._late.append(off_s)
        if server_s <= EPOCH_S + A_DAY_S or abs(off_s) < WRONG_S:
            self._disagreeing, self.words = 0, ""
        else:
            self._disagreeing += 1
            if self._disagreeing >= STEADY and (not self.words or abs(off_s - self._said_s) > MOVED_S):
                self._said_s, self.words = off_s, _words(server_s, off_s)
        return self.words != before


def _words(server_s: float, off_s: float) -> str:
    if abs(off_s) >= A_DAY_S:
        said = f"{datetime.fromtimestamp(server_s, UTC):%Y-%m-%d}" if server_s < LAST_S else "no year at all"
        return f"its clock is wrong: it says {said}"
    minutes = round(abs(off_s) / 60)
    hours, minutes = divmod(minutes, 60)
    far = " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)
    return f"its clock is {far} {'ahead of' if off_s > 0 else 'behind'} this station's"
