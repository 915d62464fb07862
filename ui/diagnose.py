"""`lineside diagnostics`: what is known of this station in one file, without secrets. No Qt."""

from __future__ import annotations

from pathlib import Path

import typer

from app.bootstrap.diagnostics import Known, save
from app.config import config
from app.domain.checks.table import judged
from app.domain.errors import KnownError
from app.erp.registry import check_settings
from app.plant.check import load
from drivers.probe import quiet
from drivers.registry import ADDRESS_CHECKS
from ui.doctor import examined, plain
from ui.exits import Exit
from ui.plants import begins_with


def diagnostics(file: Path, data: Path | None, plant: Path | None, names: bool) -> int:
    """Look at the station and write the file."""
    here = config(data)
    plant_file = plant or begins_with(here)[0]
    loaded = None
    if plant_file is not None:
        try:
            loaded = load(plant_file, ADDRESS_CHECKS, check_settings)
        except KnownError as error:
            typer.echo(f"The plant file is left as it is: {error.message.partition(chr(10))[0]}", err=True)
    with quiet():
        facts, fault = examined(here, plant)
    known = Known(checks=plain(facts, (*fault, *judged(facts))), plant=loaded, plant_file=plant_file)
    typer.echo(save(file, here, known, names=names))
    return Exit.OK
