"""What can be done to a function's part of a case: accept, decline, promise, reassign, finish, why me. No Qt.

A ref of a case stands for the task that concerns the person at the desk: what they accepted, else what is on offer to
them, else the primary one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain import commands as c
from app.domain.case import ExceptionCase, Task
from app.domain.lifecycles import TASK, TaskState, TaskTrigger
from app.domain.people import Person, Role
from ui.acts import pick
from ui.acts.cases import CASES, case_of, in_minutes
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Field, FieldKind, Form
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import Formats, t

ACCEPT = TaskTrigger.ACCEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A task with its case."""

    case: ExceptionCase
    task: Task


def part_of(desk: Desk, ref: str) -> Part | None:
    """The task that a ref names or stands for."""
    case = case_of(desk, ref)
    if case is None:
        return None
    if kind_of(ref) == "task":
        task = case.task(id_of(ref).partition("/")[2])
    else:
        task = concerning(case, desk.person) or case.primary
    return Part(case=case, task=task) if task is not None else None


def concerning(case: ExceptionCase, person: Person | None) -> Task | None:
    """The active task that this person accepted, else the one on offer to them."""
    if person is None:
        return None
    active = [task for task in case.tasks if task.active]
    mine = next((task for task in active if task.owner == person.id), None)
    return mine or next((task for task in active if person.id in task.people and not task.owner), None)


def asked(task: Task, person: Person | None) -> bool:
    """Whether it is this person's to answer: on offer to them, or to their function."""
    return person is not None and (person.id in task.people or task.function in person.functions)


def may(trigger: TaskTrigger) -> Callable[[Desk, str], bool]:
    """Whether the task's lifecycle has this step now, while the case is open."""

    def possible(desk: Desk, ref: str) -> bool:
        part = part_of(desk, ref)
        return part is not None and not part.case.resolved and TASK.may(part.task.state, trigger)

    return possible


def may_decline(desk: Desk, ref: str) -> bool:
    """Whether the task is on offer, and to this person or their function."""
    part = part_of(desk, ref)
    return part is not None and may(TaskTrigger.DECLINE)(desk, ref) and asked(part.task, desk.person)


def may_finish(desk: Desk, ref: str) -> bool:
    """Whether this person has the task: only they can say that it is done."""
    part, person = part_of(desk, ref), desk.person
    if part is None or person is None or part.task.owner != person.id:
        return False
    return may(TaskTrigger.FINISH)(desk, ref)


def ownable(desk: Desk, ref: str) -> Part | None:
    """What "own" means: the task that was named, else the one on offer to this person, else the primary one."""
    case, person = case_of(desk, ref), desk.person
    if case is None or kind_of(ref) == "task":
        return part_of(desk, ref)
    offered = (k for k in case.tasks if person is not None and person.id in k.people and TASK.may(k.state, ACCEPT))
    task = next(offered, case.primary)
    return Part(case=case, task=task) if task is not None else None


def may_own(desk: Desk, ref: str) -> bool:
    """Whether the part is free, or (the primary one) a shift lead may take it from whoever has it."""
    part, person = ownable(desk, ref), desk.person
    if part is None or person is None or part.case.resolved or not part.task.active:
        return False
    task = part.task
    if task.state is TaskState.ACCEPTED:
        return task.primary and task.owner != person.id and Role.SHIFT_LEAD in person.roles
    return task.primary or (TASK.may(task.state, ACCEPT) and asked(task, person))


def may_promise(desk: Desk, ref: str) -> bool:
    """Whether the person has the task, or may accept it with a promise."""
    part, person = part_of(desk, ref), desk.person
    if part is None or person is None or part.case.resolved:
        return False
    if part.task.state is TaskState.ACCEPTED:
        return part.task.owner == person.id
    return TASK.may(part.task.state, ACCEPT) and asked(part.task, person)


def known(desk: Desk, ref: str) -> bool:
    """Whether the ref leads to a task."""
    return part_of(desk, ref) is not None


def doing(
    work: Callable[[Desk, Shell, Part], None], find: Callable[[Desk, str], Part | None] = part_of
) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` of a function over the task; one that is gone meanwhile does nothing."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        part = find(desk, ref)
        if part is not None:
            work(desk, shell, part)

    return run


def own(desk: Desk, shell: Shell, part: Part) -> None:
    """Accept the task where it is on offer; else own the case, whoever its primary task was offered to."""
    if not part.task.primary:
        command: c.Command = c.AcceptTask(case_id=part.case.id, task_id=part.task.id)
    else:
        command = c.OwnCase(case_id=part.case.id)
    send(desk, shell, command, t("Yours: {title}", title=part.case.title))


def promise(desk: Desk, shell: Shell, part: Part) -> None:
    form = Form(
        title=t("Promise for “{title}”", title=part.case.title),
        text=t("Everybody who waits for it sees this time."),
        fields=(pick.minutes(t("Done in"), pick.PROMISES_MIN, desk),),
        confirm=t("Promise"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, promising(part, desk, answers), t("Promised."))

    shell.ask(form, done)


def promising(part: Part, desk: Desk, answers: Answers) -> c.Command:
    """The promise of who has the task; accepting with a promise for who does not yet."""
    at = in_minutes(desk, answers)
    if part.task.state is TaskState.ACCEPTED:
        return c.PromiseTask(case_id=part.case.id, task_id=part.task.id, promised_at=at)
    return c.AcceptTask(case_id=part.case.id, task_id=part.task.id, promised_at=at)


def reassign(desk: Desk, shell: Shell, part: Part) -> None:
    people = pick.people(desk, part.task.function, part.case.line)
    form = Form(
        title=t("Reassign “{title}” · {function}", title=part.case.title, function=part.task.function.text),
        text=t("It is offered; the clock of the case keeps running until somebody accepts."),
        fields=(Field(id="person", label=t("To"), kind=FieldKind.PERSON, choices=people), pick.reason()),
        confirm=t("Offer it"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.ReassignTask(
                case_id=part.case.id, task_id=part.task.id, to_person=answers["person"], reason=answers["reason"]
            )
            send(desk, shell, command, t("Offered to {name}.", name=pick.named(desk, answers["person"])))

    shell.ask(form, done)


def decline(desk: Desk, shell: Shell, part: Part) -> None:
    form = Form(
        title=t("Decline “{title}” · {function}", title=part.case.title, function=part.task.function.text),
        fields=(pick.reason(t("Why not")),),
        confirm=t("Decline"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.DeclineTask(case_id=part.case.id, task_id=part.task.id, reason=answers["reason"])
            send(desk, shell, command, t("Declined; it goes back on offer."))

    shell.ask(form, done)


def finish(desk: Desk, shell: Shell, part: Part) -> None:
    form = Form(
        title=t("{function}: done with “{title}”", function=part.task.function.text, title=part.case.title),
        fields=(Field(id="note", label=t("What was done"), required=False),),
        confirm=t("Done"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.FinishTask(case_id=part.case.id, task_id=part.task.id, note=answers["note"])
            send(desk, shell, command, t("Done."))

    shell.ask(form, done)


def why(desk: Desk, shell: Shell, part: Part) -> None:
    shell.ask(
        Form(
            title=t("Why {function}", function=part.task.function.text),
            text=part.case.title,
            facts=why_facts(desk, part),
            confirm=t("Close"),
            told=True,
        ),
        lambda _answers: None,
    )


def why_facts(desk: Desk, part: Part) -> tuple[str, ...]:
    """Rule and version, the calendar's shift, the fallback, to whom and until when: one sentence each."""
    task, given = part.task, part.task.why
    names = ", ".join(pick.named(desk, person) for person in task.people)
    rows = [
        t("Rule {rule}, version {version}", rule=given.route, version=given.version),
        t("Shift calendar: {shift}", shift=given.shift or t("none")),
    ]
    if given.fallback:
        rows.append(t("Fallback: {fallback}", fallback=given.fallback))
    rows.append(t("Offered to {names}, level {level}", names=names or t("nobody"), level=task.level))
    rows.append(t("Accept by {at}", at=Formats(desk.plant.zone).clock(task.accept_by)))
    rows += [t("Refused by {name}", name=pick.named(desk, person)) for person in task.refusals]
    return tuple(rows)


def row(
    name: str,
    text: str,
    key: str,
    commands: tuple[type[c.Command], ...],
    applies: Callable[[Desk, str], bool],
    run: Callable[[Desk, str, Shell], None],
) -> Row:
    """A row over tasks."""
    return Row(id=f"case.{name}", text=text, key=key, kinds=CASES, commands=commands, may=applies, run=run)


ROWS = (
    row("own", "own", "O", (c.OwnCase, c.AcceptTask), may_own, doing(own, ownable)),
    row("promise", "promise", "P", (c.PromiseTask, c.AcceptTask), may_promise, doing(promise)),
    row("reassign", "reassign", "R", (c.ReassignTask,), may(TaskTrigger.OFFER_AGAIN), doing(reassign)),
    row("decline", "decline", "D", (c.DeclineTask,), may_decline, doing(decline)),
    row("finish", "done with my part", "F", (c.FinishTask,), may_finish, doing(finish)),
    row("why", "why me", "W", (), known, doing(why)),
)
