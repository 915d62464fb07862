"""A scripted shift's way to act: its people show who they are once, and sign what needs a signature. For demos only."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace

from app.bootstrap.core import Core
from app.bus import Stored
from app.domain.commands import Command, DisposeHold, ReleaseHold
from app.domain.events import Signature
from app.domain.signing import Prove, Sign

KINDS = {DisposeHold: "HoldDispositioned", ReleaseHold: "HoldReleased"}


class Scripted:
    """Over a core whose plant is a demo: nobody is asked for a password."""

    def __init__(self, core: Core, loop: asyncio.AbstractEventLoop) -> None:
        self._core, self._loop = core, loop
        self._proven: set[str] = set()

    def submit(self, command: Command, person: str) -> Future[Stored]:
        """A person's command, from any thread."""
        return asyncio.run_coroutine_threadsafe(self._act(command, person), self._loop)

    async def _act(self, command: Command, person: str) -> Stored:
        if person not in self._proven:
            await self._core.identify(Prove(person=person, password=""))
            self._proven.add(person)
        if isinstance(command, DisposeHold | ReleaseHold):
            command = replace(command, signature=await self._signed(command, person))
        return await self._core.send(command, person)

    async def _signed(self, command: DisposeHold | ReleaseHold, person: str) -> Signature | None:
        stream = f"hold/{command.hold_id}"
        asked = Sign(
            person=person, password="", kind=KINDS[type(command)], stream=stream, meaning="checked", shown=stream
        )
        return await self._core.identify(asked)
