"""How late the campaign's own loop was at worst: what it could not see then is no driver's fault."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

TICK_S = 0.1


@dataclass(slots=True)
class Stall:
    """The worst so far."""

    worst_s: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Stall]:
    """Watch the running loop until the block ends."""
    stall = Stall()
    task = asyncio.create_task(_tick(stall))
    try:
        yield stall
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _tick(stall: Stall) -> None:
    while True:
        due_s = time.monotonic() + TICK_S
        await asyncio.sleep(TICK_S)
        stall.worst_s = max(stall.worst_s, time.monotonic() - due_s)
