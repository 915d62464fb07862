"""A real PostgreSQL for tests: one private cluster a run, made when first asked for; a fresh database for each test.

Everybody of tests.plants.PEOPLE has a login there, with the password `password_of(id)`.
"""

import atexit
import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Protocol

import psycopg
from psycopg import sql

from app.domain.errors import KnownError
from app.store.postgres import logins, schema
from app.store.postgres.address import Address, read_url
from app.store.postgres.binaries import find_binaries
from app.store.postgres.log import PostgresLog
from app.store.postgres.private import PrivateCluster
from tests.needs import lacking
from tests.plants import PEOPLE

TEMPLATE = "lineside_template"
_numbers = itertools.count(1)


def password_of(login: str) -> str:
    """The password of a login of the rig."""
    return f"{login} and a secret"


@cache
def cluster() -> PrivateCluster:
    """The run's cluster, with the schema in a template database; it ends with the run."""
    try:
        find_binaries()
    except KnownError as error:
        lacking(str(error))
    folder = Path(tempfile.mkdtemp(prefix="lineside-pg-"))
    folder.chmod(0o755)  # the server's account goes through it
    made = PrivateCluster(folder / "data", {"fsync": "off"})  # nobody kills this one; many databases come and go
    pid = os.getpid()
    made.start()
    atexit.register(lambda: end(made, folder) if os.getpid() == pid else None)
    prepare(made, TEMPLATE)
    return made


class Server(Protocol):
    """One server or a pair of them."""

    @property
    def ports(self) -> tuple[int, ...]: ...
    def superuser_url(self, database: str = ...) -> str: ...
    def url(self, login: str, database: str) -> str: ...
    def start(self) -> None: ...
    def kill(self) -> None: ...
    def signal(self, number: signal.Signals) -> None: ...


def end(server: PrivateCluster, folder: Path) -> None:
    """Stop the run's cluster and leave nothing of it."""
    server.remove()
    shutil.rmtree(folder, ignore_errors=True)


def prepare(server: Server, name: str) -> None:
    """Make a database with the schema and everybody in it."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    fill(server, name)


def fill(server: Server, name: str) -> None:
    """Make the schema in a database, and everybody in it."""
    address = read_url(server.superuser_url(name))
    schema.init(address)
    with schema.connected(address) as connection:
        for person in PEOPLE.values():
            logins.give_login(connection, person, password_of(person.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """A database with the schema and everybody in it."""

    server: Server
    name: str

    @property
    def superuser(self) -> Address:
        """As the server's superuser."""
        return read_url(self.server.superuser_url(self.name))

    def url(self, login: str) -> str:
        """As a login, over TCP."""
        return self.server.url(login, self.name)

    @contextmanager
    def as_login(self, login: str) -> Iterator[psycopg.Connection]:
        """A plain connection of a login, as a person with psql has it."""
        url = self.url(login)
        with psycopg.connect(url, password=password_of(login), autocommit=True) as connection:
            yield connection

    @contextmanager
    def as_superuser(self) -> Iterator[schema.Connection]:
        """A plain connection that may do everything."""
        with schema.connected(self.superuser) as connection:
            yield connection

    def join(self, station: str, history: int = 0) -> str:
        """Let a station join; returns its login."""
        with self.as_superuser() as connection:
            return logins.add_station(connection, station, password_of(logins.station_login(station)), history)

    def log(self, station: str, call_s: float = 8.0) -> PostgresLog:
        """The log as a station that joined reaches it."""
        login = logins.station_login(station)
        return PostgresLog(read_url(self.url(login)), station, partial(password_of, login), call_s)

    def drop(self) -> None:
        """Delete it, also under open connections."""
        with psycopg.connect(self.server.superuser_url(), autocommit=True) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(self.name)))


@contextmanager
def fresh_database() -> Iterator[Database]:
    """A database of one's own in the run's cluster."""
    server = cluster()
    name = f"plant_{next(_numbers)}"
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        text = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(text.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
    made = Database(server=server, name=name)
    try:
        yield made
    finally:
        made.drop()
