"""A core that runs while a block does, and an acquisition that says nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.acquisition.messages import Order
from app.bootstrap.core import Core


class SilentLine:
    """A line that says nothing by itself, and takes no order."""

    async def run(self) -> None:
        await asyncio.Event().wait()

    def send(self, order: Order) -> bool:
        return False


@asynccontextmanager
async def alive(core: Core) -> AsyncIterator[None]:
    """Run it; end it in order."""
    work = asyncio.create_task(core.run(), name="core")
    try:
        yield
    finally:
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
