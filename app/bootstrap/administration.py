"""What plant IT does with the plant's log: make it, check it, let people and stations in. Blocking.

Owns the order of steps; knows no terminal. Passwords are made here and handed back once, never kept or logged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from app.config import Config, Shared, keep_shared
from app.domain.errors import NotFoundError, RefusedError, SharedRefusedError
from app.domain.people import Person
from app.domain.permissions import SIGNED
from app.domain.plant import Plant
from app.secrets import open_secrets, stored_secret
from app.store.postgres import logins, schema
from app.store.postgres.address import SECRET, Address
from app.store.postgres.faults import PASSWORD_WANTED
from app.store.postgres.logins import Joined, Member, one_time_password, station_address
from app.store.postgres.walk import walk
from app.store.shared_chain import SharedVerdict, verify_shared
from app.store.shared_heads import kept_heads

SIGNED_KINDS = tuple(sorted(event.__name__ for event in SIGNED))
"""What a plant may want a second person for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """An administrator's way in. `password` None: libpq finds it (PGPASSWORD, ~/.pgpass) or needs none."""

    address: Address
    password: str | None = None

    @contextmanager
    def connected(self) -> Iterator[schema.Connection]:
        """A connection for one piece of work."""
        with schema.connected(self.address, self.password) as connection:
            yield connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What `init` did. `passwords` are those of new logins, by login, to be told once."""

    revision: str
    people: int
    passwords: Mapping[str, str] = field(default_factory=dict)


def wants_password(address: Address) -> bool:
    """Whether the server wants a password that libpq does not find by itself. Raises where it can't be asked."""
    try:
        with schema.connected(address):
            return False
    except SharedRefusedError as error:
        if PASSWORD_WANTED in error.message:
            return True
        raise


def init(admin: Admin, plant: Plant | None, logins_for: Mapping[str, str] | None) -> Made:
    """Make or update the log; enter the people of a plant. Safe to repeat.

    `logins_for` None: no logins; else make them, with these passwords where one is given.
    """
    revision = schema.init(admin.address, admin.password)
    people = plant.people.values() if plant else ()
    passwords: dict[str, str] = {}
    with admin.connected() as connection:
        for person in people:
            if logins_for is None:
                logins.put_person(connection, person)
                continue
            password = logins_for.get(person.id) or one_time_password()
            if logins.give_login(connection, person, password) and person.id not in logins_for:
                passwords[person.id] = password
    return Made(revision=revision, people=len(people), passwords=passwords)


def check(admin: Admin) -> Sequence[str]:
    """What is missing, a sentence each."""
    return schema.check(admin.address, admin.password)


def add_person(admin: Admin, person: Person, *, outside: bool) -> str | None:
    """Give a person a login with these roles and lines; its password where it is new. `outside`: LDAP, Kerberos."""
    if not person.roles:
        raise RefusedError("A person has a role.", "Name one with --role.")
    password = None if outside else one_time_password()
    with admin.connected() as connection:
        return password if logins.give_login(connection, person, password) else None


def remove_person(admin: Admin, person_id: str) -> None:
    """Take nothing of theirs from now on; raises NotFoundError for somebody who is not there."""
    with admin.connected() as connection:
        if not logins.remove_person(connection, person_id):
            raise NotFoundError(f"The plant's log knows nobody called {person_id}.", "See: lineside db person list")


def people(admin: Admin) -> Sequence[Member]:
    """Everybody whom the log knows."""
    with admin.connected() as connection:
        return logins.people(connection)


def stations(admin: Admin) -> Sequence[Joined]:
    """Every station that joined."""
    with admin.connected() as connection:
        return logins.stations(connection)


def add_station(admin: Admin, name: str, history: int) -> str:
    """Let a station join, or give it another password; returns the password."""
    password = one_time_password()
    with admin.connected() as connection:
        logins.add_station(connection, name, password, history)
    return password


def second_person(admin: Admin) -> Mapping[str, bool]:
    """Every step that is signed, and whether a second person must sign it too."""
    with admin.connected() as connection:
        wanted = logins.second_person(connection)
    return {kind: kind in wanted for kind in SIGNED_KINDS}


def set_second_person(admin: Admin, kind: str, wanted: bool) -> None:
    """Ask for a second person's signature, or no longer. Raises RefusedError for a step that is not signed."""
    if kind not in SIGNED_KINDS:
        raise RefusedError(f'"{kind}" is not a step that is signed.', f"Choose of: {', '.join(SIGNED_KINDS)}.")
    with admin.connected() as connection:
        logins.set_second_person(connection, kind, wanted)


def be_station(here: Config, url: str, name: str, password: str, *, in_file: bool) -> str:
    """Make this workstation the station; where its password lies now."""
    where = open_secrets(here.folder).set(SECRET, password, in_file=in_file)
    keep_shared(here.folder, Shared(url=without_login(url), station=name))
    return where


def without_login(url: str) -> str:
    """A URL without the administrator's name: a station has its own login."""
    return re.sub(r"^(postgres(?:ql)?://)[^@/]*@", r"\1", url)


def shared_verdict(here: Config) -> SharedVerdict:
    """Whether the plant's log is whole, and what this station saw of it. Raises KnownError where it can't be asked."""
    if not here.store:
        raise RefusedError("This station has not joined a plant.", "Join it: lineside join URL")
    address = station_address(here.store, here.station)
    return verify_shared(walk(address, stored_secret(here.folder, SECRET)), kept_heads(here.folder))


def passwords_in(lines: Iterable[str]) -> dict[str, str]:
    """Logins and passwords, one pair a line. Raises RefusedError for a line that is none, without repeating it."""
    found = {}
    for number, line in enumerate(lines, 1):
        login, _, password = line.strip().partition(" ")
        if not login:
            continue
        if not password.strip():
            raise RefusedError(f"Line {number} has no password.", "Write: LOGIN PASSWORD")
        found[login] = password.strip()
    return found
