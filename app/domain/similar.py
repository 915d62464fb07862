"""Memory: the last similar cases, what fixed them, and how much hangs on one person. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

from app.domain.case import ExceptionCase

ALIKE = 0.5
"""Share of common words from which two stop reasons count as the same trouble."""

_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How many of `of` similar cases `person` closed."""

    person: str
    closed: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """The fix that helped most often: `times` of `of`."""

    fix: str
    times: int
    of: int


def likeness(one: str, other: str) -> float:
    """Share of common words of two texts, 0…1 (Jaccard index); two empty texts are alike."""
    a, b = words(one), words(other)
    return len(a & b) / len(a | b) if a | b else 1.0


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The words of a text, without case."""
    return frozenset(_WORDS.findall(text.casefold()))


def similar(case: ExceptionCase, past: Iterable[ExceptionCase], limit: int = 3) -> tuple[ExceptionCase, ...]:
    """The resolved cases of the same kind and machine like `case`, the likest first, of equal ones the newest."""
    return likest(case, same_trouble(case, past), limit)


def likest(case: ExceptionCase, alike: Iterable[ExceptionCase], limit: int = 3) -> tuple[ExceptionCase, ...]:
    """Of cases of the same trouble the likest, of equal ones the newest."""
    rows = [(likeness(case.first_out, c.first_out), c.opened_at, c) for c in alike]
    best = nlargest(limit, rows, key=lambda row: row[:2])
    return tuple(c for _, _, c in best)


def same_trouble(case: ExceptionCase, past: Iterable[ExceptionCase]) -> list[ExceptionCase]:
    """Resolved cases of the same kind and machine whose first-out reads alike; replayed ones count for replayed."""
    return [
        c
        for c in past
        if c.kind == case.kind
        and c.machine == case.machine
        and c.resolved
        and c.id != case.id
        and c.replayed == case.replayed
        and c.resolved_at is not None
        and likeness(case.first_out, c.first_out) >= ALIKE
    ]


def guidance(cases: Sequence[ExceptionCase]) -> Guidance | None:
    """The fix that was noted most often; None when none was."""
    fixes = Counter(" ".join(c.fix.split()).casefold() for c in cases if c.fix.strip())
    if not fixes:
        return None
    best, times = fixes.most_common(1)[0]
    said = next(c.fix for c in reversed(cases) if " ".join(c.fix.split()).casefold() == best)
    return Guidance(fix=said, times=times, of=len(cases))


def key_person(cases: Iterable[ExceptionCase]) -> Share | None:
    """Who closed most of the cases; None when nobody closed one."""
    closers = Counter(c.resolved_by for c in cases if c.resolved_by)
    if not closers:
        return None
    person, closed = closers.most_common(1)[0]
    return Share(person=person, closed=closed, of=closers.total())
