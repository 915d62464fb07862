"""A station's core in a process of its own, to be killed: a real bus and journal that say what they acknowledged."""

import asyncio
import itertools
import random
import resource
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from app.bus import Bus
from app.clock import SystemClock, TimeOrderedIds
from app.domain import commands as c
from app.domain.errors import StoreError
from app.services.tables import COMMAND_HANDLERS, EVENT_HANDLERS
from app.store.rebuild import rebuild
from app.store.sqlite import SqliteJournal
from tests.plants import small_plant

PLANT = small_plant()
SILVA = PLANT.people["silva"]
SENDERS = 4


async def on_a_thread(call: Callable[[], None]) -> None:
    """As the core does it: the loop goes on while the disk writes."""
    await asyncio.get_running_loop().run_in_executor(None, call)


def station(folder: Path) -> Bus:
    """A bus that goes on with the folder's journal."""
    journal = SqliteJournal(folder)
    return Bus(
        plant=PLANT,
        model=rebuild(journal.read())[0],
        journal=journal,
        clock=SystemClock(),
        ids=TimeOrderedIds(),
        station="desk-1",
        commands=COMMAND_HANDLERS,
        reactions=EVENT_HANDLERS,
        blocking=on_a_thread,
    )


def report(number: int) -> c.ReportException:
    """A command of several events: a case and its offer, all or none."""
    return c.ReportException(what="1", text=f"report {number} " + "x" * 300, machine="L1.filler")


def work(folder: str, acknowledged: Connection, seed: int) -> None:
    """Send commands for ever; every acknowledged operation goes down the pipe."""
    asyncio.run(_work(Path(folder), acknowledged, random.Random(seed)))


async def _work(folder: Path, acknowledged: Connection, chance: random.Random) -> None:
    bus = station(folder)

    async def send() -> None:
        for number in itertools.count():
            stored = await bus.send(report(number), SILVA)
            acknowledged.send_bytes(",".join(stored.opids).encode())
            if chance.random() < 0.2:
                await asyncio.sleep(chance.random() / 100)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bus.run())
        for _ in range(SENDERS):
            tasks.create_task(send())


def fill(folder: str, acknowledged: Connection, spare: int) -> None:
    """Work until no file may grow any more, be refused, then work on with room again."""
    asyncio.run(_fill(Path(folder), acknowledged, spare))


async def _fill(folder: Path, acknowledged: Connection, spare: int) -> None:
    bus = station(folder)
    running = asyncio.create_task(bus.run())
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (spare, hard))
    refused = 0
    for number in itertools.count():
        try:
            stored = await bus.send(report(number), SILVA)
        except StoreError:
            refused += 1
            if refused == 3:
                resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        else:
            acknowledged.send_bytes(",".join(stored.opids).encode())
            if refused >= 3:
                break
    acknowledged.send_bytes(b"done")
    running.cancel()
