"""The figures by which Lineside is judged. Each is None where it has nothing to say. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from app.domain.case import ExceptionCase
from app.domain.posting import Posting
from app.domain.proposal import Proposal

OWNED_WITHIN_S = 120.0
"""An exception is owned in time when somebody accepted it within two minutes."""


DAYS_TO_CHANGE_TARGET = 7.0
"""Days within which half of what was evident should have been changed."""


def quantile(values: Iterable[float], q: float) -> float | None:
    """The smallest value that at least the share q (0…1) of them do not exceed (nearest rank); None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[max(0, math.ceil(q * len(ordered)) - 1)]


def owned_within(cases: Sequence[ExceptionCase], now: datetime, within_s: float = OWNED_WITHIN_S) -> float | None:
    """Share of cases that were accepted within `within_s` of opening; those still inside the time don't count yet."""
    judged = [c for c in cases if c.owned_at is not None or (now - c.opened_at).total_seconds() > within_s]
    if not judged:
        return None
    good = sum(1 for c in judged if c.owned_at and (c.owned_at - c.opened_at).total_seconds() <= within_s)
    return good / len(judged)


def resolution_s(cases: Iterable[ExceptionCase], q: float = 0.5) -> float | None:
    """Exception resolution time: the q-quantile of opening to resolving, seconds."""
    return quantile(((c.resolved_at - c.opened_at).total_seconds() for c in cases if c.resolved_at), q)


def posting_lag_s(postings: Iterable[Posting], q: float) -> float | None:
    """Posting lag: the q-quantile of event on the floor to the ERP's confirmation, seconds."""
    return quantile((p.lag_s for p in postings if p.lag_s is not None), q)


def days_to_change(proposals: Iterable[Proposal], q: float = 0.5) -> float | None:
    """Days from evidence to change: the q-quantile of proposed to written back or exported, days.

    Proposed on Monday and Tuesday 08:00, both in the ERP on Wednesday 08:00: 2 days and 1 day, of which the median by
    nearest rank is 1. What was declined or is not decided changed nothing and does not count.
    """
    return quantile((row.days_to_change for row in proposals if row.days_to_change is not None), q)


def lag_trend(postings: Iterable[Posting], since: datetime, until: datetime, steps: int, q: float) -> list[float]:
    """The posting lag over a time as `steps` even parts: each one's q-quantile, seconds; NaN where nothing was posted.

    A posting counts where the ERP confirmed it.
    """
    parts: list[list[float]] = [[] for _ in range(steps)]
    length_s = (until - since).total_seconds() / steps
    for posting in postings:
        if posting.confirmed_at is None or posting.lag_s is None or not since <= posting.confirmed_at <= until:
            continue
        place = int((posting.confirmed_at - since).total_seconds() / length_s) if length_s > 0 else 0
        parts[min(place, steps - 1)].append(posting.lag_s)
    return [math.nan if found is None else found for found in (quantile(part, q) for part in parts)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kpi:
    """A figure: its unit, what is aimed at, how it comes about, and a worked example: of these values it is this."""

    id: str
    name: str
    unit: str
    target: float
    of: Callable[[Sequence[float]], float | None]
    how: str
    example: tuple[float, ...]
    gives: float

    def met(self, value: float) -> bool:
        """Whether a value is no worse than what is aimed at; every figure here is the better the smaller."""
        return value <= self.target


_MINUTE = 60.0
KPIS: Mapping[str, Kpi] = MappingProxyType(
    {
        row.id: row
        for row in (
            Kpi(
                id="posting_lag_p50", name="Posting lag, half of them", unit="s", target=1 * _MINUTE,
                of=lambda values: quantile(values, 0.5),
                how="from what happened on the floor to the ERP's confirmation; half took at most so long",
                example=(12, 40, 55, 300), gives=40,
            ),
            Kpi(
                id="posting_lag_p95", name="Posting lag, 95 of 100", unit="s", target=5 * _MINUTE,
                of=lambda values: quantile(values, 0.95),
                how="from what happened on the floor to the ERP's confirmation; 95 of 100 took at most so long",
                example=(12, 40, 55, 300), gives=300,
            ),
            Kpi(
                id="exception_resolution_p50", name="Exception resolution time", unit="s", target=30 * _MINUTE,
                of=lambda values: quantile(values, 0.5),
                how="from opening to resolving; half took at most so long",
                example=(240, 600, 5400), gives=600,
            ),
        )
    }
)  # fmt: skip
"""The figures with a target, by id."""
