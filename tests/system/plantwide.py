"""Several stations of one plant in one process, each with its own journal and core, over a real shared Postgres.

Their line is silent: a test says what the detectors found. `cut` and `heal` are the cable of one station.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.bootstrap.parts import Parts
from app.bus import Stored
from app.clock import SystemClock, TimeOrderedIds
from app.codec import encode
from app.domain.commands import Command
from app.domain.events import Signature
from app.domain.plant import Plant
from app.domain.presence import Presence
from app.domain.signing import Prove, Sign
from app.domain.status import Health
from app.erp.none import NoErp
from app.ports import Clock
from app.readmodel.model import Model
from app.store.postgres.address import read_url
from app.store.postgres.history import PostgresHistory
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_login
from app.store.postgres.reports import PostgresReports
from app.store.sqlite import SqliteJournal
from tests.contract.rigs.postgres import Database, password_of
from tests.plants import small_plant
from tests.system.alive import SilentLine, alive
from tests.system.proxy import Proxy, proxied
from tests.system.station import until


class Ears(Nobody):
    """No screen; remembers who looks at what."""

    def __init__(self) -> None:
        self.met: Sequence[Presence] = ()

    def deliver_presences(self, presences: Sequence[Presence]) -> None:
        self.met = presences


class Station:
    """A running station and its cable to the shared store, which has a strand for each server."""

    def __init__(self, name: str, core: Core, proxies: Sequence[Proxy], ears: Ears) -> None:
        self.name, self.core, self.proxies, self._ears = name, core, proxies, ears

    @property
    def met(self) -> Sequence[Presence]:
        """Who looks at what elsewhere."""
        return self._ears.met

    @property
    def model(self) -> Model:
        return self.core.bus.model

    @property
    def shared(self) -> bool:
        """Whether it reaches the store and has nothing that is only stored here."""
        status = self.core.station.status.shared
        return status.health is Health.UP and status.waiting == 0

    @property
    def away(self) -> bool:
        """Whether it knows that it does not reach the store."""
        return self.core.station.status.shared.health is Health.DOWN

    async def sits(self, *people: str) -> None:
        """These people show their passwords here."""
        for person in people:
            await self.core.identify(Prove(person=person, password=password_of(person)))

    async def sign(self, person: str, kind: str, stream: str, shown: str = "what stood there") -> Signature:
        asked = Sign(
            person=person, password=password_of(person), kind=kind, stream=stream, meaning="I stand for it", shown=shown
        )
        signature = await self.core.identify(asked)
        assert signature is not None
        return signature

    async def send(self, command: Command, person: str) -> Stored:
        return await self.core.send(command, person)

    async def finds(self, command: Command) -> Stored:
        """What the acquisition says."""
        return await self.core.bus.send(command)

    async def cut(self) -> None:
        """The cable is pulled; returns once the station knows."""
        for proxy in self.proxies:
            proxy.close_door()
        await until(lambda: self.away)

    def mend(self) -> None:
        for proxy in self.proxies:
            proxy.open_door()

    def digest(self) -> dict[str, Any]:
        """Everything that the station shows, but for the sequence numbers of its own."""
        return digest(self.model)


def digest(model: Model) -> dict[str, Any]:
    """A picture to compare: every aggregate as plain values."""
    return {f"{kind}/{row.id}": json.loads(encode(row)) for kind in model.kinds() for row in model.every(kind)}


@asynccontextmanager
async def plant_of(
    database: Database, folder: Path, names: tuple[str, ...], plant: Plant | None = None
) -> AsyncIterator[list[Station]]:
    """Stations that have joined, started and up."""
    async with AsyncExitStack() as stack:
        stations = [await stack.enter_async_context(station_of(database, folder / n, n, plant)) for n in names]
        await until(lambda: all(station.shared for station in stations))
        yield stations


@asynccontextmanager
async def station_of(
    database: Database,
    folder: Path,
    name: str,
    plant: Plant | None = None,
    wrap: Callable[[PostgresLog], Any] = lambda log: log,
    clock: Clock | None = None,
    history: Path | None = None,
) -> AsyncIterator[Station]:
    """One station; joined again when it was there before."""
    database.join(name)
    async with AsyncExitStack() as stack:
        proxies = [await stack.enter_async_context(proxied(port)) for port in database.server.ports]
        login = station_login(name)
        address = read_url(database.url(login))
        through = replace(address, parameters={**address.parameters, "port": ",".join(str(p.port) for p in proxies)})
        log = PostgresLog(through, name, partial(password_of, login))
        parts = Parts(
            plant=plant or small_plant(),
            folder=folder,
            store=SqliteJournal(folder),
            erp=NoErp(),
            clock=clock or SystemClock(),
            ids=TimeOrderedIds(),
            station=name,
            acquirer=lambda *_: SilentLine(),
            shared=wrap(log),
            reports=PostgresReports(through, name, partial(password_of, login)),
            history=None if history is None else PostgresHistory(through, name, partial(password_of, login)),
            history_folder=history or folder,
        )
        ears = Ears()
        core = Core(parts, ears)
        async with alive(core):
            yield Station(name, core, proxies, ears)


async def converged(stations: list[Station]) -> None:
    """Every station shares everything and shows the same."""
    await until(lambda: all(s.shared for s in stations) and all(s.digest() == stations[0].digest() for s in stations))
