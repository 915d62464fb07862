"""Some stations in a process of their own, told by one JSON object on the command line what to do; for `bench-sync`.

`act`: notes at a rate for a time, and when each note of anybody was seen. `idle`: stand until stdin closes. `load`:
notes as fast as they are stored, each acknowledged on stdout, until it is killed. Prints JSON lines; the first is
"ready".
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.bootstrap.parts import Parts
from app.clock import SystemClock, TimeOrderedIds
from app.domain.commands import AddNote
from app.domain.signing import Prove
from app.domain.status import Health
from app.erp.none import NoErp
from app.readmodel.model import Changes, open_cases
from app.store.postgres.address import read_url
from app.store.postgres.log import PostgresLog
from app.store.postgres.logins import station_login
from app.store.sqlite import SqliteJournal
from tests.contract.rigs.postgres import password_of
from tests.plants import small_plant
from tests.system.alive import SilentLine, alive

PERSON = "okafor"
LATEST = 100
"""Entries of a case that are looked at: what is only stored here comes after what is shared."""


class Seen(Nobody):
    """When each note came to be shown at a station, by its text."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def deliver(self, changes: Changes) -> None:
        now = time.time()
        for row in changes.rows.values():
            for entry in getattr(row, "timeline", ())[-LATEST:]:
                self.at.setdefault(entry.text, now)


def parts_of(port: int, database: str, folder: Path, name: str) -> Parts:
    """A station over the bench's Postgres, which acquires nothing."""
    login = station_login(name)
    log = PostgresLog(read_url(f"postgresql://{login}@127.0.0.1:{port}/{database}"), name, partial(password_of, login))
    return Parts(
        plant=small_plant(), folder=folder, store=SqliteJournal(folder), erp=NoErp(), clock=SystemClock(),
        ids=TimeOrderedIds(), station=name, acquirer=lambda *_: SilentLine(), shared=log,
    )  # fmt: skip


@asynccontextmanager
async def station(port: int, database: str, folder: Path, name: str) -> AsyncIterator[tuple[Core, Seen]]:
    """Such a station, running."""
    parts, seen = parts_of(port, database, folder, name), Seen()
    core = Core(parts, seen)
    async with alive(core):
        yield core, seen


def stands(core: Core, place: int = 0) -> bool:
    """Whether a station is up, has nothing of its own to send and has come to a place."""
    shared = core.station.status.shared
    return shared.health is Health.UP and not shared.waiting and core.place >= place


async def until_all(cores: Sequence[Core], place: int = 0) -> None:
    while not all(stands(core, place) for core in cores):  # noqa: ASYNC110 - what is waited for is elsewhere
        await asyncio.sleep(0.02)


def say(**words: Any) -> None:
    print(json.dumps(words), flush=True)


async def noted(core: Core, text: str) -> None:
    cases = open_cases(core.bus.model)
    case = cases[zlib.crc32(text.encode()) % len(cases)]
    await core.send(AddNote(case_id=case.id, text=text), PERSON)


async def act(cores: Sequence[Core], seen: Sequence[Seen], names: Sequence[str], told: dict[str, Any]) -> None:
    """Notes from every station, `rate` a second of each, evenly."""
    sent: dict[str, float] = {}

    async def one(core: Core, name: str, place: int) -> None:
        pause_s = 1 / told["rate"]
        await asyncio.sleep(pause_s * place / len(cores))
        for number in range(round(told["seconds"] * told["rate"])):
            text = f"{name} {number}"
            sent[text] = time.time()
            await noted(core, text)
            await asyncio.sleep(max(0.0, sent[text] + pause_s - time.time()))

    await asyncio.gather(*(one(core, name, place) for place, (core, name) in enumerate(zip(cores, names, strict=True))))
    await asyncio.sleep(3.0)
    say(sent=sent, seen={name: found.at for name, found in zip(names, seen, strict=True)})


async def load(core: Core, name: str, told: dict[str, Any]) -> None:
    """Notes as fast as they are stored; each that was acknowledged is said."""
    number = 0
    while True:
        text = f"{name} {told['life']} {number}"
        await noted(core, text)
        print(text, flush=True)
        number += 1
        await asyncio.sleep(told["pause_s"])


async def main(told: dict[str, Any]) -> None:
    os.nice(told.get("nice", 0))
    async with AsyncExitStack() as stack:
        made = [
            await stack.enter_async_context(station(told["port"], told["database"], Path(told["folder"]) / name, name))
            for name in told["names"]
        ]
        cores = [core for core, _ in made]
        await until_all(cores, told.get("place", 0))
        if told["what"] != "idle":
            for core in cores:
                await core.identify(Prove(person=PERSON, password=password_of(PERSON)))
        say(ready=True)
        if told["what"] == "act":
            await asyncio.to_thread(sys.stdin.readline)
            await act(cores, [seen for _, seen in made], told["names"], told)
        elif told["what"] == "load":
            await load(cores[0], told["names"][0], told)
        else:
            await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
