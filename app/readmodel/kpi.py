"""The figures by which Lineside is judged. Each is None where it has nothing to say. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.case import ExceptionCase
from app.domain.posting import Posting
from app.domain.proposal import Proposal

OWNED_WITHIN_S = 120.0
"""An exception is owned in time when somebody accepted it within two minutes."""


DAYS_TO_CHANGE_TARGET = 7.0
"""Days within which half of what was evident should have been changed."""


def quantile(values: Iterable[float], q: float) -> float | None:
    """The q-quantile (0…1) by nearest rank; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


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
    nearest rank is 2. What was declined or is not decided changed nothing and does not count.
    """
    return quantile((row.days_to_change for row in proposals if row.days_to_change is not None), q)
