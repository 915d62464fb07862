"""What people do to a case as a whole: report, acknowledge, own, note, shelve, resolve, close, reopen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from app.domain import commands as c
from app.domain import events as e
from app.domain.case import ExceptionCase
from app.domain.errors import RefusedError
from app.domain.kinds import REPORTS
from app.domain.lifecycles import CASE, CaseState, CaseTrigger, TaskState
from app.domain.people import SYSTEM, Role
from app.domain.routing import accountable
from app.domain.shifts import on_shift
from app.services.context import Context
from app.services.queries import LONGEST_NOTE, name, sentence, the_case

LONGEST_SHELF = timedelta(hours=12)


def report_exception(command: c.ReportException, ctx: Context) -> Iterator[e.Event]:
    """An operator's own report opens a case as any machine's does."""
    if command.what not in REPORTS:
        raise RefusedError("That is nothing one can report.", f"Choose {', '.join(REPORTS)}.")
    if command.machine is not None and command.machine not in ctx.plant.machines:
        raise RefusedError("There is no such machine.", "Choose a machine of the plant.")
    if command.line is not None and command.line not in ctx.plant.lines:
        raise RefusedError("There is no such line.", "Choose a line of the plant.")
    what, _, priority = REPORTS[command.what]
    machine = ctx.plant.machines.get(command.machine or "")
    line = machine.line if machine else command.line
    where = ctx.plant.label(command.machine) or line or ctx.plant.name
    yield e.CaseOpened(
        case_id=ctx.new_id(),
        kind="operator_report",
        priority=priority,
        title=f"{what}: {where}",
        occurrence=f"report/{ctx.new_id()}",
        happened_at=ctx.now,
        first_out=sentence(command.text, "What happened"),
        machine=command.machine,
        line=line,
        values={"what": what, "report": command.what},
        people=tuple(p.id for p in on_shift(ctx.plant, ctx.now) if line in p.lines),
        accountable=accountable(ctx.plant, line, ctx.now),
    )


def acknowledge_case(command: c.AcknowledgeCase, ctx: Context) -> Iterator[e.Event]:
    """Seen. Says nothing of who acts."""
    CASE.step(the_case(ctx, command.case_id).state, CaseTrigger.ACKNOWLEDGE)
    yield e.CaseAcknowledged(case_id=command.case_id)


def own_case(command: c.OwnCase, ctx: Context) -> Iterator[e.Event]:
    """ "I have it": accept the primary task; seeing comes with it. A lead may take it from somebody else."""
    case = the_case(ctx, command.case_id)
    task = case.primary
    if case.resolved or task is None:
        raise RefusedError(f"The case is {case.state.value}.", "Reopen it first.")
    if task.state is TaskState.ACCEPTED and task.owner == ctx.actor.id:
        raise RefusedError("You have it already.")
    if task.state is TaskState.ACCEPTED and Role.SHIFT_LEAD not in ctx.actor.roles:
        raise RefusedError(f"{name(ctx, task.owner)} has it.", "Ask for it to be reassigned.")
    if case.state is CaseState.OPEN:
        yield e.CaseAcknowledged(case_id=case.id)
    if task.state is not TaskState.OFFERED:
        yield e.TaskOfferedAgain(
            case_id=case.id,
            task_id=task.id,
            people=(ctx.actor.id,),
            accept_by=ctx.now,
            level=task.level,
            why=task.why,
            reason="taken over",
        )
    yield e.TaskAccepted(case_id=case.id, task_id=task.id, by=ctx.actor.id)


def add_note(command: c.AddNote, ctx: Context) -> Iterator[e.Event]:
    """A sentence on the case's timeline."""
    the_case(ctx, command.case_id)
    yield e.NoteAdded(case_id=command.case_id, text=sentence(command.text, "The note", LONGEST_NOTE))


def shelve_case(command: c.ShelveCase, ctx: Context) -> Iterator[e.Event]:
    """Put it aside until a time, for a reason; it comes back by itself."""
    CASE.step(the_case(ctx, command.case_id).state, CaseTrigger.SHELVE)
    if not ctx.now < command.until <= ctx.now + LONGEST_SHELF:
        raise RefusedError("A shelf ends within the next 12 hours.", "Choose a shorter time.")
    yield e.CaseShelved(case_id=command.case_id, until=command.until, reason=sentence(command.reason, "The reason"))


def unshelve_case(command: c.UnshelveCase, ctx: Context) -> Iterator[e.Event]:
    """Back to the queue, by a person or because its time ran out."""
    CASE.step(the_case(ctx, command.case_id).state, CaseTrigger.UNSHELVE)
    yield e.CaseUnshelved(case_id=command.case_id, expired=command.expired)


def resolve_case(command: c.ResolveCase, ctx: Context) -> Iterator[e.Event]:
    """Say what caused it and what fixed it; open tasks of others end with it."""
    case = the_case(ctx, command.case_id)
    CASE.step(case.state, CaseTrigger.RESOLVE)
    _may_resolve(case, ctx)
    cause, fix = sentence(command.cause, "The cause"), sentence(command.fix, "What fixed it")
    for task in case.tasks:
        if task.state is TaskState.ACCEPTED:
            yield e.TaskFinished(case_id=case.id, task_id=task.id, note="case resolved")
        elif task.active:
            yield e.TaskWithdrawn(case_id=case.id, task_id=task.id, reason="case resolved")
    yield e.CaseResolved(case_id=case.id, cause=cause, fix=fix)


def _may_resolve(case: ExceptionCase, ctx: Context) -> None:
    takers = {task.owner for task in case.tasks if task.state is TaskState.ACCEPTED}
    if case.accepted:
        takers.add(case.owner)
    leads = {Role.SHIFT_LEAD, Role.QUALITY_LEAD} & ctx.actor.roles
    if ctx.actor is not SYSTEM and ctx.actor.id not in takers and not leads:
        raise RefusedError(f"{name(ctx, case.owner)} has this case.", "Own it first, or ask them to resolve it.")


def close_case(command: c.CloseCase, ctx: Context) -> Iterator[e.Event]:
    """Done for good; it can still be reopened."""
    CASE.step(the_case(ctx, command.case_id).state, CaseTrigger.CLOSE)
    yield e.CaseClosed(case_id=command.case_id)


def reopen_case(command: c.ReopenCase, ctx: Context) -> Iterator[e.Event]:
    """It was not over: back to the queue, and offered anew."""
    case = the_case(ctx, command.case_id)
    CASE.step(case.state, CaseTrigger.REOPEN)
    yield e.CaseReopened(case_id=case.id, reason=sentence(command.reason, "The reason"))
