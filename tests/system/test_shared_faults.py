"""What one server of the plant's log, or the way to it, can do to stations at work (fault plan, rows 33 to 41).

Each time: the station says so in words, goes on working, and nothing is lost or there twice afterwards.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.domain.operation import Operation
from app.readmodel import model as m
from app.store.postgres.private import PrivateCluster
from app.store.postgres.revision import REVISION
from app.store.postgres.wire import to_json
from tests.contract.rigs.postgres import Database, cluster, fresh_database, password_of, prepare
from tests.contract.shared_logs import Desk, opened
from tests.needs import lacking
from tests.system.plantwide import Station, plant_of
from tests.system.station import until
from tests.system.writers import Writer, a_case, figures, notes

NOTICED_S = 12.0
"""What it may take here at most until a dead link is noticed; the goal is four seconds."""


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


@asynccontextmanager
async def one_station(database: Database, folder: Path) -> AsyncIterator[Writer]:
    """A station with somebody who writes on a case."""
    async with plant_of(database, folder, ("desk-1",)) as (station,):
        await station.sits("silva")
        yield Writer(station, await a_case(station))


def said(station: Station) -> str:
    """What the station says of the plant's log."""
    return station.core.station.status.shared.reason


def run(database: Database, statement: str) -> None:
    """A superuser's statement; {} is the database's name."""
    with database.as_superuser() as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(database.name)))


def throw_out(database: Database, which: str = "usename like 'station-%'") -> None:
    """End connections of stations."""
    with database.as_superuser() as connection:
        connection.execute(
            f"select pg_terminate_backend(pid) from pg_stat_activity where {which} and datname = current_database()"
        )


async def stands_once(database: Database, writer: Writer) -> None:
    """In the end everything is shared, once."""
    await until(lambda: writer.station.shared)
    with database.as_superuser() as connection:
        assert notes(connection) == dict.fromkeys(writer.written, 1)


# --- row 33: commit unknown -------------------------------------------------------------------------------------------


async def test_a_commit_whose_answer_was_lost_makes_one_row(database: Database, tmp_path: Path) -> None:
    async with one_station(database, tmp_path) as writer:
        for _ in range(9):
            if await loses_an_answer(database, writer):
                break
        else:
            pytest.fail("no answer to an append was lost")
        await stands_once(database, writer)


async def loses_an_answer(database: Database, writer: Writer) -> bool:
    """Write a note with answers cut: whether the server has it then, or the cut came while another call was out."""
    (proxy,) = writer.station.proxies
    await asyncio.sleep(0.3)  # let the last round end: then the next call is the note's
    proxy.cut(requests=False)
    await writer.write()
    await until(lambda: writer.station.away)
    assert not writer.station.shared
    with database.as_superuser() as connection:
        unknown = notes(connection)[writer.written[-1]] == 1
    proxy.reset()
    proxy.heal()
    await until(lambda: writer.station.shared)
    return unknown


# --- row 34: the server stands still, or swallows everything ----------------------------------------------------------


@pytest.fixture(name="own_server", scope="module")
def _own_server() -> Iterator[PrivateCluster]:
    made = PrivateCluster(cluster().folder.parent / "stopped")
    made.start()
    prepare(made, "plant")
    yield made
    made.remove()


async def noticed(writer: Writer, what: str) -> None:
    """The station notices in time, and meanwhile takes what people do at its usual pace."""
    began_s = time.monotonic()
    longest_s, lateness_s = 0.0, 0.0
    while not writer.station.away:
        at_s = time.monotonic()
        await writer.write()
        longest_s = max(longest_s, time.monotonic() - at_s)
        at_s = time.monotonic()
        await asyncio.sleep(0.02)
        lateness_s = max(lateness_s, time.monotonic() - at_s - 0.02)
        assert time.monotonic() - began_s < NOTICED_S
    figures(
        row=34, what=what, detect_s=time.monotonic() - began_s, written=len(writer.written),
        command_max_s=longest_s, loop_late_max_s=lateness_s,
    )  # fmt: skip
    assert "no answer" in said(writer.station)
    assert writer.station.core.station.status.shared.waiting == len(writer.written)


async def test_a_server_that_stands_still_is_noticed_while_people_work_on(
    own_server: PrivateCluster, tmp_path: Path
) -> None:
    database = Database(server=own_server, name="plant")
    async with one_station(database, tmp_path) as writer:
        own_server.signal(signal.SIGSTOP)
        try:
            await noticed(writer, "server stopped")
        finally:
            own_server.signal(signal.SIGCONT)
        await stands_once(database, writer)


async def test_a_line_that_swallows_everything_is_noticed_while_people_work_on(
    database: Database, tmp_path: Path
) -> None:
    async with one_station(database, tmp_path) as writer:
        (proxy,) = writer.station.proxies
        proxy.cut()
        await noticed(writer, "line swallows everything")
        proxy.heal()
        await stands_once(database, writer)


async def test_an_idle_station_notices_a_dead_line_too(database: Database, tmp_path: Path) -> None:
    async with one_station(database, tmp_path) as writer:
        (proxy,) = writer.station.proxies
        began_s = time.monotonic()
        proxy.cut()
        await until(lambda: writer.station.away)
        detect_s = time.monotonic() - began_s
        figures(row=34, what="idle, line swallows everything", detect_s=detect_s)
        assert detect_s < NOTICED_S
        proxy.heal()
        await until(lambda: writer.station.shared)


# --- rows 35, 40, 41: no room, another schema, no writes, no disk -----------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "mend", "words"),
    [
        ("alter database {} connection limit 0", "alter database {} connection limit -1", "no room for another"),
        (
            "alter database {} set default_transaction_read_only = on",
            "alter database {} reset default_transaction_read_only",
            "takes writes",
        ),
    ],
    ids=["too many clients", "read-only"],
)
async def test_a_server_that_lets_nobody_in_or_takes_no_writes_is_away_until_it_does_again(
    database: Database, tmp_path: Path, spoil: str, mend: str, words: str
) -> None:
    async with one_station(database, tmp_path) as writer:
        with database.as_superuser() as connection:
            connection.execute(sql.SQL(spoil).format(sql.Identifier(database.name)))
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'station-%'")
            await writer.write()
            await until(lambda: words in said(writer.station))
            assert not writer.station.shared
            connection.execute("set transaction_read_only = off")
            connection.execute(sql.SQL(mend).format(sql.Identifier(database.name)))
        await stands_once(database, writer)


@pytest.mark.parametrize("found", ["9999", "0000"], ids=["newer", "older"])
async def test_a_log_of_another_schema_is_read_and_keeps_waiting_what_is_done_here(
    database: Database, tmp_path: Path, found: str
) -> None:
    async with one_station(database, tmp_path) as writer:
        database.join("desk-2")
        run(database, f"update lineside.schema_version set version_num = '{found}'")
        throw_out(database)
        await writer.write()
        await until(lambda: "only reads" in said(writer.station))
        desk = Desk("desk-2")
        desk.step(opened("elsewhere"))
        append(database, "station-desk-2", desk.operations)
        await until(lambda: m.case(writer.station.model, "elsewhere"))
        assert writer.station.core.station.status.shared.waiting == 1
        run(database, f"update lineside.schema_version set version_num = '{REVISION}'")
        await stands_once(database, writer)


def append(database: Database, login: str, operations: list[Operation]) -> None:
    """What a station of that login sends, whatever program it runs."""
    with database.as_login(login) as connection:
        connection.execute("select lineside.append(%s)", (to_json(operations),))


@pytest.fixture(name="small_disk")
def _small_disk() -> Iterator[Path]:
    """A disk of its own for a server, where the system lets us mount one."""
    place = cluster().folder.parent / "disk"
    place.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        lacking("only root may mount a small disk")
    place.chmod(0o755)
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_of_the_server_loses_nothing(small_disk: Path, tmp_path: Path) -> None:
    server = PrivateCluster(small_disk / "data", {"wal_recycle": "off", "max_wal_size": "48MB", "min_wal_size": "32MB"})
    server.start()
    try:
        prepare(server, "plant")
        database = Database(server=server, name="plant")
        async with one_station(database, tmp_path) as writer:
            fill(small_disk / "ballast")
            for _ in range(80):
                await writer.write(filling="x" * 1_900)
            await until(lambda: writer.station.away)
            assert "disk" in said(writer.station) or "can't be reached" in said(writer.station)
            assert writer.station.core.station.status.shared.waiting
            (small_disk / "ballast").unlink()
            server.kill()  # out of room for its log it ends by itself; who mends it starts it again
            server.start()
            await stands_once(database, writer)
    finally:
        server.remove()


def fill(ballast: Path) -> None:
    """Take all the room there is."""
    with contextlib.suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(65_536))
            file.flush()


# --- rows 36, 37, 39: others in the way -------------------------------------------------------------------------------


async def test_somebody_who_leaves_a_transaction_open_is_thrown_out_and_the_others_go_on(
    database: Database, tmp_path: Path
) -> None:
    database.join("desk-9")
    url, password = database.url("station-desk-9"), password_of("station-desk-9")
    async with one_station(database, tmp_path) as writer:
        idler = await psycopg.AsyncConnection.connect(url, password=password)
        await idler.execute("select lineside.append('[]')")  # the head of the log is theirs until they commit
        began_s = time.monotonic()
        await writer.write()
        assert writer.station.core.station.status.shared.waiting == 1
        await until(lambda: writer.station.shared)
        figures(row=36, feed_lag_s=time.monotonic() - began_s)
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            await idler.execute("select 1")
        await idler.close()
        await stands_once(database, writer)


async def test_a_listener_that_is_cut_off_misses_none_of_a_thousand_changes(database: Database, tmp_path: Path) -> None:
    desk = Desk("desk-2")
    for number in range(1000):
        desk.step(opened(f"gap-{number}"))
    database.join("desk-2")
    async with one_station(database, tmp_path) as writer:
        throw_out(database, "query ilike 'listen%'")
        with database.as_login("station-desk-2") as connection:
            for start in range(0, 1000, 100):
                connection.execute("select lineside.append(%s)", (to_json(desk.operations[start : start + 100]),))
        await until(lambda: m.case(writer.station.model, "gap-999"))
        missed = [n for n in range(1000) if m.case(writer.station.model, f"gap-{n}") is None]
        figures(row=37, missed=len(missed))
        assert missed == []


@pytest.mark.parametrize("state", ["40001", "40P01", "55P03"], ids=["serialization", "deadlock", "lock timeout"])
async def test_a_step_that_lost_against_another_one_is_tried_again_and_stands_once(
    database: Database, tmp_path: Path, state: str
) -> None:
    async with one_station(database, tmp_path) as writer:
        run(database, "create sequence lineside.tries")
        run(database, "grant usage on sequence lineside.tries to public")
        run(
            database,
            "create function lineside.loses() returns trigger language plpgsql as $$ begin "
            f"if nextval('lineside.tries') <= 2 then raise exception 'lost' using errcode = '{state}'; end if; "
            "return new; end $$",
        )
        run(database, "create trigger loses before update on lineside.head execute function lineside.loses()")
        await writer.write()
        await stands_once(database, writer)
        with database.as_superuser() as connection:
            rows = connection.execute("select last_value - 1 from lineside.tries").fetchall()
        figures(row=39, state=state, retries=rows[0][0])
        assert rows[0][0] >= 2
