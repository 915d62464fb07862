"""`lineside doctor`: looks at this station and says what is wrong and what to do, worst first. Changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import typer

from app.bootstrap.doctor import Patient, look
from app.config import Config, config
from app.domain.checks.check import Check, State, worst, worst_first
from app.domain.checks.facts import ControllerFacts, Facts
from app.domain.checks.table import GROUPS, judged
from app.domain.errors import KnownError
from app.domain.plant import Controller, Plant, Tag
from app.domain.plant_file import PlantFileStatus
from app.domain.text import safe
from app.erp.registry import check_settings
from app.plant.check import load
from app.secrets import stored_secret
from app.starts import read_starts
from app.store.lock import BusyError, refuse_second
from drivers.probe import by_address, preload, probe, quiet
from drivers.registry import ADDRESS_CHECKS
from drivers.workstation import Workstation
from ui.plants import begins_with

CODES = {State.OK: 0, State.UNKNOWN: 0, State.WARNING: 1, State.BAD: 2}
"""The exit codes, for scripts and monitoring."""
WORDS = {State.OK: "ok", State.UNKNOWN: "??", State.WARNING: "WARN", State.BAD: "BAD"}
SCHEMES = ("opc.tcp://", "modbus://", "postgresql://")


def doctor(data: Path | None, plant: Path | None, urls: Sequence[str], as_json: bool) -> int:
    """Print the checks of this station and of further addresses; the exit code is that of the worst."""
    with quiet():
        facts, fault = examined(config(data), plant, urls)
    checks = (*fault, *judged(facts))
    typer.echo(json.dumps(plain(facts, checks), indent=2, ensure_ascii=False) if as_json else readable(checks))
    return CODES[worst(checks)]


def examined(here: Config, plant: Path | None, urls: Sequence[str] = ()) -> tuple[Facts, tuple[Check, ...]]:
    """What was found, and what is wrong with the plant file itself."""
    for url in urls:
        if not url.startswith(SCHEMES):
            raise KnownError(f"{url} is no address that can be looked at.", f"Begin it with {', '.join(SCHEMES)}.")
    file, status = (plant, PlantFileStatus(file=plant.name)) if plant is not None else begins_with(here)
    loaded, fault = _loaded(file)
    patient = Patient(
        config=here,
        plant=loaded,
        plant_file=file,
        plant_status=status,
        controllers=tuple(found for url in urls if (found := by_address(url)) is not None),
        stores=tuple(url for url in urls if url.startswith("postgres")),
        running=_running(here.folder),
    )
    workstation = Workstation(name=here.station, folder=here.folder, secret=partial(stored_secret, here.folder))

    async def ask(controller: Controller, tags: Sequence[Tag], within_s: float) -> ControllerFacts:
        return await probe(controller, tags, workstation, within_s)

    preload((*patient.controllers, *(loaded.controllers.values() if loaded is not None else ())))
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # what the database's driver needs
        return runner.run(look(patient, ask)), fault


def _loaded(file: Path | None) -> tuple[Plant | None, tuple[Check, ...]]:
    if file is None:
        return None, ()
    try:
        return load(file, ADDRESS_CHECKS, check_settings), ()
    except KnownError as error:
        said = safe(error.message.partition("\n")[0].rstrip(":") + ".", 200)
        return None, (
            Check(id="plant", group="versions", title="Plant file", state=State.BAD, said=said,
                  next=f"lineside check {file}"),
        )  # fmt: skip


def _running(folder: Path) -> int | None:
    """The process that works on the folder now; None where none does."""
    try:
        refuse_second(folder)
    except BusyError:
        return next((row.pid for row in reversed(read_starts(folder)) if not row.ended), 0)
    except KnownError:
        return None
    return None


def plain(facts: Facts, checks: Sequence[Check]) -> dict[str, Any]:
    """The checks for a script."""
    return {
        "at": facts.now.isoformat(timespec="seconds"),
        "state": worst(checks).value,
        "checks": [asdict(check) for check in worst_first(checks)],
    }


def readable(checks: Sequence[Check]) -> str:
    """By group, the worst first; of what is well only how much there is."""
    lines = []
    for group, title in GROUPS:
        here = worst_first(check for check in checks if check.group == group)
        if not here:
            continue
        well = [check for check in here if check.state is State.OK]
        bad = [check for check in here if check.state is not State.OK]
        few = well if len(well) <= FEW else ()
        lines.append(f"{title}: {worst(here).value}")
        lines += [line for check in (*bad, *few) for line in _lines(check)]
        lines += [f"  ok    {len(well)} checks are well."] if not few and well else []
    return "\n".join(lines)


FEW = 6


def _lines(check: Check) -> list[str]:
    said = f"  {WORDS[check.state]:<5} {check.title}: {safe(check.said, 300)}"
    return [said, f"        → {check.next}"] if check.next else [said]
