"""The plain rows that the machine's screen shows. Ready words, no Qt, no desk."""

from __future__ import annotations

from dataclasses import dataclass

from ui.models.cases import CaseLine
from ui.models.controls import ControlLine
from ui.models.signals import SignalRow
from ui.tag import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """A live alarm of the controller. `state` is the controller's own; `owner` who has the machine's case here.

    `count` is all that is to be remarked: an earlier occurrence, not confirmed, how often, who acted, a wrong clock.
    """

    key: str
    priority: int
    code: str
    message: str
    state: str
    unacknowledged: bool
    since: str
    count: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold that binds what this machine makes or made."""

    key: str
    lots: str
    quantity: str
    state: str
    reason: str
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A quality check at this machine."""

    key: str
    at: str
    what: str
    value: str
    verdict: str
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineState:
    """Everything of one machine. `facts` and `links` are (label, value) pairs; `commands`: some may be asked of it.

    `doubt` says that it is not known here whether more is held.
    """

    key: str = ""
    name: str = ""
    priority: int = 0
    hold: bool = False
    state: str = ""
    clock: str = ""
    stale: str = ""
    rate: str = ""
    rate_value: float | None = None
    low: float = 0.0
    high: float = 1.0
    top: float = 1.0
    facts: tuple[tuple[str, str], ...] = ()
    signals: tuple[SignalRow, ...] = ()
    alarms: tuple[AlarmRow, ...] = ()
    cases: tuple[CaseLine, ...] = ()
    holds: tuple[HoldRow, ...] = ()
    doubt: str = ""
    checks: tuple[CheckRow, ...] = ()
    controls: tuple[ControlLine, ...] = ()
    commands: bool = False
    links: tuple[tuple[str, str], ...] = ()
