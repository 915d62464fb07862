"""A thread that looks into servers for a screen: one session at a time, given back soon, every look cancellable.

Owns the thread, its loop and the session's life. Knows no screen: it answers over futures.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from app.domain.errors import KnownError
from app.domain.plant import Controller, Plant
from app.domain.survey import Connected, Pick, Proposal, Seen, Target
from app.plant.checks.facts import ErpCheck, no_erp_check
from app.plant.proposing import proposed, unwritten, write
from drivers.opcua.address import check_settings
from drivers.opcua.session import Session, quiet_library
from drivers.opcua.survey import below, find
from drivers.registry import ADDRESS_CHECKS
from drivers.session import LostError
from drivers.workstation import Workstation

log = logging.getLogger("lineside.survey")

PROTOCOL = "opcua"
TIMEOUT_MS = 5_000
KEPT_S = 20.0
"""Without a question for so long the session is given back: small controllers grant few."""
STOP_S = 2.0
NO_FILE = ("There is no plant file to write into.", "Start Lineside on one: `lineside run PLANT.toml`.")

T = TypeVar("T")


class Survey:
    """Ask from any thread; one look at a time, the others wait. Nothing runs before the first; `close` ends it."""

    def __init__(
        self, plant: Plant, workstation: Workstation, file: Path | None = None, erp_check: ErpCheck = no_erp_check
    ) -> None:
        self._plant, self._workstation = plant, workstation
        self._file, self._erp_check = file, erp_check
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._turn = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._controller: Controller | None = None
        self._session: Session | None = None
        self._giving_back: asyncio.TimerHandle | None = None

    @property
    def file(self) -> str:
        """The plant file's name."""
        return self._file.name if self._file is not None else ""

    # --- asking, from any thread --------------------------------------------------------------------------------------

    def connect(self, target: Target) -> Future[Connected]:
        """Connect to a server; what was connected before is given back."""
        return self._ask(lambda: self._connect(target))

    def below(self, node: str) -> Future[Seen]:
        """What is below a node."""
        return self._ask(lambda: self._look(lambda session: below(session, node)))

    def find(self, node: str, words: str) -> Future[Seen]:
        """The variables below a node that are called so."""
        return self._ask(lambda: self._look(lambda session: find(session, node, words)))

    def propose(self, machine: str, picks: Sequence[Pick]) -> Future[Proposal]:
        """The lines that adding these tags would write."""
        return self._ask(lambda: self._propose(machine, tuple(picks)))

    def write(self, proposal: Proposal) -> Future[None]:
        """Write what was proposed."""
        return self._ask(lambda: self._write(proposal))

    def cancel(self) -> None:
        """End every look that is under way; its future is cancelled."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._cancel_all)

    def close(self) -> None:
        """End it and give the session back. May be called twice."""
        loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return
        self._loop = None
        with contextlib.suppress(RuntimeError):
            asyncio.run_coroutine_threadsafe(self._end(), loop)
        thread.join(STOP_S)

    # --- on the thread ------------------------------------------------------------------------------------------------

    def _ask(self, work: Callable[[], Coroutine[Any, Any, T]]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(self._in_turn(work), self._started())

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            quiet_library()
            self._loop = asyncio.SelectorEventLoop()
            self._thread = threading.Thread(target=_serve, args=(self._loop,), name="survey", daemon=True)
            self._thread.start()
        return self._loop

    async def _in_turn(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            async with self._turn:
                return await work()
        finally:
            self._running.discard(task)

    def _cancel_all(self) -> None:
        for task in self._running:
            task.cancel()

    async def _end(self) -> None:
        running = tuple(self._running)
        self._cancel_all()
        await asyncio.gather(*running, return_exceptions=True)
        await self._give_back()
        asyncio.get_running_loop().call_soon(asyncio.get_running_loop().stop)

    # --- the session --------------------------------------------------------------------------------------------------

    async def _connect(self, target: Target) -> Connected:
        await self._give_back()
        self._controller = self._controller_of(target)
        session = await self._opened()
        self._give_back_later()
        return Connected(identity=session.application_uri, secured=session.secured)

    def _controller_of(self, target: Target) -> Controller:
        """The controller of the plant file, with all its settings, or one made of the address. Raises KnownError."""
        known = self._plant.controllers.get(target.controller)
        if known is None and target.url:
            same = (row for row in self._plant.controllers.values() if row.settings.get("url") == target.url)
            known = next(same, None)
        if known is not None:
            return replace(known, timeout_ms=max(known.timeout_ms, TIMEOUT_MS))
        settings = {"url": target.url, **({"security": target.security} if target.security else {})}
        if faults := check_settings(settings):
            raise KnownError(faults[0])
        return Controller(
            id="survey", name="the server", protocol=PROTOCOL, identity="", settings=settings, timeout_ms=TIMEOUT_MS
        )

    async def _look(self, work: Callable[[Session], Awaitable[T]]) -> T:
        """One look over the session; a session that was lost meanwhile is opened once more."""
        kept = self._session is not None
        session = await self._opened()
        try:
            return await work(session)
        except LostError:
            await self._give_back()
            if not kept:
                raise
            return await work(await self._opened())
        except asyncio.CancelledError:
            await asyncio.shield(self._give_back())
            raise
        finally:
            self._give_back_later()

    async def _opened(self) -> Session:
        if self._giving_back is not None:
            self._giving_back.cancel()
        if self._session is not None:
            return self._session
        if self._controller is None:
            raise KnownError("No server is connected.", "Connect to one first.")
        session = Session(self._controller, self._workstation)
        try:
            await session.open()
        except BaseException:
            await asyncio.shield(session.close())
            raise
        self._session = session
        return session

    def _give_back_later(self) -> None:
        if self._session is not None:
            loop = asyncio.get_running_loop()
            self._giving_back = loop.call_later(KEPT_S, lambda: self._ask(self._give_back))

    async def _give_back(self) -> None:
        session, self._session = self._session, None
        if self._giving_back is not None:
            self._giving_back.cancel()
        if session is not None:
            await session.close()

    # --- the plant file -----------------------------------------------------------------------------------------------

    async def _propose(self, machine: str, picks: tuple[Pick, ...]) -> Proposal:
        if self._file is None:
            return unwritten(machine, picks)
        return proposed(self._file, machine, picks, ADDRESS_CHECKS, self._erp_check)

    async def _write(self, proposal: Proposal) -> None:
        if self._file is None:
            raise KnownError(*NO_FILE)
        write(self._file, proposal)
        log.info("%d tags were added to %s in %s", proposal.tags, proposal.machine, self._file)


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()
