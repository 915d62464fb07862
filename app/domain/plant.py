"""The plant as its file describes it, checked: ISA-95 site, areas, lines, machines, controllers, tags, rules, people.

Values only; made by app.plant, read by everyone. Knows nothing of files or protocols: addresses are opaque here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from enum import StrEnum

from app.domain.erp import Capability
from app.domain.packml import MachineState
from app.domain.people import Function, Person, Role

Address = Mapping[str, str | int | float | bool]
"""Where a tag lies, in the words of its protocol; only that protocol's driver reads it."""


class Signal(StrEnum):
    """What a tag means. Detectors and screens ask for signals, never for addresses."""

    STATE = "state"
    MODE = "mode"
    RATE = "rate"
    NOMINAL_RATE = "nominal_rate"
    CONSUMED = "consumed"
    PRODUCED = "produced"
    REJECTED = "rejected"
    STOP_REASON = "stop_reason"
    STOP_TEXT = "stop_text"
    BLOCKED = "blocked"
    STARVED = "starved"
    LOT = "lot"
    ORDER = "order"
    JOB = "job"
    JOB_STATE = "job_state"
    UNIT_SERIAL = "unit_serial"
    MATERIAL = "material"
    BUFFER = "buffer"
    HEARTBEAT = "heartbeat"
    PROCESS = "process"


TEXT_SIGNALS = frozenset({Signal.STOP_TEXT, Signal.LOT, Signal.ORDER, Signal.JOB, Signal.JOB_STATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One value of a machine. `index` is its place on the board. `low`/`high` bound its normal band, in `unit`.

    The engineering value is raw × `scale` + `offset`. `state_map` translates a vendor's state numbers to PackML.
    """

    index: int
    id: str
    name: str
    machine: str
    controller: str
    signal: Signal
    unit: str = ""
    low: float | None = None
    high: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    decimals: int = 1
    history: bool = False
    address: Address = field(default_factory=dict)
    state_map: Mapping[int, MachineState] | None = None

    @property
    def banded(self) -> bool:
        """Whether it has a normal band to be seen against."""
        return self.low is not None or self.high is not None

    @property
    def is_text(self) -> bool:
        """Whether the tag carries text instead of a number."""
        return self.signal in TEXT_SIGNALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """A work unit of a line. `position` counts from 0 upstream. One machine unit is `bundle` line units (bottles).

    Its interlock: `hold_command` is offered when a hold is placed on what runs here, `release_command` when the last
    such hold is released; ids of allowed commands, "" for none.
    """

    id: str
    name: str
    line: str
    controller: str
    position: int
    nominal_rate: float
    unit: str = "units"
    bundle: int = 1
    kind: str = ""
    skill: str = ""
    hold_command: str = ""
    release_command: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A production line: its machines upstream first. `output` counts what the line has made, `feed` starts lots."""

    id: str
    name: str
    area: str
    machines: tuple[str, ...]
    output: str
    feed: str
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Controller:
    """A line controller. `settings` belong to the driver of `protocol`; `identity` is what it must say it is.

    `alarm_acts`: its alarms may be acknowledged, confirmed, commented and shelved from here.
    """

    id: str
    name: str
    protocol: str
    identity: str
    settings: Address
    period_ms: int = 500
    timeout_ms: int = 2000
    alarm_acts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """How a command is seen to have worked: what lies at `address` becomes `value` within `within_s` after it.

    `value` None stands for the value that was sent. With a `tag` its scale and state map hold for what is read.
    """

    address: Address
    value: float | None = None
    within_s: float = 5.0
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedCommand:
    """A write or a method call that a person may ask of a machine: a row of the allow-list (I9).

    The value is fixed (`value`) or chosen from `low`…`high`, in `unit`, with `decimals`; without any of them nothing
    is sent but the call itself. The raw value is value / `scale`. `states`: in which PackML states it may be sent.
    """

    id: str
    name: str
    machine: str
    controller: str
    address: Address
    roles: frozenset[Role]
    states: frozenset[MachineState]
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    decimals: int = 0
    scale: float = 1.0
    min_interval_s: float = 5.0
    read_back: ReadBack | None = None

    @property
    def chosen(self) -> bool:
        """Whether the person chooses the value."""
        return self.low is not None and self.high is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRule:
    """When a kind of exception is raised for which machines. `parameters` are named in the kind's row."""

    id: str
    version: int
    kind: str
    machines: frozenset[str]
    parameters: Mapping[str, float] = field(default_factory=dict)
    priority: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """To which function a part of an exception goes. The first primary task's acceptor owns the case.

    Empty `kinds`, `lines` or `machines` match everything. `accept_within_s` is the clock of the offer.
    """

    id: str
    version: int
    function: Function
    kinds: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    machines: frozenset[str] = frozenset()
    accept_within_s: float = 120.0
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A shift of the week, in the site's local time; `end` before `start` runs over midnight. Days: 0 is Monday."""

    id: str
    name: str
    start: time
    end: time
    days: frozenset[int]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpLink:
    """Which ERP adapter posts and reads, and its settings. `lacks`: what that ERP can't do, as its adapter says."""

    adapter: str = "none"
    settings: Address = field(default_factory=dict)
    lacks: frozenset[Capability] = frozenset()

    @property
    def connected(self) -> bool:
        """Whether there is an ERP at all; without one outcomes are kept in Lineside only."""
        return self.adapter != "none"

    def takes(self, needs: Capability | None) -> bool:
        """Whether there is an ERP that can do what a posting needs; if not, it is kept in Lineside only."""
        return self.connected and needs not in self.lacks


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryBounds:
    """How much of the past each station keeps of the tags with `history`: 0 MB is none, 0 days any age.

    `shared`: it is sent on to the plant's Postgres.
    """

    most_mb: float = 500.0
    most_days: float = 0.0
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """A whole plant, every reference in it checked. Order of lines and machines is the order of the file."""

    id: str
    name: str
    zone: str
    controllers: Mapping[str, Controller]
    lines: Mapping[str, Line]
    machines: Mapping[str, Machine]
    tags: tuple[Tag, ...]
    people: Mapping[str, Person]
    shifts: tuple[Shift, ...]
    rules: tuple[ExceptionRule, ...]
    routes: tuple[Route, ...]
    reasons: Mapping[str, str]
    erp: ErpLink = field(default_factory=ErpLink)
    demo: bool = False
    replayed: bool = False
    hold_reasons: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, AllowedCommand] = field(default_factory=dict)
    history: HistoryBounds = field(default_factory=HistoryBounds)

    def tags_of(self, machine: str) -> tuple[Tag, ...]:
        """The tags of a machine in the order of the file."""
        return tuple(tag for tag in self.tags if tag.machine == machine)

    def tag(self, machine: str, signal: Signal) -> Tag | None:
        """The first tag of a machine with this meaning."""
        return next((t for t in self.tags if t.machine == machine and t.signal is signal), None)

    def commands_of(self, machine: str) -> tuple[AllowedCommand, ...]:
        """What may be asked of a machine, in the order of the file."""
        return tuple(command for command in self.commands.values() if command.machine == machine)

    def controller_machines(self, controller: str) -> tuple[Machine, ...]:
        """The machines that a controller serves."""
        return tuple(m for m in self.machines.values() if m.controller == controller)

    def machine(self, machine: str | None) -> Machine | None:
        """The machine with this id, if there is one."""
        return self.machines.get(machine) if machine else None

    def label(self, machine: str | None) -> str:
        """ "L2 Filler": how people on the floor say a machine; empty for None."""
        if machine is None:
            return ""
        found = self.machine(machine)
        return f"{found.line} {found.name}" if found else machine
