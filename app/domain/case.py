"""The exception case and its tasks as they stand: what folds out of the case's events. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.events import Impact, Signature, Why
from app.domain.finding import Capsule
from app.domain.lifecycles import CASE, CaseState, TaskState
from app.domain.people import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a timeline: who did what when. `what` is the event's name, `text` its own words.

    `signatures` are those that the step bears.
    """

    at: datetime
    person: str
    what: str
    text: str = ""
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A further occurrence folded into a case."""

    at: datetime
    kind: str
    text: str
    machine: str | None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A function's part of a case. `owner` is who accepted; `people` are those it is on offer to."""

    id: str
    function: Function
    state: TaskState
    people: tuple[str, ...]
    accept_by: datetime
    offered_at: datetime
    why: Why
    primary: bool
    level: int = 0
    owner: str = ""
    accepted_at: datetime | None = None
    promised_at: datetime | None = None
    promise_broken: bool = False
    refusals: tuple[str, ...] = ()

    @property
    def active(self) -> bool:
        """Whether somebody still has to act on it."""
        return self.state not in (TaskState.DONE, TaskState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionCase:
    """One exception, from the finding that opened it to its closing. `version` counts its events."""

    id: str
    version: int
    state: CaseState
    kind: str
    priority: int
    title: str
    first_out: str
    machine: str | None
    line: str | None
    controller: str | None
    order: str
    lot: str
    rule: str
    rule_version: int
    values: Mapping[str, str | float]
    occurrence: str
    happened_at: datetime
    opened_at: datetime
    accountable: str
    people: tuple[str, ...] = ()
    caused_by: str = ""
    replayed: bool = False
    capsule: Capsule | None = None
    impacts: tuple[Impact, ...] = ()
    tasks: tuple[Task, ...] = ()
    members: tuple[Member, ...] = ()
    timeline: tuple[Entry, ...] = ()
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    owned_at: datetime | None = None
    cleared_at: datetime | None = None
    shelved_until: datetime | None = None
    shelf_reason: str = ""
    cause: str = ""
    fix: str = ""
    resolved_by: str = ""
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def closed(self) -> bool:
        """Whether the lifecycle has ended."""
        return self.state is CaseState.CLOSED

    @property
    def resolved(self) -> bool:
        """Whether nobody has to act any more, unless it is reopened."""
        return self.state in (CaseState.RESOLVED, CaseState.CLOSED)

    @property
    def primary(self) -> Task | None:
        """The task whose acceptor owns the case: the newest primary one, for a case that was reopened."""
        return next((t for t in reversed(self.tasks) if t.primary and t.state is not TaskState.WITHDRAWN), None)

    @property
    def owner(self) -> str:
        """I5: exactly one owner at every instant: who accepted the primary task, else the accountable shift lead."""
        primary = self.primary
        if primary is not None and primary.owner and primary.state in (TaskState.ACCEPTED, TaskState.DONE):
            return primary.owner
        return self.accountable

    @property
    def accepted(self) -> bool:
        """Whether the owner said yes, instead of being held accountable by the ladder."""
        primary = self.primary
        return primary is not None and primary.state in (TaskState.ACCEPTED, TaskState.DONE)

    @property
    def first_occurrences(self) -> int:
        """How many occurrences the case stands for, the opening one included."""
        return 1 + sum(member.count for member in self.members)

    def task(self, task_id: str) -> Task | None:
        """The task with this id."""
        return next((t for t in self.tasks if t.id == task_id), None)

    def may(self, trigger: str) -> bool:
        """Whether the case's lifecycle has this step now; buttons are enabled from it."""
        return any(t.value == trigger for t in CASE.triggers(self.state))
