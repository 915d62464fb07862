"""`lineside backup` and `lineside restore`: a station's journal, out of the machine and back. No Qt."""

from __future__ import annotations

from pathlib import Path

import typer

from app.bootstrap.keeping import back_up, bring_back, complete_from_plant
from app.config import config
from app.domain.errors import RefusedError
from ui.exits import Exit


def backup(file: Path, data: Path | None) -> int:
    """Copy the journal into a file, also while Lineside runs."""
    made = back_up(config(data), file)
    typer.echo(
        f"{file} has {made.count:,} operations of {made.station or 'nobody'}, chain whole, head {made.head[:16]}."
    )
    return Exit.OK


def restore(file: Path | None, from_plant: bool, data: Path | None) -> int:
    """Make a backup this station's journal, and complete it with what the plant's log has of this station."""
    if file is None and not from_plant:
        raise RefusedError("Restore from what?", "Name the file of a backup, or say --from-plant.")
    here = config(data)
    if file is not None:
        made = bring_back(here, file)
        typer.echo(
            f"The journal in {here.folder} is that of {made.station or 'nobody'} again: {made.count:,} operations."
        )
        if made.aside is not None:
            typer.echo(f"What was there is in {made.aside.name}. Delete it once all is well.")
        if made.lost:
            typer.echo(f"{made.lost:,} later operations are not in it; what was shared of them: --from-plant")
    if from_plant:
        more = complete_from_plant(here)
        typer.echo(f"{more:,} operations of {here.station} came back from the plant's log.")
    return Exit.OK
