"""Orders and people on their way to a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.events.event import Event


class Subject(StrEnum):
    """What is assigned to a line."""

    ORDER = "order"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentEvent(Event):
    assignment_id: str

    @property
    def stream(self) -> str:
        return f"assignment/{self.assignment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentProposed(AssignmentEvent):
    """`breaks` is what the proposer was shown that this breaks, and confirmed all the same."""

    subject: Subject
    subject_id: str
    from_line: str
    to_line: str
    reason: str
    breaks: tuple[str, ...] = ()
    case_id: str = ""

    @property
    def strand(self) -> str:
        return f"assigned/{self.subject.value}/{self.subject_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentOffered(AssignmentEvent):
    people: tuple[str, ...]
    accept_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAccepted(AssignmentEvent):
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDeclined(AssignmentEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentActivated(AssignmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFinished(AssignmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentWithdrawn(AssignmentEvent):
    reason: str = ""
