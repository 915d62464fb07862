"""The plant's log against people with psql: the database itself refuses, and what a superuser changes is found."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import psycopg
import pytest
from psycopg import errors

from app.domain import events as e
from app.domain.chain import GENESIS
from app.domain.operation import SharedOperation, place_hash
from app.store.postgres.log import PostgresLog
from app.store.postgres.wire import presence, to_json
from app.store.shared_chain import verify_shared
from tests.contract.rigs.postgres import Database, fresh_database, password_of
from tests.contract.shared_logs import Desk, hold, note, opened

DENIED = (errors.InsufficientPrivilege, errors.UndefinedFunction)


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        made.join("desk-1")
        yield made


@pytest.fixture(name="log")
async def _log(database: Database) -> AsyncIterator[PostgresLog]:
    """The log with a case, a hold and a note in it."""
    made = database.log("desk-1")
    desk = Desk("desk-1")
    await made.prove("silva", password_of("silva"))
    desk.step(opened("1"))
    desk.step(hold("1"), "silva")
    desk.step(note("1"), "silva")
    await made.append(desk.operations)
    yield made
    await made.aclose()


def forged() -> str:
    """A release as the quality lead's, made by hand."""
    desk = Desk("desk-1")
    desk.step(e.HoldReleased(hold_id="1", seen_version=1), "brandt")
    return to_json(desk.operations).replace("'", "''")


WRITES = (
    "insert into lineside.{} default values",
    "delete from lineside.{}",
    "truncate lineside.{}",
    "table lineside.{}",
)
ACTS = (
    f"select lineside.append('{forged()}')",
    "update lineside.operation set payload = '{}'",
    "update lineside.person set lines = '{}'",
    "insert into lineside.proof values ('brandt', 'desk-1', now())",
    "insert into lineside.permission values ('HoldReleased', 'operator')",
    "select lineside.write_operation(null, 9, 'applied', '', 1, '')",
    "select lineside.take(null, true)",
    "select lineside.put_person('silva', 'Rui Silva', '{}')",
    "select lineside.remove_person('brandt')",
    "select lineside.join_station('desk-9', 'silva', 1000)",
    "select lineside.set_second_person('HoldReleased', false)",
    "select lineside.people()",
    "select lineside.take_duty(10)",
    "select lineside.attend('brandt', 'hold/1', true)",
    "set role lineside_owner",
    "set role lineside_station",
    "set role lineside_role_quality_lead",
    "set role brandt",
    "set session authorization brandt",
    "grant lineside_role_quality_lead to silva",
    "alter role silva superuser",
    "create role mine login",
    "create function lineside.mine() returns int language sql as 'select 1'",
    "create table lineside.mine ()",
    "alter table lineside.operation disable trigger all",
    "drop schema lineside cascade",
)


def tables(database: Database) -> list[str]:
    """Every table of the log."""
    with database.as_superuser() as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'lineside'").fetchall()
    assert len(rows) > 10
    return [str(row[0]) for row in rows]


@pytest.mark.parametrize("person", ["silva", "brandt"])
def test_no_person_gets_past_the_functions_with_sql_of_their_own(database: Database, person: str) -> None:
    statements = [write.format(table) for table in tables(database) for write in WRITES]
    statements += [act for act in ACTS if person != "brandt" or "role_quality_lead" not in act]
    through = []
    with database.as_login(person) as connection:
        for statement in statements:
            with contextlib.suppress(*DENIED, errors.InvalidAuthorizationSpecification):
                connection.execute(statement)  # type: ignore[call-overload]
                through.append(statement)
            connection.execute("reset role")
    assert through in ([], ["set role brandt", "set session authorization brandt"])
    assert not through or person == "brandt", "only oneself one may be"


def test_a_stations_own_login_gets_no_table_and_is_nobodys_author(database: Database) -> None:
    with database.as_login("station-desk-1") as connection:
        for table in tables(database):
            for write in WRITES:
                with pytest.raises(DENIED):
                    connection.execute(write.format(table))  # type: ignore[call-overload]
        for act in (
            "select lineside.prove('desk-1')",
            "select lineside.sign('desk-1','HoldReleased','hold/1','m','s')",
        ):
            with pytest.raises(DENIED):
                connection.execute(act)


def test_the_public_has_nothing(database: Database) -> None:
    with database.as_superuser() as connection:
        open_to_all = connection.execute(
            "select proname from pg_proc where pronamespace = 'lineside'::regnamespace "
            "and has_function_privilege('public', oid, 'execute')"
        ).fetchall()
        loose = connection.execute(
            "select proname from pg_proc where pronamespace = 'lineside'::regnamespace and prosecdef "
            "and not coalesce(proconfig::text, '') like '%search_path=lineside, pg_temp%'"
        ).fetchall()
    assert open_to_all == []
    assert loose == [], "a function with its owner's rights looks names up only where its owner wrote"


FUNCTIONS = {
    "lineside_person": {"feed", "status", "prove", "sign"},
    "lineside_reader": {"trend", "history_span"},
    "lineside_station": {
        "append", "feed", "status", "settings", "take_duty", "leave_duty", "attend", "stations_seen", "projected",
        "project", "history_tags", "take_history", "leave_history", "keep_samples", "lose_history", "drop_old_history",
        "history_span", "trend", "plant_versions", "plant_last", "plant_text", "plant_stations", "running_plant",
    },
    "lineside_admin": {
        "feed", "status", "settings", "join_station", "put_person", "remove_person", "people", "stations",
        "set_second_person", "project_anew", "keep_history", "drop_old_history", "publish_plant", "plant_versions",
        "plant_last", "plant_text", "plant_stations",
    },
}  # fmt: skip
"""What each group may call. A function that is new gets a place here, or nobody may call it."""


def test_each_group_may_call_its_own_functions_and_no_other(database: Database) -> None:
    with database.as_superuser() as connection:
        for group, wanted in FUNCTIONS.items():
            rows = connection.execute(
                "select proname from pg_proc where pronamespace = 'lineside'::regnamespace "
                "and has_function_privilege(%s, oid, 'execute')",
                (group,),
            ).fetchall()
            assert {row[0] for row in rows} == wanted, group


@pytest.mark.parametrize("payload", ["[" * 7_900, "no JSON", "1", "[1, 2]", '{"a": 1}'])
def test_what_any_login_may_notify_stations_of_is_read_or_left_alone(payload: str) -> None:
    assert presence(payload) is None


def test_a_person_signs_in_their_own_name_only(database: Database) -> None:
    with database.as_login("silva") as connection:
        with pytest.raises(errors.DatabaseError, match="role does not allow"):
            connection.execute("select lineside.sign('desk-1', 'HoldReleased', 'hold/1', 'I release it', 's')")
        connection.execute("select lineside.prove('desk-1')")
    with database.as_superuser() as connection:
        assert connection.execute("select person from lineside.proof").fetchall() == [("silva",)]


def test_a_closed_login_proves_nothing_more(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("select lineside.remove_person('silva')")
    with database.as_login("silva") as connection, pytest.raises(errors.DatabaseError, match="not among the people"):
        connection.execute("select lineside.prove('desk-1')")


async def everything(log: PostgresLog) -> list[SharedOperation]:
    return list(await log.feed(0, 5000))


async def test_a_log_that_nobody_touched_is_whole(log: PostgresLog) -> None:
    head = await log.status()
    verdict = verify_shared(await everything(log), [(0, GENESIS), (1, (await log.feed(0, 1))[0].place_hash)])
    assert verdict.ok
    assert (verdict.count, verdict.head, verdict.stations) == (3, head.place_hash, 1)


@pytest.mark.parametrize(
    ("change", "place", "word"),
    [
        ("update lineside.operation set payload = replace(payload, 'leaking', 'fine') where place = 2", 2, "changed"),
        ("update lineside.operation set person = 'okafor' where place = 2", 2, "changed"),
        ("update lineside.operation set outcome = 'refused' where place = 2", 2, "outcome"),
        ("update lineside.operation set version = 7 where place = 2", 2, "version"),
        ("update lineside.operation set server_at = server_at - interval '1 hour' where place = 2", 2, "time"),
        ("update lineside.operation set reason = 'nobody may' where place = 2", 2, "reason"),
        ("update lineside.operation set place_hash = 'x' where place = 2", 2, "chain"),
        ("delete from lineside.operation where place = 2", 2, "missing"),
        ("delete from lineside.operation where place = 3", 3, "gone"),
        ("truncate lineside.operation", 1, "gone"),
    ],
)
async def test_what_a_superuser_changes_is_found_and_named(
    database: Database, log: PostgresLog, change: str, place: int, word: str
) -> None:
    head = await log.status()
    with database.as_superuser() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    verdict = verify_shared(await everything(log), [(head.place, head.place_hash)])
    assert verdict.bad_place == place
    assert word in verdict.reason


async def test_a_superuser_who_writes_the_whole_chain_anew_is_found_by_a_stations_head(
    database: Database, log: PostgresLog
) -> None:
    head = await log.status()
    rows = await everything(log)
    desk = Desk("desk-1")
    desk.step(opened("1"))
    desk.step(hold("2"), "silva")
    desk.step(note("1"), "silva")
    before = GENESIS
    with database.as_superuser() as connection:
        for row, new in zip(rows, desk.operations, strict=True):
            before = place_hash(before, replace(row, operation=new))
            connection.execute(
                "update lineside.operation set payload=%s, stream=%s, strand=%s, prev_hash=%s, hash=%s, place_hash=%s "
                "where place=%s",
                (new.payload, new.stream, new.strand, new.prev_hash, new.hash, before, row.place),
            )
    now = await everything(log)
    assert verify_shared(now).ok, "by itself the new chain is whole"
    verdict = verify_shared(now, [(head.place, head.place_hash)])
    assert verdict.bad_place == 3
    assert "written anew" in verdict.reason


def test_who_is_no_login_of_the_log_reads_nothing(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("do $$ begin create role passerby login password 'passerby and a secret'; "
                           "exception when duplicate_object then null; end $$")  # fmt: skip
    with database.as_login("passerby") as connection:
        for act in ("select * from lineside.feed(0, 1)", "select lineside.status()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(act)  # type: ignore[call-overload]
