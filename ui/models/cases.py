"""Cases as other screens name them: who has it, since when, in a line. No Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.case import ExceptionCase, Task
from app.domain.lifecycles import TaskState
from ui.desk import Desk
from ui.text import Formats, hms, t


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """An open case in one row. `offered`: nobody has accepted it yet."""

    key: str
    priority: int
    title: str
    detail: str
    clock: str
    owner: str
    offered: bool


def case_line(desk: Desk, case: ExceptionCase, formats: Formats) -> CaseLine:
    """A case with its running clock and its owner."""
    owner, offered = owner_words(desk, case, formats)
    return CaseLine(
        key=case.id,
        priority=case.priority,
        title=case.title,
        detail=case.first_out,
        clock=hms((desk.now() - case.happened_at).total_seconds()),
        owner=owner,
        offered=offered,
    )


def owner_words(desk: Desk, case: ExceptionCase, formats: Formats) -> tuple[str, bool]:
    """ "Weiss 02:22" (promised), "Weiss", or "Materials? 1:12" with True while it is only on offer."""
    task = case.primary
    if task is not None and task.state is TaskState.OFFERED:
        return _offer(desk, task), True
    person = desk.plant.people.get(case.owner)
    name = person.name.rpartition(" ")[2] if person else case.owner
    if task is not None and task.promised_at is not None:
        words = "{name} late {at}" if task.promise_broken else "{name} {at}"
        return t(words, name=name, at=formats.minute(task.promised_at)), False
    return name, False


def _offer(desk: Desk, task: Task) -> str:
    left = hms((task.accept_by - desk.now()).total_seconds())
    return t("{function}? {left}", function=t(task.function.text), left=left)
