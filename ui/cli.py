"""The command line. Says what there is and hands over to the module that does it, loaded only then.

So `lineside agent` never loads Qt, and `lineside demo` shows its window before any I/O library is loaded.
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from app.binding import check_installed_binding
from app.domain.errors import KnownError
from ui.exits import Exit

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Lineside: the plant's system of action, between the ERP and the line controllers.",
)

Data = Annotated[Optional[Path], typer.Option("--data", help="folder of the journal and settings")]  # noqa: UP045
Plant = Annotated[Path, typer.Option("--plant", help="the plant file (TOML)")]
Smoke = Annotated[Optional[float], typer.Option("--smoke", min=5, help="run a scripted shift for S seconds")]  # noqa: UP045
Shots = Annotated[Optional[Path], typer.Option("--screenshots", help="folder for a PNG of every screen")]  # noqa: UP045
Report = Annotated[Optional[Path], typer.Option("--report", help="file for the run's figures as JSON")]  # noqa: UP045


def call(module: str, function: str, **arguments: Any) -> None:
    """Run `module.function(**arguments)` and end with its exit code; a known error is one sentence on stderr."""
    try:
        action: Callable[..., int] = getattr(importlib.import_module(module), function)
        code = action(**arguments)
    except KnownError as error:
        typer.echo(str(error), err=True)
        code = Exit.REFUSED
    except Exception:
        logging.getLogger("lineside").exception("lineside ended by a fault of its own")
        code = Exit.BUG
    raise typer.Exit(int(code))


@app.command()
def demo(
    plant: Annotated[Optional[Path], typer.Option("--plant", help="another plant file for the demo")] = None,  # noqa: UP045
    replay: Annotated[Optional[Path], typer.Option("--replay", help="replay recorded alarm bursts (CSV)")] = None,  # noqa: UP045
    replay_from: Annotated[str, typer.Option("--from", help="first day of the replay, e.g. 2019-06-03")] = "",
    replay_until: Annotated[str, typer.Option("--until", help="its end; default a week later")] = "",
    speed: Annotated[float, typer.Option("--speed", min=0.01, help="simulated seconds a second")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="of the simulated plant's faults")] = 1,
    data: Data = None,
    smoke: Smoke = None,
    screenshots: Shots = None,
    report: Report = None,
) -> None:
    """Open Lineside on a simulated plant: real protocol servers and a demo ERP on this machine."""
    call(
        "ui.main",
        "demo",
        plant=plant,
        replay=replay,
        span=(replay_from, replay_until),
        speed=speed,
        seed=seed,
        data=data,
        smoke=smoke,
        screenshots=screenshots,
        report=report,
    )


@app.command()
def run(plant: Plant, data: Data = None, smoke: Smoke = None, screenshots: Shots = None, report: Report = None) -> None:
    """Open Lineside on a plant of your own."""
    call("ui.main", "run", plant=plant, data=data, smoke=smoke, screenshots=screenshots, report=report)


@app.command()
def agent(
    plant: Plant,
    data: Data = None,
    seconds: Annotated[Optional[float], typer.Option("--for", min=1, help="end after S seconds")] = None,  # noqa: UP045
    report: Report = None,
) -> None:
    """Run without a screen, for a server that never sleeps."""
    call("ui.agent", "agent", plant=plant, data=data, seconds=seconds, report=report)


@app.command()
def check(plant: Annotated[Path, typer.Argument(help="the plant file (TOML)")]) -> None:
    """List every fault of a plant file with its line and what to do."""
    call("ui.inspect", "check", path=plant)


@app.command()
def log(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Print the journal of a station."""
    call("ui.inspect", "log", data=data, as_json=as_json)


@app.command()
def verify(data: Data = None) -> None:
    """Check the journal's chain; name the first bad operation."""
    call("ui.inspect", "verify", data=data)


@app.command()
def password() -> None:
    """Make the password_hash of a person for the plant file."""
    call("ui.inspect", "password")


SELDOM = (100_000, 50, 50)
"""Thresholds of the garbage collector: a full round costs a frame, and most of what is made here stays."""


def main() -> None:
    """The installed command."""
    gc.set_threshold(*SELDOM)
    try:
        check_installed_binding()
    except KnownError as error:
        typer.echo(str(error), err=True)
        sys.exit(int(Exit.REFUSED))
    app()


if __name__ == "__main__":
    main()
