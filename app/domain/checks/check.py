"""One thing of a station that was looked at: how bad it is, in a sentence, and what to do next. A value; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How bad. UNKNOWN: it could not be looked at, or has not been yet."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    UNKNOWN = "unknown"


ORDER = {State.BAD: 0, State.WARNING: 1, State.UNKNOWN: 2, State.OK: 3}
"""The worst first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`id` is the row of CHECKS, `about` what of several it is of ("filler-1"); `said` ends with a full stop."""

    id: str
    group: str
    title: str
    state: State
    said: str
    next: str = ""
    about: str = ""


def worst(checks: Iterable[Check]) -> State:
    """The worst of them; OK of none."""
    return min((check.state for check in checks), key=ORDER.__getitem__, default=State.OK)


def worst_first(checks: Iterable[Check]) -> tuple[Check, ...]:
    """In their own order otherwise."""
    return tuple(sorted(checks, key=lambda check: ORDER[check.state]))
