"""The command line. Says what there is and hands over to the module that does it, loaded only then.

So `lineside agent` never loads Qt. What opens a window is in `ui.desktop`, and `ui.entry` comes before both.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from ui import desktop
from ui.outcome import outcome

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    help="Lineside: the plant's system of action, between the ERP and the line controllers. Without a command it opens "
    "this machine's plant; a guide asks for one the first time.",
)

Data = Annotated[Optional[Path], typer.Option("--data", help="folder of the journal and settings")]  # noqa: UP045
Plant = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--plant", help="a plant file (TOML); none: the published one, else this machine's own"),
]
ByUrl = Annotated[
    str, typer.Option("--url", help="the plant's log, postgresql://LOGIN@HOST/DATABASE; else LINESIDE_DB")
]
PlantRef = Annotated[str, typer.Argument(help="a plant file, or plant@12: version 12 of the shared store")]
Version = Annotated[int, typer.Argument(min=1, help="its number, see: lineside plant list")]
Smoke = Annotated[Optional[float], typer.Option("--smoke", min=5, help="run a scripted shift for S seconds")]  # noqa: UP045
Shots = Annotated[Optional[Path], typer.Option("--screenshots", help="folder for a PNG of every screen")]  # noqa: UP045
Metrics = Annotated[Optional[int], typer.Option("--metrics", min=0, max=65_535, help="port for Prometheus; 0: none")]  # noqa: UP045
Report = Annotated[Optional[Path], typer.Option("--report", help="file for the run's figures as JSON")]  # noqa: UP045


def call(module: str, function: str, **arguments: Any) -> None:
    """Run `module.function(**arguments)` and end with its exit code."""
    raise typer.Exit(outcome(module, function, **arguments))


@app.callback()
def begin(
    context: typer.Context,
    choose: Annotated[bool, typer.Option("--choose", help="let the guide ask again what to open")] = False,
    data: Data = None,
) -> None:
    """Without a command: as `open`."""
    if context.invoked_subcommand is None:
        call("ui.opening", "open_it", what="", data=data, choose=choose)


def _passed_on(name: str) -> Callable[[typer.Context], None]:
    """The command of that name, which reads its words by itself."""

    def pass_on(context: typer.Context) -> None:
        raise typer.Exit(desktop.run([name, *context.args]))

    return pass_on


AS_IT_STANDS = {"allow_extra_args": True, "ignore_unknown_options": True}
for row_name, row in desktop.COMMANDS.items():
    app.command(row_name, help=row.text, context_settings=AS_IT_STANDS, add_help_option=False)(_passed_on(row_name))


@app.command()
def agent(
    plant: Plant = None,
    data: Data = None,
    seconds: Annotated[Optional[float], typer.Option("--for", min=1, help="end after S seconds")] = None,  # noqa: UP045
    report: Report = None,
    metrics: Metrics = None,
) -> None:
    """Run without a screen, for a server that never sleeps."""
    call("ui.agent", "agent", plant=plant, data=data, seconds=seconds, report=report, metrics=metrics)


@app.command()
def check(plant: Annotated[Path, typer.Argument(help="the plant file (TOML)")]) -> None:
    """List every fault of a plant file with its line and what to do."""
    call("ui.inspect", "check", path=plant)


@app.command()
def diff(
    old: PlantRef,
    new: PlantRef,
    url: ByUrl = "",
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="a list of changes, for a script")] = False,
) -> None:
    """Say what a change of the plant file does to tags, rules and routes. Exit code 0: nothing, 1: something."""
    call("ui.plantfile", "diff", old=old, new=new, url=url, data=data, as_json=as_json)


@app.command()
def log(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Print the journal of a station."""
    call("ui.inspect", "log", data=data, as_json=as_json)


@app.command()
def verify(
    data: Data = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="the plant's log instead, against what was seen here")
    ] = False,
) -> None:
    """Check the journal's chain; name the first bad operation."""
    call("ui.inspect", "verify", data=data, shared=shared)


@app.command()
def join(
    url: Annotated[str, typer.Argument(help="postgresql://LOGIN@HOST,HOST2/DATABASE, without a password")],
    station: Annotated[str, typer.Option("--station", help="what this workstation is called in the plant")] = "",
    in_file: Annotated[
        bool, typer.Option("--file", help="keep the password in the data folder, not in the keyring")
    ] = False,
    data: Data = None,
) -> None:
    """Join a plant's shared store; the station's password is asked for, or a line of standard input."""
    call("ui.join", "join", data=data, url=url, station=station, in_file=in_file)


@app.command()
def settings(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="for a script")] = False,
) -> None:
    """Print each setting of this workstation, and who said it: policy, command line, site file …"""
    call("ui.settings", "show", data=data, as_json=as_json)


@app.command()
def doctor(
    urls: Annotated[Optional[list[str]], typer.Argument(help="further addresses: opc.tcp, modbus, postgresql")] = None,  # noqa: UP045
    plant: Annotated[Optional[Path], typer.Option("--plant", help="the plant file; else this machine's own")] = None,  # noqa: UP045
    as_json: Annotated[bool, typer.Option("--json", help="for a script or monitoring")] = False,
    data: Data = None,
) -> None:
    """Look at controllers, journal, disk, plant's log, ERP, clocks and versions; exit code 0, 1 (warnings) or 2."""
    call("ui.doctor", "doctor", data=data, plant=plant, urls=urls or [], as_json=as_json)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="the file to write; an older one is replaced")], data: Data = None
) -> None:
    """Copy this station's journal into one file, checked, also while Lineside runs."""
    call("ui.keeping", "backup", file=file, data=data)


@app.command()
def restore(
    file: Annotated[Optional[Path], typer.Argument(help="what `lineside backup` wrote")] = None,  # noqa: UP045
    from_plant: Annotated[
        bool, typer.Option("--from-plant", help="what the plant's log has of this station, too")
    ] = False,
    data: Data = None,
) -> None:
    """Bring this station's journal back; a newer one is never overwritten. Lineside must not run on the data folder."""
    call("ui.keeping", "restore", file=file, from_plant=from_plant, data=data)


@app.command()
def diagnostics(
    file: Annotated[Path, typer.Argument(help="the file to write (.zip)")],
    plant: Annotated[Optional[Path], typer.Option("--plant", help="the plant file; else this machine's own")] = None,  # noqa: UP045
    names: Annotated[bool, typer.Option("--with-names/--without-names", help="people's names, or their ids")] = True,
    data: Data = None,
) -> None:
    """Put what is known of this station into one file: checks, logs, versions, settings. Secrets are left out."""
    call("ui.diagnose", "diagnostics", file=file, data=data, plant=plant, names=names)


plant_files = typer.Typer(no_args_is_help=True, help="The plant file that all stations run, published and signed.")
app.add_typer(plant_files, name="plant")


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


trust = typer.Typer(no_args_is_help=True, help="Which servers' certificates this workstation trusts (OPC UA).")
app.add_typer(trust, name="trust")
secret = typer.Typer(no_args_is_help=True, help="Passwords of controllers: in the keyring or a file of this station.")
app.add_typer(secret, name="secret")
db = typer.Typer(no_args_is_help=True, help="The plant's log in Postgres, for plant IT.")
app.add_typer(db, name="db")
db_person = typer.Typer(no_args_is_help=True, help="Who may sign in at the plant's stations.")
db.add_typer(db_person, name="person")
db_station = typer.Typer(no_args_is_help=True, help="Which workstations share the plant's log.")
db.add_typer(db_station, name="station")
LogUrl = Annotated[str, typer.Argument(help="postgresql://LOGIN@HOST/DATABASE, without a password")]
PersonId = Annotated[str, typer.Argument(help="the person's id, as in the plant file")]
ServerUrl = Annotated[str, typer.Argument(help="opc.tcp://HOST:PORT/PATH")]
SecretName = Annotated[str, typer.Argument(help='the controller\'s id, or its "secret" in the plant file')]


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


@trust.command("list")
def trust_list(data: Data = None) -> None:
    """Show this workstation's certificate, the trusted and the refused ones."""
    call("ui.trust", "list_all", data=data)


@trust.command("fetch")
def trust_fetch(url: ServerUrl, data: Data = None) -> None:
    """Get a server's certificate, show its fingerprint and keep it among the refused."""
    call("ui.trust", "fetch", data=data, url=url)


@trust.command("add")
def trust_add(what: Annotated[str, typer.Argument(metavar="FINGERPRINT|FILE")], data: Data = None) -> None:
    """Trust a refused certificate, or one in a file."""
    call("ui.trust", "add", data=data, what=what)


@trust.command("remove")
def trust_remove(what: Annotated[str, typer.Argument(metavar="FINGERPRINT")], data: Data = None) -> None:
    """Trust a certificate no longer."""
    call("ui.trust", "remove", data=data, what=what)


@secret.command("set")
def secret_set(
    name: SecretName,
    data: Data = None,
    in_file: Annotated[bool, typer.Option("--file", help="in the data folder, not in the keyring")] = False,
) -> None:
    """Store a secret: asked for on a terminal, else a line of standard input."""
    call("ui.secret", "store", data=data, name=name, in_file=in_file)


@secret.command("delete")
def secret_delete(name: SecretName, data: Data = None) -> None:
    """Forget a secret."""
    call("ui.secret", "delete", data=data, name=name)


@app.command()
def browse(
    url: ServerUrl,
    node: Annotated[str, typer.Option("--node", help="start here: nsu=URI;s=NAME or i=NUMBER")] = "i=85",
    depth: Annotated[int, typer.Option("--depth", min=1, max=50, help="levels below it")] = 6,
    most: Annotated[int, typer.Option("--most", min=1, max=1_000_000, help="nodes at all")] = 20_000,
    within_s: Annotated[float, typer.Option("--within", min=1, help="seconds")] = 60.0,
    tags: Annotated[bool, typer.Option("--tags", help="print tag rows for a plant file")] = False,
    security: Annotated[str, typer.Option("--security", help="as in the plant file")] = "",
    mode: Annotated[str, typer.Option("--mode", help="as in the plant file")] = "",
    user: Annotated[str, typer.Option("--user", help="name to sign in with")] = "",
    password_name: Annotated[str, typer.Option("--secret", help="name of the user's stored password")] = "",
    only: Annotated[str, typer.Option("--only", help="variables whose name fits, such as 'Cur*'")] = "*",
    write: Annotated[bool, typer.Option("--write", help="add them to --machine in --plant")] = False,
    plant: Annotated[Optional[Path], typer.Option("--plant", help="plant file, with --write")] = None,  # noqa: UP045
    machine: Annotated[str, typer.Option("--machine", help="its id, with --write")] = "",
    data: Data = None,
) -> None:
    """Print what an OPC UA server has, as a tree or as tag rows, or add it to a machine of a plant file."""
    bounds = (depth, most, within_s)
    if write or plant or machine:
        if not (write and plant and machine):
            raise typer.BadParameter("--write, --plant and --machine go together")
        call(
            "ui.browse", "write", data=data, url=url, node=node, bounds=bounds, plant=plant, machine=machine, only=only
        )
    given = {"security": security, "mode": mode, "user": user, "secret": password_name}
    call(
        "ui.browse",
        "show",
        data=data,
        url=url,
        node=node,
        bounds=bounds,
        settings={key: value for key, value in given.items() if value},
        as_tags=tags,
        only=only,
    )


@app.command()
def password() -> None:
    """Make the password_hash of a person for the plant file."""
    call("ui.inspect", "password")


def main(words: Sequence[str] | None = None) -> None:
    """Do what the words say and end the process. Makes the parser of the command that is asked for alone."""
    words = sys.argv[1:] if words is None else words
    asked = words[0] if words else ""
    commands = [row for row in app.registered_commands if asked in (row.name, getattr(row.callback, "__name__", ""))]
    groups = [row for row in app.registered_groups if asked == row.name]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
    app(words, prog_name="lineside")
