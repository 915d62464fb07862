"""Where assignments have taken orders and people: what was accepted holds, whatever the ERP still says. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.events import Subject
from app.domain.lifecycles import AssignmentState
from app.domain.work import Assignment

TAKEN = frozenset({AssignmentState.ACCEPTED, AssignmentState.ACTIVE})
"""States in which somebody has agreed to the move."""


def taken(assignments: Iterable[Assignment], subject: Subject) -> dict[str, str]:
    """order number or person id → line, where an accepted assignment has taken it; of several, the latest counts."""
    return {a.subject_id: a.to_line for a in assignments if a.subject is subject and a.state in TAKEN}
