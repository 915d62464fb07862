"""What the cases view shows, as plain values. Knows no Qt and no domain object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.finding import Trace
from ui.models.lazy import LazyRow
from ui.tag import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A case in the queue. `running_since` drives its clock; None once it stands still, then `clock` is final."""

    key: str
    priority: int
    since: str
    where: str
    what: str
    detail: str
    owner: str
    owner_detail: str
    running_since: datetime | None
    clock: str = ""
    deadline: datetime | None = None
    held: bool = False
    faint: bool = False
    tags: tuple[Tag, ...] = ()


QueueItem = LazyRow[QueueRow]
"""A place in the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """An owner or an offer. `deadline`: the offer's clock, shown as "{text}, 0:40 left"."""

    text: str
    offered: bool = False
    bad: bool = False
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An action of the case: `action` is its id in ui.actions."""

    action: str
    cap: str
    text: str
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The top of a case."""

    priority: int
    title: str
    first_out: str
    state: str
    running_since: datetime | None
    clock: str
    chips: tuple[Chip, ...]
    why: str
    keys: tuple[Key, ...]
    marks: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A name and a value, side by side; `held` marks a lot on hold."""

    name: str
    value: str
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The frozen capsule: its traces, when, and what the event mark says."""

    title: str
    traces: tuple[Trace, ...]
    mark: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A function's part of the case."""

    key: str
    function: str
    who: str
    state: str
    deadline: datetime | None = None
    bad: bool = False
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a list: when, what, and softly what more."""

    when: str
    text: str
    detail: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One case, whole."""

    ref: str
    head: Head
    moment: Moment
    tasks: tuple[TaskRow, ...]
    impacts: tuple[Line, ...]
    past: tuple[Line, ...]
    guidance: str
    members: tuple[Line, ...]
    members_title: str
    timeline: tuple[Line, ...]
    postings: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChip:
    """A filter of the queue: "All open 7"."""

    id: str
    text: str
    count: int
    chosen: bool
