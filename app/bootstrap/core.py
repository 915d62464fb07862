"""The core of a station: journal, bus, clocks, ERP and the acquisition's words, on one asyncio loop of its own.

Knows no screen: it tells a Listener, and takes commands by `submit` from any thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from app.acquisition.messages import Answered, Ended, Message, Pulse, TextChanged, UnitsTold
from app.bootstrap.alarm_list import AlarmList
from app.bootstrap.closing import close_all
from app.bootstrap.control_side import ControlSide
from app.bootstrap.erp_side import ErpSide
from app.bootstrap.export_side import ExportSide
from app.bootstrap.gaps import Gaps
from app.bootstrap.health import Station
from app.bootstrap.held_counts import HeldCounts
from app.bootstrap.inbox import Inbox
from app.bootstrap.listener import Listener
from app.bootstrap.looking import keep_looking
from app.bootstrap.parts import Parts, history_side, plant_side, plantwide
from app.bus import Bus, Stored
from app.domain.commands import Command, RecordCount, RecordRuns, RetryPosting
from app.domain.errors import KnownError, StoreError
from app.domain.events import Signature
from app.domain.signing import Prove, Sign
from app.domain.status import Health, SharedStatus
from app.ports import AlarmEvent, LinkState, Trend
from app.readmodel.model import Changes, last_counters
from app.services.clocks import due
from app.services.proposing import Proposer
from app.services.tables import COMMAND_HANDLERS, EVENT_HANDLERS
from app.store.rebuild import Quarantined

log = logging.getLogger("lineside.core")

T = TypeVar("T")

TICK_S = 1.0
ALARMS_EVERY_S = 0.25
RESTART_S = 1.0
PAST_S = 10.0
"""A picture of the past does not wait longer for the plant's history."""


class Core:
    """Make it on the loop that runs it. `run` until cancelled; `submit` from anywhere."""

    def __init__(self, parts: Parts, listener: Listener) -> None:
        self._parts = parts
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._plantwide = plantwide(parts)
        self.quarantined = self._plantwide.quarantined
        self.bus = Bus(
            plant=parts.plant,
            model=self._plantwide.model,
            journal=parts.store,
            clock=parts.clock,
            ids=parts.ids,
            station=parts.station,
            commands=COMMAND_HANDLERS,
            reactions=EVENT_HANDLERS,
            blocking=self._on_disk,
            merge=self._plantwide.merge,
            unreachable=self._plantwide.unreachable,
        )
        self.station = Station(parts.plant, parts.clock, listener.deliver_status)
        if parts.plant_file is not None:
            self.station.plant_file(parts.plant_file.status)
        self._plant_side = plant_side(parts, self.station)
        self._plantwide.join(self.bus, self._on_disk, self._shared_said, listener.deliver_presences)
        self._identity = self._plantwide.identity(parts.plant, parts.folder)
        self._counts = HeldCounts(self.bus, lambda: self._plantwide.dutiful)
        self._proposer = Proposer(parts.plant)
        self._gaps = Gaps()
        self.alarms = AlarmList()
        self.pulse: Pulse | None = None
        self.samples: dict[str, int] = {}
        self._alarms_changed = False
        self._inbox = Inbox(self.bus, self._store_said)
        self._erp = ErpSide(
            bus=self.bus,
            pending=lambda: self._plantwide.postings(self.bus),
            erp=parts.erp,
            clock=parts.clock,
            cache=parts.store,
            told=listener.deliver_reference,
            status=self.station.erp,
            period_s=parts.reference_period_s,
            on_disk=self._on_disk,
            dutiful=lambda: self._plantwide.dutiful,
        )
        self._acquirer = parts.acquirer(self._heard, self._acquisition_changed, lambda: last_counters(self.bus.model))
        self._history = history_side(parts, self.station)
        self._controls = ControlSide(
            plant=parts.plant,
            bus=self.bus,
            clock=parts.clock,
            station=parts.station,
            send=self._acquirer.send,
            put=self._inbox.put,
        )
        self._exports = ExportSide(bus=self.bus, folder=parts.folder, station=parts.station, on_disk=self._on_disk)
        self.bus.subscribe(listener.deliver)
        self.bus.subscribe(self._controls.changed)

    def _shared_said(self, status: SharedStatus) -> None:
        self.station.shared(status)
        if self._plant_side is not None:
            self._plant_side.heard(status.plant.plant_file)

    async def _on_disk(self, call: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._disk, call)

    async def run(self) -> None:
        """Tell what stands, then serve until cancelled; the journal is closed at the end."""
        self._tell_what_stands()
        self._controls.begin()
        try:
            async with asyncio.TaskGroup() as tasks:
                for name, work in self._works().items():
                    tasks.create_task(work, name=name)
        finally:
            history = {} if self._history is None else {"history": self._history.aclose}
            await close_all({"ERP": self._parts.erp.aclose, **history, "plant's log": self._plantwide.aclose})
            self._disk.shutdown(wait=True)
            self._parts.store.close()

    def _works(self) -> dict[str, Coroutine[Any, Any, None]]:
        """The bus is the core: it ends with it. The others are kept going, whatever fault of ours ends them."""
        history = {} if self._history is None else {"history": kept("history", self._history.run)}
        plant_files = {} if self._plant_side is None else {"plant file": kept("plant file", self._plant_side.run)}
        return {
            **history,
            **plant_files,
            "bus": self.bus.run(),
            "inbox": kept("inbox", self._inbox.run),
            "erp": kept("erp", self._erp.run),
            "acquisition": kept("acquisition", self._acquirer.run),
            "controls": kept("controls", self._controls.run),
            "exports": kept("exports", self._exports.run),
            "clocks": kept("clocks", self._ticking),
            "sync": kept("sync", self._plantwide.run),
            **({} if self._parts.place is None else {"looks": kept("looks", self._looking)}),
        }

    async def _looking(self) -> None:
        """At this machine, for the health page and for who measures."""
        place = self._parts.place
        if place is not None:
            await keep_looking(place, self.station.local)

    def _tell_what_stands(self) -> None:
        model = self.bus.model
        rows = {f"{kind}/{row.id}": row for kind in model.kinds() for row in model.every(kind)}
        unshared = self._plantwide.unshared() & rows.keys()
        self._listener.deliver(Changes(rows=rows, seq=model.seq, unshared=unshared))
        self._listener.deliver_reference(self.bus.reference)
        self.station.store(flaw=_said(self.quarantined))

    async def _ticking(self) -> None:
        """The clock's commands every second, and alarms to the screens a few times a second."""
        ticks = 0
        while True:
            await asyncio.sleep(ALARMS_EVERY_S)
            ticks += 1
            if self._alarms_changed:
                self._alarms_changed = False
                self._listener.deliver_alarms(self.alarms.rows())
            if ticks % round(TICK_S / ALARMS_EVERY_S) == 0 and not len(self._inbox):
                self._each_second()

    def _each_second(self) -> None:
        """What the clock asks for, by the one station that has the duty, or by each for itself."""
        for count in self._counts.due():
            self._inbox.put(count)
        if self._plantwide.dutiful:
            for command in due(self.bus.model, self._parts.plant, self._parts.clock.now()):
                self._inbox.put(command)
            for command in self._proposer.due(self.bus.model, self.bus.reference, self._parts.clock.now()):
                self._inbox.put(command)

    # --- what the parts say -------------------------------------------------------------------------------------------

    def _heard(self, message: Message) -> None:
        """A message of the acquisition, on this loop."""
        if isinstance(message, LinkState):
            self.station.link(message)
            gap = self._gaps.end(message)
            if gap is not None:
                self._inbox.put(gap)
        elif isinstance(message, UnitsTold):
            self.station.units(message.controller, message.units)
        elif isinstance(message, AlarmEvent):
            self._alarm(message)
        elif isinstance(message, TextChanged):
            self._listener.deliver_text(message.tag, message.text)
        elif isinstance(message, Pulse):
            self._pulse(message)
        elif isinstance(message, Answered):
            self._controls.heard(message)
        elif isinstance(message, Ended):
            log.warning("the acquisition ended: %s %s", message.reason, message.todo)
        elif isinstance(message, RecordCount):
            self._counts.put(message)
        elif isinstance(message, RecordRuns):
            if self._plantwide.dutiful:
                self._inbox.put(message)
        else:
            self._inbox.put(message)

    def _pulse(self, pulse: Pulse) -> None:
        self.pulse = pulse
        self.station.pulse(pulse.samples)
        if pulse.history is not None:
            self.station.history(pulse.history)

    def _alarm(self, event: AlarmEvent) -> None:
        self.alarms.take(event)
        self._alarms_changed = True
        if event.recorded_at:
            self.station.replay(event.recorded_at)

    def _acquisition_changed(self, alive: bool, restarts: int) -> None:
        if not alive:
            since = self.station.status.acquisition.last_at or self._parts.clock.now()
            self._gaps.begin(self.station.status.controllers.values(), since)
            self._controls.lost()
        self.station.acquisition(alive, restarts)

    def _store_said(self, reason: str) -> None:
        self.station.store(reason, _said(self.quarantined))

    # --- what people ask ----------------------------------------------------------------------------------------------

    def submit(self, command: Command, person_id: str) -> Future[Stored]:
        """A command of a person, from any thread. The future ends when it is on disk, or with the refusal."""
        return asyncio.run_coroutine_threadsafe(self.send(command, person_id), self._loop)

    @property
    def place(self) -> int:
        """How far of the plant's log is in the picture; 0 where none was joined."""
        merge = self._plantwide.merge
        return merge.place if merge is not None else 0

    def past(self, tag_id: str, from_s: float, to_s: float, columns: int) -> Trend | None:
        """A tag's trend from the plant's history, from any thread but this loop's: it waits. None where it can't be."""
        history = self._parts.history
        if history is None or self._loop.is_closed() or self.station.status.shared.health is not Health.UP:
            return None
        with contextlib.suppress(KnownError, TimeoutError, CancelledError):
            asking = asyncio.run_coroutine_threadsafe(history.trend(tag_id, from_s, to_s, columns), self._loop)
            return asking.result(PAST_S)
        return None

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """What a person looks at here, from any thread; an empty `ref`: nothing any more."""
        self._loop.call_soon_threadsafe(self._plantwide.attend, person, ref, editing)

    def ask(self, asked: Prove | Sign) -> Future[Signature | None]:
        """Show who one is, from any thread; the future ends with the signature asked for, or with the refusal."""
        return asyncio.run_coroutine_threadsafe(self.identify(asked), self._loop)

    async def identify(self, asked: Prove | Sign) -> Signature | None:
        """The same, on this loop."""
        if isinstance(asked, Sign):
            return await self._identity.sign(asked)
        await self._identity.prove(asked)
        return None

    async def send(self, command: Command, person_id: str) -> Stored:
        """The same, on this loop."""
        actor = self._parts.plant.people.get(person_id)
        if actor is None:
            raise KnownError("Nobody is signed in.", "Sign in first.")
        if isinstance(command, RetryPosting):
            self._erp.resume()
        try:
            stored = await self.bus.send(command, actor)
        except StoreError as error:
            self._store_said(str(error))
            raise
        self._store_said("")
        return stored


def _said(bad: tuple[Quarantined, ...]) -> str:
    """What to say at the start of operations that could not be read; empty for none."""
    if not bad:
        return ""
    return f"{len(bad)} operations can't be read, the first is {bad[0].seq}: run `lineside verify`"


async def kept(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run `work` until cancelled; a fault of ours is logged with its trace, and it is begun again after a second."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s ended by a fault of its own; it is begun again", name)
        await asyncio.sleep(RESTART_S)


async def run_core(parts: Parts, listener: Listener, started: Callable[[Core], None]) -> None:
    """Make a core on this loop, hand it out, and run it until cancelled."""
    core = Core(parts, listener)
    started(core)
    with contextlib.suppress(asyncio.CancelledError):
        await core.run()
