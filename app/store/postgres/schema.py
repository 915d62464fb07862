"""The schema of the plant's log: made and brought up to date by Alembic, checked in sentences. Blocking.

Owns roles, grants and the rows that come from Lineside's own tables. Must not know who works in the plant.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from app.domain.errors import SharedRefusedError
from app.domain.events import EVENT_TYPES
from app.domain.merging import strict
from app.domain.permissions import ANY_LINE, EVENT_ROLES, PEOPLES_OWN, SIGNED
from app.store.postgres.address import Address
from app.store.postgres.faults import INIT
from app.store.postgres.reporting import make_reports
from app.store.postgres.revision import REVISION, disagreement
from app.store.postgres.roles import ADMIN, GROUPS, OWNER, Connection, connected, grant, repeated, revoke

__all__ = ["Connection", "check", "connected", "init", "permission_rows"]

PROGRAM = "program"


def init(address: Address, password: str | None = None) -> str:
    """Make roles, schema and rows, or bring them up to date; safe to repeat, also at the same time.

    Returns the revision. Raises SharedRefusedError where the schema is newer than this program.
    """
    with connected(address, password) as connection:
        for name in GROUPS:
            repeated(partial(_make_group, connection, name))
        connection.execute("select pg_advisory_lock(hashtext('lineside init'))")
        with _as_owner(connection):
            refuse_newer(found_revision(connection))
            _upgrade(connection)
            _seed(connection)
            make_reports(connection)
    return REVISION


def _make_group(connection: Connection, name: str) -> None:
    with contextlib.suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(name)))


@contextlib.contextmanager
def _as_owner(connection: Connection) -> Iterator[None]:
    """Act as the owner of the schema. Who is no superuser is the owner's member only for this, but stays an admin."""
    me, superuser = _whoami(connection)
    if not superuser:
        for name in (OWNER, ADMIN):
            repeated(partial(connection.execute, grant(name, me)))
    connection.execute(sql.SQL("create schema if not exists lineside authorization {}").format(sql.Identifier(OWNER)))
    connection.execute(sql.SQL("set role {}").format(sql.Identifier(OWNER)))
    connection.execute("set search_path = lineside, pg_temp")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute("reset role")
            connection.execute("reset search_path")
            if not superuser:
                repeated(partial(connection.execute, revoke(OWNER, me)))


def _whoami(connection: Connection) -> tuple[str, bool]:
    row = connection.execute("select current_user, usesuper from pg_user where usename = current_user").fetchone()
    assert row is not None
    return str(row[0]), bool(row[1])


def found_revision(connection: Connection) -> str:
    """The revision of the schema in a database; empty where there is none."""
    there = connection.execute("select to_regclass('lineside.schema_version')").fetchone()
    if there is None or there[0] is None:
        return ""
    row = connection.execute("select version_num from lineside.schema_version").fetchone()
    return str(row[0]) if row else ""


def refuse_newer(found: str) -> None:
    """Raise SharedRefusedError where the schema is newer than this program."""
    if found > REVISION:
        raise SharedRefusedError(*disagreement(found))


def _upgrade(connection: Connection) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=StaticPool)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    connection.autocommit = False
    try:
        with engine.connect() as alembics:
            config.attributes["connection"] = alembics
            command.upgrade(config, "head")
            alembics.commit()
    finally:
        connection.rollback()
        connection.autocommit = True


def _seed(connection: Connection) -> None:
    """What Lineside's own tables say: kinds, and who may be their author. A plant's settings stay."""
    kinds = [(name, strict(event), event in SIGNED, event in ANY_LINE) for name, event in EVENT_TYPES.items()]
    with connection.transaction(), connection.cursor() as cursor:
        cursor.executemany(
            "insert into lineside.kind (kind, strict, signed, any_line) values (%s, %s, %s, %s) on conflict (kind) "
            "do update set strict = excluded.strict, signed = excluded.signed, any_line = excluded.any_line",
            kinds,
        )
        cursor.execute("delete from lineside.permission where kind = any(%s)", ([name for name, *_ in kinds],))
        cursor.executemany("insert into lineside.permission (kind, role) values (%s, %s)", sorted(permission_rows()))


def permission_rows() -> set[tuple[str, str]]:
    """Kind and role, the program's among them."""
    rows = {(event.__name__, role.value) for event, roles in EVENT_ROLES.items() for role in roles}
    return rows | {(event.__name__, PROGRAM) for event in EVENT_ROLES if event not in PEOPLES_OWN}


def check(address: Address, password: str | None = None) -> list[str]:
    """What is missing or wrong, a sentence each; empty where all is well. Raises where it can't be asked."""
    with connected(address, password) as connection:
        rows = connection.execute("select rolname from pg_roles where rolname = any(%s)", (list(GROUPS),)).fetchall()
        missing = sorted(set(GROUPS) - {str(row[0]) for row in rows})
        faults = [f"The role {name} is missing. {INIT}" for name in missing]
        if connection.execute("select to_regnamespace('lineside')").fetchone() == (None,):
            return [*faults, f"The schema lineside is missing. {INIT}"]
        return faults + _check_login(connection)


def _check_login(connection: Connection) -> list[str]:
    """What this login can see of the log: its revision, and for an administrator who is in it."""
    try:
        row = connection.execute("select schema, place from lineside.status()").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        return ["This login may not read the plant's log: ask for the role lineside_admin, or use a station's login."]
    found = str(row[0]) if row else ""
    faults = [] if found == REVISION else [" ".join(disagreement(found))]
    with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
        if connection.execute("select 1 from lineside.stations() limit 1").fetchone() is None:
            faults.append("No station has joined. Add one: lineside db station add NAME --url URL")
        for name, roles in connection.execute("select person, roles from lineside.people()").fetchall():
            if not roles:
                faults.append(f"{name} has no login or no role yet. Add it: lineside db person add {name} --role ROLE")
    return faults
