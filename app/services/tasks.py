"""A function's part of a case: accept, decline, promise, reassign, finish, and the ladder when nobody answers (I5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from app.domain import commands as c
from app.domain import events as e
from app.domain.case import ExceptionCase, Task
from app.domain.errors import RefusedError
from app.domain.lifecycles import TASK, TaskState, TaskTrigger
from app.domain.plant import Route
from app.domain.routing import LADDER_TOP, NO_RULE_S, accountable, widened
from app.services.context import Context
from app.services.queries import name, remark, sentence, the_case, the_task


def accept_task(command: c.AcceptTask, ctx: Context) -> Iterator[e.Event]:
    """I do it; with a promise if a time is given."""
    case = _open(the_case(ctx, command.case_id))
    task = the_task(case, command.task_id)
    if task.state is TaskState.ACCEPTED:
        raise RefusedError(f"{name(ctx, task.owner)} has it already.", "Take another one.")
    TASK.step(task.state, TaskTrigger.ACCEPT)
    _asked(task, ctx)
    yield e.TaskAccepted(case_id=case.id, task_id=task.id, by=ctx.actor.id)
    if command.promised_at is not None:
        yield from promise_task(c.PromiseTask(case_id=case.id, task_id=task.id, promised_at=command.promised_at), ctx)


def _open(case: ExceptionCase) -> ExceptionCase:
    if case.resolved:
        raise RefusedError(f"The case is {case.state.value}.", "Reopen it first.")
    return case


def _asked(task: Task, ctx: Context) -> None:
    """Whoever has the function may take it, asked or not; nobody else."""
    if ctx.actor.id not in task.people and task.function not in ctx.actor.functions:
        raise RefusedError(f"This is offered to {task.function.text}.", "Ask a shift lead to reassign it to you.")


def decline_task(command: c.DeclineTask, ctx: Context) -> Iterator[e.Event]:
    """Not me, because: the others are asked on, and their clock goes on; with nobody left the shift lead is asked."""
    case = the_case(ctx, command.case_id)
    task = the_task(case, command.task_id)
    TASK.step(task.state, TaskTrigger.DECLINE)
    if ctx.actor.id not in task.people:
        raise RefusedError("It is not offered to you.", "Who is asked can decline.")
    reason = sentence(command.reason, "The reason")
    lead = accountable(ctx.plant, case.line, ctx.now)
    left = tuple(p for p in task.people if p != ctx.actor.id)
    if not left and ctx.actor.id == lead:
        raise RefusedError("It ends at you: there is nobody else on shift.", "Reassign it to a person instead.")
    yield e.TaskDeclined(case_id=case.id, task_id=task.id, by=ctx.actor.id, reason=reason)
    said = f"declined by {name(ctx, ctx.actor.id)}"
    if left:
        yield replace(_again(case, task, left, task.level, ctx, reason=said), accept_by=task.accept_by)
    else:
        yield _again(case, task, (lead,), task.level + 1, ctx, reason=said)


def promise_task(command: c.PromiseTask, ctx: Context) -> Iterator[e.Event]:
    """Say when it will be done; a broken promise escalates."""
    task = the_task(the_case(ctx, command.case_id), command.task_id)
    if task.state is not TaskState.ACCEPTED or task.owner != ctx.actor.id:
        raise RefusedError("Only who accepted can promise.", "Accept it first.")
    if command.promised_at <= ctx.now:
        raise RefusedError("That time has passed.", "Promise a later one.")
    yield e.PromiseMade(case_id=command.case_id, task_id=task.id, promised_at=command.promised_at)


def reassign_task(command: c.ReassignTask, ctx: Context) -> Iterator[e.Event]:
    """Offer it to somebody else. Not an acknowledgement; the escalation level stays."""
    case = _open(the_case(ctx, command.case_id))
    task = the_task(case, command.task_id)
    TASK.step(task.state, TaskTrigger.OFFER_AGAIN)
    if command.to_person not in ctx.plant.people:
        raise RefusedError("Nobody of that name works here.", "Choose a person of the plant.")
    yield _again(case, task, (command.to_person,), task.level, ctx, reason=sentence(command.reason, "The reason"))


def finish_task(command: c.FinishTask, ctx: Context) -> Iterator[e.Event]:
    """My part is done."""
    case = the_case(ctx, command.case_id)
    task = the_task(case, command.task_id)
    TASK.step(task.state, TaskTrigger.FINISH)
    if task.owner != ctx.actor.id:
        raise RefusedError(f"{name(ctx, task.owner)} has it.", "Only they can say that it is done.")
    yield e.TaskFinished(case_id=case.id, task_id=task.id, note=remark(command.note))


def expire_task(command: c.ExpireTask, ctx: Context) -> Iterator[e.Event]:
    """Nobody answered in time: one rung up. At the top the shift lead has it."""
    case = the_case(ctx, command.case_id)
    task = the_task(case, command.task_id)
    if task.state is not TaskState.OFFERED or ctx.now < task.accept_by:
        return
    yield e.TaskTimedOut(case_id=case.id, task_id=task.id)
    level, lead = task.level + 1, accountable(ctx.plant, case.line, ctx.now)
    if level < LADDER_TOP:
        people = widened(task.people, ctx.plant, task.function, case.line, ctx.now)
        yield _again(case, task, people, level, ctx, reason="no answer in time")
        return
    yield _again(case, task, (lead,), level, ctx, reason="the ladder ends here")
    yield e.TaskAccepted(case_id=case.id, task_id=task.id, by=lead)


def break_promise(command: c.BreakPromise, ctx: Context) -> Iterator[e.Event]:
    """The promised time passed: seen by everyone."""
    task = the_task(the_case(ctx, command.case_id), command.task_id)
    due = task.promised_at
    if task.state is TaskState.ACCEPTED and due is not None and due <= ctx.now and not task.promise_broken:
        yield e.PromiseBroken(case_id=command.case_id, task_id=task.id, promised_at=due)


def _again(
    case: ExceptionCase, task: Task, people: tuple[str, ...], level: int, ctx: Context, *, reason: str
) -> e.TaskOfferedAgain:
    """The task on offer again with a new clock of its route's length."""
    within_s = _accept_within_s(ctx.plant.routes, task)
    return e.TaskOfferedAgain(
        case_id=case.id,
        task_id=task.id,
        people=people,
        accept_by=ctx.now + timedelta(seconds=within_s),
        level=level,
        why=replace(task.why, fallback=reason),
        reason=reason,
    )


def _accept_within_s(routes: tuple[Route, ...], task: Task) -> float:
    return next((r.accept_within_s for r in routes if r.id == task.why.route), NO_RULE_S)
