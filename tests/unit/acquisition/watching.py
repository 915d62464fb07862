"""Feeding detectors in tests: rows of samples, alarms and links on one line of time, with ticks between them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.acquisition.acquisition import machine_detectors, rules_of
from app.acquisition.detectors.alarms import AlarmsDetector
from app.acquisition.detectors.base import Rules
from app.acquisition.detectors.controllers import ControllerDetector
from app.acquisition.machine import MachineNow
from app.domain.finding import Finding
from app.domain.plant import Plant, Signal
from app.domain.reading import Quality
from app.ports import AlarmEvent, Link, LinkState
from tests.plants import rule, small_plant

T0 = 1_790_000_000.0
TICK_S = 0.25
MACHINE = "L1.filler"


@dataclass(frozen=True)
class S:
    """A sample, `at` seconds after T0 by the controller; `late` is how much later it is received."""

    at: float
    signal: Signal
    value: float | str
    quality: Quality = Quality.GOOD
    late: float = 0.0


@dataclass(frozen=True)
class Alarm:
    """An alarm that becomes active. `recorded` seconds after T0 make it a replayed one."""

    at: float
    event_id: str
    recorded: float | None = None
    active: bool = True


@dataclass(frozen=True)
class Linked:
    """A change of the connection. `last` seconds after T0 was the last word heard; None for never."""

    at: float
    link: Link
    last: float | None = None
    since: float | None = None


Row = S | Alarm | Linked


@dataclass(frozen=True)
class Case:
    """Rows that raise a kind `raises` times (findings that open) and clear it `clears` times by `until`."""

    name: str
    kind: str
    rows: Sequence[Row]
    raises: int
    first_out: str = ""
    clears: int = 0
    members: int = 0
    until: float = 200.0
    parameters: dict[str, float] = field(default_factory=dict)
    since: float | None = None
    """When the first finding says that it began, seconds after T0 by the controller."""


class Watcher:
    """The detectors of one machine and its controller, as the acquisition has them."""

    def __init__(self, plant: Plant) -> None:
        self.plant = plant
        machine = plant.machines[MACHINE]
        self.now = MachineNow(machine, "urn:L1")
        rules: Rules = rules_of(plant, MACHINE)
        self.detectors = machine_detectors(self.now, rules, plant)
        self.alarms = AlarmsDetector(machine, "urn:L1", rules)
        self.link = ControllerDetector(plant.controllers["C-L1"], plant.controller_machines("C-L1"), rules)
        self.found: list[Finding] = []

    def feed(self, row: Row) -> None:
        if isinstance(row, S):
            self._sample(row)
        elif isinstance(row, Alarm):
            self.found += self.alarms.alarm(alarm_event(row))
        else:
            self.found += self.link.link(link_state(row), T0 + row.at)

    def _sample(self, row: S) -> None:
        tag = self.plant.tag(MACHINE, row.signal)
        assert tag is not None
        text = row.value if isinstance(row.value, str) else None
        value = math.nan if isinstance(row.value, str) else row.value
        if self.now.take(tag, value, text, row.quality, T0 + row.at):
            for detector in self.detectors:
                self.found += detector.sample(tag, value, T0 + row.at, T0 + row.at + row.late)

    def tick(self, at: float) -> None:
        for detector in (*self.detectors, self.alarms, self.link):
            self.found += detector.tick(T0 + at)

    def run(self, rows: Sequence[Row], until: float) -> list[Finding]:
        """Feed the rows in order, ticking four times a second until `until`."""
        at = 0.0
        for row in rows:
            arrives = row.at + (row.late if isinstance(row, S) else 0.0)
            while at < arrives:
                self.tick(at)
                at += TICK_S
            self.feed(row)
        while at <= until:
            self.tick(at)
            at += TICK_S
        return self.found


def alarm_event(row: Alarm) -> AlarmEvent:
    recorded = "" if row.recorded is None else _iso(T0 + row.recorded)
    return AlarmEvent(
        controller="C-L1",
        machine=MACHINE,
        key=f"condition-{row.event_id}",
        event_id=row.event_id,
        code=f"A{row.event_id}",
        message=f"Alarm {row.event_id}",
        severity=500,
        active=row.active,
        acknowledged=False,
        source_s=T0 + row.at,
        received_s=T0 + row.at + 0.1,
        recorded_at=recorded,
        replayed=row.recorded is not None,
    )


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat()


def link_state(row: Linked) -> LinkState:
    return LinkState(
        controller="C-L1",
        link=row.link,
        since_s=T0 + (row.at if row.since is None else row.since),
        last_data_s=0.0 if row.last is None else T0 + row.last,
        reason="cable",
    )


def watched(case: Case) -> list[Finding]:
    """What the case's rows make detectors say of its kind."""
    plant = small_plant(rules=(rule(case.kind, **case.parameters),))
    return [f for f in Watcher(plant).run(case.rows, case.until) if f.kind == case.kind]
