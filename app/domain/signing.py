"""Showing who one is: sitting down with a password, and an electronic signature with it. Values only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

LASTS = timedelta(days=30)
"""A password that was proven once stands for its person at a station that long while the shared store is away."""

DEMO_PASSWORD = "demo"
"""Of everybody at the shared store of a demo, where people sign in without one."""

LARGEST_OFFSET_S = 60.0
"""No signature is taken from a station whose clock differs more from the shared store's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Somebody sits down and gives a password."""

    person: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """The password again, for one step: the event's `kind` on `stream`, what the signature means, what was `shown`."""

    person: str
    password: str = field(repr=False)
    kind: str
    stream: str
    meaning: str
    shown: str


def fingerprint(shown: str) -> str:
    """SHA-256 of what stood on the screen."""
    return hashlib.sha256(shown.encode()).hexdigest()
