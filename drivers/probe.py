"""Asks a controller once how it stands: its own driver runs for some seconds, with its security and its identity check.

Owns how long that is and what counts as an answer. Reads only: nothing is written, no alarm is answered.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import urlsplit

from app.domain.checks.facts import ControllerFacts
from app.domain.checks.live import SECURABLE
from app.domain.errors import KnownError
from app.domain.plant import Controller, Tag
from app.domain.text import safe
from app.ports import AlarmEvent, Link, LinkState, Samples, UnitState
from drivers.registry import ADDRESS_CHECKS, load_factory, open_driver
from drivers.workstation import Workstation

MOST_TAGS = 16
"""A few values show that it speaks; a device that is asked for all of them has less time for the station."""
SETTLE_S = 1.2
"""After it answered: for its clock, its values and the devices behind it."""
LEAVE_S = 1.0

UP = Link.UP
ANSWERS = (UP, Link.REFUSED, Link.LOST)


class Heard:
    """The driver's sink: what it told so far."""

    def __init__(self) -> None:
        self.state: LinkState | None = None
        self.data_s = 0.0
        self.silent: tuple[str, ...] = ()
        self.changed = asyncio.Event()

    def samples(self, batch: Samples) -> None:
        """Values came."""
        if len(batch):
            self.data_s = time.time()

    def alarm(self, event: AlarmEvent) -> None:
        """Alarms are somebody else's."""

    def alive(self, controller: str, at_s: float) -> None:
        """It said something."""
        self.data_s = at_s

    def link(self, state: LinkState) -> None:
        """The link changed."""
        self.state = state
        self.changed.set()

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """The devices behind it."""
        self.silent = tuple(f"Unit {unit.unit}" for unit in states if not unit.up)

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Nothing is kept here that could be lost."""


async def probe(
    controller: Controller, tags: Sequence[Tag], workstation: Workstation, within_s: float
) -> ControllerFacts:
    """How it stands; never raises but for our own faults. Ends `LEAVE_S` after `within_s` at the latest."""
    heard, name = Heard(), safe(controller.name or controller.id, 60)
    if faults := ADDRESS_CHECKS[controller.protocol].check_settings(controller.settings):
        return ControllerFacts(id=controller.id, name=name, up=False, reason=faults[0])
    try:
        driver = open_driver(controller, list(tags)[:MOST_TAGS], heard, workstation)
    except KnownError as error:
        return ControllerFacts(id=controller.id, name=name, up=False, reason=str(error))
    running = asyncio.create_task(driver.run(), name=f"probe {controller.id}")
    try:
        fault = await _settled(heard, running, within_s)
    finally:
        running.cancel()
        await asyncio.wait({running}, timeout=LEAVE_S)
    return _facts(controller, name, heard, fault)


async def _settled(heard: Heard, running: asyncio.Task[None], within_s: float) -> str:
    """Wait for an answer and what follows it, for a refusal, or the end of the time; why the driver ended itself."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            while not running.done():
                waiting = asyncio.create_task(heard.changed.wait())
                try:
                    await asyncio.wait({waiting, running}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    waiting.cancel()
                heard.changed.clear()
                link = heard.state.link if heard.state is not None else None
                if link is UP:
                    await asyncio.sleep(SETTLE_S)
                if link in ANSWERS:
                    return ""
    error = running.exception() if running.done() and not running.cancelled() else None
    if error is not None and not isinstance(error, KnownError):
        raise error
    return str(error) if error is not None else ""


def _facts(controller: Controller, name: str, heard: Heard, fault: str) -> ControllerFacts:
    state = heard.state
    link = state.link if state is not None else None
    if state is None or link is not UP:
        reason = fault or (state.reason if state is not None else "") or "it has not answered in time"
        return ControllerFacts(id=controller.id, name=name, up=False, reason=reason)
    return ControllerFacts(
        id=controller.id,
        name=name,
        up=True,
        reason=state.reason,
        last_data_at=datetime.fromtimestamp(heard.data_s, UTC) if heard.data_s else None,
        secured=state.secured,
        securable=controller.protocol in SECURABLE,
        clock_s=state.clock_s,
        silent=heard.silent,
    )


SCHEMES: Mapping[str, str] = MappingProxyType({"opc.tcp": "opcua", "modbus": "modbus"})
"""The addresses that can be looked at without a plant file: scheme and protocol."""


def by_address(url: str) -> Controller | None:
    """A controller of nothing but its address; None for one of another scheme. Says what an address needs."""
    parts = urlsplit(url)
    protocol = SCHEMES.get(parts.scheme)
    if protocol is None:
        return None
    settings: dict[str, str | int | float | bool] = {"url": url, "security": "none"}
    if protocol == "modbus":
        settings = {"host": parts.hostname or "", "port": parts.port or 502}
    return Controller(id=url, name=url, protocol=protocol, identity="", settings=settings)


def preload(controllers: Iterable[Controller]) -> None:
    """Load the drivers of these before any clock runs: a library takes its time, and everybody would wait with it."""
    for protocol in {controller.protocol for controller in controllers}:
        with contextlib.suppress(KnownError):  # said by the probe
            load_factory(protocol)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Meanwhile what drivers and libraries say of a controller that does not answer is said by the check alone."""
    loggers = [logging.getLogger(name) for name in ("asyncua", "lineside")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
