"""What the line says, in order, until it is on disk: a journal that refuses makes findings wait, never vanish."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime

from app.bus import Bus
from app.domain.commands import Command, RecordFinding
from app.domain.errors import KnownError, RefusedError, StoreError

log = logging.getLogger("lineside.inbox")

RETRY_S = 1.0
BATCH = 200


class Inbox:
    """`put` from the core's loop; `run` sends to the bus. `told` hears "" for stored, or why the journal refuses."""

    def __init__(self, bus: Bus, told: Callable[[str], None]) -> None:
        self._bus = bus
        self._told = told
        self._waiting: deque[Command] = deque()
        self._some = asyncio.Event()

    def put(self, command: Command) -> None:
        """A command of the line or of the clock, to be handled in its turn."""
        self._waiting.append(command)
        self._some.set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def run(self) -> None:
        """Send what waits until cancelled."""
        while True:
            await self._some.wait()
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            if not self._waiting:
                self._some.clear()
            results = await asyncio.gather(*map(self._send, batch), return_exceptions=True)
            refused = [c for c, result in zip(batch, results, strict=True) if isinstance(result, StoreError)]
            if refused:
                self._waiting.extendleft(reversed(refused))
                self._some.set()
                await asyncio.sleep(RETRY_S)

    async def _send(self, command: Command) -> None:
        try:
            await self._bus.send(command, source_at=_source_at(command))
        except StoreError as error:
            self._told(str(error))
            raise
        except RefusedError as error:
            log.info("%s was refused: %s", type(command).__name__, error)
        except KnownError as error:
            log.warning("%s was refused: %s", type(command).__name__, error)
        else:
            self._told("")


def _source_at(command: Command) -> datetime | None:
    return command.finding.source_at if isinstance(command, RecordFinding) else None
