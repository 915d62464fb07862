"""What the plant's Postgres takes of its stations, for `bench-sync`: operations and rows of history a second."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.acquisition.history.spool import Spool
from app.acquisition.history.upload import Uploader
from app.domain import events as e
from app.domain.operation import Operation
from app.ports import Samples
from app.store.postgres.address import read_url
from app.store.postgres.history import PostgresHistory
from app.store.postgres.logins import station_login
from app.sync.exchange import UP
from tests.bench import history
from tests.contract.rigs.postgres import Database, password_of
from tests.contract.shared_logs import Desk
from tests.plants import NOON

NOTES = 18


def appended_per_s(database: Database, names: Sequence[str], count: int) -> float:
    """Cases and notes on them from so many stations at once, `count` of each: operations a second of all of them."""
    chains = []
    for name in names:
        database.join(name, count)
        chains.append(_chain(name, count))
    return asyncio.run(_appended_per_s(database, names, chains))


def _chain(name: str, count: int) -> Sequence[Operation]:
    desk = Desk(name)
    while len(desk.operations) < count:
        case = f"{name}-{len(desk.operations)}"
        opened = e.CaseOpened(
            case_id=case, kind="breakdown", priority=2, title="Filler: breakdown", occurrence=case,
            happened_at=NOON, line="L1", machine="L1.filler",
        )  # fmt: skip
        desk.step(opened)
        for number in range(NOTES):
            desk.step(e.NoteAdded(case_id=case, text=f"Note {number}: the belt was looked at."))
    return desk.operations[:count]


async def _appended_per_s(database: Database, names: Sequence[str], chains: Sequence[Sequence[Operation]]) -> float:
    logs = [database.log(name) for name in names]

    async def one(place: int) -> None:
        for start in range(0, len(chains[place]), UP):
            await logs[place].append(chains[place][start : start + UP])

    for log in logs:
        await log.append(())
    began_s = time.monotonic()
    await asyncio.gather(*map(one, range(len(logs))))
    took_s = time.monotonic() - began_s
    for log in logs:
        await log.aclose()
    return sum(map(len, chains)) / took_s


def uploaded_per_s(database: Database, seconds: int) -> float:
    """A spool's samples of so many seconds, 20,000 a second, on their whole way: rows a second."""
    database.join("spooler")
    login, tags = station_login("spooler"), [history.tag(index) for index in range(history.TAGS)]
    rng, now_s = np.random.default_rng(1), time.time()
    store = PostgresHistory(read_url(database.url(login)), "spooler", lambda: password_of(login))
    with tempfile.TemporaryDirectory() as temp:
        with closing(Spool(Path(temp), tags, history.ROOM_MB)) as spool:
            for second in range(seconds):
                for batch in history.second_of(second, rng):
                    spool.take(_moved(batch, now_s - seconds - history.BEGIN))
                spool.flush(now_s - seconds + second)
        with closing(Uploader(Path(temp), tags, store)) as uploader:
            took_s = asyncio.run(_uploaded_s(uploader, store))
            return uploader.sent / took_s


def _moved(batch: Samples, by_s: float) -> Samples:
    """The plant keeps no history of years ago."""
    return replace(batch, source_s=batch.source_s + by_s, received_s=batch.received_s + by_s)


async def _uploaded_s(uploader: Uploader, store: PostgresHistory) -> float:
    began_s = time.monotonic()
    while await uploader.round(uploader.controllers):
        pass
    took_s = time.monotonic() - began_s
    await store.aclose()
    return took_s
