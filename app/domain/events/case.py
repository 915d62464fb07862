"""Exception cases: opened, judged, acknowledged, shelved, resolved and closed; what they endanger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.events.event import Event
from app.domain.finding import Capsule


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent(Event):
    case_id: str

    @property
    def stream(self) -> str:
        return f"case/{self.case_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(CaseEvent):
    """`happened_at` is the controller's time; `occurrence` makes the opening unique (I2)."""

    kind: str
    priority: int
    title: str
    occurrence: str
    happened_at: datetime
    first_out: str = ""
    machine: str | None = None
    line: str | None = None
    controller: str | None = None
    order: str = ""
    lot: str = ""
    rule: str = ""
    rule_version: int = 0
    values: Mapping[str, str | float] = field(default_factory=dict)
    capsule: Capsule | None = None
    people: tuple[str, ...] = ()
    accountable: str = ""
    caused_by: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(CaseEvent):
    """A further occurrence that belongs to the same case; the first-out stays the first."""

    occurrence: str
    kind: str
    text: str
    happened_at: datetime
    machine: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CapsuleCompleted(CaseEvent):
    capsule: Capsule

    @property
    def strand(self) -> str:
        return f"{self.stream}/capsule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionCleared(CaseEvent):
    """The machine is well again; the case stays open until a person resolves it."""

    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionReturned(CaseEvent):
    """The condition came back while the case was open."""

    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One thing that a case endangers: an order or a customer line, from when on, and why."""

    subject: str
    at: datetime
    text: str
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAssessed(CaseEvent):
    impacts: tuple[Impact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAcknowledged(CaseEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShelved(CaseEvent):
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUnshelved(CaseEvent):
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(CaseEvent):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolved(CaseEvent):
    cause: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(CaseEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(CaseEvent):
    reason: str
