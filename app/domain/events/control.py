"""Commands to controllers and acts on their alarms: asked for, sent once, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.events.event import Event


class AlarmAct(StrEnum):
    """What is asked of a controller about one of its alarms (OPC 10000-9)."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    COMMENT = "comment"
    SHELVE = "shelve"
    SHELVE_ONCE = "shelve_once"
    UNSHELVE = "unshelve"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEvent(Event):
    """Of one request to a controller: it is sent once at the most (I9)."""

    control_id: str

    @property
    def stream(self) -> str:
        return f"control/{self.control_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequested(ControlEvent):
    """A person confirmed it.

    It is a command of the allow-list with its `value` (None: it takes none), or an `act` on an alarm (`subject` its
    key, `event_id` the occurrence that the person saw). `seen` is the PackML state on the screen. `hold` names the hold
    whose interlock it is.
    """

    station: str
    controller: str
    what: str
    machine: str | None = None
    command: str = ""
    value: float | None = None
    seen: int = 0
    act: AlarmAct | None = None
    subject: str = ""
    event_id: str = ""
    comment: str = ""
    minutes: int = 0
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSent(ControlEvent):
    """It goes out now: from here on only the controller knows whether it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlAnswered(ControlEvent):
    """The base of what became of it; `words` say it to a person, `read_back` is what was read afterwards."""

    words: str = ""
    read_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlConfirmed(ControlAnswered):
    """It was read back, or the controller stands for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRefused(ControlAnswered):
    """The controller said no, or the machine was not in a state for it: nothing happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlFailed(ControlAnswered):
    """It never reached the controller: nothing happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlUnknown(ControlAnswered):
    """Sent, and nobody can say whether it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettled(ControlEvent):
    """A person looked at the machine and says how it stands."""

    note: str
