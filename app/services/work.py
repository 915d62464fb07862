"""Counts and confirmations of work orders, and moving orders and people between lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import timedelta
from decimal import Decimal

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import RefusedError
from app.domain.lifecycles import ASSIGNMENT, AssignmentState, AssignmentTrigger
from app.domain.people import SYSTEM, Function, Role
from app.domain.routing import accountable
from app.domain.shifts import on_shift
from app.domain.text import safe
from app.domain.work import Assignment, OrderProgress
from app.readmodel import model as m
from app.services.context import Context
from app.services.queries import line_of, name, remark, sentence, the_assignment

ACCEPT_WITHIN = timedelta(minutes=5)
"""The clock of an offered assignment."""


def record_count(command: c.RecordCount, ctx: Context) -> Iterator[e.Event]:
    """What the floor counted since the last record, less what another station's record covers already.

    The overlap is told by the machine's own total: both stations read the same counter.
    """
    share = _uncovered(command, m.last_count(ctx.view, command.machine))
    if share <= 0:
        return
    given = {f.name: getattr(command, f.name) for f in fields(e.CountRecorded)}
    yield e.CountRecorded(**given | {"good": _part(command.good, share), "scrap": _part(command.scrap, share)})


def _uncovered(command: c.RecordCount, last: OrderProgress | None) -> Decimal:
    """The share of a count that nobody has recorded, from 0 to 1."""
    if last is None or last.counted_at is None or last.counted_at <= command.from_at:
        return Decimal(1)
    if last.counted_at >= command.to_at:
        return Decimal(0)
    begun, grown = command.counter_from, command.counter - last.counter
    if begun is None or not 0 <= grown <= command.counter - begun or command.counter == begun:
        return Decimal(1)
    return Decimal(str(grown / (command.counter - begun)))


def _part(quantity: Decimal, share: Decimal) -> Decimal:
    return quantity if share == 1 else (quantity * share).to_integral_value()


def activate_moved_order(event: e.CountRecorded, ctx: Context) -> Iterator[e.Event]:
    """An order that was accepted by a line and is counted there, runs there."""
    for row in m.open_assignments(ctx.view):
        moved = row.subject is e.Subject.ORDER and row.subject_id == event.order and row.to_line == event.line
        if moved and row.state is AssignmentState.ACCEPTED:
            yield e.AssignmentActivated(assignment_id=row.id)


def confirm_order(command: c.ConfirmOrder, ctx: Context) -> Iterator[e.Event]:
    """Stand for units of an order: they become a posting."""
    if not all(amount.is_finite() and amount >= 0 for amount in (command.good, command.scrap)):
        raise RefusedError("A quantity is a number, and not negative.", "Give what was made.")
    if command.good + command.scrap == 0 and not command.final:
        raise RefusedError("There is nothing to confirm yet.", "Wait until units were counted.")
    order, counted = ctx.reference.orders.get(command.order), m.progress(ctx.view, command.order)
    if order is None and counted is None:
        raise RefusedError(f"No order {safe(command.order, 40)!r} is known here.", "Check its number.")
    if counted is not None and counted.final:
        raise RefusedError(f"{command.order} was confirmed for good.", "Correct it in the ERP.")
    yield e.ProductionConfirmed(
        order=command.order,
        confirmation_id=ctx.new_id(),
        line=line_of(ctx, command.order),
        lot=command.lot,
        good=command.good,
        scrap=command.scrap,
        unit=order.unit if order else "",
        final=command.final,
    )


def propose_assignment(command: c.ProposeAssignment, ctx: Context) -> Iterator[e.Event]:
    """Propose a move and offer it at once to those who must agree."""
    if command.to_line not in ctx.plant.lines:
        raise RefusedError("There is no such line.", "Choose a line of the plant.")
    origin = _origin(command, ctx)
    if origin == command.to_line:
        raise RefusedError("It is there already.", "Choose another line.")
    if any(a.subject_id == command.subject_id and _on_its_way(a) for a in m.open_assignments(ctx.view)):
        raise RefusedError("A move of it is on its way.", "Accept or withdraw that one first.")
    assignment_id = ctx.new_id()
    yield e.AssignmentProposed(
        assignment_id=assignment_id,
        subject=command.subject,
        subject_id=command.subject_id,
        from_line=origin,
        to_line=command.to_line,
        reason=sentence(command.reason, "The reason"),
        breaks=command.breaks,
        case_id=command.case_id,
    )
    yield e.AssignmentOffered(
        assignment_id=assignment_id, people=_asked(command, ctx), accept_by=ctx.now + ACCEPT_WITHIN
    )


def _on_its_way(row: Assignment) -> bool:
    return row.state in (AssignmentState.PROPOSED, AssignmentState.OFFERED, AssignmentState.ACCEPTED)


def _origin(command: c.ProposeAssignment, ctx: Context) -> str:
    """The line it is on now; refuses what does not exist."""
    if command.subject is e.Subject.ORDER:
        if command.subject_id not in ctx.reference.orders:
            raise RefusedError("No such order is known here.", "Check its number.")
        return line_of(ctx, command.subject_id)
    if command.subject_id not in ctx.plant.people:
        raise RefusedError("Nobody of that name works here.", "Choose a person of the plant.")
    active = (a for a in m.open_assignments(ctx.view) if a.subject_id == command.subject_id)
    return next((a.to_line for a in active if a.state is AssignmentState.ACTIVE), "")


def _asked(command: c.ProposeAssignment, ctx: Context) -> tuple[str, ...]:
    """A person is asked themselves; an order the people of the target line and the planners, but not who proposes."""
    if command.subject is e.Subject.PERSON:
        return (command.subject_id,)
    present = on_shift(ctx.plant, ctx.now)
    people = [
        p.id
        for p in present
        if p.id != ctx.actor.id
        and (Function.PLANNING in p.functions or Role.SHIFT_LEAD in p.roles or command.to_line in p.lines)
    ]
    return tuple(people) or (accountable(ctx.plant, command.to_line, ctx.now),)


def accept_assignment(command: c.AcceptAssignment, ctx: Context) -> Iterator[e.Event]:
    """Agreed. A person is there at once; an order when it is counted there."""
    row = the_assignment(ctx, command.assignment_id)
    ASSIGNMENT.step(row.state, AssignmentTrigger.ACCEPT)
    _may_answer(row, ctx)
    yield e.AssignmentAccepted(assignment_id=row.id, by=ctx.actor.id)
    if row.subject is e.Subject.PERSON:
        for old in m.open_assignments(ctx.view):
            if old.subject_id == row.subject_id and old.id != row.id and old.state is AssignmentState.ACTIVE:
                yield e.AssignmentFinished(assignment_id=old.id)
        yield e.AssignmentActivated(assignment_id=row.id)


def _may_answer(row: Assignment, ctx: Context) -> None:
    if ctx.actor.id not in row.people and ctx.actor is not SYSTEM:
        raise RefusedError(f"It is offered to {', '.join(name(ctx, p) for p in row.people)}.", "They must answer.")


def decline_assignment(command: c.DeclineAssignment, ctx: Context) -> Iterator[e.Event]:
    """Not agreed, or no answer in time: it comes back to who proposed it."""
    row = the_assignment(ctx, command.assignment_id)
    ASSIGNMENT.step(row.state, AssignmentTrigger.DECLINE)
    _may_answer(row, ctx)
    yield e.AssignmentDeclined(assignment_id=row.id, by=ctx.actor.id, reason=sentence(command.reason, "The reason"))


def withdraw_assignment(command: c.WithdrawAssignment, ctx: Context) -> Iterator[e.Event]:
    """Take a proposal back."""
    row = the_assignment(ctx, command.assignment_id)
    ASSIGNMENT.step(row.state, AssignmentTrigger.WITHDRAW)
    yield e.AssignmentWithdrawn(assignment_id=row.id, reason=remark(command.reason))


def activate_assignment(command: c.ActivateAssignment, ctx: Context) -> Iterator[e.Event]:
    """It takes effect on the floor."""
    row = the_assignment(ctx, command.assignment_id)
    ASSIGNMENT.step(row.state, AssignmentTrigger.ACTIVATE)
    yield e.AssignmentActivated(assignment_id=row.id)


def finish_assignment(command: c.FinishAssignment, ctx: Context) -> Iterator[e.Event]:
    """It is over: the person goes back, the order is done."""
    row = the_assignment(ctx, command.assignment_id)
    ASSIGNMENT.step(row.state, AssignmentTrigger.FINISH)
    yield e.AssignmentFinished(assignment_id=row.id)
