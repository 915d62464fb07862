"""Making the plant's log: twice, by many at once, by somebody who is no superuser, and over what a plant has set."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import psycopg
import pytest
from psycopg import sql

from app.domain.errors import RefusedError, SharedRefusedError
from app.domain.events import EVENT_TYPES
from app.domain.people import Person, Role
from app.store.postgres import logins, schema
from app.store.postgres.address import Address, read_url
from app.store.postgres.revision import REVISION
from tests.contract.rigs.postgres import Database, cluster, fresh_database, password_of

_numbers = count(1)


@pytest.fixture(name="empty")
def _empty() -> Iterator[str]:
    """The name of a database with nothing in it."""
    name = sql.Identifier(f"empty_{next(_numbers)}")
    with psycopg.connect(cluster().superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(name))
        yield name.as_string().strip('"')
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture(name="database")
def _database() -> Iterator[Database]:
    with fresh_database() as made:
        yield made


def superuser(name: str) -> Address:
    return read_url(cluster().superuser_url(name))


def test_a_log_is_made_once_however_often_and_by_however_many_at_once(empty: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        revisions = list(pool.map(lambda _: schema.init(superuser(empty)), range(4)))
    assert revisions == [REVISION] * 4
    with schema.connected(superuser(empty)) as connection:
        kinds = connection.execute("select count(*) from lineside.kind").fetchone()
        rights = connection.execute("select kind, role from lineside.permission").fetchall()
    assert kinds == (len(EVENT_TYPES),)
    assert {(row[0], row[1]) for row in rights} == schema.permission_rows()


def test_who_may_make_roles_and_owns_the_database_makes_the_log_and_can_t_touch_it_afterwards(empty: str) -> None:
    with psycopg.connect(cluster().superuser_url(), autocommit=True) as connection:
        connection.execute("drop role if exists plant_it")
        connection.execute(
            sql.SQL("create role plant_it login createrole password {}").format(sql.Literal(password_of("plant_it")))
        )
        connection.execute(sql.SQL("alter database {} owner to plant_it").format(sql.Identifier(empty)))
    address = read_url(cluster().url("plant_it", empty))
    password = password_of("plant_it")
    assert schema.init(address, password) == REVISION
    assert schema.init(address, password) == REVISION
    with schema.connected(address, password) as connection:
        logins.add_station(connection, "desk-it", "secret of it")
        assert [each.name for each in logins.stations(connection)] == ["desk-it"]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("table lineside.operation")


def test_a_log_that_is_newer_is_left_as_it_is(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("update lineside.schema_version set version_num = '9999'")
        connection.execute("delete from lineside.permission")
        with pytest.raises(SharedRefusedError, match="newer"):
            schema.init(database.superuser)
        assert connection.execute("select count(*) from lineside.permission").fetchone() == (0,)
    assert "9999" in schema.check(database.superuser)[0]


def test_a_setting_of_the_plant_survives_an_update(database: Database) -> None:
    with database.as_superuser() as connection:
        connection.execute("select lineside.set_second_person('HoldReleased', true)")
        schema.init(database.superuser)
        wanted = connection.execute("select kind from lineside.kind where second_person").fetchall()
    assert wanted == [("HoldReleased",)]


def test_a_check_names_who_has_no_role(database: Database) -> None:
    with database.as_superuser() as connection:
        logins.put_person(connection, Person(id="ghost", name="A Ghost", roles=frozenset()))
    assert any(fault.startswith("ghost has no login") for fault in schema.check(database.superuser))


def test_a_person_has_the_roles_that_were_set_last(database: Database) -> None:
    who = Person(id="changing", name="Cy Changing", roles=frozenset({Role.QUALITY_LEAD}))
    with database.as_superuser() as connection:
        logins.give_login(connection, who, password_of("changing"))
        less = Person(id="changing", name="Cy Changing", roles=frozenset({Role.OPERATOR}), lines=frozenset({"L2"}))
        assert not logins.give_login(connection, less, "another"), "a login that is there keeps its password"
        found = next(each for each in logins.people(connection) if each.id == "changing")
    assert (found.roles, found.lines) == (("operator",), ("L2",))
    with database.as_login("changing"):
        pass


@pytest.mark.parametrize(
    "name", ["postgres", "pg_monitor", "lineside_owner", "lineside", "station-desk-1", "", "x" * 64]
)
def test_nobody_gets_a_login_that_could_do_more(database: Database, name: str) -> None:
    with database.as_superuser() as connection, pytest.raises((RefusedError, SharedRefusedError)):
        logins.give_login(connection, Person(id=name, name="X", roles=frozenset({Role.OPERATOR})), "secret")
    with database.as_superuser() as connection:
        assert name not in {each.id for each in logins.people(connection)}


def test_whoever_is_removed_only_a_login_of_their_own_is_closed(database: Database) -> None:
    who = Person(id="leaving", name="Lee Leaving", roles=frozenset({Role.OPERATOR}))
    with database.as_superuser() as connection:
        connection.execute("drop role if exists another_program")
        connection.execute("create role another_program login")
        logins.give_login(connection, who, password_of("leaving"))
        assert logins.remove_person(connection, "leaving")
        assert not logins.remove_person(connection, "leaving")
        for stranger in ("another_program", "postgres", "nobody-at-all"):
            assert not logins.remove_person(connection, stranger)
        rows = connection.execute("select rolname from pg_roles where rolcanlogin").fetchall()
    may_sign_in = {row[0] for row in rows}
    assert {"another_program", "postgres"} <= may_sign_in
    assert "leaving" not in may_sign_in


def test_a_password_reaches_the_server_as_a_verifier_only(database: Database) -> None:
    with database.as_superuser() as connection:
        password = "never in a log of the server"
        logins.add_station(connection, "desk-quiet", password)
        row = connection.execute("select rolpassword from pg_authid where rolname = 'station-desk-quiet'").fetchone()
    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")
    logged = (cluster().folder.parent / f"{cluster().folder.name}.log").read_text(encoding="utf-8")
    assert password not in logged
