"""Stations of one plant over the memory twins, driven step by step: act, send up, take down, restart."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, TypeVar

from app.codec import encode
from app.domain.commands import Command
from app.domain.errors import KnownError, SharedDownError
from app.domain.people import SYSTEM
from app.readmodel.merge import Merge
from app.readmodel.model import Model
from app.store.memory import MemoryJournal
from app.store.memory_shared import MemoryPlant, MemorySharedLog
from app.store.rebuild import merged
from app.sync.exchange import Exchange
from tests.plants import PEOPLE, FakeClock, small_plant, small_reference
from tests.unit.services.floor import new_bus

T = TypeVar("T")


class Named:
    """Identifiers that tell their station, as long as real ones."""

    def __init__(self, station: str) -> None:
        self._station, self._last = station, 0

    def new(self) -> str:
        self._last += 1
        return f"{self._station}-{self._last:0{35 - len(self._station)}d}"


class Station:
    """A station's journal, bus and exchange. The session ends after `cut_in` more calls of the disk, which are done."""

    def __init__(self, name: str, plant: MemoryPlant, clock: FakeClock) -> None:
        self.name, self.clock = name, clock
        self.journal = MemoryJournal()
        self.log = MemorySharedLog(plant, name)
        self.told: list[KnownError] = []
        self.cut_in = 0
        self._ids = Named(name)
        self.start()

    def start(self) -> None:
        """As after a kill: what is not on disk is gone."""
        self.merge = merged(self.journal, self.journal.shared, self.name)
        self.bus = new_bus(
            small_plant(demo=True), self.journal, self.clock, model=self.merge.model, merge=self.merge,
            station=self.name, ids=self._ids, unreachable=lambda: "" if self.log.reachable else "the cable is cut.",
        )  # fmt: skip
        self.bus.reference = small_reference()
        self.exchange = Exchange(
            log=self.log, journal=self.journal, copy=self.journal.shared, on_disk=self._on_disk, absorb=self.bus.absorb,
            reset=self._reset,
        )  # fmt: skip
        self.begun = False

    async def _on_disk(self, call: Callable[[], T]) -> T:
        """A blocking call, run where it is."""
        found = call()
        self.cut_in -= 1
        if not self.cut_in:
            raise SharedDownError("Cut off.")
        return found

    async def _reset(self) -> None:
        await self.bus.reload(self._made)

    async def _made(self) -> Merge:
        self.merge = merged(self.journal, self.journal.shared, self.name)
        return self.merge

    @property
    def model(self) -> Model:
        return self.bus.model

    async def act(self, command: Command, person: str = "") -> None:
        """Send a command as its first waiter; a refusal is kept. What waits for the log is not waited for."""
        serving = asyncio.create_task(self.bus.run())
        sending = asyncio.create_task(self.bus.send(command, PEOPLE[person] if person else SYSTEM))
        for _ in range(8):
            await asyncio.sleep(0)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        if sending.done() and (error := sending.exception()) is not None:
            if not isinstance(error, KnownError):
                raise error
            self.told.append(error)
        elif not sending.done():
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def exchange_once(self) -> bool:
        """Both ways once, as far as the cable allows; whether anything moved."""
        try:
            head = await self.log.status()
            if not self.begun or head.place < self.exchange.place or head.timeline != self._timeline:
                await self.exchange.begin(head)
                self.begun, self._timeline = True, head.timeline
            sent = await self.exchange.up()
            return await self.exchange.down() or sent
        except SharedDownError:
            self.begun = False
            return self.log.reachable

    def digest(self) -> dict[str, Any]:
        """What the station shows."""
        return {
            f"{kind}/{row.id}": json.loads(encode(row)) for kind in self.model.kinds() for row in self.model.every(kind)
        }


async def settle(stations: list[Station]) -> None:
    """Everybody is reachable, and exchanges until nothing moves."""
    for station in stations:
        station.log.reachable, station.cut_in = True, 0
    for _ in range(1000):
        if not any([await station.exchange_once() for station in stations]):
            return
    raise AssertionError("it never came to rest")
