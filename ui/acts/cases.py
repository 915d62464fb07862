"""What can be done to an exception case. No Qt.

A ref of a machine stands for the most urgent open case at it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain import commands as c
from app.domain.case import ExceptionCase
from app.domain.lifecycles import CaseTrigger, TaskState
from app.domain.people import Role
from app.readmodel import model
from ui.acts import pick
from ui.acts.row import Row
from ui.acts.told import send
from ui.desk import Desk
from ui.forms import Field, Form
from ui.shell import Answers, Shell, id_of, kind_of
from ui.text import t

CASES = frozenset({"case", "task", "machine"})
LEADS = frozenset({Role.SHIFT_LEAD, Role.QUALITY_LEAD})


def case_of(desk: Desk, ref: str) -> ExceptionCase | None:
    """The case that a ref names: its own, its task's, or the most urgent open one at a machine."""
    kind, rest = kind_of(ref), id_of(ref)
    if kind == "machine":
        return next((row for row in model.open_cases(desk.view) if row.machine == rest), None)
    if kind in ("case", "task"):
        return model.case(desk.view, rest.partition("/")[0])
    return None


def may(trigger: CaseTrigger) -> Callable[[Desk, str], bool]:
    """Whether the case's lifecycle has this step now."""

    def asked(desk: Desk, ref: str) -> bool:
        case = case_of(desk, ref)
        return case is not None and case.may(trigger)

    return asked


def may_resolve(desk: Desk, ref: str) -> bool:
    """Whether the case can be resolved now, by this person: who took a part of it, or a lead."""
    case, person = case_of(desk, ref), desk.person
    if case is None or person is None or not case.may(CaseTrigger.RESOLVE):
        return False
    takers = {task.owner for task in case.tasks if task.state is TaskState.ACCEPTED}
    return person.id in takers or bool(LEADS & person.roles)


def exists(desk: Desk, ref: str) -> bool:
    """Whether the ref names a case."""
    return case_of(desk, ref) is not None


def doing(work: Callable[[Desk, Shell, ExceptionCase], None]) -> Callable[[Desk, str, Shell], None]:
    """An action's `run` of a function over the case; a case that is gone meanwhile does nothing."""

    def run(desk: Desk, ref: str, shell: Shell) -> None:
        case = case_of(desk, ref)
        if case is not None:
            work(desk, shell, case)

    return run


def acknowledge(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    send(desk, shell, c.AcknowledgeCase(case_id=case.id), t("Acknowledged: {title}", title=case.title))


def unshelve(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    send(desk, shell, c.UnshelveCase(case_id=case.id), t("Back from the shelf: {title}", title=case.title))


def close(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    send(desk, shell, c.CloseCase(case_id=case.id), t("Closed: {title}", title=case.title))


def shelve(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    form = Form(
        title=t("Shelve “{title}”", title=case.title),
        text=t("It leaves the queue until then, and comes back by itself."),
        fields=(pick.shelving(desk), pick.reason()),
        confirm=t("Shelve"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            until = in_minutes(desk, answers)
            command = c.ShelveCase(case_id=case.id, until=until, reason=answers["reason"])
            send(desk, shell, command, t("Shelved: {title}", title=case.title))

    shell.ask(form, done)


def in_minutes(desk: Desk, answers: Answers) -> datetime:
    """The instant that an answer "minutes" means, counted from now."""
    return desk.now() + timedelta(minutes=int(answers["minutes"]))


def resolve(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    form = Form(
        title=t("Resolve “{title}”", title=case.title),
        facts=() if case.cleared_at else (t("The machine has not said that it is well again."),),
        fields=(
            Field(id="cause", label=t("What was the cause"), value=case.first_out),
            Field(id="fix", label=t("What fixed it"), hint=t("the next shift will read this")),
        ),
        confirm=t("Resolve"),
    )

    def done(answers: Answers | None) -> None:
        if answers is not None:
            command = c.ResolveCase(case_id=case.id, cause=answers["cause"], fix=answers["fix"])
            send(desk, shell, command, t("Resolved: {title}", title=case.title))

    shell.ask(form, done)


def reopen(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    form = Form(title=t("Reopen “{title}”", title=case.title), fields=(pick.reason(),), confirm=t("Reopen"))

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.ReopenCase(case_id=case.id, reason=answers["reason"]), t("Open again."))

    shell.ask(form, done)


def note(desk: Desk, shell: Shell, case: ExceptionCase) -> None:
    field = Field(id="text", label=t("What you see"), hint=t("Say what you see…"))
    form = Form(title=t("Note on “{title}”", title=case.title), fields=(field,), confirm=t("Note"))

    def done(answers: Answers | None) -> None:
        if answers is not None:
            send(desk, shell, c.AddNote(case_id=case.id, text=answers["text"]), t("Noted."))

    shell.ask(form, done)


def row(
    name: str,
    text: str,
    key: str,
    command: type[c.Command],
    applies: Callable[[Desk, str], bool],
    work: Callable[[Desk, Shell, ExceptionCase], None],
) -> Row:
    """A row over cases."""
    return Row(id=f"case.{name}", text=text, key=key, kinds=CASES, commands=(command,), may=applies, run=doing(work))


ROWS = (
    row("acknowledge", "acknowledge", "A", c.AcknowledgeCase, may(CaseTrigger.ACKNOWLEDGE), acknowledge),
    row("shelve", "shelve", "S", c.ShelveCase, may(CaseTrigger.SHELVE), shelve),
    row("unshelve", "take off the shelf", "U", c.UnshelveCase, may(CaseTrigger.UNSHELVE), unshelve),
    row("resolve", "resolve", "E", c.ResolveCase, may_resolve, resolve),
    row("close", "close", "C", c.CloseCase, may(CaseTrigger.CLOSE), close),
    row("reopen", "reopen", "Shift+E", c.ReopenCase, may(CaseTrigger.REOPEN), reopen),
    row("note", "note", "N", c.AddNote, exists, note),
)
