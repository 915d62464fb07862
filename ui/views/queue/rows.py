"""What the queue shows: steps to decide on, then the cases; plain values out of the read model. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ExceptionCase, Task
from app.domain.lifecycles import CaseState, TaskState
from app.domain.people import Person
from app.domain.text import safe
from app.readmodel.model import View
from ui.decisions import Undecided, about_words, step_words
from ui.models.lazy import LazyRow
from ui.tag import Tag
from ui.text import Formats, hms, t


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One case. `clock_from` counts up at the right; `offer_until` counts down in the chip, behind `chip`.

    `undecided`: it is a step that was not taken; its detail is the reason, and is read whole.
    """

    key: str
    priority: int
    title: str
    detail: str
    clock_from: datetime
    chip: str
    offered: bool = False
    offer_until: datetime | None = None
    held: bool = False
    fresh: bool = False
    undecided: bool = False
    tags: tuple[Tag, ...] = ()

    @property
    def cells(self) -> Sequence[str]:
        """What assistive technology reads."""
        words = (self.title, self.detail, self.chip, *(tag.words for tag in self.tags))
        return (f"{t('priority')} {self.priority}, {', '.join(words)}",)

    def chip_at(self, now: datetime) -> str:
        """The chip's words at an instant: "offered to Materials · 1:12 left"."""
        if self.offer_until is None:
            return self.chip
        left = (self.offer_until - now).total_seconds()
        return f"{self.chip} · " + (t("{left} left", left=hms(left)) if left > 0 else t("time is up"))


QueueItem = LazyRow[QueueRow]
"""A place in the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a row says beyond its case: whether anything of it is on hold, and what marks it."""

    on_hold: bool
    tags: tuple[Tag, ...] = ()


def wanted(case: ExceptionCase) -> bool:
    """Whether it wants somebody now: it is open and not on the shelf."""
    return not case.closed and not case.resolved and case.state is not CaseState.SHELVED


def rank(case: ExceptionCase) -> tuple[float, ...]:
    """The most urgent and then the oldest first."""
    return (float(case.priority), case.opened_at.timestamp())


def decision(people: Mapping[str, Person], act: Undecided, view: View, formats: Formats) -> QueueRow:
    """A step that was not taken: who wanted what, when and where, and why it was not."""
    step = act.step
    who, what = short(people, step.person), about_words(step, view)
    return QueueRow(
        key=act.ref,
        priority=DECIDE,
        title=t("Not taken: {step}", step=step_words(step)),
        detail=safe(step.reason),
        clock_from=step.at,
        chip=" · ".join(words for words in (who, formats.clock(step.at), safe(step.station, 30), what) if words),
        undecided=True,
    )


DECIDE = 3
"""How loud a step is that waits for a decision."""


def row(people: Mapping[str, Person], case: ExceptionCase, around: Around, formats: Formats) -> QueueRow:
    """One case as a row."""
    task = case.primary
    offered = task is not None and task.state is TaskState.OFFERED
    return QueueRow(
        key=f"case/{case.id}",
        priority=case.priority,
        title=safe(case.title),
        detail=detail(case, formats),
        clock_from=case.opened_at,
        chip=chip(people, case, task, formats),
        offered=offered,
        offer_until=task.accept_by if task is not None and offered else None,
        held=around.on_hold,
        fresh=case.state is CaseState.OPEN,
        tags=around.tags,
    )


def detail(case: ExceptionCase, formats: Formats) -> str:
    """ "Torque limit valve block 3 · 3 at risk from 02:40 · WO-10479"."""
    parts = [safe(case.first_out)]
    if case.impacts:
        first = min(impact.at for impact in case.impacts)
        parts.append(t("{count} at risk from {at}", count=len(case.impacts), at=formats.minute(first)))
    parts.append(safe(case.order, 40))
    if case.cleared_at is not None:
        parts.append(t("well again since {at}", at=formats.minute(case.cleared_at)))
    if case.replayed:
        parts.append(t("replayed"))
    return " · ".join(part for part in parts if part)


def chip(people: Mapping[str, Person], case: ExceptionCase, task: Task | None, formats: Formats) -> str:
    """Who has it and what they promised; to whom it is on offer; else who answers for it."""
    if task is None:
        return short(people, case.accountable) or t("nobody yet")
    if task.state is TaskState.OFFERED:
        return t("offered to {function}", function=task.function.text)
    if task.state in (TaskState.ACCEPTED, TaskState.DONE):
        return f"{short(people, task.owner)}, {task.function.text}" + promise(task, formats)
    return t("{name} answers for it", name=short(people, case.accountable) or t("The shift lead"))


def promise(task: Task, formats: Formats) -> str:
    """What was promised, and whether it was kept."""
    if task.state is TaskState.DONE:
        return t(" · done")
    if task.promised_at is None:
        return ""
    at = formats.minute(task.promised_at)
    return t(" · promise of {at} broken", at=at) if task.promise_broken else t(" · promised {at}", at=at)


def short(people: Mapping[str, Person], person_id: str) -> str:
    """ "J. Weiss"."""
    person = people.get(person_id)
    return person.short if person else safe(person_id, 40)
