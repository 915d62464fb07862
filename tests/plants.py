"""A tiny plant for tests, a clock that is set and identifiers that count: two lines of three machines each.

`small_plant(...)` takes other parts in place of its own; its people are all on the day shift at NOON.
"""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.domain.erp import Component, Lot, ProductionOrder, Reference
from app.domain.kinds import EXCEPTION_KINDS
from app.domain.people import Function, Person, Role
from app.domain.plant import Controller, ErpLink, ExceptionRule, Line, Machine, Plant, Route, Shift, Signal, Tag

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)

F, R = Function, Role


class FakeClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOON) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic_ns(self) -> int:
        return int(self.at.timestamp() * 1e9)

    def move(self, seconds: float) -> datetime:
        self.at += timedelta(seconds=seconds)
        return self.at


class CountingIds:
    """Identifiers 1, 2, 3 …, as long as real ones."""

    def __init__(self) -> None:
        self.last = 0

    def new(self) -> str:
        self.last += 1
        return f"{self.last:036d}"


def person(person_id: str, name: str, roles: set[Role], functions: set[Function], *lines: str) -> Person:
    return Person(
        id=person_id, name=name, roles=frozenset(roles), functions=frozenset(functions), lines=frozenset(lines)
    )


PEOPLE = {
    p.id: p
    for p in (
        person("okafor", "Mary Okafor", {R.SHIFT_LEAD}, {F.PRODUCTION}),
        person("lindqvist", "Sven Lindqvist", {R.SHIFT_LEAD}, {F.PRODUCTION}),
        person("silva", "Rui Silva", {R.OPERATOR}, {F.PRODUCTION}, "L1"),
        person("kaya", "Deniz Kaya", {R.OPERATOR}, {F.PRODUCTION}, "L2"),
        person("weiss", "Jan Weiss", {R.MAINTENANCE}, {F.MAINTENANCE}),
        person("hoff", "Petra Hoff", {R.MAINTENANCE}, {F.MAINTENANCE}),
        person("brandt", "Ana Brandt", {R.QUALITY_LEAD}, {F.QUALITY}),
        person("moreau", "Lea Moreau", {R.QUALITY_LEAD}, set()),
        person("berger", "Tom Berger", {R.MATERIALS}, {F.MATERIALS}),
        person("novak", "Ida Novak", {R.PLANNER}, {F.PLANNING}),
        person("roth", "Lena Roth", {R.CUSTOMER_SERVICE}, {F.CUSTOMER_SERVICE}),
    )
}

MACHINES = {
    m.id: m
    for line in ("L1", "L2")
    for m in (
        Machine(
            id=f"{line}.filler",
            name="Filler",
            line=line,
            controller=f"C-{line}",
            position=0,
            nominal_rate=480,
            unit="bottles",
            skill="mechanics",
        ),
        Machine(
            id=f"{line}.labeller", name="Labeller", line=line, controller=f"C-{line}", position=1, nominal_rate=480
        ),
        Machine(
            id=f"{line}.packer",
            name="Packer",
            line=line,
            controller=f"C-{line}",
            position=2,
            nominal_rate=40,
            unit="cases",
            bundle=12,
        ),
    )
}

LINES = {
    line: Line(
        id=line,
        name=f"Line {line[1]}",
        area="packaging",
        machines=tuple(m for m in MACHINES if m.startswith(line)),
        output=f"{line}.packer",
        feed=f"{line}.filler",
    )
    for line in ("L1", "L2")
}

CONTROLLERS = {
    f"C-{line}": Controller(
        id=f"C-{line}", name=f"Line controller {line}", protocol="opcua", identity=f"urn:{line}", settings={}
    )
    for line in ("L1", "L2")
}

_UNITS = {Signal.MATERIAL: "%", Signal.RATE: "1/min"}


def _tags() -> tuple[Tag, ...]:
    rows = [(machine, signal) for machine in MACHINES.values() for signal in Signal]
    return tuple(
        Tag(
            index=index,
            id=f"{machine.id}.{signal.value}",
            name=signal.value.replace("_", " ").capitalize(),
            machine=machine.id,
            controller=machine.controller,
            signal=signal,
            unit=_UNITS.get(signal, ""),
            low=0.0 if signal is Signal.PROCESS else None,
            high=100.0 if signal is Signal.PROCESS else None,
        )
        for index, (machine, signal) in enumerate(rows)
    )


def rule(kind: str, *machines: str, **parameters: float) -> ExceptionRule:
    return ExceptionRule(id=f"r-{kind}", version=1, kind=kind, machines=frozenset(machines), parameters=parameters)


def route(function: Function, *kinds: str, primary: bool = False, within_s: float = 120) -> Route:
    name = f"{function.value}-{'-'.join(kinds) or 'any'}"
    return Route(
        id=name, version=3, function=function, kinds=frozenset(kinds), accept_within_s=within_s, primary=primary
    )


ROUTES = (
    route(F.MAINTENANCE, "breakdown", "alarm_burst", primary=True),
    route(F.PLANNING, "breakdown", within_s=600),
    route(F.CUSTOMER_SERVICE, "breakdown", within_s=600),
    route(F.PRODUCTION, "unplanned_stop", "starved", "blocked", "rate_loss", "operator_report", primary=True),
    route(F.QUALITY, "reject_drift", primary=True, within_s=300),
    route(F.MATERIALS, "material_low", primary=True, within_s=300),
    route(F.IT, "controller_lost", primary=True),
    route(F.PLANNING, "posting_rejected", primary=True, within_s=600),
)

SHIFTS = (
    Shift(
        id="day",
        name="Day",
        start=time(6),
        end=time(22),
        days=frozenset(range(7)),
        people=tuple(p for p in PEOPLE if p != "lindqvist"),
    ),
    Shift(
        id="night", name="Night", start=time(22), end=time(6), days=frozenset(range(7)), people=("lindqvist", "hoff")
    ),
)


def small_plant(**parts: Any) -> Plant:
    """The plant, with `parts` in place of its own fields."""
    plant = Plant(
        id="small",
        name="Small plant",
        zone="Europe/Berlin",
        controllers=CONTROLLERS,
        lines=LINES,
        machines=MACHINES,
        tags=_tags(),
        people=PEOPLE,
        shifts=SHIFTS,
        rules=tuple(rule(kind.id) for kind in EXCEPTION_KINDS.values() if kind.detector),
        routes=ROUTES,
        reasons={"7": "Guard open"},
        erp=ErpLink(adapter="demo", settings={"url": "http://127.0.0.1:9"}),
    )
    return replace(plant, **parts)


def small_reference() -> Reference:
    """Two orders on L1, one on L2, two lots; what the ERP of the small plant says."""
    orders = {
        number: ProductionOrder(
            number=number,
            product=product,
            product_name=product,
            line=line,
            quantity=Decimal(10_000),
            unit="bottles",
            due_at=NOON + timedelta(hours=hours),
            start_at=NOON - timedelta(hours=1),
            state="released",
            good=Decimal(0),
            scrap=Decimal(0),
            components=(
                Component(product="CAP-28", quantity=Decimal(1), unit="pcs"),
                Component(product="CTN-12", quantity=Decimal("0.0834"), unit="pcs"),
            ),
        )
        for number, product, line, hours in (
            ("WO-1", "W-050", "L1", 4),
            ("WO-2", "W-050", "L1", 9),
            ("WO-3", "L-033", "L2", 5),
        )
    }
    lots = {
        lot: Lot(number=lot, product="W-050", quantity=Decimal(6000), unit="bottles", status="free")
        for lot in ("4480-A", "4480-B")
    }
    return Reference(as_of=NOON, orders=orders, lots=lots)
