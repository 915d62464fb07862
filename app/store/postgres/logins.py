"""Logins of people and stations in the plant's log: made, changed, closed. Blocking; an administrator's connection.

Owns what a login gets. A password goes to the server as a SCRAM verifier, so that no log of the server can have it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from psycopg import sql

from app.domain.errors import RefusedError
from app.domain.people import SYSTEM, Person, Role
from app.store.postgres.address import Address, read_url
from app.store.postgres.roles import PERSON, STATION, Connection, grant, repeated, revoke

LONGEST = 63
"""Bytes of a name in PostgreSQL; more would be cut off silently."""

IDLE = "idle_in_transaction_session_timeout = '5s'"
"""Whoever leaves a transaction open would make all others wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person as the log knows them. `lines` empty means every line."""

    id: str
    name: str
    lines: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A station as the log knows it. `seen_at`: it last asked then, to about half a minute; None: it never did."""

    name: str
    login: str
    last_seq: int
    joined_at: datetime
    seen_at: datetime | None


def one_time_password() -> str:
    """A password to be told once."""
    return secrets.token_urlsafe(15)


def station_login(station: str) -> str:
    """The login of a station."""
    return f"station-{station}"


def station_address(url: str, station: str) -> Address:
    """The plant's log for a station's own login, unless the URL names another. Raises KnownError for a bad URL."""
    address = read_url(url)
    return address if address.login else address.for_login(station_login(station))


def put_person(connection: Connection, person: Person) -> None:
    """Enter a person's name and lines, or set them anew. No login is made; twice is the same as once."""
    _check_person(person.id)
    connection.execute("select lineside.put_person(%s, %s, %s)", (person.id, person.name, sorted(person.lines)))


def give_login(connection: Connection, person: Person, password: str | None) -> bool:
    """A login with the person's roles and no others of Lineside's; one that is there is kept, also its password.

    `password` None: the server asks elsewhere (LDAP, Kerberos). Returns whether the login is new.
    """
    _check_person(person.id)
    new = _make_login(connection, person.id, password)
    put_person(connection, person)
    repeated(partial(connection.execute, grant(PERSON, person.id)))
    for role in Role:
        step = grant if role in person.roles else revoke
        repeated(partial(connection.execute, step(f"lineside_role_{role.value}", person.id)))
    return new


def set_password(connection: Connection, login: str, password: str) -> None:
    """Another password for a login."""
    connection.execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(login), _verifier(connection, login, password))
    )


def remove_person(connection: Connection, person_id: str) -> bool:
    """Take nothing of theirs from now on, and close their login. What they did stays. Whether they were there.

    A login of that name that is nobody's here (another program's, an administrator's) is left alone.
    """
    row = connection.execute("select lineside.remove_person(%s)", (person_id,)).fetchone()
    if _is_persons(connection, person_id):
        closed = sql.SQL("alter role {} nologin").format(sql.Identifier(person_id))
        repeated(partial(connection.execute, closed))
    return bool(row and row[0])


def people(connection: Connection) -> Sequence[Member]:
    """Everybody whom the log knows."""
    rows = connection.execute("select person, full_name, lines, roles from lineside.people()").fetchall()
    return [Member(id=row[0], name=row[1], lines=tuple(row[2]), roles=tuple(row[3])) for row in rows]


def stations(connection: Connection) -> Sequence[Joined]:
    """Every station that joined."""
    rows = connection.execute("select name, login, last_seq, joined_at, seen_at from lineside.stations()").fetchall()
    return [Joined(name=row[0], login=row[1], last_seq=row[2], joined_at=row[3], seen_at=row[4]) for row in rows]


def second_person(connection: Connection) -> frozenset[str]:
    """The kinds of step that want a second person's signature."""
    row = connection.execute("select second_person from lineside.settings()").fetchone()
    return frozenset(row[0] if row else ())


def set_second_person(connection: Connection, kind: str, wanted: bool) -> None:
    """Whether a signed kind of step wants a second person. Raises SharedRefusedError for one that is not signed."""
    connection.execute("select lineside.set_second_person(%s, %s)", (kind, wanted))


def add_station(connection: Connection, station: str, password: str, history: int = 0) -> str:
    """Let a station join, with a login of its own; returns the login. Once more gives it another password.

    `history`: the last sequence number of what it did on its own before.
    """
    login = station_login(station)
    _check_name(login)
    if not _make_login(connection, login, password):
        set_password(connection, login, password)
    repeated(partial(connection.execute, grant(STATION, login)))
    connection.execute("select lineside.join_station(%s, %s, %s)", (station, login, history))
    return login


def _make_login(connection: Connection, login: str, password: str | None) -> bool:
    """A login, or the one that is there opened again. Refuses one that could do anything."""
    name = sql.Identifier(login)
    row = connection.execute(
        "select rolsuper or rolcreaterole or rolreplication from pg_roles where rolname = %s", (login,)
    ).fetchone()
    if row is not None and row[0]:
        raise RefusedError(f"The login {login} administers the server.", "Give the person another id.")
    if row is not None:
        connection.execute(sql.SQL("alter role {} login").format(name))
        return False
    secret = sql.SQL("") if password is None else sql.SQL(" password {}").format(_verifier(connection, login, password))
    connection.execute(sql.SQL("create role {} login").format(name) + secret)
    connection.execute(sql.SQL("alter role {} set " + IDLE).format(name))
    return True


def _verifier(connection: Connection, login: str, password: str) -> sql.Literal:
    made = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    return sql.Literal(made.decode("ascii"))


def _is_persons(connection: Connection, login: str) -> bool:
    """Whether a login was given to a person. Not by pg_has_role, by which a superuser is everything."""
    given = "select from pg_auth_members where roleid = %s::regrole and member = to_regrole(quote_ident(%s))"
    return connection.execute(given, (PERSON, login)).fetchone() is not None


def _check_person(name: str) -> None:
    """A person with a station's login would sign with a password that lies at that station."""
    if name.startswith(station_login("")):
        raise RefusedError(f"{name[:80]!r} can't be a person: so stations sign in.", "Give the person another id.")
    _check_name(name)


def _check_name(name: str) -> None:
    reserved = name == SYSTEM.id or name.startswith(("pg_", "lineside_"))
    if not name or len(name.encode()) > LONGEST or reserved or "\0" in name:
        raise RefusedError(f"{name[:80]!r} can't be a login.", f"Choose up to {LONGEST} letters, digits and - _ .")
