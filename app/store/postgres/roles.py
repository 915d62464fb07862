"""The roles that stand for what somebody may do in the plant's log, and the connection that changes them. Blocking.

Roles belong to the whole server, not to one database. Must not know the schema.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import psycopg
from psycopg import sql

from app.domain.people import Role
from app.store.postgres.address import Address, connection_parameters
from app.store.postgres.faults import in_words

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]

OWNER, STATION, PERSON, READER, ADMIN = (
    "lineside_owner", "lineside_station", "lineside_person", "lineside_reader", "lineside_admin",
)  # fmt: skip
GROUPS = (OWNER, STATION, PERSON, READER, ADMIN, *(f"lineside_role_{role.value}" for role in Role))
"""The group roles; none of them can log in. They belong to the whole server, not to one database."""

ASKED = "scram-sha-256,md5,password"
"""The ways of signing in that ask for a password."""

TRIES = 8


@contextlib.contextmanager
def connected(address: Address, password: str | None = None, *, signs: bool = False) -> Iterator[Connection]:
    """A connection for an administrator's work, every statement by itself. Raises what faults.in_words says.

    `signs`: only a server that asks for the password is believed.
    """
    parameters = connection_parameters(address, "lineside db", password) | ({"require_auth": ASKED} if signs else {})
    with in_words("connecting"):
        connection = psycopg.connect(**parameters, autocommit=True)  # type: ignore[arg-type]
    with connection, in_words("changing it"):
        yield connection


def repeated(step: Callable[[], T]) -> T:
    """Do a step on roles. They belong to the whole server: somebody may change the same row just now, so try again."""
    for left in reversed(range(TRIES)):
        try:
            return step()
        except (psycopg.errors.InternalError_, psycopg.errors.SerializationFailure):
            if not left:
                raise
            time.sleep(0.05)
    raise AssertionError("unreachable")


def grant(group: str, member: str) -> sql.Composed:
    """The statement that makes somebody a member of a group."""
    return sql.SQL("grant {} to {}").format(sql.Identifier(group), sql.Identifier(member))


def revoke(group: str, member: str) -> sql.Composed:
    """The statement that takes somebody out of a group."""
    return sql.SQL("revoke {} from {}").format(sql.Identifier(group), sql.Identifier(member))
