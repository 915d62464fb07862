"""`lineside db`: the plant's log in Postgres, as plant IT makes it and lets people and stations in. No Qt."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer

from app.bootstrap import administration as work
from app.bootstrap.administration import Admin
from app.bootstrap.inspect import journal_extent
from app.config import config
from app.domain.errors import RefusedError
from app.domain.people import Person, Role
from app.erp.registry import check_settings
from app.plant.check import load
from app.store.postgres.address import read_url
from drivers.registry import ADDRESS_CHECKS
from ui.exits import Exit
from ui.join import command, refuse_stranger

URL = "LINESIDE_DB"
SWITCH = {"on": True, "off": False}


def init(url: str, plant: Path | None, people: bool, passwords: bool) -> int:
    """Make or update the plant's log; with a plant file, enter its people."""
    if (people or passwords) and plant is None:
        raise RefusedError("Whose logins?", "Name the plant file with --plant.")
    loaded = load(plant, ADDRESS_CHECKS, check_settings) if plant else None
    given = work.passwords_in(sys.stdin) if passwords else {}
    made = work.init(administrator(url), loaded, given if people or passwords else None)
    typer.echo(f"The plant's log has schema {made.revision}; {made.people} people entered.")
    _tell_once(made.passwords)
    return Exit.OK


def check(url: str) -> int:
    """Print what is missing."""
    faults = work.check(administrator(url))
    for fault in faults:
        typer.echo(fault)
    if not faults:
        typer.echo("Nothing is missing.")
    return Exit.FOUND if faults else Exit.OK


def person_add(url: str, person: str, name: str, roles: Sequence[str], lines: Sequence[str], outside: bool) -> int:
    """Let a person in."""
    someone = Person(id=person, name=name or person, roles=frozenset(map(_role, roles)), lines=frozenset(lines))
    password = work.add_person(administrator(url), someone, outside=outside)
    typer.echo(f"{person} may sign in: {', '.join(sorted(role.value for role in someone.roles))}.")
    if password is not None:
        _tell_once({person: password})
    return Exit.OK


def person_list(url: str) -> int:
    """Print everybody."""
    for each in work.people(administrator(url)):
        roles, lines = ", ".join(each.roles) or "no role", ", ".join(each.lines) or "every line"
        typer.echo(f"{each.id:<16} {each.name:<24} {roles}; {lines}")
    return Exit.OK


def person_remove(url: str, person: str) -> int:
    """Close a person's login."""
    work.remove_person(administrator(url), person)
    typer.echo(f"{person} is out: nothing more of theirs is taken. What they did stays.")
    return Exit.OK


def station_list(url: str) -> int:
    """Print every station."""
    for each in work.stations(administrator(url)):
        heard = f"last heard {each.seen_at:%Y-%m-%d %H:%M}" if each.seen_at else "never heard"
        since = f"since {each.joined_at:%Y-%m-%d}"
        typer.echo(f"{each.name:<24} {each.login:<32} {each.last_seq:>9} operations, {since}, {heard}")
    return Exit.OK


def station_add(url: str, name: str, history: int, here: bool, in_file: bool, data: Path | None) -> int:
    """Let a station in; print its password once, or keep it where this is the station."""
    admin = administrator(url)
    if here:
        refuse_unallowed(admin, config(data).folder, name, history)
    password = work.add_station(admin, name, history)
    if here:
        where = work.be_station(config(data), url, name, password, in_file=in_file)
        typer.echo(f"This workstation is {name} now. Its password is in {where}.")
        return Exit.OK
    typer.echo(f"{name} may join. On that workstation: lineside join {work.without_login(url)} --station {name}")
    _tell_once({name: password})
    return Exit.OK


def refuse_unallowed(admin: Admin, folder: Path, name: str, history: int) -> None:
    """What this workstation did before is taken only as far as plant IT says: nothing is left to chance here."""
    written, writers = journal_extent(folder)
    refuse_stranger(folder, name, written, writers)
    shares = any(each.name == name and each.last_seq for each in work.stations(admin))
    if written > history and not shares:
        raise RefusedError(
            f"This workstation has {written} operations from before; the plant's log would take {history} of them.",
            f"Say it: {command(name, written)} --here",
        )


def second_person(url: str, kind: str, switch: str) -> int:
    """Set whether a step wants a second person's signature; without a step, print how it stands."""
    admin = administrator(url)
    if kind:
        if switch not in SWITCH:
            raise RefusedError("On or off?", f"Say: lineside db second-person {kind} on")
        work.set_second_person(admin, kind, SWITCH[switch])
    for step, wanted in work.second_person(admin).items():
        typer.echo(f"{step:<24} {'on: two people sign' if wanted else 'off: one person signs'}")
    return Exit.OK


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise RefusedError(f'There is no role "{text}".', f"Choose of: {', '.join(Role)}.") from None


def administrator(url: str) -> Admin:
    """The administrator's way in: libpq's own passwords, else asked for on a terminal."""
    url = url or os.environ.get(URL, "")
    if not url:
        raise RefusedError("Which plant's log?", f"Name it with --url, or in {URL}.")
    address = read_url(url, todo="Leave it out; put it into PGPASSWORD or ~/.pgpass, or type it when asked.")
    if sys.stdin.isatty() and work.wants_password(address):
        return Admin(address=address, password=getpass.getpass(f"Password of {address}: "))
    return Admin(address=address)


def _tell_once(passwords: Mapping[str, str]) -> None:
    if passwords:
        typer.echo("Passwords, shown this once:")
    for login, password in passwords.items():
        typer.echo(f"  {login:<24} {password}")
