"""Stations under load: notes written one after another at each, and what became of every one of them."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import psycopg

from app.domain import commands as c
from app.readmodel import model as m
from tests.system.plantwide import Station
from tests.system.station import until

PACE_S = 0.02
"""Between two notes of one station."""


class Writer:
    """Writes notes at a station; `shared` has the monotonic second at which the station called each note shared."""

    def __init__(self, station: Station, case_id: str) -> None:
        self.station = station
        self.written: list[str] = []
        self.shared: dict[str, float] = {}
        self.enough = False
        self._case_id = case_id

    async def write(self, filling: str = "") -> str:
        """One note, on disk here."""
        text = f"{self.station.name} {len(self.written)}{filling}"
        self.written.append(text)
        await self.station.send(c.AddNote(case_id=self._case_id, text=text), "silva")
        return text

    async def share(self) -> None:
        """One note, until the station calls it shared."""
        text = await self.write()
        await until(lambda: self.station.shared)
        self.shared[text] = time.monotonic()

    async def run(self) -> None:
        """Note after note until it is `enough`."""
        while not self.enough:
            await self.share()
            await asyncio.sleep(PACE_S)

    def since(self, moment: float) -> list[float]:
        """When notes were called shared after a moment."""
        return [at for at in self.shared.values() if at > moment]


async def a_case(station: Station) -> str:
    """A case to write on, shared."""
    await station.send(c.ReportException(what="1", text="Smoke", machine="L1.filler"), "silva")
    await until(lambda: station.shared)
    return m.open_cases(station.model)[0].id


@asynccontextmanager
async def writing(stations: Sequence[Station]) -> AsyncIterator[list[Writer]]:
    """A writer at each station; they write until the end of the block, and finish what they began."""
    case_id = await a_case(stations[0])
    await until(lambda: all(m.open_cases(each.model) for each in stations))
    writers = [Writer(each, case_id) for each in stations]
    async with asyncio.TaskGroup() as tasks:
        for writer in writers:
            tasks.create_task(writer.run(), name=f"writer {writer.station.name}")
        try:
            yield writers
        finally:
            for writer in writers:
                writer.enough = True


def notes(connection: psycopg.Connection) -> Counter[str]:
    """How often each note stands in the plant's log as applied."""
    rows = connection.execute(
        "select payload::jsonb ->> 'text' from lineside.operation where kind = 'NoteAdded' and outcome = 'applied'"
    ).fetchall()
    return Counter(str(row[0]) for row in rows)


def figures(**values: Any) -> None:
    """One line for whoever reads the run (pytest -s)."""
    line = {name: round(value, 3) if isinstance(value, float) else value for name, value in values.items()}
    sys.stdout.write(json.dumps(line) + "\n")
