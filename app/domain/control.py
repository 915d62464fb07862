"""A request to a controller as it stands, and the pure rules by which one is refused before anything is sent.

Knows no driver: whether a machine is reachable and what state it is in at the last moment is the acquisition's to say.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import RefusedError
from app.domain.events import AlarmAct
from app.domain.lifecycles import CONTROL, ControlState
from app.domain.packml import MachineState
from app.domain.plant import AllowedCommand, Plant, Signal, Tag

LONGEST_SHELF_MIN = 24 * 60
WRITTEN = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,9})?")
"""How a set-point is written: ASCII digits and a point. "1,5" could mean two numbers, so it means none."""


class Outcome(StrEnum):
    """What became of the one attempt."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a driver says of its one attempt: in `words` for a person, and what was read afterwards."""

    outcome: Outcome
    words: str = ""
    read_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """One write or call for a driver: where, what (in the command's unit), and by which tag it is read back."""

    command: AllowedCommand
    value: float | None
    read: Tag | None = None
    expected: float | None = None

    @property
    def raw(self) -> float | None:
        """What goes to the controller: value / scale."""
        return None if self.value is None else self.value / self.command.scale

    @property
    def within_s(self) -> float:
        """Time for the read-back."""
        return self.command.read_back.within_s if self.command.read_back else 0.0

    def reads(self, value: float) -> bool:
        """Whether a value read back is the expected one, as far as a 32-bit float tells."""
        return self.expected is not None and math.isclose(value, self.expected, rel_tol=1e-6, abs_tol=1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmActing:
    """One act on an alarm for a driver: `alarm` is its key of the condition, `event_id` the occurrence seen."""

    alarm: str
    event_id: str
    act: AlarmAct
    comment: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One request: who asked for what, and what became of it; `hold` is the hold whose interlock it is, or ""."""

    id: str
    version: int
    state: ControlState
    station: str
    controller: str
    machine: str | None
    what: str
    command: str
    value: float | None
    by: str
    requested_at: datetime
    changed_at: datetime
    act: AlarmAct | None = None
    subject: str = ""
    event_id: str = ""
    comment: str = ""
    minutes: int = 0
    hold: str = ""
    sent_at: datetime | None = None
    words: str = ""
    read_back: str = ""

    @property
    def closed(self) -> bool:
        """Whether it is known what became of it."""
        return CONTROL.terminal(self.state)

    @property
    def under_way(self) -> bool:
        """Whether it may still reach the controller."""
        return self.state in (ControlState.REQUESTED, ControlState.SENT)


def set_point(text: str, command: AllowedCommand) -> float:
    """The value that a person wrote for a command. Raises RefusedError for what is no plain number or out of range."""
    written = text.strip()
    if not WRITTEN.fullmatch(written):
        raise RefusedError("That is no number.", "Write it like 1.5, with digits and a point only.")
    if len(written.partition(".")[2]) > command.decimals:
        raise RefusedError("That has too many decimals.", f"At most {command.decimals} are taken.")
    return checked_value(float(written), command) or 0.0


def checked_value(value: float | None, command: AllowedCommand) -> float | None:
    """The value to send: the one of the file, the one chosen within its range, or none. Raises RefusedError."""
    if not command.chosen:
        if value not in (None, command.value):
            raise RefusedError(f'"{command.name}" sends a value of its own.', "Ask for it without one.")
        return command.value
    if value is None or not math.isfinite(value):
        raise RefusedError(f'"{command.name}" needs a value.', _range(command))
    assert command.low is not None
    assert command.high is not None
    if not command.low <= value <= command.high:
        raise RefusedError(f"{value:,.12g} {command.unit}".strip() + " is out of range.", _range(command))
    if round(value, command.decimals) != value:
        raise RefusedError("That has too many decimals.", f"At most {command.decimals} are taken.")
    return value + 0.0


def _range(command: AllowedCommand) -> str:
    return f"Choose between {command.low:,.12g} and {command.high:,.12g} {command.unit}".strip() + "."


def check_state(state: MachineState, command: AllowedCommand, machine: str) -> None:
    """Refuse a command that the plant file does not permit in this state of the machine."""
    if state in command.states:
        return
    permitted = ", ".join(state.text for state in sorted(command.states))
    shown = "in an unknown state" if state is MachineState.UNDEFINED else f"in {state.text}"
    raise RefusedError(f"{machine} is {shown}: nothing was sent.", f'"{command.name}" is permitted in {permitted}.')


def read_back_tag(plant: Plant, command: AllowedCommand) -> Tag | None:
    """The tag by which a command is read back: the machine's own, or one made of the address; None without."""
    back = command.read_back
    if back is None:
        return None
    named = next((tag for tag in plant.tags if tag.id == back.tag), None) if back.tag else None
    return named or Tag(
        index=-1,
        id=command.id,
        name=command.name,
        machine=command.machine,
        controller=command.controller,
        signal=Signal.PROCESS,
        address=back.address,
    )


def writing(plant: Plant, command: AllowedCommand, value: float | None) -> Writing:
    """The write that a driver is given for a command with a checked value."""
    return Writing(command=command, value=value, read=read_back_tag(plant, command), expected=expected(command, value))


def expected(command: AllowedCommand, value: float | None) -> float | None:
    """What the read-back shows when the command has worked; None without a read-back."""
    back = command.read_back
    return None if back is None else back.value if back.value is not None else value
