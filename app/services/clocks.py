"""What is due: offers that ran out, promises that passed, shelves that end, cases that nobody needs any more. Pure.

Asked every second with the present view; a command that comes twice finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.domain import commands as c
from app.domain.case import ExceptionCase
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.lifecycles import AssignmentState, CaseState, TaskState
from app.domain.plant import Plant
from app.domain.shifts import shift_at
from app.readmodel import model as m
from app.readmodel.model import View

CLEARED_FOR = timedelta(minutes=5)
"""A case that cleared by itself, and that nobody touched, ends by itself after this."""

RESOLVED_FOR = timedelta(hours=1)
"""A resolved case is closed when nobody reopened it within this."""

DRAFT_BEFORE_END = timedelta(minutes=30)
"""The handover is drafted this long before the shift ends."""


def due(view: View, plant: Plant, now: datetime) -> Iterator[c.Command]:
    """The commands that the clock sends now."""
    for case in m.open_cases(view):
        yield from _case_due(case, now)
    yield from _closing(view, now)
    for row in m.open_assignments(view):
        if row.state is AssignmentState.OFFERED and row.accept_by and row.accept_by <= now:
            yield c.DeclineAssignment(assignment_id=row.id, reason="no answer in time")
    yield from _handover_due(view, plant, now)


def _case_due(case: ExceptionCase, now: datetime) -> Iterator[c.Command]:
    for task in case.tasks:
        if task.state is TaskState.OFFERED and task.accept_by <= now and case.state is not CaseState.SHELVED:
            yield c.ExpireTask(case_id=case.id, task_id=task.id)
        promised = task.promised_at
        if task.state is TaskState.ACCEPTED and promised and promised <= now and not task.promise_broken:
            yield c.BreakPromise(case_id=case.id, task_id=task.id)
    if case.state is CaseState.SHELVED and case.shelved_until and case.shelved_until <= now:
        yield c.UnshelveCase(case_id=case.id, expired=True)
    if _over(case, now):
        yield c.ResolveCase(case_id=case.id, cause="Cleared by itself", fix="Nothing was done")


def _over(case: ExceptionCase, now: datetime) -> bool:
    """Whether a case of the kind that comes and goes has gone, with nobody having touched it."""
    kind = EXCEPTION_KINDS.get(case.kind)
    gone = case.cleared_at is not None and now - case.cleared_at >= CLEARED_FOR
    return gone and kind is not None and kind.cleared_by_itself and case.state is CaseState.OPEN


def _closing(view: View, now: datetime) -> Iterator[c.Command]:
    for case in m.resolved_cases(view):
        if case.resolved_at and now - case.resolved_at >= RESOLVED_FOR:
            yield c.CloseCase(case_id=case.id)


def _handover_due(view: View, plant: Plant, now: datetime) -> Iterator[c.Command]:
    span = shift_at(plant.shifts, plant.zone, now)
    if span is None or now < span.end_at - DRAFT_BEFORE_END:
        return
    drafted = any(h.shift_start == span.start_at and h.shift == span.shift.name for h in m.all_handovers(view))
    if not drafted:
        yield c.DraftHandover()
