"""What the acquisition tells the core, and is told by it: a line of JSON each over a pipe, its type's name first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app.acquisition.history.state import HistoryState
from app.codec import UnreadableError, convert, encode
from app.domain.commands import CompleteCapsule, RecordCount, RecordFinding, RecordGap, RecordRuns
from app.domain.control import AlarmActing, Outcome
from app.ports import AlarmEvent, LinkState, UnitState


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChanged:
    """A text tag has a new value."""

    tag: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The acquisition is alive: its memory, CPU time and samples so far, by controller; how its history does."""

    rss_mb: float
    cpu_s: float
    samples: Mapping[str, int]
    history: HistoryState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsTold:
    """How the units behind a controller's connection stand, all of them."""

    controller: str
    units: tuple[UnitState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The acquisition can't go on; `reason` is for the screen."""

    reason: str
    todo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of an order."""

    control_id: str
    outcome: Outcome
    words: str = ""
    read_back: str = ""


Message = (
    RecordFinding
    | CompleteCapsule
    | RecordCount
    | RecordRuns
    | RecordGap
    | AlarmEvent
    | LinkState
    | UnitsTold
    | TextChanged
    | Pulse
    | Ended
    | Answered
)

MESSAGES: Mapping[str, type[Message]] = {
    cls.__name__: cls
    for cls in (
        RecordFinding,
        CompleteCapsule,
        RecordCount,
        RecordRuns,
        RecordGap,
        AlarmEvent,
        LinkState,
        UnitsTold,
        TextChanged,
        Pulse,
        Ended,
        Answered,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoWrite:
    """Send a command of the plant file once. An order that comes after `not_after_s` (1970 UTC) is not carried out."""

    control_id: str
    command: str
    value: float | None
    not_after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoAlarmAct:
    """Ask a controller once for an act on an alarm; like `DoWrite`."""

    control_id: str
    controller: str
    acting: AlarmActing
    not_after_s: float


Order = DoWrite | DoAlarmAct

ORDERS: Mapping[str, type[Order]] = {cls.__name__: cls for cls in (DoWrite, DoAlarmAct)}


def to_line(message: Message | Order) -> bytes:
    """One line for the pipe, newline included."""
    return b'["%s",%s]\n' % (type(message).__name__.encode(), encode(message).encode())


def from_line(line: bytes) -> Message:
    """The message of a line. Raises UnreadableError for anything else."""
    message: Message = _read(line, MESSAGES)
    return message


def order_of(line: bytes) -> Order:
    """The order of a line. Raises UnreadableError for anything else."""
    order: Order = _read(line, ORDERS)
    return order


def _read(line: bytes, known: Mapping[str, type[Any]]) -> Any:
    try:
        name, body = msgspec.json.decode(line)
        cls = known[name]
    except (msgspec.DecodeError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError("Something unknown was said over the acquisition's pipe.") from error
    return convert(body, cls)
