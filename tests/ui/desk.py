"""A desk for the tests of the screens: real folds of real events over a small plant, values set by hand.

`FakeDesk()` is empty and running; `night_desk()` is the night of the look's pictures: an aborted filler, a slow
labeller, a lost controller, a held lot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.domain import events as e
from app.domain.alarm import Alarm
from app.domain.commands import Command
from app.domain.erp import CustomerOrderLine, Lot, Product, ProductionOrder, Reference
from app.domain.finding import Capsule, Trace
from app.domain.lifecycles import AlarmState
from app.domain.operation import Recorded
from app.domain.packml import MachineState
from app.domain.people import Function, Person
from app.domain.plant import Plant, Signal, Tag
from app.domain.presence import Presence
from app.domain.reading import NOTHING, Quality, Reading, Scalar
from app.domain.refusal import StepRefused
from app.domain.signing import Prove, Sign, fingerprint
from app.domain.status import ControllerStatus, Health, PartStatus, SharedStatus, StationStatus
from tests.ui.plant import make_plant
from ui.desk import Answer
from ui.mirror import Mirror
from ui.survey import Survey

NOW = datetime(2026, 11, 22, 1, 14, 31, tzinfo=UTC)
"""02:14:31 in Berlin, the instant of the look's pictures."""

Floats = NDArray[np.float64]

WAVERING = frozenset({Signal.RATE, Signal.PROCESS, Signal.BUFFER})


def at(clock: str) -> datetime:
    """ "02:11:43" or "02:11" of that night (or, from 20:00 on, the evening before) in Berlin, as UTC."""
    hour, minute, *rest = (float(part) for part in clock.split(":"))
    day = 21 if hour >= 20 else 22
    local = datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=rest[0] if rest else 0)
    return local - timedelta(hours=1)


class FakeValues:
    """The board as a dict. `series` gives a tag its own past; others waver around their value.

    `begins` is since when something is kept; `arriving` and `arrived` are set by hand, as if pictures were read.
    """

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk
        self.rows: dict[int, Reading] = {}
        self.series: dict[int, Floats] = {}
        self.begins: dict[int, float] = {}
        self.arriving = False
        self.arrived = 0
        self._stamps = np.zeros(max((tag.index + 1 for tag in desk.plant.tags), default=0), np.uint32)
        self._stamped: dict[int, Reading] = {}

    def reading(self, index: int) -> Reading:
        return self.rows.get(index, NOTHING)

    def stamps(self) -> NDArray[np.uint32]:
        for index, row in self.rows.items():
            if self._stamped.get(index) is not row:
                self._stamped[index] = row
                self._stamps[index] += 1
        return self._stamps.copy()

    def recent(self, index: int, seconds: float) -> tuple[Floats, Floats]:
        count = int(seconds)
        times = self._desk.now().timestamp() - np.arange(count, 0, -1, dtype=np.float64)
        found = self.series.get(index)
        if found is not None:
            return times[-found.size :], found[-count:]
        value = self.reading(index).number
        if math.isnan(value):
            return times, np.full(count, np.nan)
        if next(t for t in self._desk.plant.tags if t.index == index).signal not in WAVERING:
            return times, np.full(count, value)
        noise = np.convolve(np.random.default_rng(index).normal(0, 1, count + 8), np.ones(9) / 9, "valid")
        return times, value + noise[:count] * abs(value) * 0.02

    def drawn(self, index: int, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        edges = from_s + (to_s - from_s) / columns * np.arange(columns, dtype=np.float64)
        times, values = self.recent(index, max(1.0, self._desk.now().timestamp() - from_s))
        places = np.searchsorted(times, edges, side="right") - 1
        found: Floats = np.where((places >= 0) & (edges >= self.begins.get(index, -math.inf)), values[places], np.nan)
        return edges, found, found

    def begins_s(self, index: int) -> float | None:
        return self.begins.get(index)


class FakeDesk:
    """`ui.desk.Desk` over plain objects; `sent` keeps the commands, `answer` is what they get.

    `refused_people` give wrong passwords.
    """

    def __init__(self, plant: Plant | None = None) -> None:
        self.plant = plant or make_plant()
        self.model = Mirror()
        self.values = FakeValues(self)
        self.reference = Reference()
        self.alarms: Sequence[Alarm] = ()
        self.person: Person | None = self.plant.people.get("okafor")
        self.sent: list[Command] = []
        self.met: list[Presence] = []
        self.attended: list[tuple[str, bool]] = []
        self.asked: list[Prove | Sign] = []
        self.saved: list[tuple[str, bool]] = []
        self.only_here: set[str] = set()
        self.answer = Answer(ok=True, message="stored")
        self.refused_people: set[str] = set()
        self.status = _all_well(self.plant)
        self.survey: Survey | None = None
        self._now = NOW
        self._seq = 0
        self._run_all()

    @property
    def view(self) -> Mirror:
        return self.model

    def unshared(self, stream: str) -> bool:
        return stream in self.only_here

    def now(self) -> datetime:
        return self._now

    def presences(self) -> Sequence[Presence]:
        return tuple(self.met)

    def attend(self, ref: str, editing: bool = False) -> None:
        self.attended.append((ref, editing))

    def ask(self, asked: Prove | Sign, done: Callable[[Answer], None]) -> None:
        self.asked.append(asked)
        signed = None
        if asked.person in self.refused_people:
            done(Answer(ok=False, message="Name and password do not fit."))
            return
        if isinstance(asked, Sign) and self.answer.ok:
            signed = e.Signature(
                person=asked.person,
                name=self.plant.people[asked.person].name,
                meaning=asked.meaning,
                signed_at=self._now,
                shown=fingerprint(asked.shown),
            )
        done(replace(self.answer, signature=signed))

    def diagnostics_file(self) -> str:
        return "diagnostics.zip"

    def save_diagnostics(self, file: str, names: bool, done: Callable[[Answer], None]) -> None:
        self.saved.append((file, names))
        done(self.answer)

    def send(self, command: Command, done: Callable[[Answer], None] | None = None) -> None:
        self.sent.append(command)
        if done is not None:
            done(self.answer)

    # --- making things happen ---------------------------------------------------------------------------------------

    def pass_time(self, seconds: float) -> None:
        """Let time pass; controllers that are up keep being heard."""
        self._now += timedelta(seconds=seconds)
        now_s = self._now.timestamp()
        for tag in self.plant.tags:
            row = self.values.rows.get(tag.index)
            if row is not None and self.status.controllers[tag.controller].health is Health.UP:
                self.values.rows[tag.index] = _reading(row.value, now_s, row.source_s)

    def record(self, event: e.Event, *, person: str = "lineside", when: datetime | None = None) -> None:
        """Fold one event as if it had been journaled at `when`."""
        self._seq += 1
        stood = self.model.get(event.stream)
        instant = when or self._now
        self.model.fold(
            Recorded(
                event=event,
                opid=f"op-{self._seq}",
                seq=self._seq,
                person=person,
                at=instant,
                source_at=instant,
                version=(stood.version if stood else 0) + 1,
            )
        )

    def set(self, machine: str, signal: Signal, value: Scalar, *, name: str = "", since: datetime | None = None) -> Tag:
        """Give a machine's tag a good value, changed at `since`; `name` picks one of several with this signal."""
        tag = next(t for t in self.plant.tags if t.machine == machine and t.signal is signal and name in ("", t.name))
        now_s = self._now.timestamp()
        self.values.rows[tag.index] = _reading(value, now_s, since.timestamp() if since else now_s)
        return tag

    def state(self, machine: str, state: MachineState, since: datetime | None = None) -> None:
        """Put a machine into a PackML state."""
        self.set(machine, Signal.STATE, float(state), since=since)

    def lose(self, controller: str, since: datetime, reason: str = "no answer") -> None:
        """Nothing is heard from a controller since then."""
        lost_s = since.timestamp()
        for tag in self.plant.tags:
            row = self.values.rows.get(tag.index)
            if tag.controller == controller and row is not None:
                self.values.rows[tag.index] = Reading(
                    value=row.value, quality=Quality.LOST, source_s=lost_s, received_s=lost_s, alive_s=lost_s
                )
        known = self.status.controllers[controller]
        lost = ControllerStatus(
            id=controller,
            name=known.name,
            protocol=known.protocol,
            health=Health.DOWN,
            since=since,
            last_data_at=since,
            reason=reason,
            reconnects=2,
            samples=known.samples,
        )
        self.status = replace(self.status, controllers={**self.status.controllers, controller: lost})

    def join(self, status: SharedStatus | None = None) -> None:
        """This station has joined a plant, whose shared store stands so; without a word it is up and all is shared."""
        up = SharedStatus(joined=True, health=Health.UP, since=at("21:40"), synced_at=self._now)
        self.status = replace(self.status, shared=status or up)

    def leave_alone(self, since: datetime, *streams: str) -> None:
        """The shared store is away since then, and steps of these aggregates are only stored here."""
        self.only_here |= set(streams)
        self.join(
            SharedStatus(
                joined=True,
                health=Health.DOWN,
                since=since,
                reason="The shared store gives no answer.",
                waiting=len(self.only_here),
                oldest_at=since if streams else None,
                synced_at=since,
            )
        )

    def refuse(
        self,
        kind: str,
        stream: str,
        *,
        person: str,
        reason: str = "",
        payload: str = "{}",
        when: datetime | None = None,
    ) -> str:
        """The plant's log did not take a step; returns the ref of the refusal."""
        self._seq += 1
        row = StepRefused(
            id=f"op-{self._seq}",
            version=1,
            kind=kind,
            stream=stream,
            person=person,
            station="desk-2",
            at=when or self._now,
            reason=reason or "Somebody was first. What stands is Ana Brandt at desk-1, 02:11:02: hold released.",
            payload=payload,
        )
        self.model.put(f"refusal/{row.id}", row)
        self.model.seq = self._seq
        return f"refusal/{row.id}"

    def _run_all(self) -> None:
        """Every machine produces at a little under nominal."""
        for machine in self.plant.machines.values():
            self.state(machine.id, MachineState.EXECUTE, at("22:06"))
            rate = machine.nominal_rate * (0.955 + 0.008 * (machine.position % 4))
            plain: dict[Signal, Scalar] = {
                Signal.MODE: 1.0,
                Signal.RATE: float(round(rate)),
                Signal.NOMINAL_RATE: machine.nominal_rate,
                Signal.PRODUCED: 31_240.0 / machine.bundle,
                Signal.CONSUMED: 31_290.0 / machine.bundle,
                Signal.REJECTED: 50.0,
                Signal.STOP_REASON: 0.0,
                Signal.STOP_TEXT: "",
                Signal.BLOCKED: 0.0,
                Signal.STARVED: 0.0,
                Signal.LOT: "4480-A",
                Signal.ORDER: "",
                Signal.UNIT_SERIAL: 22_357.0,
                Signal.MATERIAL: 62.0,
                Signal.BUFFER: 44.0,
                Signal.HEARTBEAT: 1.0,
            }
            for signal, value in plain.items():
                self.set(machine.id, signal, value)
            for tag in self.plant.tags_of(machine.id):
                if tag.signal is Signal.PROCESS and tag.low is not None and tag.high is not None:
                    self.set(machine.id, Signal.PROCESS, (tag.low + tag.high) / 2, name=tag.name)


def _reading(value: Scalar, now_s: float, source_s: float) -> Reading:
    return Reading(value=value, quality=Quality.GOOD, source_s=source_s, received_s=source_s, alive_s=now_s)


def _all_well(plant: Plant) -> StationStatus:
    up = PartStatus(health=Health.UP, since=at("21:40"), last_at=NOW)
    return StationStatus(
        controllers={
            c.id: ControllerStatus(
                id=c.id,
                name=c.name,
                protocol=c.protocol,
                health=Health.UP,
                since=at("21:40"),
                last_data_at=NOW,
                samples=184_233,
                secure=c.protocol == "opcua",
            )
            for c in plant.controllers.values()
        },
        acquisition=up,
        store=up,
        erp=up,
    )


# --- the night of the pictures --------------------------------------------------------------------------------------


def night_desk() -> FakeDesk:
    """The plant at 02:14:31, as in overview-day.png and cases-day.png."""
    desk = FakeDesk()
    desk.reference = night_reference()
    _count_orders(desk)
    _stop_line_2(desk)
    _quiet_line_3(desk)
    _open_cases(desk)
    _place_hold(desk)
    _move_order(desk)
    _queue_postings(desk)
    _check_quality(desk)
    desk.alarms = _alarms()
    desk.lose("C-L3-4", at("02:14:07"), "10.20.3.14:502 no answer")
    return desk


def _order(number: str, product: str, name: str, line: str, quantity: int, start: str, due: str) -> ProductionOrder:
    due_at = at(due)
    return ProductionOrder(
        number=number,
        product=product,
        product_name=name,
        line=line,
        quantity=Decimal(quantity),
        unit="bottles",
        due_at=due_at,
        start_at=at(start),
        state="running" if number in ("WO-10482", "WO-10479", "WO-10491") else "planned",
        good=Decimal(0),
        scrap=Decimal(0),
    )


def night_reference() -> Reference:
    """The ERP's orders, products, lots and customers of that night."""
    orders = (
        _order("WO-10482", "W-050", "Still water 0.5 l", "L1", 48_000, "20:05", "06:00"),
        _order("WO-10483", "W-050", "Still water 0.5 l", "L1", 24_000, "06:00", "09:00"),
        _order("WO-10479", "L-033", "Lemon 0.33 l", "L2", 36_000, "01:10", "03:10"),
        _order("WO-10480", "L-033", "Lemon 0.33 l", "L2", 18_000, "05:30", "07:00"),
        _order("WO-10491", "A-100", "Apple 1.0 l", "L3", 20_000, "22:00", "10:15"),
        _order("WO-10492", "A-100", "Apple 1.0 l", "L3", 12_000, "10:15", "12:00"),
    )
    products = {o.product: Product(code=o.product, name=o.product_name, unit="bottles") for o in orders}
    lots = ("4480-A", "W-050"), ("4471-B", "L-033"), ("4471-C", "L-033"), ("4466-A", "A-100")
    return Reference(
        as_of=at("02:13:50"),
        products=products,
        orders={o.number: o for o in orders},
        lots={
            n: Lot(number=n, product=p, quantity=Decimal(6000), unit="bottles", status="free", location="dock 2")
            for n, p in lots
        },
        demand=tuple(
            CustomerOrderLine(
                number=number,
                customer=customer,
                product="L-033",
                quantity=Decimal(quantity),
                unit="bottles",
                due_at=at(due),
                order="WO-10479",
            )
            for number, customer, quantity, due in (
                ("SO-7001", "Nordmarkt", 7_200, "06:15"),
                ("SO-7002", "Kiosk AG", 2_400, "07:00"),
                ("SO-7003", "Seehof Hotels", 1_200, "08:30"),
            )
        ),
    )


def _count_orders(desk: FakeDesk) -> None:
    for order, line, lot, good, scrap, start in (
        ("WO-10482", "L1", "4480-A", 31_240, 96, "22:05"),
        ("WO-10479", "L2", "4471-B", 17_990, 74, "01:10"),
        ("WO-10479", "L2", "4471-C", 812, 9, "02:05"),
        ("WO-10491", "L3", "4466-A", 7_420, 61, "22:05"),
    ):
        event = e.CountRecorded(
            order=order,
            line=line,
            machine=f"{line}.case_packer",
            lot=lot,
            good=Decimal(good),
            scrap=Decimal(scrap),
            counter=float(good),
            from_at=at(start),
            to_at=at("02:14:20"),
            serial=good + scrap,
        )
        desk.record(event, when=at("02:14:20"))


def _stop_line_2(desk: FakeDesk) -> None:
    aborted = at("02:11:43.218")
    for kind, state, rate, since in (
        ("filler", MachineState.ABORTED, 0.0, aborted),
        ("depalletiser", MachineState.SUSPENDED, 0.0, at("02:11:43")),
        ("capper", MachineState.SUSPENDED, 0.0, at("02:12:00")),
        ("labeller", MachineState.EXECUTE, 426.0, at("02:08:11")),
    ):
        desk.state(f"L2.{kind}", state, since)
        stood = np.full(30_000, float(MachineState.EXECUTE))
        stood[-max(1, int((NOW - since).total_seconds())) :] = float(state)
        desk.values.series[desk.set(f"L2.{kind}", Signal.STATE, float(state), since=since).index] = stood
        tag = desk.set(f"L2.{kind}", Signal.RATE, rate, since=since)
        desk.values.series[tag.index] = _falling(600.0, rate, (NOW - since).total_seconds())
    desk.set("L2.depalletiser", Signal.BLOCKED, 1.0)
    desk.set("L2.capper", Signal.STARVED, 1.0)
    desk.set("L2.filler", Signal.STOP_REASON, 3117.0)
    desk.set("L2.filler", Signal.STOP_TEXT, "Torque limit valve block 3")
    desk.set("L2.filler", Signal.BUFFER, 100.0)
    desk.set("L2.capper", Signal.BUFFER, 3.0)
    for kind in ("filler", "capper", "labeller", "case_packer"):
        desk.set(f"L2.{kind}", Signal.LOT, "4471-C" if kind != "case_packer" else "4471-B")


def _falling(before: float, now: float, seconds: float) -> Floats:
    noise = np.random.default_rng(int(seconds)).normal(0, 4, 900)
    series = before * 0.97 + noise
    series[-max(1, int(seconds)) :] = now + (noise[-max(1, int(seconds)) :] if now else 0)
    return series


def _quiet_line_3(desk: FakeDesk) -> None:
    desk.state("L3.palletiser", MachineState.IDLE, at("02:14:09"))
    desk.set("L3.palletiser", Signal.RATE, 0.0)
    desk.set("L3.palletiser", Signal.STOP_TEXT, "waiting pallet")
    desk.set("L3.labeller", Signal.MATERIAL, 7.0)


def opened(
    desk: FakeDesk,
    case_id: str,
    *,
    kind: str,
    priority: int,
    title: str,
    when: datetime,
    machine: str | None = None,
    first_out: str = "",
    function: Function = Function.PRODUCTION,
    people: tuple[str, ...] = (),
    accepted_by: str = "",
    promised: datetime | None = None,
    capsule: Capsule | None = None,
    order: str = "",
) -> None:
    """Open a case with one primary task, accepted or on offer."""
    found = desk.plant.machines.get(machine or "")
    event = e.CaseOpened(
        case_id=case_id,
        kind=kind,
        priority=priority,
        title=title,
        occurrence=f"occ-{case_id}",
        happened_at=when,
        first_out=first_out,
        machine=machine,
        line=found.line if found else None,
        controller=found.controller if found else None,
        order=order,
        rule=f"{kind}/{found.kind if found else 'plant'}",
        rule_version=7,
        capsule=capsule,
        people=("silva", "kaya"),
        accountable="okafor",
    )
    desk.record(event, when=when)
    task = f"{case_id}-1"
    desk.record(
        e.TaskOffered(
            case_id=case_id,
            task_id=task,
            function=function,
            people=people or (accepted_by,),
            accept_by=NOW + timedelta(seconds=72),
            why=e.Why(route=kind, version=7, shift="night"),
            primary=True,
        ),
        when=when,
    )
    if accepted_by:
        later = when + timedelta(seconds=40)
        desk.record(e.CaseAcknowledged(case_id=case_id), person=accepted_by, when=later)
        desk.record(e.TaskAccepted(case_id=case_id, task_id=task, by=accepted_by), person=accepted_by, when=later)
    if promised is not None:
        made = e.PromiseMade(case_id=case_id, task_id=task, promised_at=promised)
        desk.record(made, person=accepted_by, when=when + timedelta(seconds=80))


def _open_cases(desk: FakeDesk) -> None:
    opened(
        desk,
        "c1",
        kind="breakdown",
        priority=1,
        title="L2 Filler aborted",
        first_out="Torque limit valve block 3",
        when=at("02:11:43.218"),
        machine="L2.filler",
        function=Function.MAINTENANCE,
        accepted_by="weiss",
        promised=at("02:22"),
        capsule=night_capsule(),
        order="WO-10479",
    )
    _tell_breakdown(desk)
    _open_smaller_cases(desk)


def _tell_breakdown(desk: FakeDesk) -> None:
    """The rest of the breakdown's story: other functions, folded alarms, what it endangers, what was said."""
    for number, function, person, took in (
        ("2", Function.PLANNING, "novak", True),
        ("3", Function.CUSTOMER_SERVICE, "roth", False),
    ):
        task = f"c1-{number}"
        offer = e.TaskOffered(
            case_id="c1",
            task_id=task,
            function=function,
            people=(person,),
            accept_by=NOW + timedelta(seconds=40),
            why=e.Why(route="breakdown", version=7, shift="night"),
        )
        desk.record(offer, when=at("02:11:43.6"))
        if took:
            desk.record(e.TaskAccepted(case_id="c1", task_id=task, by=person), person=person, when=at("02:12:30"))
    folded = e.MemberAdded(
        case_id="c1",
        occurrence="occ-c1-alarms",
        kind="alarm_burst",
        text="Valve block 3 follow-up alarms",
        happened_at=at("02:11:44"),
        machine="L2.filler",
        count=13,
    )
    desk.record(folded, when=at("02:11:44"))
    impacts = (
        e.Impact(subject="WO-10479", at=at("02:40"), text="late: due 03:10, slack gone in 26 min"),
        e.Impact(subject="SO-7001", at=at("03:10"), text="truck 06:15 · 8 pallets short", customer="Nordmarkt"),
        e.Impact(subject="SO-7002", at=at("03:40"), text="truck 07:00 · short", customer="Kiosk AG"),
    )
    desk.record(e.ImpactAssessed(case_id="c1", impacts=impacts), when=at("02:11:44"))
    desk.record(e.NoteAdded(case_id="c1", text="smells of hot rubber at block 3"), person="silva", when=at("02:14:05"))


def _open_smaller_cases(desk: FakeDesk) -> None:
    opened(
        desk,
        "c2",
        kind="rate_loss",
        priority=2,
        title="L2 Labeller slow: 71 % of nominal",
        when=at("02:08:11"),
        machine="L2.labeller",
        first_out="label web tension",
        accepted_by="silva",
    )
    opened(
        desk,
        "c3",
        kind="material_low",
        priority=3,
        title="L3 Labeller labels low: 41 min left",
        when=at("02:11:29"),
        machine="L3.labeller",
        function=Function.MATERIALS,
        people=("berger",),
    )
    opened(
        desk,
        "c4",
        kind="posting_rejected",
        priority=3,
        title="WO-10483 refused by the ERP",
        first_out="Lot 4466 is not open",
        when=at("02:04:47"),
        function=Function.PLANNING,
        accepted_by="novak",
    )
    opened(
        desk,
        "c5",
        kind="reject_drift",
        priority=3,
        title="L1 Capper reject rate 0.9 → 2.1 %",
        when=at("02:02:01"),
        machine="L1.capper",
        first_out="capper head 7",
        accepted_by="silva",
    )
    opened(
        desk,
        "c6",
        kind="controller_lost",
        priority=4,
        title="L3 Labeller controller lost",
        when=at("02:14:07"),
        machine="L3.labeller",
        function=Function.IT,
        people=("hoff",),
    )
    opened(
        desk,
        "c7",
        kind="operator_report",
        priority=2,
        title="Quality doubt: L2 Case packer",
        first_out="Two checks under 325 ml",
        when=at("02:03:26"),
        machine="L2.case_packer",
        function=Function.QUALITY,
        accepted_by="brandt",
    )
    opened(
        desk,
        "c0",
        kind="unplanned_stop",
        priority=2,
        title="L1 Labeller stopped",
        when=at("00:42:10"),
        machine="L1.labeller",
        accepted_by="kaya",
    )
    desk.record(
        e.CaseResolved(case_id="c0", cause="Label web tore", fix="Spliced, tension reset"),
        person="kaya",
        when=at("00:49:30"),
    )


def night_capsule() -> Capsule:
    """The frozen moment of the filler's abort: rate, torque and bowl pressure, −120 … +30 s."""
    seconds = np.arange(-120.0, 30.5, 0.5)
    before = seconds < 0
    noise = np.random.default_rng(7).normal(0, 1, seconds.size)
    torque = np.where(before, 27 + noise * 0.7 + np.clip(seconds + 37, 0, None) * 0.38, 1 + abs(noise) * 0.2)
    rate = np.where(before, 583 + noise * 3, 0.0)
    bowl = np.where(before, 3.1 + noise * 0.02, 2.9 + np.clip(seconds, 0, 30) * 0.02)

    def trace(tag: str, name: str, unit: str, low: float, high: float, values: Floats) -> Trace:
        return Trace(
            tag=f"L2.filler.{tag}",
            name=name,
            unit=unit,
            low=low,
            high=high,
            at_s=tuple(seconds.tolist()),
            values=tuple(values.tolist()),
        )

    return Capsule(
        at=at("02:11:43.218"),
        traces=(
            trace("speed", "Speed", "bottles/min", 552, 624, rate),
            trace("torque_valve_block_3", "Torque valve block 3", "Nm", 20, 35, torque),
            trace("bowl_pressure", "Bowl pressure", "bar", 2.8, 3.4, bowl),
        ),
        state="Aborted",
        mode="Produce",
        order="WO-10479",
        lot="4471-C",
        counters={"produced": 18_802.0, "rejected": 83.0},
    )


def _place_hold(desk: FakeDesk) -> None:
    units = (
        e.HeldUnits(lot="4471-B", product="L-033", quantity=Decimal(812), first=21_206, last=22_017),
        e.HeldUnits(lot="4471-C", product="L-033", quantity=Decimal(340), first=22_018, last=22_357),
    )
    desk.record(
        e.HoldPlaced(
            hold_id="h1",
            units=units,
            reason_code="underfill",
            reason="Two checks under 325 ml at 01:56 and 02:04",
            case_id="c7",
            machine="L2.case_packer",
            line="L2",
            from_at=at("01:38"),
            to_at=at("02:11:43"),
        ),
        person="brandt",
        when=at("02:05"),
    )
    desk.record(e.HoldReviewStarted(hold_id="h1", note="retained samples"), person="brandt", when=at("02:07"))


def _move_order(desk: FakeDesk) -> None:
    proposed = e.AssignmentProposed(
        assignment_id="a1",
        subject=e.Subject.ORDER,
        subject_id="WO-10480",
        from_line="L2",
        to_line="L1",
        reason="L2 is down",
        breaks=("WO-10483 ends 37 min later.",),
        case_id="c1",
    )
    desk.record(proposed, person="novak", when=at("02:13:40"))
    offered = e.AssignmentOffered(assignment_id="a1", people=("okafor",), accept_by=NOW + timedelta(minutes=3))
    desk.record(offered, when=at("02:13:40"))


def _queue_postings(desk: FakeDesk) -> None:
    for key, subject, sent, words in (
        ("p1", "WO-10482 · 6,000 bottles", True, ""),
        ("p2", "WO-10483 · 480 bottles", True, "Lot 4466 is not open"),
        ("p3", "lot 4471-B on hold", False, ""),
    ):
        desk.record(
            e.PostingQueued(
                key=key,
                command_kind="confirm_production" if key != "p3" else "set_lot_status",
                command={},
                lane=f"order/{subject[:8]}",
                subject=subject,
                cause="",
                occurred_at=at("02:02"),
            ),
            when=at("02:03"),
        )
        if sent:
            desk.record(e.PostingSent(key=key, attempt=1), when=at("02:03:40"))
        if words:
            desk.record(e.PostingRejected(key=key, words=words, code="422"), when=at("02:04:47"))
        elif sent:
            desk.record(e.PostingConfirmed(key=key, refs={"doc": "MB-1001"}), when=at("02:03:50"))


def _check_quality(desk: FakeDesk) -> None:
    for number, clock, value in (("1", "01:38", 331), ("2", "01:56", 324), ("3", "02:04", 323)):
        event = e.QualityCheckRecorded(
            check_id=f"q{number}",
            machine="L2.filler",
            lot="4471-B",
            characteristic="fill volume",
            value=Decimal(value),
            unit="ml",
            passed=value >= 325,
            serial=20_000 + 1_000 * int(number),
        )
        desk.record(event, person="amsel", when=at(clock))


def _alarms() -> tuple[Alarm, ...]:
    rows = (
        ("FIL-3117", "Torque limit valve block 3", 900, AlarmState.UNACKNOWLEDGED, "02:11:43", "L2.filler"),
        (
            "FIL-3120",
            "Valve block 3 not in position",
            700,
            AlarmState.UNACKNOWLEDGED,
            "02:11:44",
            "L2.filler",
        ),
        ("FIL-2201", "Bowl level low", 500, AlarmState.ACKNOWLEDGED, "02:11:51", "L2.filler"),
        ("LAB-0410", "Label web tension low", 600, AlarmState.ACKNOWLEDGED, "02:08:11", "L2.labeller"),
    )
    return tuple(
        Alarm(
            key=f"C-L2/{code}",
            controller="C-L2",
            machine=machine,
            code=code,
            message=message,
            severity=severity,
            state=state,
            raised_at=at(clock),
            changed_at=at(clock),
            event_id=f"e{code}",
        )
        for code, message, severity, state, clock, machine in rows
    )
