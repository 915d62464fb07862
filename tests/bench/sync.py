"""`make bench-sync`: stations over one Postgres of this machine, in processes of their own.

How soon an act stands on the other stations, what a plant that does nothing costs the server, what it takes of its
stations, how long one takes to join a long history and to start again on it, how long an offline backlog takes to merge
and how late a window is meanwhile, and 200 stations killed under load: nothing lost. `--quick` takes small sizes, for
the test.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.bootstrap.core import Core
from app.domain.commands import AddNote, CloseCase, OwnCase, PlaceHold, ReportException, ResolveCase
from app.domain.events import HeldUnits
from app.domain.signing import Prove
from app.store.sqlite import SqliteJournal
from app.store.verify import verify
from tests.bench.line import Figure, Goal, run, under
from tests.bench.sync_history import write_history
from tests.bench.sync_host import PERSON, station, until_all
from tests.bench.sync_store import appended_per_s, uploaded_per_s
from tests.bench.sync_window import Job
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.needs import ROOT

HOSTS = 4
OTHERS = 19
"""How much the other stations give way to the one with the window: they are other machines, and share ours here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of everything."""

    stations: int = 20
    acts_per_s: float = 50.0
    act_s: float = 12.0
    idle: int = 100
    idle_s: float = 10.0
    history: int = 200_000
    offline: int = 10
    backlog: int = 20_000
    kills: int = 200
    append: int = 10_000
    samples_s: int = 50


QUICK = Size(
    stations=4,
    acts_per_s=10,
    act_s=2,
    idle=4,
    idle_s=1,
    history=1_000,
    offline=2,
    backlog=200,
    kills=3,
    append=200,
    samples_s=1,
)


@contextmanager
def hosts(database: Database, folder: Path, names: Sequence[str], **told: Any) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that share the stations among them, ready; they end with the block."""
    for name in names:
        database.join(name)
    groups = [group for place in range(HOSTS) if (group := list(names[place::HOSTS]))]
    with ExitStack() as stack:
        children = [stack.enter_context(host(database, folder, group, **told)) for group in groups]
        for child in children:
            said(child)
        yield children


@contextmanager
def host(database: Database, folder: Path, names: Sequence[str], **told: Any) -> Iterator[subprocess.Popen[str]]:
    """One process of stations."""
    words = {"port": database.server.port, "database": database.name, "folder": str(folder), "names": names, **told}
    with process("tests.bench.sync_host", words) as child:
        yield child


@contextmanager
def process(module: str, job: Mapping[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """A process that is told its job in one JSON object; it is ended with the block."""
    command = [sys.executable, "-m", module, json.dumps(job)]
    child = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def said(child: subprocess.Popen[str]) -> dict[str, Any]:
    """The next JSON line of a process."""
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        raise RuntimeError("a process of stations ended")
    found: dict[str, Any] = json.loads(line)
    return found


def begin(children: Sequence[subprocess.Popen[str]]) -> None:
    """Let them start together."""
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()


CASES = 20


async def first_cases(database: Database, folder: Path) -> None:
    """Cases for everybody's notes."""
    database.join("desk-0")
    async with station(database.server.port, database.name, folder / "desk-0", "desk-0") as (core, _):
        await until_all([core])
        await core.identify(Prove(person=PERSON, password=password_of(PERSON)))
        for number in range(CASES):
            await core.send(ReportException(what="1", text=f"Smoke {number}", machine="L1.filler"), PERSON)
        await until_all([core], CASES)


def visible(size: Size) -> Iterator[Figure]:
    """From the moment a person presses the key to the moment another station's screens are told."""
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        asyncio.run(first_cases(database, folder))
        names = [f"desk-{number}" for number in range(1, size.stations + 1)]
        rate = size.acts_per_s / size.stations
        with hosts(database, folder, names, what="act", rate=rate, seconds=size.act_s, place=CASES) as children:
            begin(children)
            answers = [said(child) for child in children]
    sent = {text: at for answer in answers for text, at in answer["sent"].items()}
    seen = {name: at for answer in answers for name, at in answer["seen"].items()}
    took = [
        1000 * (found[text] - at)
        for text, at in sent.items()
        for name, found in seen.items()
        if not text.startswith(f"{name} ") and text in found
    ]
    missing = len(sent) * (len(seen) - 1) - len(took)
    hundredths = statistics.quantiles(took, n=100)
    yield Figure(metric="act_visible_p50_ms", unit="ms", runs=[hundredths[49]], goal=under(150))
    yield Figure(metric="act_visible_p99_ms", unit="ms", runs=[hundredths[98]], goal=under(500))
    yield Figure(metric="acts_not_seen", unit="", runs=[missing], goal=none())


def idle(size: Size) -> Iterator[Figure]:
    """What the server's processes take while nobody does anything."""
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        names = [f"desk-{number}" for number in range(size.idle)]
        with hosts(database, Path(temp), names, what="idle"):
            time.sleep(2.0)
            began_s, before_s = time.monotonic(), database.server.cpu_s()
            time.sleep(size.idle_s)
            share = (database.server.cpu_s() - before_s) / (time.monotonic() - began_s)
    yield Figure(metric="idle_cpu", unit="of a core", runs=[share], goal=under(0.05))


def join(size: Size) -> Iterator[Figure]:
    """A new station takes in the plant's whole history."""
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        places = write_history(database, size.history)
        names = ("new-1", "new-2", "new-3")
        took = [asyncio.run(_joined(database, Path(temp), name, places)) for name in names]
        again = [_restarted(database, Path(temp), name, places) for name in names]
    yield Figure(metric="join_s", unit="s", runs=[one for one, _ in took], goal=under(10))
    yield Figure(metric="join_cpu_s", unit="s", runs=[cpu for _, cpu in took])
    yield Figure(metric="restart_window_s", unit="s", runs=[one["shown_s"] for one in again])
    yield Figure(metric="restart_s", unit="s", runs=[one["complete_s"] for one in again])


async def _joined(database: Database, folder: Path, name: str, places: int) -> tuple[float, float]:
    """How long it takes, and how much of it the station computes: what others on this machine change least."""
    database.join(name)
    began_s, before_s = time.monotonic(), time.process_time()
    async with station(database.server.ports[0], database.name, folder / name, name) as (core, _):
        await until_all([core], places)
        return time.monotonic() - began_s, time.process_time() - before_s


def _restarted(database: Database, folder: Path, name: str, places: int) -> dict[str, float]:
    """From the start of the program to its window, and to the whole picture on it."""
    job = Job(
        port=database.server.ports[0], database=database.name, folder=str(folder / name), name=name, place=places,
        began=time.time(),
    )  # fmt: skip
    with process("tests.bench.sync_window", asdict(job)) as screen:
        found: dict[str, float] = said(screen)["restart"]
    return found


def append(size: Size) -> Iterator[Figure]:
    """Operations a second that the log takes, of one station and of four at once."""
    for names in (("desk-1",), ("desk-1", "desk-2", "desk-3", "desk-4")):
        with fresh_database() as database:
            runs = [appended_per_s(database, names, size.append)]
        yield Figure(metric=f"append_per_s_{len(names)}", unit="1/s", runs=runs)


def samples(size: Size) -> Iterator[Figure]:
    """Rows a second that a station's spool gives to the plant's history."""
    with fresh_database() as database:
        runs = [uploaded_per_s(database, size.samples_s)]
    yield Figure(metric="history_rows_per_s", unit="1/s", runs=runs)


def merge(size: Size) -> Iterator[Figure]:
    """Stations that were offline come back at once; the time takes in that their programs start."""
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        names = [f"desk-{number}" for number in range(size.offline)]
        each = size.backlog // size.offline
        places = asyncio.run(_backlog(database, Path(temp), names, each, _holds))
        began_s = time.monotonic()
        with hosts(database, Path(temp), names, what="idle", place=places):
            took = time.monotonic() - began_s
    yield Figure(metric="merge_s", unit="s", runs=[took], goal=under(60))


def window(size: Size) -> Iterator[Figure]:
    """How late the window of one more station is while ten stations' shifts come in, and while as many holds do."""
    for view, work, name in (("cases", _shifts, ""), ("holds", _holds, "_all_holds")):
        found = _watched(size, view, work)
        for share, goal in (("p99", under(50)), ("max", None)):
            yield Figure(
                metric=f"merge_ui_lateness{name}_{share}_ms", unit="ms", runs=[found["busy"][share]],
                baseline=[found["idle"][share]], goal=goal,
            )  # fmt: skip


def _watched(size: Size, view: str, work: Work) -> dict[str, dict[str, float]]:
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        names = [f"desk-{number}" for number in range(size.offline)]
        places = asyncio.run(_backlog(database, Path(temp), names, size.backlog // size.offline, work))
        database.join("screen")
        job = Job(
            port=database.server.ports[0], database=database.name, folder=str(Path(temp) / "screen"), name="screen",
            place=places, view=view, idle_s=size.act_s / 2,
        )  # fmt: skip
        with process("tests.bench.sync_window", asdict(job)) as screen:
            said(screen)
            with hosts(database, Path(temp), names, what="idle", place=places, nice=OTHERS):
                return said(screen)


Work = Callable[[Core, str, int], Coroutine[Any, Any, None]]
"""What somebody does at a station that is cut off, until it has stored so many operations."""


async def _backlog(database: Database, folder: Path, names: Sequence[str], each: int, work: Work) -> int:
    """What is only stored at its station: made with the cable pulled, at a log that nobody answers at. How much."""
    for name in names:
        database.join(name)
        async with station(database.server.port, database.name, folder / name, name) as (core, _):
            await until_all([core])
            await core.identify(Prove(person=PERSON, password=password_of(PERSON)))
    for name in names:
        async with station(1, database.name, folder / name, name) as (core, _):
            await work(core, name, each)
    return sum(_stored(folder / name) for name in names)


def _stored(folder: Path) -> int:
    journal = SqliteJournal(folder)
    count = journal.head()[0]
    journal.close()
    return count


async def _holds(core: Core, name: str, each: int) -> None:
    """Nothing but holds, of one lot: the most that can be open at once, and every one changes what each row says."""
    units = (HeldUnits(lot="4480-A", product="W-050", first=1, last=9, quantity=Decimal(9)),)
    for start in range(0, each, 200):
        count = min(200, each - start)
        holds = (PlaceHold(units=units, reason_code="seal", reason=f"{name} {start + n}") for n in range(count))
        await asyncio.gather(*(core.send(command, PERSON) for command in holds))


async def _shifts(core: Core, name: str, each: int) -> None:
    """Exceptions from report to closing, a few at a time; the last ones stay open."""
    while core.bus.model.seq + TOGETHER * OF_CASE < each:
        await asyncio.gather(*(_case(core, f"{name} {number}", whole=True) for number in range(TOGETHER)))
    await asyncio.gather(*(_case(core, f"{name} {number}", whole=False) for number in range(TOGETHER)))


TOGETHER = 5
OF_CASE = 20


async def _case(core: Core, name: str, *, whole: bool) -> None:
    stored = await core.send(ReportException(what="1", text=f"Smoke at {name}", machine="L1.filler"), PERSON)
    case = stored.streams[0].partition("/")[2]
    await core.send(OwnCase(case_id=case), PERSON)
    for number in range(OF_CASE - 7):
        await core.send(AddNote(case_id=case, text=f"Note {number} of {name}"), PERSON)
    if whole:
        await core.send(ResolveCase(case_id=case, cause="belt", fix="new belt"), PERSON)
        await core.send(CloseCase(case_id=case), PERSON)


def kills(size: Size) -> Iterator[Figure]:
    """Stations under load are killed at random, and started again; every acknowledged act must be in the log once."""
    with fresh_database() as database, tempfile.TemporaryDirectory() as temp:
        folder = Path(temp)
        asyncio.run(first_cases(database, folder))
        database.join("desk-1")
        acknowledged: list[str] = []
        dice = random.Random(1)
        for life in range(size.kills):
            with host(database, folder, ["desk-1"], what="load", life=life, pause_s=0.002, place=CASES) as child:
                said(child)
                time.sleep(dice.uniform(0.05, 0.4))
                child.kill()
                assert child.stdout is not None
                acknowledged += [
                    line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")
                ]
        asyncio.run(_last(database, folder))
        with database.as_superuser() as connection:
            rows = connection.execute("select payload from lineside.operation where kind = 'NoteAdded'").fetchall()
        texts = [json.loads(str(row[0]))["text"] for row in rows]
        journal = SqliteJournal(folder / "desk-1")
        whole = verify(journal.read()).ok
        journal.close()
    yield Figure(metric="kills", unit="", runs=[size.kills])
    yield Figure(metric="acknowledged", unit="", runs=[len(acknowledged)])
    yield Figure(metric="lost", unit="", runs=[len(set(acknowledged) - set(texts))], goal=none())
    yield Figure(metric="duplicated", unit="", runs=[len(texts) - len(set(texts))], goal=none())
    yield Figure(metric="broken_chains", unit="", runs=[0 if whole else 1], goal=none())


async def _last(database: Database, folder: Path) -> None:
    """What the last life stored goes up too."""
    async with station(database.server.port, database.name, folder / "desk-1", "desk-1") as (core, _):
        await until_all([core], CASES)


def none() -> Goal:
    """Not one."""
    return Goal(text="0", met=lambda value, _: value == 0)


PARTS = (visible, idle, append, samples, join, merge, window, kills)


def measure(size: Size) -> Iterator[Figure]:
    """All of it, one after the other."""
    wanted = [part for part in PARTS if part.__name__ in sys.argv] or list(PARTS)
    for part in wanted:
        yield from part(size)


if __name__ == "__main__":
    run("sync", lambda: measure(QUICK if "--quick" in sys.argv else Size()))
