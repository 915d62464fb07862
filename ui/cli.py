"""The command line. Says what there is and hands over to the module that does it, loaded only then.

So `lineside agent` never loads Qt. What opens a window is in `ui.desktop`, and `ui.entry` comes before both. The groups
are in `ui.cli_log` and `ui.cli_controllers`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Optional

import typer

from ui import desktop
from ui.cli_controllers import browse, secret, trust
from ui.cli_log import db, plant_files
from ui.options import ByUrl, Data, call

app = typer.Typer(
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    help="Lineside: the plant's system of action, between the ERP and the line controllers. Without a command it opens "
    "this machine's plant; a guide asks for one the first time.",
)

Plant = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--plant", help="a plant file (TOML); none: the published one, else this machine's own"),
]
PlantRef = Annotated[str, typer.Argument(help="a plant file, or plant@12: version 12 of the shared store")]
Metrics = Annotated[Optional[int], typer.Option("--metrics", min=0, max=65_535, help="port for Prometheus; 0: none")]  # noqa: UP045
Report = Annotated[Optional[Path], typer.Option("--report", help="file for the run's figures as JSON")]  # noqa: UP045


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


app.command()(browse)


@app.command()
def password() -> None:
    """Make the password_hash of a person for the plant file."""
    call("ui.inspect", "password")


for group_name, group in (("plant", plant_files), ("trust", trust), ("secret", secret), ("db", db)):
    app.add_typer(group, name=group_name)


def main(words: Sequence[str] | None = None) -> None:
    """Do what the words say and end the process. Makes the parser of the command that is asked for alone."""
    words = sys.argv[1:] if words is None else words
    asked = words[0] if words else ""
    commands = [row for row in app.registered_commands if asked in (row.name, getattr(row.callback, "__name__", ""))]
    groups = [row for row in app.registered_groups if asked == row.name]
    if commands or groups:
        app.registered_commands, app.registered_groups = commands, groups
    app(words, prog_name="lineside")
