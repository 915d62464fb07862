"""`make bench-journal`: one command of a person through bus and journal, against the bare append; and the fold.

The peer is sqlite3 alone, with the same rows, pragmas and one transaction a row, in a second file beside the first;
the two take turns. What the bus adds is handling, hash chain, fold, mark and the way to the disk's thread and back.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from app.bus import Bus
from app.clock import SystemClock, TimeOrderedIds
from app.domain.commands import AddNote, ReportException
from app.domain.operation import Operation
from app.erp.registry import check_settings
from app.plant.check import load
from app.readmodel.model import Model, open_cases
from app.services.tables import COMMAND_HANDLERS, EVENT_HANDLERS
from app.store.rebuild import rebuild
from app.store.rows import to_row
from app.store.sqlite import SqliteJournal
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.bench.line import Figure, at_least, over_baseline, run, under

ROUNDS = 7
A_ROUND = 150
TOGETHER = 1_000
CASES = 20
FOLDS = 5
PERSON = "okafor"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "foreign_keys=ON")


@dataclass(slots=True)
class Taken:
    """What was measured, a value a round; times in ms."""

    p50: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)

    def take(self, took_s: Sequence[float]) -> None:
        """A round of single commits."""
        hundredths = statistics.quantiles((1000 * one for one in took_s), n=100)
        self.p50.append(hundredths[49])
        self.p99.append(hundredths[98])
        self.commits.append(len(took_s) / sum(took_s))


class Desk:
    """A bus on a journal in a folder, with a person who writes notes."""

    def __init__(self, folder: Path, disk: ThreadPoolExecutor) -> None:
        self._disk = disk
        self.plant = load(resource("plants/demo.toml"), ADDRESS_CHECKS, check_settings)
        self.journal = SqliteJournal(folder)
        self.bus = Bus(
            plant=self.plant,
            model=Model(),
            journal=self.journal,
            clock=SystemClock(),
            ids=TimeOrderedIds(),
            station="bench",
            commands=COMMAND_HANDLERS,
            reactions=EVENT_HANDLERS,
            blocking=self._on_disk,
        )

    async def _on_disk(self, call: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._disk, call)

    async def open_cases(self) -> list[str]:
        """Cases to write on."""
        person = self.plant.people[PERSON]
        machines = list(self.plant.machines)[:CASES]
        for machine in machines:
            await self.bus.send(ReportException(what="1", text="hums", machine=machine), person)
        return [case.id for case in open_cases(self.bus.model)]

    async def one_by_one(self, cases: Sequence[str]) -> list[float]:
        """A_ROUND notes, each stored before the next; seconds of each."""
        person, took_s = self.plant.people[PERSON], []
        for place in range(A_ROUND):
            started = time.perf_counter()
            await self.bus.send(AddNote(case_id=cases[place % len(cases)], text="still hums"), person)
            took_s.append(time.perf_counter() - started)
        return took_s

    async def together(self, cases: Sequence[str]) -> float:
        """TOGETHER notes sent at once; notes a second."""
        person = self.plant.people[PERSON]
        notes = [AddNote(case_id=cases[place % len(cases)], text="still hums") for place in range(TOGETHER)]
        started = time.perf_counter()
        await asyncio.gather(*(self.bus.send(note, person) for note in notes))
        return TOGETHER / (time.perf_counter() - started)


class Bare:
    """sqlite3 and nothing else, with the table of the journal it is shown."""

    def __init__(self, file: Path, like: Path) -> None:
        with closing(sqlite3.connect(like)) as shown:
            statements = shown.execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'operation' AND sql IS NOT NULL")
            schema = ";".join(row[0] for row in statements)
        self.connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(schema)

    def append(self, operations: Sequence[Operation]) -> list[float]:
        """One transaction each; seconds of each."""
        rows = [to_row(op) for op in operations]
        names = list(rows[0])
        statement = f"INSERT INTO operation ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        took_s = []
        for row in rows:
            values = [row[name] for name in names]
            started = time.perf_counter()
            self.connection.execute("BEGIN")
            self.connection.execute(statement, values)
            self.connection.execute("COMMIT")
            took_s.append(time.perf_counter() - started)
        return took_s


async def appended(folder: Path) -> tuple[Taken, Taken, list[float], Sequence[Operation]]:
    """Rounds of the bus, of the bare append, notes a second when sent together, and all operations."""
    ours, bare_taken = Taken(), Taken()
    with ThreadPoolExecutor(1) as disk:
        desk = Desk(folder, disk)
        serving = asyncio.create_task(desk.bus.run())
        cases = await desk.open_cases()
        bare = Bare(folder / "bare.sqlite", desk.journal.path)
        await desk.one_by_one(cases)  # warm
        for _ in range(ROUNDS):
            seq = desk.journal.head()[0]
            ours.take(await desk.one_by_one(cases))
            bare_taken.take(bare.append(desk.journal.read(seq)))
        together = [await desk.together(cases) for _ in range(ROUNDS)]
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving
        operations = desk.journal.read()
        bare.connection.close()
        desk.journal.close()
    return ours, bare_taken, together, operations


def folds(operations: Sequence[Operation]) -> list[float]:
    """Operations a second from the journal's rows to the model."""
    found = []
    for _ in range(FOLDS):
        started = time.perf_counter()
        _, bad = rebuild(operations)
        found.append(len(operations) / (time.perf_counter() - started))
        assert not bad
    return found


def measure() -> Iterator[Figure]:
    """Single commands, commands together, the fold."""
    with tempfile.TemporaryDirectory(prefix="lineside-bench-") as name:
        ours, bare, together, operations = asyncio.run(appended(Path(name)))
    yield Figure(metric="command p50", unit="ms", runs=ours.p50, baseline=bare.p50, goal=over_baseline(2))
    yield Figure(metric="command p99", unit="ms", runs=ours.p99, baseline=bare.p99, goal=under(20))
    yield Figure(metric="commits one by one", unit="1/s", runs=ours.commits, baseline=bare.commits)
    yield Figure(metric="commands sent together", unit="1/s", runs=together, goal=at_least(1_000))
    yield Figure(metric="fold", unit="op/s", runs=folds(operations), goal=at_least(20_000))


if __name__ == "__main__":
    run("journal", measure)
