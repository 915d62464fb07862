"""The plant's duties are done by who was given them, or by each that is on its own; never on an old picture."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeVar

from app.domain import commands as c
from app.domain.operation import SharedOperation
from app.domain.status import Health, SharedStatus
from app.store.memory import MemoryJournal
from app.store.memory_shared import MemoryPlant, MemorySharedLog
from app.sync.exchange import Exchange
from app.sync.worker import Sync
from tests.plants import PEOPLE, FakeClock
from tests.unit.sync.plantwide import Station, settle

T = TypeVar("T")


async def in_place(call: Callable[[], T]) -> T:
    return call()


async def no_reset() -> None:
    raise AssertionError("nothing was lost")


def test_a_station_that_reads_what_it_missed_leaves_the_duties() -> None:
    async def scene() -> None:
        clock = FakeClock()
        plant = MemoryPlant(clock.now)
        plant.add_person(PEOPLE["silva"], "x")
        plant.add_station("a")
        plant.add_station("b")
        plant.prove("silva", "x", "a")
        writer = Station("a", plant, clock)
        await writer.act(c.ReportException(what="1", text="Smoke", machine="L1.filler"), "silva")
        await settle([writer])
        journal, log = MemoryJournal(), MemorySharedLog(plant, "b")
        while_reading: list[bool] = []
        heard = {health: asyncio.Event() for health in Health}

        async def absorb(batch: Sequence[SharedOperation]) -> None:
            while_reading.append(sync.dutiful)

        def told(status: SharedStatus) -> None:
            heard[status.health].set()

        exchange = Exchange(
            log=log, journal=journal, copy=journal.shared, on_disk=in_place, absorb=absorb, reset=no_reset
        )
        sync = Sync(log=log, exchange=exchange, clock=clock, waiting=lambda: (0, None), told=told)
        assert sync.dutiful
        running = asyncio.create_task(sync.run())
        async with asyncio.timeout(20):
            await heard[Health.UP].wait()
            assert while_reading == [False]
            assert sync.dutiful
            log.reachable = False
            await heard[Health.DOWN].wait()
        assert sync.dutiful
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(scene())
