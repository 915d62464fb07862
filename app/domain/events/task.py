"""Tasks, a function's part of a case: offered with why, accepted, promised, ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.events.case import CaseEvent
from app.domain.people import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a task was offered to whom: rule and version, the shift calendar's row, and which fallback was used."""

    route: str
    version: int
    shift: str
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOffered(CaseEvent):
    """A function's part of a case, offered to `people`; whoever accepts first has it. `level` counts escalations."""

    task_id: str
    function: Function
    people: tuple[str, ...]
    accept_by: datetime
    why: Why
    primary: bool = False
    level: int = 0

    @property
    def strand(self) -> str:
        return f"{self.stream}/task/{self.task_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(CaseEvent):
    task_id: str

    @property
    def strand(self) -> str:
        return f"{self.stream}/task/{self.task_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAccepted(TaskEvent):
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeclined(TaskEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTimedOut(TaskEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOfferedAgain(TaskEvent):
    """Back on offer: after a decline, a time-out (then `level` rises) or a reassignment (then it does not)."""

    people: tuple[str, ...]
    accept_by: datetime
    level: int
    why: Why
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(TaskEvent):
    promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(TaskEvent):
    promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFinished(TaskEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWithdrawn(TaskEvent):
    reason: str = ""
