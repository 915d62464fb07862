"""A small plant for the tests of the screens: 3 lines of 6 machines, with the tags that a screen asks for."""

from __future__ import annotations

from datetime import time

from app.domain.packml import MachineState
from app.domain.people import Function, Person, Role
from app.domain.plant import AllowedCommand, Controller, Line, Machine, Plant, ReadBack, Route, Shift, Signal, Tag

KINDS = (
    ("depalletiser", "Depalletiser"),
    ("filler", "Filler"),
    ("capper", "Capper"),
    ("labeller", "Labeller"),
    ("case_packer", "Case packer"),
    ("palletiser", "Palletiser"),
)
NOMINAL = {
    "L1": (480, 480, 480, 480, 40, 8),
    "L2": (600, 600, 600, 600, 50, 10),
    "L3": (300, 300, 300, 300, 25, 5),
}
BUNDLES = (1, 1, 1, 1, 12, 60)
UNITS = ("bottles", "bottles", "bottles", "bottles", "cases", "layers")

COMMANDS = (
    AllowedCommand(
        id="L2.labeller.stop",
        name="Stop the labeller",
        machine="L2.labeller",
        controller="C-L2",
        address={"object": "nsu=urn:l2;s=Labeller", "method": "nsu=urn:l2;s=Labeller.Stop"},
        roles=frozenset({Role.OPERATOR, Role.SHIFT_LEAD}),
        states=frozenset({MachineState.EXECUTE}),
        read_back=ReadBack(address={}, value=2.0, tag="L2.labeller.packml_state"),
    ),
    AllowedCommand(
        id="L2.labeller.speed",
        name="Set the labeller's speed",
        machine="L2.labeller",
        controller="C-L2",
        address={"node": "nsu=urn:l2;s=Labeller.MachSpeed"},
        roles=frozenset({Role.SHIFT_LEAD}),
        states=frozenset({MachineState.EXECUTE}),
        low=100,
        high=600,
        unit="bottles/min",
        read_back=ReadBack(address={}, tag="L2.labeller.speed"),
    ),
)

_PLAIN: tuple[tuple[Signal, str, str], ...] = (
    (Signal.STATE, "PackML state", ""),
    (Signal.MODE, "Unit mode", ""),
    (Signal.CONSUMED, "Consumed", "units"),
    (Signal.PRODUCED, "Processed", "units"),
    (Signal.REJECTED, "Defective", "units"),
    (Signal.STOP_REASON, "Stop reason", ""),
    (Signal.STOP_TEXT, "Stop reason text", ""),
    (Signal.BLOCKED, "Blocked", ""),
    (Signal.STARVED, "Starved", ""),
    (Signal.LOT, "Lot", ""),
    (Signal.ORDER, "Work order", ""),
    (Signal.UNIT_SERIAL, "Last unit", ""),
    (Signal.HEARTBEAT, "Heartbeat", ""),
)
_PROCESS: dict[str, tuple[tuple[str, str, float, float], ...]] = {
    "depalletiser": (("Layer pressure", "bar", 4.5, 6.0),),
    "filler": (
        ("Torque valve block 3", "Nm", 20, 35),
        ("Bowl pressure", "bar", 2.8, 3.4),
        ("Product temperature", "°C", 8, 12),
        ("Fill volume", "ml", 325, 335),
    ),
    "capper": (("Closing torque", "Nm", 1.4, 1.9), ("Head 7 speed", "rpm", 90, 110)),
    "labeller": (("Label web tension", "N", 18, 26), ("Glue temperature", "°C", 140, 155)),
    "case_packer": (("Vacuum", "mbar", 600, 750),),
    "palletiser": (("Lift current", "A", 12, 22),),
}


def make_plant(lines: int = 3) -> Plant:
    """The demo-like plant; `lines` beyond three repeat the first ones as L4, L5, …"""
    names = [f"L{n + 1}" for n in range(lines)]
    machines = {m.id: m for line in names for m in _machines(line)}
    controllers = {m.controller: _controller(m.controller) for m in machines.values()}
    return Plant(
        id="nord",
        name="Plant Nord",
        zone="Europe/Berlin",
        controllers=controllers,
        lines={line: _line(line) for line in names},
        machines=machines,
        tags=_tags(machines),
        people={p.id: p for p in PEOPLE},
        shifts=SHIFTS,
        rules=(),
        routes=(
            Route(id="breakdown", version=7, function=Function.MAINTENANCE, primary=True),
            Route(id="quality", version=2, function=Function.QUALITY),
        ),
        reasons={"underfill": "Underfill", "foreign": "Foreign body", "seal": "Seal", "label": "Label"},
        demo=True,
        commands={c.id: c for c in COMMANDS},
    )


def _model(line: str) -> str:
    return line if line in NOMINAL else ("L1", "L2", "L3")[int(line[1:]) % 3]


def _machines(line: str) -> list[Machine]:
    return [
        Machine(
            id=f"{line}.{kind}",
            name=name,
            line=line,
            controller=f"C-{line}-{place + 1}" if _model(line) == "L3" else f"C-{line}",
            position=place,
            nominal_rate=NOMINAL[_model(line)][place],
            unit=UNITS[place],
            bundle=BUNDLES[place],
            kind=kind,
        )
        for place, (kind, name) in enumerate(KINDS)
    ]


def _line(line: str) -> Line:
    machines = tuple(f"{line}.{kind}" for kind, _ in KINDS)
    return Line(
        id=line,
        name=f"Line {line[1:]}",
        area="Packaging",
        machines=machines,
        output=machines[-2],
        feed=machines[1],
    )


def _controller(controller: str) -> Controller:
    modbus = controller.count("-") == 2
    settings: dict[str, str | int | float | bool] = {"url": "opc.tcp://127.0.0.1:4840", "security": "none"}
    if modbus:
        settings = {"host": "10.20.3.14", "port": 502}
    return Controller(
        id=controller,
        name=controller,
        protocol="modbus" if modbus else "opcua",
        identity=f"urn:{controller}",
        settings=settings,
    )


def _tags(machines: dict[str, Machine]) -> tuple[Tag, ...]:
    rows: list[Tag] = []

    def add(machine: Machine, signal: Signal, name: str, unit: str = "", **more: float | None) -> None:
        rows.append(
            Tag(
                index=len(rows),
                id=f"{machine.id}.{name.lower().replace(' ', '_')}",
                name=name,
                machine=machine.id,
                controller=machine.controller,
                signal=signal,
                unit=unit,
                low=more.get("low"),
                high=more.get("high"),
            )
        )

    for machine in machines.values():
        nominal = machine.nominal_rate
        for signal, name, unit in _PLAIN:
            add(machine, signal, name, unit)
        add(machine, Signal.RATE, "Speed", f"{machine.unit}/min", low=nominal * 0.92, high=nominal * 1.04)
        add(machine, Signal.NOMINAL_RATE, "Nominal speed", f"{machine.unit}/min")
        add(machine, Signal.MATERIAL, "Material left", "%", low=10, high=100)
        add(machine, Signal.BUFFER, "Infeed buffer", "%", low=5, high=95)
        for name, unit, low, high in _PROCESS[machine.kind]:
            add(machine, Signal.PROCESS, name, unit, low=low, high=high)
    return tuple(rows)


def _person(person_id: str, name: str, role: Role, *functions: Function, lines: str = "") -> Person:
    return Person(
        id=person_id,
        name=name,
        roles=frozenset({role}),
        functions=frozenset(functions),
        lines=frozenset(lines.split()),
    )


PEOPLE = (
    _person("okafor", "Mary Okafor", Role.SHIFT_LEAD, Function.PRODUCTION),
    _person("lindqvist", "Sven Lindqvist", Role.SHIFT_LEAD, Function.PRODUCTION),
    _person("silva", "Rui Silva", Role.OPERATOR, Function.PRODUCTION, lines="L2"),
    _person("kaya", "Deniz Kaya", Role.OPERATOR, Function.PRODUCTION, lines="L1 L3"),
    _person("weiss", "Jan Weiss", Role.MAINTENANCE, Function.MAINTENANCE),
    _person("hoff", "Petra Hoff", Role.MAINTENANCE, Function.MAINTENANCE, Function.IT),
    _person("brandt", "Ana Brandt", Role.QUALITY_LEAD, Function.QUALITY),
    _person("amsel", "Paul Amsel", Role.QUALITY_LEAD, Function.QUALITY),
    _person("berger", "Tom Berger", Role.MATERIALS, Function.MATERIALS),
    _person("novak", "Ida Novak", Role.PLANNER, Function.PLANNING),
    _person("roth", "Lena Roth", Role.CUSTOMER_SERVICE, Function.CUSTOMER_SERVICE),
)
_NIGHT = ("okafor", "silva", "kaya", "weiss", "brandt", "berger", "novak", "roth")
_WEEK = frozenset(range(7))
SHIFTS = (
    Shift(id="night", name="Night", start=time(22), end=time(6), days=_WEEK, people=_NIGHT),
    Shift(
        id="early",
        name="Early",
        start=time(6),
        end=time(14),
        days=_WEEK,
        people=("lindqvist", "hoff", "amsel"),
    ),
    Shift(id="late", name="Late", start=time(14), end=time(22), days=_WEEK, people=("okafor", "kaya", "hoff")),
)
