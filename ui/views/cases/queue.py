"""The queue: which cases a filter takes, in which order, and how each reads in one row. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ExceptionCase, Task
from app.domain.lifecycles import CaseState, TaskState
from app.domain.people import Function, Person
from app.domain.plant import Plant
from app.domain.text import safe
from ui.tag import Tag
from ui.text import DASH, Formats, hms, t
from ui.views.cases.rows import QueueRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A row of FILTERS. `past`: it looks at cases that nobody must act on any more, the newest first."""

    id: str
    text: str
    takes: Callable[[ExceptionCase, Person | None], bool]
    past: bool = False


def _shelved(case: ExceptionCase) -> bool:
    return case.state is CaseState.SHELVED


def mine_or_unowned(case: ExceptionCase, person: Person | None) -> bool:
    """Whether nobody has accepted it, or the person owns it, answers for it or has a part of it on offer or in hand."""
    if _shelved(case):
        return False
    if not case.accepted or person is None:
        return True
    return person.id in (case.owner, case.accountable) or any(_concerns(task, person) for task in case.tasks)


def _concerns(task: Task, person: Person) -> bool:
    if task.state is TaskState.OFFERED:
        return person.id in task.people
    return task.state is TaskState.ACCEPTED and task.owner == person.id


def _quality(case: ExceptionCase, person: Person | None) -> bool:
    return any(task.function is Function.QUALITY for task in case.tasks)


FILTERS: tuple[Filter, ...] = (
    Filter(id="mine", text="Mine and unowned", takes=mine_or_unowned),
    Filter(id="open", text="All open", takes=lambda case, _: not _shelved(case)),
    Filter(id="quality", text="Quality", takes=_quality),
    Filter(id="shelved", text="Shelved", takes=lambda case, _: _shelved(case)),
    Filter(id="resolved", text="Resolved", takes=lambda case, _: True, past=True),
)
"""The filters in the order of their keys 1…5. A new one is a new row."""

BY_ID: Mapping[str, Filter] = {row.id: row for row in FILTERS}


PAST = 9.0
"""The rank of what nobody must act on any more."""


def searched(case: ExceptionCase, words: str, plant: Plant) -> bool:
    """Whether every word stands somewhere in what the row says."""
    if not words:
        return True
    owner = plant.people.get(case.owner)
    text = " ".join((
        case.title, case.first_out, plant.label(case.machine), case.line or "", case.order, case.lot,
        owner.name if owner else "", case.cause, case.fix,
    )).casefold()  # fmt: skip
    return all(word in text for word in words.casefold().split())


def rank(case: ExceptionCase) -> tuple[float, float]:
    """Where a case stands: open ones by priority and then age, past ones behind them, the newest first.

    So new ones never move those of their rank.
    """
    if case.resolved:
        ended = case.resolved_at or case.opened_at
        return (PAST, -ended.timestamp())
    return (float(case.priority), case.opened_at.timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What a row says beyond its case: whether its lot is on hold, and what marks it."""

    held: bool
    tags: tuple[Tag, ...] = ()


def row_of(case: ExceptionCase, around: Around, plant: Plant, formats: Formats) -> QueueRow:
    """How a case reads in the queue; its clock is left to the view while it runs."""
    ended = case.resolved_at
    owner, detail, deadline = ownership(case, plant, formats)
    return QueueRow(
        key=f"case/{case.id}",
        priority=case.priority,
        since=formats.clock(case.opened_at),
        where=where(case, plant),
        what=what(case, plant),
        detail=detail_of(case),
        owner=owner,
        owner_detail=detail,
        running_since=None if ended else case.opened_at,
        clock=hms((ended - case.opened_at).total_seconds()) if ended else "",
        deadline=deadline,
        held=around.held,
        faint=case.acknowledged_at is not None or case.owned_at is not None or ended is not None,
        tags=around.tags,
    )


def where(case: ExceptionCase, plant: Plant) -> str:
    """ "L2 Filler", else the line, the controller or a dash."""
    return plant.label(case.machine) or case.line or safe(case.controller or "", 30) or DASH


def what(case: ExceptionCase, plant: Plant) -> str:
    """The title without the machine's name, which stands in its own column."""
    label = plant.label(case.machine)
    title = safe(case.title, 120)
    rest = title.removeprefix(label).removesuffix(label).strip(" :") if label else title
    return rest[:1].upper() + rest[1:] if rest else title


def detail_of(case: ExceptionCase) -> str:
    """The second line: first-out, how many occurrences, what it endangers."""
    parts = [safe(case.first_out, 80)] if case.first_out else []
    if case.members:
        parts.append(t("first-out of {count}", count=case.first_occurrences))
    customers = len({i.customer for i in case.impacts if i.customer})
    if customers:
        parts.append(t("1 customer") if customers == 1 else t("{count} customers", count=customers))
    if not parts and case.order:
        parts.append(case.order)
    if case.replayed:
        parts.append(t("replayed"))
    return " · ".join(parts)


def ownership(case: ExceptionCase, plant: Plant, formats: Formats) -> tuple[str, str, datetime | None]:
    """(owner, what they do, the offer's clock) of a queue row."""
    if case.state is CaseState.SHELVED:
        return name(plant, case.owner), t("shelved until {at}", at=formats.minute(case.shelved_until)), None
    if case.resolved:
        return name(plant, case.resolved_by), t("closed") if case.closed else t("resolved"), None
    primary = case.primary
    if primary is None:
        return name(plant, case.owner), t("answers for it"), None
    if not case.accepted:
        if primary.state is TaskState.OFFERED:
            return DASH, t("offered {function}", function=primary.function.text), primary.accept_by
        return name(plant, case.owner), t("answers for it"), None
    return name(plant, case.owner), doing(primary, formats), None


def doing(task: Task, formats: Formats) -> str:
    """What an acceptor says of their part."""
    if task.state is TaskState.DONE:
        return t("done")
    if task.promised_at is None:
        return t("accepted {at}", at=formats.minute(task.accepted_at))
    if task.promise_broken:
        return t("promise {at} broken", at=formats.minute(task.promised_at))
    return t("promised {at}", at=formats.minute(task.promised_at))


def name(plant: Plant, person: str) -> str:
    """ "J. Weiss"; the id where the plant file does not know it (any more); a dash for nobody."""
    found = plant.people.get(person)
    return found.short if found else safe(person, 40) or DASH
