"""The value lane: drivers' samples to the board, the detectors and the recent past; findings and counts to the core.

Runs on one loop, in its own process or in a test's. Knows drivers only as a factory and the core only as `emit`.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from app.acquisition.board import BoardWriter
from app.acquisition.context import AFTER_S, BEFORE_S, RecentSamples, chosen, frozen, traces
from app.acquisition.control import ControlLane
from app.acquisition.counts import LineCounts
from app.acquisition.detectors.alarms import AlarmsDetector, alarm_time_s
from app.acquisition.detectors.base import MachineDetector, Rules, instant
from app.acquisition.detectors.controllers import ControllerDetector
from app.acquisition.detectors.material import MaterialDetector
from app.acquisition.detectors.rate import RateDetector
from app.acquisition.detectors.rejects import RejectsDetector
from app.acquisition.detectors.stops import StopsDetector
from app.acquisition.history.spool import Spool
from app.acquisition.history.state import HistoryState
from app.acquisition.machine import MachineNow
from app.acquisition.messages import Ended, Message, TextChanged, UnitsTold
from app.acquisition.runs import DEMO_PACE, FOLLOWED, Pace, RunMeter
from app.domain.commands import CompleteCapsule, RecordFinding, RecordGap
from app.domain.errors import KnownError
from app.domain.finding import Capsule, Finding, Phase
from app.domain.plant import Plant, Signal, Tag
from app.ports import AlarmEvent, Driver, DriverFactory, Link, LinkState, Samples, UnitState

log = logging.getLogger("lineside.acquisition")

TICK_S = 0.25
FLUSH_S = 1.0
"""How often history goes to disk: what a power cut may cost."""
COUNT_PERIOD_S = 60.0
GIVEN_UP = "History is given up until the next start, by a fault of Lineside's own; its log has it."
DETECTED = frozenset(Signal) - {Signal.PROCESS, Signal.HEARTBEAT, Signal.BUFFER}
"""Signals that a detector or a count looks at; the rest only go to the board and the recent past."""

Emit = Callable[[Message], None]


def machine_detectors(now: MachineNow, rules: Rules, plant: Plant) -> tuple[MachineDetector, ...]:
    """The detectors of one machine: the table that a new detector is added to."""
    return (
        StopsDetector(now, rules, plant.reasons),
        RateDetector(now, rules),
        RejectsDetector(now, rules),
        MaterialDetector(now, rules),
    )


class Acquisition:
    """The sink of every driver. `run` opens the drivers and serves until cancelled."""

    def __init__(
        self,
        plant: Plant,
        board: BoardWriter,
        emit: Emit,
        open_driver: DriverFactory,
        count_period_s: float = COUNT_PERIOD_S,
        counters: Mapping[str, float] | None = None,
        spool: Spool | None = None,
    ) -> None:
        self._plant = plant
        self._spool = spool
        self._given_up: HistoryState | None = None
        self._board = board
        self._emit = emit
        self._open_driver = open_driver
        self._recent = RecentSamples()
        self._machine_tags = {m: plant.tags_of(m) for m in plant.machines}
        self._machines = {m.id: MachineNow(m, self._identity(m.controller)) for m in plant.machines.values()}
        self._detectors = {m: machine_detectors(n, rules_of(plant, m), plant) for m, n in self._machines.items()}
        self._alarms = {
            m.id: AlarmsDetector(m, self._identity(m.controller), rules_of(plant, m.id))
            for m in plant.machines.values()
        }
        self._links = {c: self._controller_detector(c) for c in plant.controllers}
        totals = counters or {}
        self._counts = {
            line.id: LineCounts(line, self._machines, count_period_s, totals.get(line.output, math.nan))
            for line in plant.lines.values()
        }
        pace = DEMO_PACE if plant.demo else Pace()
        self._runs = {
            m: RunMeter(now, self._machines[plant.lines[now.machine.line].output], plant.tag(m, Signal.MATERIAL), pace)
            for m, now in self._machines.items()
        }
        self.control = ControlLane(plant, emit, lambda machine: self._machines[machine].state)
        self._line_of = {m.id: m.line for m in plant.machines.values()}
        self._pending: list[tuple[float, int, Finding]] = []
        self._pending_no = 0
        self._lost_since: dict[str, tuple[float, str]] = {}
        self._samples = dict.fromkeys(plant.controllers, 0)
        self._detected = np.array([tag.signal in DETECTED for tag in plant.tags], dtype=np.bool_)
        self._last_text: dict[int, str] = {}

    @property
    def samples_taken(self) -> Mapping[str, int]:
        """Samples so far, by controller."""
        return dict(self._samples)

    @property
    def history(self) -> HistoryState | None:
        """How history does; None where none is kept."""
        return self._spool.state if self._spool is not None else self._given_up

    def _identity(self, controller: str) -> str:
        found = self._plant.controllers[controller]
        return found.identity or found.id

    def _controller_detector(self, controller: str) -> ControllerDetector:
        found, machines = self._plant.controllers[controller], self._plant.controller_machines(controller)
        return ControllerDetector(found, machines, rules_of(self._plant, machines[0].id if machines else ""))

    async def run(self) -> None:
        """Open every driver and serve until cancelled. A controller that can't be opened is refused, not fatal."""
        async with asyncio.TaskGroup() as tasks:
            for controller in self._plant.controllers.values():
                driver = self._opened(controller.id)
                if driver is not None:
                    self.control.opened(driver)
                    tasks.create_task(driver.run(), name=f"driver {controller.id}")
            tasks.create_task(self._ticking(), name="acquisition ticks")
            tasks.create_task(self._spooling(), name="acquisition history")

    def _opened(self, controller: str) -> Driver | None:
        tags = [tag for tag in self._plant.tags if tag.controller == controller]
        try:
            return self._open_driver(self._plant.controllers[controller], tags, self)
        except KnownError as error:
            log.warning("%s is not opened: %s", controller, error)
            self.link(
                LinkState(
                    controller=controller, link=Link.REFUSED, since_s=time.time(), last_data_s=0.0, reason=str(error)
                )
            )
            return None

    async def _ticking(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self.tick(time.time())

    async def _spooling(self) -> None:
        """History to disk, on another thread. A bug in it costs the history of this run, never the acquisition."""
        while self._spool is not None:
            await asyncio.sleep(FLUSH_S)
            try:
                await asyncio.to_thread(self._spool.flush, time.time())
            except Exception:
                log.exception("history is given up until the next start")
                self._given_up = replace(self._spool.state, ok=False, reason=GIVEN_UP, since_s=time.time())
                self._spool = None

    # --- DriverSink ---------------------------------------------------------------------------------------------------

    def samples(self, batch: Samples) -> None:
        """A batch of one controller: board first, then every sample to the detectors."""
        self._board.write(batch)
        self._recent.keep(batch)
        if self._spool is not None:
            self._spool.take(batch)
        tags = self._plant.tags
        for place in np.flatnonzero(self._detected[batch.tags]).tolist():
            self._detect(tags[int(batch.tags[place])], batch, place)
        if len(batch):
            controller = tags[int(batch.tags[0])].controller
            self._samples[controller] += len(batch)
            self._board.count(controller, self._samples[controller])

    def _detect(self, tag: Tag, batch: Samples, place: int) -> None:
        value, text = float(batch.values[place]), batch.texts.get(place)
        source_s, received_s = float(batch.source_s[place]), batch.received_s
        now = self._machines[tag.machine]
        if text is not None and self._last_text.get(tag.index) != text:
            self._last_text[tag.index] = text
            self._emit(TextChanged(tag=tag.index, text=text))
        if not now.take(tag, value, text, int(batch.qualities[place]), source_s):
            return
        for detector in self._detectors[tag.machine]:
            self._found(detector.sample(tag, value, source_s, received_s))
        for count in self._counts[self._line_of[tag.machine]].sample(tag, value, received_s):
            self._emit(count)
        if tag.signal in FOLLOWED:
            for runs in self._runs[tag.machine].sample(tag, value, source_s):
                self._emit(runs)

    def alarm(self, event: AlarmEvent) -> None:
        """An alarm or event of a controller."""
        self._emit(event)
        if event.recorded_at:
            for detector in self._alarms.values():
                self._found(detector.ended(alarm_time_s(event), event.received_s))
        if event.machine in self._alarms:
            self._found(self._alarms[event.machine].alarm(event))

    def alive(self, controller: str, at_s: float) -> None:
        """The controller was heard."""
        self._board.alive(controller, at_s)

    def link(self, state: LinkState) -> None:
        """A connection changed: board, screen, detector; and a gap record once it is back (I2)."""
        self._board.link(state.controller, state.link, state.since_s)
        self._emit(state)
        self.control.link(state)
        self._found(self._links[state.controller].link(state, time.time()))
        if state.link is not Link.UP:
            if state.last_data_s > 0:
                self._break_lines(state)
                self._lost_since.setdefault(state.controller, (state.last_data_s, state.reason))
        elif state.controller in self._lost_since:
            since, reason = self._lost_since.pop(state.controller)
            if self._spool is not None:
                self._spool.found(self._tags_of(state.controller), kept=state.kept)
            if not state.kept:
                self.loss(state.controller, since, state.since_s, reason)

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """How the units behind a connection stand."""
        self._emit(UnitsTold(controller=controller, units=tuple(states)))

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Values that nobody will ever see are recorded (I2)."""
        gap = RecordGap(controller=controller, from_at=instant(from_s), to_at=instant(to_s), reason=reason)
        self._emit(gap)

    def _break_lines(self, lost: LinkState) -> None:
        """History knows nothing of the controller's tags from its last word on."""
        if self._spool is not None:
            self._spool.lost(self._tags_of(lost.controller), lost.last_data_s)

    def _tags_of(self, controller: str) -> list[int]:
        return [tag.index for tag in self._plant.tags if tag.controller == controller]

    # --- time ---------------------------------------------------------------------------------------------------------

    def tick(self, now_s: float) -> None:
        """What only time brings: delays that ran out, periods, capsules that are complete."""
        for detectors in self._detectors.values():
            for detector in detectors:
                self._found(detector.tick(now_s))
        for link in self._links.values():
            self._found(link.tick(now_s))
        for alarms in self._alarms.values():
            self._found(alarms.tick(now_s))
        for counts in self._counts.values():
            for count in counts.tick(now_s):
                self._emit(count)
        while self._pending and self._pending[0][0] <= now_s:
            self._complete(heapq.heappop(self._pending)[2])

    def _found(self, findings: Iterable[Finding]) -> None:
        """Freeze the context of what was raised and say it."""
        for finding in findings:
            if finding.phase is Phase.RAISED and finding.machine is not None and not finding.replayed:
                now, tags = self._machines[finding.machine], self._machine_tags[finding.machine]
                capsule = frozen(now, self._recent, tags, finding.source_at, finding.received_at)
                finding = replace(finding, capsule=capsule)
                self._pending_no += 1
                due_s = finding.received_at.timestamp() + AFTER_S
                heapq.heappush(self._pending, (due_s, self._pending_no, finding))
            self._emit(RecordFinding(finding=finding))

    def _complete(self, finding: Finding) -> None:
        """The seconds after the event join its capsule."""
        if finding.machine is None or finding.capsule is None:
            return
        at_s, received_s = finding.source_at.timestamp(), finding.received_at.timestamp()
        tags = chosen(self._machine_tags[finding.machine])
        tail = traces(self._recent, tags, at_s, received_s - BEFORE_S, received_s + AFTER_S + TICK_S)
        shown = {t.tag: t.at_s[-1] for t in finding.capsule.traces}
        cut = ((t, _after(t.at_s, shown.get(t.tag, -math.inf))) for t in tail)
        after = tuple(replace(t, at_s=t.at_s[n:], values=t.values[n:]) for t, n in cut if n < len(t.at_s))
        capsule = Capsule(at=finding.capsule.at, traces=after)
        self._emit(CompleteCapsule(occurrence=finding.occurrence, capsule=capsule))


def _after(at_s: Sequence[float], shown: float) -> int:
    """The place of the first sample later than `shown`."""
    return next((place for place, at in enumerate(at_s) if at > shown), len(at_s))


def rules_of(plant: Plant, machine: str) -> Rules:
    """The plant's rules for one machine; a rule that names it counts before one for all."""
    fitting = [r for r in plant.rules if not r.machines or machine in r.machines]
    fitting.sort(key=lambda rule: bool(rule.machines))
    return Rules(site=plant.id, by_kind={rule.kind: rule for rule in fitting})


def said_safely(emit: Emit, error: KnownError) -> None:
    """Tell the core that the acquisition can't go on."""
    with contextlib.suppress(OSError, ValueError):
        emit(Ended(reason=error.message, todo=error.todo))


def controller_places(plant: Plant) -> tuple[str, ...]:
    """The controllers in the order that the board has them."""
    return tuple(plant.controllers)
