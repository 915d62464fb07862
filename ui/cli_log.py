"""The commands of the plant's log: its plant file, the people and workstations that share it. For plant IT."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from ui.options import ByUrl, Data, call

plant_files = typer.Typer(no_args_is_help=True, help="The plant file that all stations run, published and signed.")
db = typer.Typer(no_args_is_help=True, help="The plant's log in Postgres, for plant IT.")
db_person = typer.Typer(no_args_is_help=True, help="Who may sign in at the plant's stations.")
db.add_typer(db_person, name="person")
db_station = typer.Typer(no_args_is_help=True, help="Which workstations share the plant's log.")
db.add_typer(db_station, name="station")
Version = Annotated[int, typer.Argument(min=1, help="its number, see: lineside plant list")]
LogUrl = Annotated[str, typer.Argument(help="postgresql://LOGIN@HOST/DATABASE, without a password")]
PersonId = Annotated[str, typer.Argument(help="the person's id, as in the plant file")]


@plant_files.command("publish")
def plant_publish(
    file: Annotated[Path, typer.Argument(help="the plant file (TOML)")],
    comment: Annotated[str, typer.Option("--comment", help="what it changes, in a few words")] = "",
    url: ByUrl = "",
) -> None:
    """Publish a plant file to all stations, signed with your password; for administrators of the plant's log."""
    call("ui.plantfile", "publish", path=file, comment=comment, url=url)


@plant_files.command("list")
def plant_list(url: ByUrl = "", data: Data = None) -> None:
    """Show every version, who published it, when and why."""
    call("ui.plantfile", "list_all", url=url, data=data)


@plant_files.command("show")
def plant_show(version: Version, url: ByUrl = "", data: Data = None) -> None:
    """Print a version as it was signed."""
    call("ui.plantfile", "show", version=version, url=url, data=data)


@plant_files.command("diff")
def plant_diff(old: Version, new: Version, url: ByUrl = "", data: Data = None) -> None:
    """Say what changed from one version to another."""
    call("ui.plantfile", "diff", old=f"plant@{old}", new=f"plant@{new}", url=url, data=data, as_json=False)


@plant_files.command("rollback")
def plant_rollback(
    version: Version,
    comment: Annotated[str, typer.Option("--comment", help="why")] = "",
    url: ByUrl = "",
) -> None:
    """Publish an older version anew; what was published since stays in the list."""
    call("ui.plantfile", "rollback", version=version, comment=comment, url=url)


@plant_files.command("stations")
def plant_stations(url: ByUrl = "", data: Data = None) -> None:
    """Show which version every station runs; exit code 1 where one does not run the last."""
    call("ui.plantfile", "stations", url=url, data=data)


@db.command("init")
def db_init(
    url: LogUrl,
    plant: Annotated[Optional[Path], typer.Option("--plant", help="enter the people of a plant file")] = None,  # noqa: UP045
    people: Annotated[bool, typer.Option("--people", help="make their logins; new passwords are shown once")] = False,
    passwords: Annotated[
        bool, typer.Option("--passwords", help="as --people, from lines LOGIN PASSWORD on stdin")
    ] = False,
) -> None:
    """Make the plant's log in a database, or bring it up to date. Safe to repeat."""
    call("ui.db", "init", url=url, plant=plant, people=people, passwords=passwords)


@db.command("check")
def db_check(url: LogUrl) -> None:
    """Say what is missing."""
    call("ui.db", "check", url=url)


@db.command("second-person")
def db_second_person(
    step: Annotated[str, typer.Argument(help="HoldReleased or HoldDispositioned; none: show how it stands")] = "",
    switch: Annotated[str, typer.Argument(metavar="on|off")] = "",
    url: ByUrl = "",
) -> None:
    """Say whether a second person must sign a step too, with a password of their own."""
    call("ui.db", "second_person", url=url, kind=step, switch=switch)


@db_person.command("add")
def db_person_add(
    person: PersonId,
    url: ByUrl = "",
    name: Annotated[str, typer.Option("--name", help="the full name, as signatures show it")] = "",
    role: Annotated[Optional[list[str]], typer.Option("--role", help="operator, shift_lead, …; repeat it")] = None,  # noqa: UP045
    line: Annotated[Optional[list[str]], typer.Option("--line", help="a line they work on; none: every line")] = None,  # noqa: UP045
    outside: Annotated[bool, typer.Option("--no-password", help="the server asks LDAP or Kerberos")] = False,
) -> None:
    """Let a person in, or set roles and lines anew."""
    call("ui.db", "person_add", url=url, person=person, name=name, roles=role or [], lines=line or [], outside=outside)


@db_person.command("list")
def db_person_list(url: ByUrl = "") -> None:
    """Show everybody with roles and lines."""
    call("ui.db", "person_list", url=url)


@db_person.command("remove")
def db_person_remove(person: PersonId, url: ByUrl = "") -> None:
    """Close a person's login. What they did stays."""
    call("ui.db", "person_remove", url=url, person=person)


@db_station.command("add")
def db_station_add(
    name: Annotated[str, typer.Argument(help="what the workstation is called in the plant")],
    url: ByUrl = "",
    history: Annotated[int, typer.Option("--history", min=0, help="operations that its journal has from before")] = 0,
    here: Annotated[bool, typer.Option("--here", help="this workstation is it: keep password and address")] = False,
    in_file: Annotated[
        bool, typer.Option("--file", help="with --here: in the data folder, not in the keyring")
    ] = False,
    data: Data = None,
) -> None:
    """Let a workstation in; its password is shown once, or kept here. Once more gives it another password."""
    call("ui.db", "station_add", url=url, name=name, history=history, here=here, in_file=in_file, data=data)


@db_station.command("list")
def db_station_list(url: ByUrl = "") -> None:
    """Show every workstation that may join."""
    call("ui.db", "station_list", url=url)
