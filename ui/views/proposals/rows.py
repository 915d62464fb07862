"""What the view shows: cards with their evidence, as plain values. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Measurements on one axis: dots, the interval about their middle, and what is planned (`standard`).

    Without `values` there are only the interval and the limit. `after`: what was measured after the change.
    """

    values: tuple[float, ...]
    low: float
    middle: float
    high: float
    standard: float
    unit: str
    standard_text: str
    middle_text: str
    becomes: float | None = None
    after: tuple[float, ...] = ()
    after_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One proposal. `open`: it waits for a decision; `mine`: the person at the desk may take it.

    `ended`: nothing more comes of it."""

    key: str
    title: str
    state: str
    sureness: str
    facts: tuple[str, ...]
    becoming: str
    who: str
    age: str
    open: bool
    mine: bool
    ended: bool = False
    strip: Strip | None = None

    @property
    def cells(self) -> Sequence[str]:
        """The card in words, as assistive technology reads it."""
        return (f"{self.title}. {self.state}. {self.sureness}. {'. '.join(self.facts)}. {self.becoming}. {self.who}",)
