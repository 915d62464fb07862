"""What several handlers ask of a view: checked look-ups that refuse in words, and small questions about work."""

from __future__ import annotations

from app.domain.case import ExceptionCase, Task
from app.domain.errors import NotFoundError, RefusedError
from app.domain.events import Subject
from app.domain.handover import Handover
from app.domain.hold import Hold
from app.domain.lifecycles import AssignmentState
from app.domain.posting import Posting
from app.domain.proposal import Proposal
from app.domain.text import LONGEST, safe
from app.domain.work import Assignment
from app.readmodel import model as m
from app.services.context import Context

AGAIN = "Look at it again: it may have changed."

LONGEST_NOTE = 2000
"""Characters of a note."""


def the_case(ctx: Context, case_id: str) -> ExceptionCase:
    """The case; refuses where there is none."""
    found = m.case(ctx.view, case_id)
    if found is None:
        raise NotFoundError("There is no such case.", AGAIN)
    return found


def the_task(case: ExceptionCase, task_id: str) -> Task:
    """A task of a case; refuses where there is none."""
    found = case.task(task_id)
    if found is None:
        raise NotFoundError("The case has no such task.", AGAIN)
    return found


def the_hold(ctx: Context, hold_id: str) -> Hold:
    """The hold; refuses where there is none."""
    found = m.hold(ctx.view, hold_id)
    if found is None:
        raise NotFoundError("There is no such hold.", AGAIN)
    return found


def the_assignment(ctx: Context, assignment_id: str) -> Assignment:
    """The assignment; refuses where there is none."""
    found = m.assignment(ctx.view, assignment_id)
    if found is None:
        raise NotFoundError("There is no such assignment.", AGAIN)
    return found


def the_proposal(ctx: Context, proposal_id: str) -> Proposal:
    """The proposal; refuses where there is none."""
    found = m.proposal(ctx.view, proposal_id)
    if found is None:
        raise NotFoundError("There is no such proposal.", AGAIN)
    return found


def the_handover(ctx: Context, handover_id: str) -> Handover:
    """The handover; refuses where there is none."""
    found = m.handover(ctx.view, handover_id)
    if found is None:
        raise NotFoundError("There is no such handover.", AGAIN)
    return found


def the_posting(ctx: Context, key: str) -> Posting:
    """The posting; refuses where there is none."""
    found = m.posting(ctx.view, key)
    if found is None:
        raise NotFoundError("There is no such posting.", AGAIN)
    return found


def name(ctx: Context, person_id: str) -> str:
    """How a person is called, "J. Weiss"."""
    person = ctx.plant.people.get(person_id)
    return person.short if person else person_id


def sentence(text: str, what: str, longest: int = LONGEST) -> str:
    """A text that a person wrote: trimmed, safe, not empty, not endless; never cut in silence."""
    trimmed = text.strip()
    if not trimmed:
        raise RefusedError(f"{what} is missing.", "Say it in a sentence.")
    if len(trimmed) > longest:
        raise RefusedError(f"{what} is too long ({len(trimmed):,} characters).", f"Keep it under {longest:,}.")
    return safe(trimmed, longest)


def remark(text: str) -> str:
    """A text that a person may leave out: trimmed and safe."""
    return sentence(text, "The note", LONGEST_NOTE) if text.strip() else ""


def line_of(ctx: Context, order: str) -> str:
    """The line an order is on: where an accepted assignment took it, else where the ERP planned it."""
    for row in reversed(m.open_assignments(ctx.view)):
        taken = row.state in (AssignmentState.ACCEPTED, AssignmentState.ACTIVE)
        if row.subject is Subject.ORDER and row.subject_id == order and taken:
            return row.to_line
    planned = ctx.reference.orders.get(order)
    counted = m.progress(ctx.view, order)
    return planned.line if planned else counted.line if counted else ""
