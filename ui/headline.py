"""What the banner says, as values. No Qt, and light: the banner is on the screen before the read model is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PRIORITIES = (1, 2, 3, 4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """The unacknowledged case that comes first: the most urgent, of those the newest."""

    ref: str
    priority: int
    title: str
    detail: str
    happened_at: datetime
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """Everything that the banner says; `counts` are the open cases of priority 1 … 4, shelved ones not among them.

    `known`: the core has told what is open; until then nothing is said of it.
    """

    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    shelved: int = 0
    top: Top | None = None
    waiting: int = 0
    alarms: str = ""
    flood: bool = False
    person: str = ""
    known: bool = True
