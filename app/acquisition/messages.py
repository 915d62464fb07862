"""What the acquisition tells the core, and how it goes over a pipe: one line of JSON each, with its type's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from app.codec import UnreadableError, convert, encode
from app.domain.commands import CompleteCapsule, RecordCount, RecordFinding, RecordGap
from app.ports import AlarmEvent, LinkState


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChanged:
    """A text tag has a new value."""

    tag: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """The acquisition is alive: its memory, CPU time and samples so far, by controller."""

    rss_mb: float
    cpu_s: float
    samples: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The acquisition can't go on; `reason` is for the screen."""

    reason: str
    todo: str = ""


Message = (
    RecordFinding | CompleteCapsule | RecordCount | RecordGap | AlarmEvent | LinkState | TextChanged | Pulse | Ended
)

MESSAGES: Mapping[str, type[Message]] = {
    cls.__name__: cls
    for cls in (
        RecordFinding,
        CompleteCapsule,
        RecordCount,
        RecordGap,
        AlarmEvent,
        LinkState,
        TextChanged,
        Pulse,
        Ended,
    )
}


def to_line(message: Message) -> bytes:
    """One line for the pipe, newline included."""
    return b'["%s",%s]\n' % (type(message).__name__.encode(), encode(message).encode())


def from_line(line: bytes) -> Message:
    """The message of a line. Raises UnreadableError for anything else."""
    try:
        name, body = msgspec.json.decode(line)
        cls = MESSAGES[name]
    except (msgspec.DecodeError, ValueError, KeyError, TypeError) as error:
        raise UnreadableError("The acquisition said something unknown.") from error
    message: Message = convert(body, cls)
    return message
