"""Looks whether a station could start: its plant file, its controllers, and what app.bootstrap.readiness asks.

Owns the thread and the order of the looks; every finding is told as soon as it is known. Knows no screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from app.bootstrap import readiness as site
from app.config import Config
from app.domain.checks.check import State
from app.domain.checks.facts import Facts
from app.domain.checks.links import controller_clocks
from app.domain.plant import Controller, Plant, Tag
from app.domain.readiness import Finding, Grade
from app.domain.text import safe
from app.erp.registry import check_settings
from app.plant.check import check
from app.plant.faults import Fault
from app.secrets import stored_secret
from drivers.opcua.session import quiet_library
from drivers.probe import probe
from drivers.registry import ADDRESS_CHECKS
from drivers.workstation import Workstation

log = logging.getLogger("lineside.readiness")

Tell = Callable[[Finding], None]
Looking = Callable[[Tell], Coroutine[Any, Any, None]]
ANSWER_S = 10.0
AT_ONCE = 8
FAULTS_SHOWN = 8
PLANT = "plant"


class Readiness:
    """One look at a time; a new one ends the one before. `tell` is called on the look's own thread."""

    def __init__(self) -> None:
        self._look: _Look | None = None

    def demo(self, tell: Tell) -> None:
        """Whether the demo can start here."""
        self._begin(_demo, tell)

    def plant(self, path: Path, config: Config, tell: Tell) -> None:
        """Whether a station could start on a plant file."""
        self._begin(partial(_plant, path, config), tell)

    def cancel(self) -> None:
        """End the look that is under way; it tells nothing more."""
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _begin(self, work: Looking, tell: Tell) -> None:
        self.cancel()
        self._look = _Look(work, tell)


class _Look:
    """A thread with a loop of its own, for one look."""

    def __init__(self, work: Looking, tell: Tell) -> None:
        self._work, self._told = work, tell
        self._over = False
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None
        threading.Thread(target=self._run, name="readiness", daemon=True).start()

    def cancel(self) -> None:
        """From any thread."""
        self._over = True
        if self._running is not None:
            loop, task = self._running
            with contextlib.suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(task.cancel)

    def _tell(self, finding: Finding) -> None:
        if not self._over:
            self._told(finding)

    def _run(self) -> None:
        quiet_library()
        try:
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._watched(runner.get_loop()))
        except asyncio.CancelledError:
            log.info("the look was ended")
        except Exception:
            log.exception("a look whether the station could start failed")
            self._tell(Finding(id="fault", name="Lineside", grade=Grade.NEEDED, text="Internal fault, see the log."))

    async def _watched(self, loop: asyncio.AbstractEventLoop) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running = (loop, task)
        if not self._over:
            await self._work(self._tell)


# --- what is looked at ------------------------------------------------------------------------------------------------


async def _demo(tell: Tell) -> None:
    tell(site.local())


async def _plant(path: Path, config: Config, tell: Tell) -> None:
    """The file first: without it there is nothing to reach; then everything at once."""
    tell(Finding(id=PLANT, name="Plant file"))
    plant, faults = check(path, ADDRESS_CHECKS, check_settings)
    if plant is None:
        for finding in of_faults(faults):
            tell(finding)
        return
    tell(Finding(id=PLANT, name="Plant file", grade=Grade.WELL, text=describe(plant)))
    tell(site.folder(config))
    if (space := site.room(config.folder)).grade is not Grade.WELL:
        tell(space)
    turn = asyncio.Semaphore(AT_ONCE)
    workstation = Workstation(name=config.station, folder=config.folder, secret=partial(stored_secret, config.folder))
    looks: list[tuple[Finding, Awaitable[Finding]]] = [
        (
            Finding(id=f"controller/{row.id}", name=row.name),
            reach(row, [tag for tag in plant.tags if tag.controller == row.id], workstation, turn),
        )
        for row in plant.controllers.values()
    ]
    if config.store:
        looks.append((site.said(site.STORE, Grade.LOOKING), site.store(config)))
    looks.append((site.said(site.ERP, Grade.LOOKING), site.erp(plant.erp, config)))
    for waiting, _ in looks:
        tell(waiting)
    async with asyncio.TaskGroup() as group:
        for _, look in looks:
            group.create_task(_told(tell, look))


async def _told(tell: Tell, look: Awaitable[Finding]) -> None:
    tell(await look)


def of_faults(faults: Sequence[Fault]) -> list[Finding]:
    """A plant file's faults, the first of them one by one, as `lineside check` says them."""
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    head = Finding(
        id=PLANT, name="Plant file", grade=Grade.NEEDED, text=f"It has {count}.", todo="Mend them; press F5."
    )
    shown = [
        Finding(
            id=f"{PLANT}/{place}",
            name=f"line {fault.line}" if fault.line else "the file",
            grade=Grade.NEEDED,
            text=safe(f"{fault.where}: {fault.message}" if fault.where else fault.message),
            todo=safe(fault.todo),
        )
        for place, fault in enumerate(faults[:FAULTS_SHOWN])
    ]
    more = len(faults) - len(shown)
    rest = Finding(id=f"{PLANT}/more", name="", grade=Grade.NEEDED, text=f"And {more} more: lineside check lists all.")
    return [head, *shown, *([rest] if more > 0 else [])]


def describe(plant: Plant) -> str:
    """ "Acme Packing: 1 line, 3 machines, 1 controller." """
    counts = ((plant.lines, "line"), (plant.machines, "machine"), (plant.controllers, "controller"))
    words = ", ".join(f"{len(rows)} {word}{'s' if len(rows) != 1 else ''}" for rows, word in counts)
    return safe(f"{plant.name}: {words}.")


async def reach(
    controller: Controller, tags: Sequence[Tag], workstation: Workstation, turn: asyncio.Semaphore
) -> Finding:
    """Whether a controller answers to the driver that will speak to it; it is let go of soon."""
    found = partial(Finding, id=f"controller/{controller.id}", name=controller.name)
    async with turn:
        facts = await probe(controller, tags, workstation, ANSWER_S)
    if not facts.up:
        return found(grade=Grade.MISSING, text=facts.reason, todo=_next(controller))
    for state, _title, said, todo, _about in controller_clocks(Facts(now=datetime.now(UTC), controllers=(facts,))):
        if state is not State.OK:
            return found(grade=Grade.MISSING, text=said, todo=todo)
    secured = " signed and encrypted" if facts.secured else ""
    return found(grade=Grade.WELL, text=f"It answers{secured}." + (f" ({facts.reason})" if facts.reason else ""))


def _next(controller: Controller) -> str:
    """Where it was looked for; a controller that comes later is found then."""
    settings = controller.settings
    where = settings.get("url") or f"{settings.get('host', '')}:{settings.get('port', 502)}"
    return safe(f"It was looked for at {where}. Start anyway: Lineside keeps trying.")
