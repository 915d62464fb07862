"""From a sound draft to the plant. Owns the defaults that depend on other rows. Must not know faults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from app.domain.packml import MachineState
from app.domain.people import Person
from app.domain.plant import (
    AllowedCommand,
    Controller,
    ErpLink,
    ExceptionRule,
    HistoryBounds,
    Line,
    Machine,
    Plant,
    ReadBack,
    Route,
    Shift,
    Signal,
    Tag,
)
from app.plant.address import ExpandedTag, Expansion, Model, label_of
from app.plant.commands import ExpandedCommand
from app.plant.schema import LineRow, MachineRow, PlantFile
from app.plant.scope import machines_of

FEED = "filler"
"""The kind of machine at which lots begin, unless the file says otherwise."""

STATES = {state.text: state for state in MachineState}

StateMaps = Mapping[str, Mapping[int, MachineState]]


def build(file: PlantFile, expansion: Expansion, commands: Sequence[ExpandedCommand] = ()) -> Plant:
    """The plant of a file in which no check has found a fault."""
    maps = {name: _state_map(rows) for name, rows in file.state_map.items()}
    machines = _machines(file, expansion.models)
    return Plant(
        id=file.site.id,
        name=file.site.name,
        zone=file.site.timezone,
        demo=file.site.demo,
        replayed=file.site.replayed,
        controllers=_controllers(file),
        lines={row.id: _line(row, [m for m in machines.values() if m.line == row.id]) for row in file.line},
        machines=machines,
        tags=tuple(_tag(index, tag, maps) for index, tag in enumerate(expansion.tags)),
        people=_people(file),
        shifts=_shifts(file),
        rules=_rules(file),
        routes=_routes(file),
        reasons=MappingProxyType(dict(file.reasons)),
        hold_reasons=MappingProxyType(dict(file.hold_reasons)),
        commands={command.row.id: _command(command) for command in commands},
        erp=ErpLink(adapter=file.erp.adapter, settings=MappingProxyType(dict(file.erp.settings))),
        history=HistoryBounds(
            most_mb=file.history.most_mb, most_days=file.history.most_days, shared=file.history.shared
        ),
    )


def _state_map(rows: Mapping[str, str]) -> Mapping[int, MachineState]:
    return MappingProxyType({int(number): STATES[text] for number, text in rows.items()})


def _controllers(file: PlantFile) -> dict[str, Controller]:
    return {
        row.id: Controller(
            id=row.id,
            name=row.name or row.id,
            protocol=row.protocol,
            identity=row.identity,
            settings=MappingProxyType(dict(row.settings)),
            period_ms=row.period_ms,
            timeout_ms=row.timeout_ms,
            alarm_acts=row.alarm_acts,
        )
        for row in file.controller
    }


def _machines(file: PlantFile, models: Mapping[str, Model]) -> dict[str, Machine]:
    counted: dict[str, int] = {}
    machines: dict[str, Machine] = {}
    for row in file.machine:
        position = counted.get(row.line, 0)
        counted[row.line] = position + 1
        machines[row.id] = _machine(row, models[row.type], position)
    return machines


def _machine(row: MachineRow, model: Model, position: int) -> Machine:
    return Machine(
        id=row.id,
        name=row.name or model.get("name") or row.id,
        line=row.line,
        controller=row.controller,
        position=position,
        nominal_rate=row.nominal_rate,
        unit=model.get("unit"),
        bundle=model.get("bundle"),
        kind=model.get("kind") or model.id,
        skill=model.get("skill") or "",
        hold_command=row.hold_command or "",
        release_command=row.release_command or "",
    )


def _line(row: LineRow, machines: list[Machine]) -> Line:
    feed = next((machine.id for machine in machines if machine.kind == FEED), machines[0].id)
    return Line(
        id=row.id,
        name=row.name,
        area=row.area,
        machines=tuple(machine.id for machine in machines),
        output=row.output or machines[-1].id,
        feed=row.feed or feed,
        skills=frozenset(row.skills),
    )


def _tag(index: int, tag: ExpandedTag, maps: StateMaps) -> Tag:
    spec = tag.spec
    named = tag.model.get("state_map")
    return Tag(
        index=index,
        id=tag.id,
        name=label_of(spec),
        machine=tag.machine.id,
        controller=tag.machine.controller,
        signal=spec.get("signal"),
        unit=tag.unit,
        low=spec.get("low"),
        high=spec.get("high"),
        scale=spec.get("scale"),
        offset=spec.get("offset"),
        decimals=spec.get("decimals"),
        history=spec.get("history"),
        address=MappingProxyType(dict(tag.address)),
        state_map=maps[named] if named and spec.get("signal") is Signal.STATE else None,
    )


def _command(command: ExpandedCommand) -> AllowedCommand:
    row = command.row
    return AllowedCommand(
        id=row.id,
        name=row.name,
        machine=row.machine,
        controller=command.machine.controller,
        address=MappingProxyType(dict(command.address)),
        roles=frozenset(row.roles),
        states=frozenset(STATES[name] for name in row.states),
        value=row.value,
        low=row.low,
        high=row.high,
        unit=row.unit,
        decimals=row.decimals,
        scale=row.scale,
        min_interval_s=row.min_interval_s,
        read_back=_read_back(command),
    )


def _read_back(command: ExpandedCommand) -> ReadBack | None:
    row = command.row.read_back
    if row is None:
        return None
    return ReadBack(
        address=MappingProxyType(dict(command.read_address)),
        value=row.value,
        within_s=row.within_s,
        tag=command.read_tag.id if command.read_tag else "",
    )


def _people(file: PlantFile) -> dict[str, Person]:
    return {
        row.id: Person(
            id=row.id,
            name=row.name,
            roles=frozenset(row.roles),
            functions=frozenset(row.functions),
            skills=frozenset(row.skills),
            lines=frozenset(row.lines),
            password_hash=row.password_hash,
        )
        for row in file.person
    }


def _shifts(file: PlantFile) -> tuple[Shift, ...]:
    return tuple(
        Shift(id=row.id, name=row.name, start=row.start, end=row.end, days=row.days, people=tuple(row.people))
        for row in file.shift
        if not row.closed
    )


def _rules(file: PlantFile) -> tuple[ExceptionRule, ...]:
    return tuple(
        ExceptionRule(
            id=row.id,
            version=row.version,
            kind=row.kind,
            machines=machines_of(file, row),
            parameters=MappingProxyType(dict(row.parameters)),
            priority=row.priority,
        )
        for row in file.rule
    )


def _routes(file: PlantFile) -> tuple[Route, ...]:
    return tuple(
        Route(
            id=row.id,
            version=row.version,
            function=row.function,
            kinds=frozenset(row.kinds),
            lines=frozenset(row.lines),
            machines=frozenset(row.machines),
            accept_within_s=row.accept_within_s,
            primary=row.primary,
        )
        for row in file.route
    )
