"""The plant's pair of servers, made and mended by the scripts that plant IT has: what a failover costs, and heals.

Fault plan, rows 30, 31, 32 and 42. Figures are printed (pytest -s); times are bounded far above their goals.
"""

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from app.readmodel import model as m
from tests.contract.rigs.postgres import Database, fill
from tests.contract.rigs.postgres_pair import DATABASE, Pair, bare_node, pair_of_servers
from tests.system.plantwide import converged, plant_of
from tests.system.station import until
from tests.system.test_plantwide import release, to_release
from tests.system.writers import Writer, a_case, figures, notes, writing

OUTAGE_S = 30.0
"""What a failover may take here at most; the goal is five seconds."""
NAMES = ("desk-1", "desk-2")
WAITS = "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and usename like 'station-%'"
CANCEL = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"


@pytest.fixture(name="pair")
def _pair() -> Iterator[Pair]:
    with plant_pair() as made:
        yield made


@contextmanager
def plant_pair(*, standby: bool = True) -> Iterator[Pair]:
    with pair_of_servers(standby=standby) as made:
        fill(made, DATABASE)
        yield made


def database_of(pair: Pair) -> Database:
    return Database(server=pair, name=DATABASE)


def count(connection: psycopg.Connection, statement: str) -> int:
    rows = connection.execute(statement).fetchall()
    return int(rows[0][0])


async def test_a_killed_primary_costs_seconds_and_nothing_that_was_shared(pair: Pair, tmp_path: Path) -> None:
    pair.first.run("synchronous.sh", "on")
    async with plant_of(database_of(pair), tmp_path, NAMES) as stations:
        for station in stations:
            await station.sits("silva")
        async with writing(stations) as writers:
            await until(lambda: all(len(writer.shared) >= 10 for writer in writers))
            killed_s = time.monotonic()
            await asyncio.to_thread(pair.first.kill)
            await asyncio.to_thread(pair.second.run, "promote.sh")
            promoted_s = time.monotonic()
            await until(lambda: all(writer.since(promoted_s) for writer in writers))
        await converged(stations)
        with pair.second.as_superuser() as connection:
            found = notes(connection)
            assert connection.execute("show synchronous_standby_names").fetchone() == ("",)  # else every write hangs
        shared = [text for writer in writers for text in writer.shared]
        outage_s = max(min(writer.since(promoted_s)) for writer in writers) - killed_s
        figures(
            row=30, shared=len(shared), lost=len([text for text in shared if not found[text]]),
            duplicated=sum(times - 1 for times in found.values()), failover_outage_s=outage_s,
            promote_s=promoted_s - killed_s,
        )  # fmt: skip
        assert [text for text in shared if not found[text]] == []
        assert set(found.values()) == {1}
        assert outage_s < OUTAGE_S
        await the_old_primary_comes_back(pair, writers[0])


async def test_a_primary_that_hangs_is_replaced_and_does_not_come_back_as_a_second_one(
    pair: Pair, tmp_path: Path
) -> None:
    pair.first.run("synchronous.sh", "on")
    async with plant_of(database_of(pair), tmp_path, NAMES[:1]) as (station,):
        await station.sits("silva")
        writer = Writer(station, await a_case(station))
        await writer.share()
        hung_s = time.monotonic()
        pair.first.signal(signal.SIGSTOP)
        await writer.write()
        await until(lambda: station.away)
        await asyncio.to_thread(pair.second.run, "promote.sh")
        promoted_s = time.monotonic()
        await until(lambda: station.shared)
        figures(row=30, what="primary hangs", after_promotion_s=time.monotonic() - promoted_s,
                failover_outage_s=time.monotonic() - hung_s)  # fmt: skip
        station.proxies[0].close_door()  # the switch port
        pair.first.signal(signal.SIGCONT)
        assert "both servers are primaries" in pair.second.tried("check.sh").said
        await the_old_primary_comes_back(pair, writer)
        with pair.second.as_superuser() as connection:
            assert notes(connection) == dict.fromkeys(writer.written, 1)


async def the_old_primary_comes_back(pair: Pair, writer: Writer) -> None:
    """It does not start as a second primary; as a standby it follows, and what is shared is on both again."""
    assert (await asyncio.to_thread(pair.first.tried, "guard.sh")).code == 1
    await asyncio.to_thread(pair.first.run, "rejoin.sh")
    await asyncio.to_thread(pair.second.run, "synchronous.sh", "on")
    assert "commits wait for a" in await asyncio.to_thread(pair.second.run, "check.sh")
    await writer.share()
    with pair.first.as_superuser() as connection:
        assert notes(connection)[writer.written[-1]] == 1


async def test_what_an_asynchronous_failover_lost_is_sent_again_by_the_stations(pair: Pair, tmp_path: Path) -> None:
    async with plant_of(database_of(pair), tmp_path, NAMES) as stations:
        for station in stations:
            await station.sits("silva")
        async with writing(stations) as writers:
            await until(lambda: all(len(writer.shared) >= 5 for writer in writers))
            partition(pair)
            cut_s = time.monotonic()
            await until(lambda: all(len(writer.since(cut_s)) >= 20 for writer in writers))
            with pair.first.as_superuser() as connection:
                had = notes(connection)
            await asyncio.to_thread(pair.first.kill)
            with pair.second.as_superuser() as connection:
                lost = sum((had - notes(connection)).values())
            await asyncio.to_thread(pair.second.run, "promote.sh")
            promoted_s = time.monotonic()
            await until(lambda: all(writer.since(promoted_s) for writer in writers))
        await converged(stations)
        with pair.second.as_superuser() as connection:
            found = notes(connection)
        healed = sum(station.core.station.status.shared.healed for station in stations)
        written = [text for writer in writers for text in writer.written]
        missing = [text for text in written if not found[text]]
        duplicated = sum(times - 1 for times in found.values())
        figures(row=31, lost_by_the_failover=lost, healed=healed, missing=len(missing), duplicated=duplicated)
        assert lost >= 20
        assert healed >= lost
        assert missing == []
        assert set(found.values()) == {1}


async def test_a_release_whose_signature_a_failover_lost_frees_nothing_and_somebody_decides(
    pair: Pair, tmp_path: Path
) -> None:
    async with plant_of(database_of(pair), tmp_path, NAMES) as stations:
        first, second = stations
        await first.sits("silva", "brandt")
        hold_id = await to_release(first)
        await converged(stations)
        await asyncio.to_thread(until_replayed, pair)
        partition(pair)
        await release(first, hold_id)
        await converged(stations)
        assert m.held(second.model) == frozenset()
        await asyncio.to_thread(pair.first.kill)
        await asyncio.to_thread(pair.second.run, "promote.sh")
        await until(lambda: first.core.station.status.shared.healed)
        await converged(stations)
        assert m.held(first.model) == m.held(second.model) == {"4480-A"}
        refused = m.open_refusals(second.model)
        assert "HoldReleased" in {each.kind for each in refused}
        assert all("signature" in each.reason for each in refused)


def until_replayed(pair: Pair) -> None:
    """The standby has all that the primary has."""
    behind = "select count(*) from pg_stat_replication where replay_lsn < pg_current_wal_lsn()"
    with pair.first.as_superuser() as connection:
        while count(connection, behind):
            time.sleep(0.05)


def partition(pair: Pair) -> None:
    """The standby hears nothing of the primary any more."""
    with pair.second.as_superuser("postgres") as connection:
        connection.execute("alter system set primary_conninfo = ''")
        connection.execute("select pg_reload_conf()")
        while count(connection, "select count(*) from pg_stat_wal_receiver"):
            time.sleep(0.05)


async def test_without_its_standby_nothing_is_called_shared_until_somebody_degrades(pair: Pair, tmp_path: Path) -> None:
    pair.first.run("synchronous.sh", "on")
    async with plant_of(database_of(pair), tmp_path, NAMES[:1]) as (station,):
        await station.sits("silva")
        writer = Writer(station, await a_case(station))
        assert "two would split the plant" in pair.second.tried("promote.sh").said
        pair.second.kill()
        began_s = time.monotonic()
        await writer.write()
        assert station.core.station.status.shared.waiting == 1
        shown_s = time.monotonic() - began_s
        with pair.first.as_superuser() as connection:
            await until(lambda: count(connection, WAITS))
            assert connection.execute(CANCEL).fetchall()  # the commit returns: with a warning, and on one server only
            await until(lambda: station.away)
            known_s = time.monotonic() - began_s
            await until(lambda: count(connection, WAITS))  # what is asked before it is called shared
        await writer.write()
        assert station.core.station.status.shared.waiting == 2
        assert pair.first.tried("check.sh").code == 1
        await asyncio.to_thread(pair.first.run, "synchronous.sh", "off")
        await until(lambda: station.shared)
        await asyncio.to_thread(pair.second.start)
        await until(lambda: pair.first.tried("synchronous.sh", "on").code == 0)
        await writer.share()
        with pair.second.as_superuser() as connection:
            assert notes(connection) == dict.fromkeys(writer.written, 1)
        figures(row=32, stored_here_shown_s=shown_s, said_to_be_away_s=known_s, falsely_shared=0)


async def test_a_log_restored_from_an_older_backup_gets_from_the_stations_what_it_lacks(tmp_path: Path) -> None:
    with plant_pair(standby=False) as pair:
        async with plant_of(database_of(pair), tmp_path, NAMES) as stations:
            for station in stations:
                await station.sits("silva")
            async with writing(stations) as writers:
                await until(lambda: all(len(writer.shared) >= 5 for writer in writers))
                backup = (await asyncio.to_thread(pair.first.run, "backup.sh", str(pair.folder / "a"))).split()[-1]
                taken_s = time.monotonic()
                await until(lambda: all(len(writer.since(taken_s)) >= 20 for writer in writers))
                await asyncio.to_thread(pair.first.run, "restore.sh", backup)
                restored_s = time.monotonic()
                await until(lambda: all(writer.since(restored_s) for writer in writers))
            await converged(stations)
            with pair.first.as_superuser() as connection:
                found = notes(connection)
            healed = sum(station.core.station.status.shared.healed for station in stations)
            figures(row=42, healed=healed, missing=sum(len(w.written) for w in writers) - len(found))
            assert healed >= 40
            assert set(found) == {text for writer in writers for text in writer.written}
            assert set(found.values()) == {1}


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("TLS", "off", "only for a server that listens on loopback"),
        ("PEER_NODE", "b; drop", "can't name a server"),
        ("PASSFILE", "/tmp/a file", "a quote, a backslash or a space"),
        ("STATIONS_NET", "", "STATIONS_NET is not set"),
    ],
)
def test_settings_that_would_open_or_break_a_server_are_refused(setting: str, value: str, words: str) -> None:
    with bare_node(**{"LISTEN": "*", setting: value}) as node:
        for script in ("make-primary.sh", "check.sh"):
            ran = node.tried(script)
            assert (ran.code, words in ran.said) == (1, True), ran.said
