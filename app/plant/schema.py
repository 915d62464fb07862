"""The tables of a plant file and their keys: names, meaning, units, bounds, defaults. One model per table.

Owns what may be written where. Must not know references between rows (app.plant.checks) or files. The manual's
reference (app.plant.reference) is generated from here.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.domain.people import Function, Role
from app.domain.plant import Signal
from app.plant.fields import Days, Flat, Id, Line, Name, TimeOfDay, key

Lenient = Field(strict=False)
"""Texts become members of an enumeration; everything else stays strict."""


class Row(BaseModel):
    """What all tables share: no unknown keys, no conversions, no infinities."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False, defer_build=True)


class SiteRow(Row):
    """The site (ISA-95) that this file describes."""

    id: Id = key("short name of the site")
    name: Name = key("name on screens and reports")
    timezone: Name = key('IANA time zone of shifts and clocks, such as "Europe/Berlin"')
    demo: bool = key("a demo plant: people sign in without a password", False)
    replayed: bool = key("alarms are replayed from a recording; screens say so", False)


class AreaRow(Row):
    """An area of the site, such as packaging."""

    id: Id = key("short name of the area")
    name: Name = key("name on screens")


class LineRow(Row):
    """A production line. Its machines are the `[[machine]]` rows that name it, upstream first."""

    id: Id = key("short name, as people say it: L2")
    name: Name = key("name on screens")
    area: Id = key("id of its area")
    skills: list[Id] = key("skills that somebody needs to run the line", list)
    output: Id | None = key("machine whose good units are the line's output; default: its last machine", None)
    feed: Id | None = key("machine at which lots begin; default: its first filler, else its first machine", None)


class ControllerRow(Row):
    """A controller: one connection of a driver."""

    id: Id = key("short name of the controller")
    name: Name | None = key("name on screens; default: its id", None)
    protocol: Id = key("driver that speaks to it: opcua or modbus")
    identity: Line = key("what the controller must say it is (OPC UA: ApplicationUri); empty: not checked", "")
    period_ms: int = key("time between two values of a tag", 500, unit="ms", ge=20, le=60_000)
    timeout_ms: int = key("silence after which a request has failed", 2000, unit="ms", ge=100, le=60_000)
    alarm_acts: bool = key("its alarms may be acknowledged and shelved from here, by operators and shift leads", True)
    settings: Flat = key("settings of the driver, such as url or host and port; passwords go into the keyring", dict)


class TagRow(Row):
    """A value of a machine. A tag with the name of an inherited one refines it: only the keys given are replaced."""

    name: Annotated[Id, Field(pattern=r"^[A-Za-z0-9_\-]+$")] = key(
        "name within the machine; the tag's id is machine.name"
    )
    label: Name | None = key("name on screens; default: made from `name`", None)
    signal: Annotated[Signal, Lenient] = key("what the value means", Signal.PROCESS)
    unit: Line = key("engineering unit; `{unit}` stands for the machine type's unit", "")
    low: float | None = key("lower end of the normal band, in `unit`", None)
    high: float | None = key("upper end of the normal band, in `unit`", None)
    scale: float = key("value = raw × scale + offset", 1.0, ge=-1e9, le=1e9)
    offset: float = key("value = raw × scale + offset", 0.0, ge=-1e9, le=1e9)
    decimals: int = key("decimals on screens", 1, ge=0, le=6)
    history: bool = key("keep its history", False)
    address: Flat = key("where the value lies, in the words of the driver; may hold placeholders", dict)


class MachineTypeRow(Row):
    """What machines of one make share: above all their tags, so that a machine is a few keys."""

    id: Id = key("short name of the type")
    extends: Id | None = key("another type whose tags and keys this one starts from", None)
    name: Name | None = key("default name of its machines", None)
    kind: Id | None = key("what it is, such as filler; default: the type's id", None)
    unit: Name = key("what it makes, in the plural", "units")
    bundle: int = key("line units (bottles) in one unit of the machine", 1, ge=1, le=1_000_000)
    skill: Id | None = key("skill that its maintenance needs", None)
    state_map: Id | None = key("name of the `[state_map.NAME]` that translates its state numbers", None)
    tag: list[TagRow] = key("its tags", list)


class MachineRow(Row):
    """A machine (ISA-95 work unit). The order of the rows is the order along the line."""

    id: Id = key("short name, unique in the plant: L2.filler")
    name: Name | None = key("name on screens; default: the type's name", None)
    line: Id = key("id of its line")
    type: Id = key("id of its machine type")
    controller: Id = key("id of the controller that serves it")
    root: Line = key("what `{root}` in addresses stands for; may hold namespace prefixes in braces", "")
    packml: Line = key(
        "its PackML object (OPC 30050), as a NodeId or a browse path from Objects: gives it all the standard's tags", ""
    )
    jobs: Line = key(
        "its job order receiver (OPC 10031-4), as a NodeId or a browse path: the job that it runs, if it is there", ""
    )
    base: int = key("added to the number under `address` of every tag's address (Modbus)", 0, ge=0, le=65_535)
    nominal_rate: float = key("nominal speed", unit="machine units/min", gt=0, le=1_000_000)
    hold_command: Id | None = key("command offered when a hold is placed on what runs here: its interlock", None)
    release_command: Id | None = key("command offered when the last such hold is released; none: it stays", None)
    tag: list[TagRow] = key("tags of this machine only, or refinements of its type's", list)


class ReadBackRow(Row):
    """How a command is seen to have worked: a tag of the machine, or an address, that takes a value in time."""

    tag: Id | None = key("name of a tag of the machine", None)
    address: Flat = key("where to read instead, in the words of the driver; may hold placeholders", dict)
    value: float | None = key("what is read when it has worked; default: what was sent", None)
    within_s: float = key("time for it to work", 5.0, unit="s", ge=0.1, le=120)


class CommandRow(Row):
    """What a person may ask of a machine's controller: nothing else is ever written. Sent once, read back."""

    id: Id = key("short name, unique in the plant: L2.filler.stop")
    name: Name = key("what it does, as on the screen: Stop the filler")
    machine: Id = key("id of the machine")
    address: Flat = key("node or method (OPC UA), register or coil (Modbus) to write; may hold placeholders")
    value: float | None = key("what is sent, if it is always the same; true is 1", None)
    low: float | None = key("the least value that may be chosen, in `unit`", None)
    high: float | None = key("the greatest value that may be chosen, in `unit`", None)
    unit: Line = key("unit of the value", "")
    decimals: int = key("decimals that a chosen value may have", 0, ge=0, le=6)
    scale: float = key("raw = value / scale", 1.0, ge=-1e9, le=1e9)
    roles: list[Annotated[Role, Lenient]] = key("who may ask for it", min_length=1)
    states: list[Name] = key("PackML states of the machine in which it may be sent", min_length=1)
    min_interval_s: float = key("time between two of it", 5.0, unit="s", ge=0.5, le=86_400)
    read_back: ReadBackRow | None = key("how it is seen to have worked; else the controller's answer counts", None)


class PersonRow(Row):
    """A person who may sign in, get tasks and sign handovers."""

    id: Id = key("short name for signing in")
    name: Name = key("first and last name")
    roles: list[Annotated[Role, Lenient]] = key("what the person may do", min_length=1)
    functions: list[Annotated[Function, Lenient]] = key("functions whose tasks are offered to the person", list)
    skills: list[Id] = key("skills the person has", list)
    lines: list[Id] = key("lines the person works on; empty: all", list)
    password_hash: Line = key("argon2id hash of the password; empty: no sign-in here", "")


class ShiftRow(Row):
    """A shift of the week in the site's time. The shifts together cover the week."""

    id: Id = key("short name")
    name: Name = key("name on screens")
    start: TimeOfDay = key("when it begins")
    end: TimeOfDay = key("when it ends; before or at `start`: on the next day")
    days: Days = key("days on which it begins")
    people: list[Id] = key("people on the shift, at least one of them a shift lead", list)
    closed: bool = key("the plant stands in this time, on purpose: nobody is needed", False)


class RuleRow(Row):
    """When a kind of exception is raised. The rule that names a machine most closely holds."""

    id: Id = key("short name")
    version: int = key("raise it with every change; cases keep the version they were raised by", 1, ge=1, le=1_000_000)
    kind: Id = key("kind of exception, see below")
    machines: list[Name] = key('ids of machines or lines, or "*" for all', lambda: ["*"], min_length=1)
    priority: int | None = key("1 (most urgent) to 4; default: the kind's", None, ge=1, le=4)
    parameters: dict[str, float] = key("the kind's parameters that differ from their defaults, see below", dict)


class RouteRow(Row):
    """To which function an exception goes. Every route that matches gets a task; a primary one gives the owner."""

    id: Id = key("short name")
    version: int = key("raise it with every change", 1, ge=1, le=1_000_000)
    function: Annotated[Function, Lenient] = key("function that gets the task")
    kinds: list[Id] = key("kinds of exception; empty: all", list)
    lines: list[Id] = key("lines; empty: all", list)
    machines: list[Id] = key("machines; empty: all", list)
    accept_within_s: float = key("time to accept before the offer goes on", 120.0, unit="s", ge=5, le=86_400)
    primary: bool = key("whoever accepts its task owns the case", False)


class ErpRow(Row):
    """The ERP that orders come from and confirmed outcomes go to."""

    adapter: Id = key("adapter that speaks to it", "none")
    settings: Flat = key("settings of the adapter, such as url; passwords go into the keyring", dict)


class HistoryRow(Row):
    """How much of the past every station keeps of the tags with `history = true`; the oldest goes first."""

    most_mb: float = key("disk space for it on each station; 0: none is kept", 500.0, unit="MB", ge=0, le=1_000_000)
    most_days: float = key("nothing older is kept; 0: any age that has room", 0.0, unit="days", ge=0, le=3_650)
    shared: bool = key("stations that have joined a plant send it on to the shared store", False)


Texts = dict[str, Name]


class PlantFile(Row):
    """A plant, written by hand in TOML 1.0."""

    site: SiteRow = key("the site")
    namespaces: dict[str, Name] = key(
        "prefix = namespace URI; `{prefix}` in roots and addresses stands for the URI", dict
    )
    area: list[AreaRow] = key("areas", list)
    line: list[LineRow] = key("lines", list)
    controller: list[ControllerRow] = key("controllers", list)
    state_map: dict[str, Texts] = key('per map: "vendor\'s number" = "PackML state"', dict)
    machine_type: list[MachineTypeRow] = key("machine types", list)
    machine: list[MachineRow] = key("machines", list)
    command: list[CommandRow] = key("what may be asked of the machines", list)
    person: list[PersonRow] = key("people", list)
    shift: list[ShiftRow] = key("shifts", list)
    rule: list[RuleRow] = key("exception rules", list)
    route: list[RouteRow] = key("routes", list)
    reasons: Texts = key('"stop reason number" = "text"', dict)
    hold_reasons: Texts = key('code = "text" of the reasons for a quality hold', dict)
    erp: ErpRow = key("the ERP", ErpRow)
    history: HistoryRow = key("the past that is kept", HistoryRow)
