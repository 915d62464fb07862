"""The plant's log when the network or the server fails: noticed in time, said in words, and right when sent again."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest

from app.domain.errors import KnownError, SharedDownError, SharedRefusedError
from app.store.postgres.address import read_url
from app.store.postgres.log import PostgresLog
from app.store.postgres.private import PrivateCluster
from tests.contract.rigs.postgres import Database, cluster, fresh_database, password_of, prepare
from tests.contract.shared_logs import Desk, opened
from tests.system.proxy import Proxy, proxied

STATION = "desk-1"
LOGIN = "station-desk-1"
SOON_S = 30.0
"""How long a thing may take that is waited for; far more than it does."""


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        made.join(STATION)
        yield made


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateCluster]:
    """A cluster of this file's own, to be killed and frozen."""
    shared = cluster()
    made = PrivateCluster(shared.folder.parent / "killed")
    made.start()
    prepare(made, "plant")
    yield made
    made.remove()


@pytest.fixture(name="plant")
def _plant(server: PrivateCluster) -> Database:
    made = Database(server=server, name="plant")
    made.join(STATION)
    return made


@pytest.fixture(name="desk")
def _desk() -> Desk:
    desk = Desk(STATION)
    desk.step(opened("1"))
    return desk


@pytest.fixture(name="proxy")
async def _proxy() -> AsyncIterator[Proxy]:
    async with proxied(cluster().port) as made:
        yield made


def through(proxy: Proxy, database: Database, call_s: float = 8.0) -> PostgresLog:
    url = f"postgresql://{LOGIN}@127.0.0.1:{proxy.port}/{database.name}"
    return PostgresLog(read_url(url), STATION, partial(password_of, LOGIN), call_s)


async def test_an_answer_that_was_lost_after_the_commit_is_unknown_and_sending_again_makes_one_of_it(
    database: Database, proxy: Proxy, desk: Desk
) -> None:
    log, direct = through(proxy, database, call_s=2.0), database.log(STATION)
    await log.append([])
    proxy.cut(requests=False)
    with pytest.raises(SharedDownError):
        await log.append(desk.operations)
    proxy.heal()
    async with asyncio.timeout(SOON_S):
        while (await direct.status()).last_seq != 1:  # noqa: ASYNC110 - the server's state
            await asyncio.sleep(0.02)
    assert await log.append(desk.operations) == 1
    assert len(await log.feed(0, 10)) == 1
    await log.aclose()
    await direct.aclose()


async def test_a_request_that_never_came_is_unknown_and_sending_again_makes_one_of_it(
    database: Database, proxy: Proxy, desk: Desk
) -> None:
    log = through(proxy, database, call_s=1.0)
    await log.append([])
    proxy.cut()
    began = time.monotonic()
    with pytest.raises(SharedDownError):
        await log.append(desk.operations)
    assert time.monotonic() - began < SOON_S
    proxy.heal()
    assert await log.append(desk.operations) == 1
    await log.aclose()


async def test_a_reset_connection_is_made_anew_by_the_next_call(database: Database, proxy: Proxy) -> None:
    log = through(proxy, database)
    await log.status()
    await log.hint(0.0)
    proxy.reset()
    for call in (log.status, partial(log.hint, 5.0)):
        with pytest.raises(SharedDownError):
            await call()
        await call()
    await log.aclose()


async def test_nobody_there_is_said_in_words_without_the_password(database: Database, proxy: Proxy) -> None:
    log = through(proxy, database, call_s=2.0)
    proxy.close_door()
    with pytest.raises(SharedDownError) as told:
        await log.status()
    assert "can't be reached" in told.value.message
    assert password_of(LOGIN) not in repr(told.value.__context__) + str(told.value)
    await log.aclose()


async def test_a_listener_that_was_thrown_out_says_so_and_listens_again(database: Database) -> None:
    log = database.log(STATION)
    await log.hint(0.0)
    heard = asyncio.ensure_future(log.hint(SOON_S))
    await asyncio.sleep(0)
    with database.as_superuser() as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%%' and datname = %s",
            (database.name,),
        )
    with pytest.raises(SharedDownError):
        await asyncio.wait_for(heard, SOON_S)
    await log.hint(0.0)
    await log.aclose()


async def test_a_call_that_is_cancelled_leaves_a_log_that_works(database: Database, desk: Desk) -> None:
    log = database.log(STATION)
    with database.as_superuser() as blocker:
        blocker.execute("begin")
        blocker.execute("lock table lineside.head in access exclusive mode")
        await log.feed(0, 1)
        call = asyncio.ensure_future(log.append(desk.operations))
        await asyncio.sleep(0.05)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        blocker.execute("rollback")
    assert await log.append(desk.operations) == 1
    await log.aclose()


async def test_who_holds_the_head_for_long_makes_others_wait_and_not_lose(database: Database, desk: Desk) -> None:
    log = database.log(STATION, call_s=1.0)
    await log.status()
    with database.as_superuser() as blocker:
        blocker.execute("begin")
        blocker.execute("lock table lineside.head in exclusive mode")
        with pytest.raises(SharedDownError, match="no answer"):
            await log.append(desk.operations)
        blocker.execute("rollback")
    assert await log.append(desk.operations) == 1
    await log.aclose()


async def test_a_killed_server_has_everything_that_it_answered_when_it_is_back(plant: Database) -> None:
    log = plant.log(STATION)
    desk = Desk(STATION)
    for number in range(20):
        desk.step(opened(f"k-{number}"))
        await log.append(desk.operations[-1:])
    plant.server.kill()
    with pytest.raises(SharedDownError):
        await log.status()
    with pytest.raises(SharedDownError):
        await log.append(desk.operations)
    plant.server.start()
    assert (await log.status()).last_seq == 20
    desk.step(opened("k-last"))
    assert await log.append(desk.operations) == 21
    await log.aclose()


async def test_a_frozen_server_is_given_up_on_within_the_calls_time(plant: Database) -> None:
    log, fresh = plant.log(STATION, call_s=1.0), plant.log(STATION, call_s=1.0)
    await log.status()
    plant.server.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        for each in (log, fresh):
            with pytest.raises(SharedDownError, match="no answer"):
                await each.status()
        assert time.monotonic() - began < SOON_S / 3
    finally:
        plant.server.signal(signal.SIGCONT)
    await log.status()
    for each in (log, fresh):
        await each.aclose()


async def test_a_server_that_takes_no_writes_is_down_not_refusing(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute(f"alter database {database.name} set default_transaction_read_only = on")  # type: ignore[call-overload]
    log = database.log(STATION)
    with pytest.raises(SharedDownError):
        await log.status()
    await log.aclose()


async def test_too_many_clients_is_a_thing_that_passes(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute(f"alter database {database.name} connection limit 0")  # type: ignore[call-overload]
        log = database.log(STATION)
        with pytest.raises(SharedDownError):
            await log.status()
        connection.execute(f"alter database {database.name} connection limit -1")  # type: ignore[call-overload]
    await log.status()
    await log.aclose()


@pytest.mark.parametrize(("found", "word"), [("9999", "newer"), ("0000", "db init")])
async def test_a_log_of_another_schema_is_read_and_not_written(
    database: Database, desk: Desk, found: str, word: str
) -> None:
    with database.as_superuser() as connection:
        connection.execute("update lineside.schema_version set version_num = %s", (found,))
    log = database.log(STATION)
    assert (await log.status()).schema == found
    assert list(await log.feed(0, 10)) == []
    with pytest.raises(SharedRefusedError) as told:
        await log.append(desk.operations)
    assert word in str(told.value)
    await log.aclose()


async def test_a_database_without_the_log_is_refused_with_what_to_do(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("drop schema lineside cascade")
    log = database.log(STATION)
    with pytest.raises(SharedRefusedError) as told:
        await log.status()
    assert "lineside db init" in told.value.todo
    await log.aclose()


@pytest.mark.parametrize("wrong", [{"login": "station-nobody"}, {"database": "nothing"}])
async def test_a_wrong_login_or_database_is_refused_with_what_to_do(database: Database, wrong: dict[str, str]) -> None:
    url = database.server.url(wrong.get("login", LOGIN), wrong.get("database", database.name))
    log = PostgresLog(read_url(url), STATION, partial(password_of, LOGIN))
    with pytest.raises(SharedRefusedError) as told:
        await log.status()
    assert isinstance(told.value, KnownError)
    assert told.value.todo
    assert password_of(LOGIN) not in str(told.value)
    await log.aclose()


async def test_a_commit_that_the_standby_did_not_confirm_is_not_yet_safe(database: Database, desk: Desk) -> None:
    """The server says it with a warning, and nothing else: here a function of ours says the same."""
    with database.as_superuser() as connection:
        connection.execute(
            "create function lineside.warns() returns trigger language plpgsql as "
            "$$ begin raise warning 'might not have been replicated' using errcode = '01000'; return null; end $$"
        )
        connection.execute("create trigger warns after update on lineside.head execute function lineside.warns()")
    log = database.log(STATION)
    with pytest.raises(SharedDownError, match="standby"):
        await log.append(desk.operations)
    with database.as_superuser() as connection:
        connection.execute("drop trigger warns on lineside.head")
    assert await log.append(desk.operations) == 1
    await log.aclose()
