"""A driver on a counting server behind a cable, and the oracle that hears everything the driver says."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.domain.plant import Controller, Tag
from app.ports import Link as LinkKind
from drivers.registry import open_driver
from tests.faults.network import Cable, cable
from tests.faults.oracle import Oracle
from tests.faults.servers import KINDS, Kind, Server

PATIENCE_S = 120.0
LOOK_S = 0.05


@dataclass(slots=True, kw_only=True)
class Link:
    """One of them. `detect_s`, `back_s`: how long each loss took to be seen, and each return to be fresh again."""

    kind: Kind
    number: int
    cable: Cable
    server: Server
    oracle: Oracle
    detect_s: list[float] = field(default_factory=list)
    back_s: list[float] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)

    async def seen_lost(self, since_s: float, within_s: float) -> bool:
        """Wait until the link is told as lost, and note how long it took from the last word on."""
        if not await happened(lambda: self.oracle.now is not LinkKind.UP, within_s):
            return False
        self.detect_s.append(max(0.0, self.oracle.states[-1].since_s - max(since_s, self.oracle.alive_s)))
        return True

    async def seen_fresh(self, since_s: float) -> None:
        """Wait until each tag has a value set after a moment; a link that never gives one is dead."""
        if await happened(lambda: self.oracle.fresh(since_s), PATIENCE_S):
            self.back_s.append(time.time() - since_s)
        else:
            self.dead.append(f"{self.kind.protocol} {self.number}: nothing for {PATIENCE_S:.0f} s")


async def happened(what: Callable[[], object], within_s: float) -> bool:
    """Wait for a condition; False if it does not come in time."""
    until_s = time.monotonic() + within_s
    while not what():
        if time.monotonic() > until_s:
            return False
        await asyncio.sleep(LOOK_S)
    return True


@asynccontextmanager
async def linked(protocol: str, number: int, *flags: str) -> AsyncIterator[Link]:
    """A link on which values flow, until the block ends; `flags` are the server's."""
    async with server_link(protocol, number, *flags) as link:
        controller = link.kind.controller(number, link.cable.host, link.cable.port)
        async with driving(controller, link.kind.tags(number), link.oracle):
            await link.seen_fresh(time.time())
            yield link
            link.oracle.look_for_silence(time.time())


@asynccontextmanager
async def server_link(protocol: str, number: int, *flags: str) -> AsyncIterator[Link]:
    """A link without its driver: the server runs."""
    kind = KINDS[protocol]
    async with cable(number) as laid:
        server = Server(kind=kind, number=number, cable=laid)
        await server.start(*flags)
        try:
            yield Link(kind=kind, number=number, cable=laid, server=server, oracle=kind.oracle(number))
        finally:
            await server.end()


@asynccontextmanager
async def driving(controller: Controller, tags: list[Tag], oracle: Oracle) -> AsyncIterator[None]:
    """Run the driver until the block ends. A driver never ends by itself: then its fault is raised."""
    task = asyncio.create_task(open_driver(controller, tags, oracle).run())
    try:
        yield
        if task.done():
            task.result()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
