"""Who looks at what at which station just now. It is told, not kept: whoever says nothing for a while has gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FADES = timedelta(seconds=6)
"""A presence that was not told again for this long is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A person at a station looks at `ref` (a stream, "case/1"), or is `editing` it. Told last `at`."""

    station: str
    person: str
    ref: str
    editing: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What was heard of the plant's log: a place that was appended, and who looks at what.

    `place` 0: nothing was appended; None: something may have been, nobody heard what. `settings`: what the plant has
    set changed, such as its plant file.
    """

    place: int | None = 0
    presences: tuple[Presence, ...] = ()
    settings: bool = False
