"""How events change an exception case and its tasks. Pure; every step goes through the lifecycle tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.case import Entry, ExceptionCase, Member, Task
from app.domain.finding import Capsule
from app.domain.lifecycles import CASE, TASK, CaseState, CaseTrigger, TaskTrigger
from app.domain.operation import Recorded
from app.domain.value import changed, maker

MEMBERS_KEPT = 500
"""Members shown by name; further ones are counted in the last one of their kind."""

_line = maker(Entry)
"""By position: nearly every step of a plant's past writes one."""


def opened(row: ExceptionCase | None, event: e.CaseOpened, rec: Recorded) -> ExceptionCase:
    return ExceptionCase(
        id=event.case_id,
        version=rec.version,
        state=CASE.initial,
        kind=event.kind,
        priority=event.priority,
        title=event.title,
        first_out=event.first_out,
        machine=event.machine,
        line=event.line,
        controller=event.controller,
        order=event.order,
        lot=event.lot,
        rule=event.rule,
        rule_version=event.rule_version,
        values=event.values,
        occurrence=event.occurrence,
        happened_at=event.happened_at,
        opened_at=rec.at,
        accountable=event.accountable,
        people=event.people,
        caused_by=event.caused_by,
        replayed=event.replayed,
        capsule=event.capsule,
        timeline=(_entry(event, rec, event.first_out or event.title),),
    )


def _entry(event: e.Event, rec: Recorded, text: str = "") -> Entry:
    return _line(rec.at, rec.person, type(event).__name__, text, ())


def _said(row: ExceptionCase, event: e.Event, rec: Recorded, text: str = "", **changes: Any) -> ExceptionCase:
    return changed(row, version=rec.version, timeline=(*row.timeline, _entry(event, rec, text)), **changes)


def _step(row: ExceptionCase, trigger: CaseTrigger) -> CaseState:
    return CASE.step(row.state, trigger)


def member_added(row: ExceptionCase, event: e.MemberAdded, rec: Recorded) -> ExceptionCase:
    member = Member(at=event.happened_at, kind=event.kind, text=event.text, machine=event.machine, count=event.count)
    if len(row.members) < MEMBERS_KEPT:
        members = (*row.members, member)
    else:
        last = row.members[-1]
        members = (*row.members[:-1], changed(last, count=last.count + member.count))
    return changed(row, version=rec.version, members=members)


def capsule_completed(row: ExceptionCase, event: e.CapsuleCompleted, rec: Recorded) -> ExceptionCase:
    whole = event.capsule if row.capsule is None else merge(row.capsule, event.capsule)
    return changed(row, version=rec.version, capsule=whole)


def merge(before: Capsule, after: Capsule) -> Capsule:
    """One capsule of the part before the event and the part after it, in which a tag may have spoken first."""
    tails = {trace.tag: trace for trace in after.traces}
    known = {trace.tag for trace in before.traces}
    joined = tuple(
        changed(t, at_s=t.at_s + tails[t.tag].at_s, values=t.values + tails[t.tag].values) if t.tag in tails else t
        for t in before.traces
    )
    return changed(before, traces=(*joined, *(t for t in after.traces if t.tag not in known)))


def cleared(row: ExceptionCase, event: e.ConditionCleared, rec: Recorded) -> ExceptionCase:
    if row.cleared_at is not None:  # another workstation saw the same
        return changed(row, version=rec.version)
    return _said(row, event, rec, cleared_at=event.happened_at)


def returned(row: ExceptionCase, event: e.ConditionReturned, rec: Recorded) -> ExceptionCase:
    if row.cleared_at is None:
        return changed(row, version=rec.version)
    return _said(row, event, rec, cleared_at=None)


def assessed(row: ExceptionCase, event: e.ImpactAssessed, rec: Recorded) -> ExceptionCase:
    return changed(row, version=rec.version, impacts=event.impacts)


def acknowledged(row: ExceptionCase, event: e.CaseAcknowledged, rec: Recorded) -> ExceptionCase:
    state = _step(row, CaseTrigger.ACKNOWLEDGE)
    return _said(row, event, rec, state=state, acknowledged_by=rec.person, acknowledged_at=rec.at)


def shelved(row: ExceptionCase, event: e.CaseShelved, rec: Recorded) -> ExceptionCase:
    state = _step(row, CaseTrigger.SHELVE)
    return _said(row, event, rec, event.reason, state=state, shelved_until=event.until, shelf_reason=event.reason)


def unshelved(row: ExceptionCase, event: e.CaseUnshelved, rec: Recorded) -> ExceptionCase:
    state = _step(row, CaseTrigger.UNSHELVE)
    if row.accepted:
        state = CASE.step(state, CaseTrigger.START)
    return _said(row, event, rec, "time ran out" if event.expired else "", state=state, shelved_until=None)


def noted(row: ExceptionCase, event: e.NoteAdded, rec: Recorded) -> ExceptionCase:
    return _said(row, event, rec, event.text)


def resolved(row: ExceptionCase, event: e.CaseResolved, rec: Recorded) -> ExceptionCase:
    return _said(
        row,
        event,
        rec,
        f"{event.cause}: {event.fix}",
        state=_step(row, CaseTrigger.RESOLVE),
        cause=event.cause,
        fix=event.fix,
        resolved_by=rec.person,
        resolved_at=rec.at,
        shelved_until=None,
    )


def closed(row: ExceptionCase, event: e.CaseClosed, rec: Recorded) -> ExceptionCase:
    """The traces go: they are the bulk of a case (150 kB), and the journal has them for who looks back."""
    capsule = None if row.capsule is None else changed(row.capsule, traces=())
    return _said(row, event, rec, state=_step(row, CaseTrigger.CLOSE), closed_at=rec.at, capsule=capsule)


def reopened(row: ExceptionCase, event: e.CaseReopened, rec: Recorded) -> ExceptionCase:
    state = _step(row, CaseTrigger.REOPEN)
    return _said(row, event, rec, event.reason, state=state, resolved_at=None, closed_at=None, resolved_by="")


# --- tasks ----------------------------------------------------------------------------------------------------------


def offered(row: ExceptionCase, event: e.TaskOffered, rec: Recorded) -> ExceptionCase:
    task = Task(
        id=event.task_id,
        function=event.function,
        state=TASK.initial,
        people=event.people,
        accept_by=event.accept_by,
        offered_at=rec.at,
        why=event.why,
        primary=event.primary,
        level=event.level,
    )
    return _said(row, event, rec, f"{event.function.text}: {', '.join(event.people)}", tasks=(*row.tasks, task))


def _task(
    row: ExceptionCase, event: e.TaskEvent, rec: Recorded, text: str, trigger: TaskTrigger | None, **new: Any
) -> ExceptionCase:
    """The case with one of its tasks stepped and changed."""
    tasks = []
    for task in row.tasks:
        if task.id == event.task_id:
            state = task.state if trigger is None else TASK.step(task.state, trigger)
            text = f"{task.function.text}: {text}" if text else task.function.text
            task = changed(task, state=state, **new)
        tasks.append(task)
    return _said(row, event, rec, text, tasks=tuple(tasks))


def accepted(row: ExceptionCase, event: e.TaskAccepted, rec: Recorded) -> ExceptionCase:
    new = _task(row, event, rec, event.by, TaskTrigger.ACCEPT, owner=event.by, accepted_at=rec.at)
    task = new.task(event.task_id)
    if task is None or not task.primary:
        return new
    start = CaseTrigger.START
    state = CASE.step(new.state, start) if CASE.may(new.state, start) else new.state
    return changed(new, state=state, owned_at=row.owned_at or rec.at)


def declined(row: ExceptionCase, event: e.TaskDeclined, rec: Recorded) -> ExceptionCase:
    old = row.task(event.task_id)
    refusals = (*(old.refusals if old else ()), event.by)
    return _task(row, event, rec, f"{event.by}: {event.reason}", TaskTrigger.DECLINE, refusals=refusals, owner="")


def timed_out(row: ExceptionCase, event: e.TaskTimedOut, rec: Recorded) -> ExceptionCase:
    return _task(row, event, rec, "", TaskTrigger.TIME_OUT)


def offered_again(row: ExceptionCase, event: e.TaskOfferedAgain, rec: Recorded) -> ExceptionCase:
    return _task(
        row,
        event,
        rec,
        f"{', '.join(event.people)} {event.reason}".strip(),
        TaskTrigger.OFFER_AGAIN,
        people=event.people,
        accept_by=event.accept_by,
        offered_at=rec.at,
        level=event.level,
        why=event.why,
        owner="",
        accepted_at=None,
        promised_at=None,
        promise_broken=False,
    )


def promised(row: ExceptionCase, event: e.PromiseMade, rec: Recorded) -> ExceptionCase:
    text = event.promised_at.isoformat()
    return _task(row, event, rec, text, None, promised_at=event.promised_at, promise_broken=False)


def promise_broken(row: ExceptionCase, event: e.PromiseBroken, rec: Recorded) -> ExceptionCase:
    return _task(row, event, rec, event.promised_at.isoformat(), None, promise_broken=True)


def task_finished(row: ExceptionCase, event: e.TaskFinished, rec: Recorded) -> ExceptionCase:
    return _task(row, event, rec, event.note, TaskTrigger.FINISH)


def withdrawn(row: ExceptionCase, event: e.TaskWithdrawn, rec: Recorded) -> ExceptionCase:
    return _task(row, event, rec, event.reason, TaskTrigger.WITHDRAW)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.CaseOpened: opened,
    e.MemberAdded: member_added,
    e.CapsuleCompleted: capsule_completed,
    e.ConditionCleared: cleared,
    e.ConditionReturned: returned,
    e.ImpactAssessed: assessed,
    e.CaseAcknowledged: acknowledged,
    e.CaseShelved: shelved,
    e.CaseUnshelved: unshelved,
    e.NoteAdded: noted,
    e.CaseResolved: resolved,
    e.CaseClosed: closed,
    e.CaseReopened: reopened,
    e.TaskOffered: offered,
    e.TaskAccepted: accepted,
    e.TaskDeclined: declined,
    e.TaskTimedOut: timed_out,
    e.TaskOfferedAgain: offered_again,
    e.PromiseMade: promised,
    e.PromiseBroken: promise_broken,
    e.TaskFinished: task_finished,
    e.TaskWithdrawn: withdrawn,
}
