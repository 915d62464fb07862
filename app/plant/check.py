"""A plant file, checked: the plant, or every fault of the file at once with its line.

Owns the order of the steps. Must not know drivers or ERP adapters: their checks are handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from app.domain.plant import Plant
from app.plant.address import expand
from app.plant.build import build
from app.plant.checks.facts import AddressChecks, ErpCheck, Facts, no_erp_check
from app.plant.checks.table import misfits
from app.plant.commands import expand_commands
from app.plant.faults import Fault, Misfit, PlantFileError
from app.plant.positions import Positions
from app.plant.shape import shape
from app.plant.source import Source, excesses, parse, read
from app.plant.where import where

Checked = tuple[Plant | None, tuple[Fault, ...]]


def check(path: Path, address_checks: Mapping[str, AddressChecks], erp_check: ErpCheck = no_erp_check) -> Checked:
    """The plant of a file and no faults, or None and the faults in the order of their lines. Never raises.

    `address_checks`: protocol → its driver's checks. `erp_check`: that of the ERP adapters; left out: not judged.
    """
    return _checked(read(path), address_checks, erp_check)


def check_text(
    text: str,
    path: Path,
    address_checks: Mapping[str, AddressChecks],
    erp_check: ErpCheck = no_erp_check,
) -> Checked:
    """Like `check`, for a text that is not on disk; `path` is only shown."""
    return _checked(parse(path, text.encode("utf-8", "surrogatepass")), address_checks, erp_check)


def load(path: Path, address_checks: Mapping[str, AddressChecks], erp_check: ErpCheck = no_erp_check) -> Plant:
    """The plant of a file. Raises PlantFileError, whose text lists the faults."""
    plant, faults = check(path, address_checks, erp_check)
    if plant is None:
        raise PlantFileError(path, faults)
    return plant


def advice(path: Path, address_checks: Mapping[str, AddressChecks]) -> tuple[Fault, ...]:
    """What had better be otherwise in a file without faults, with its lines. Lineside runs with it all the same."""
    source = read(path)
    draft, _ = shape(source.data)
    found = [
        Misfit(at=(*at, "settings"), message=sentence, todo="")
        for at, row in draft.each("controller", draft.file.controller)
        for sentence in address_checks[row.protocol].advice(row.settings)
    ]
    return located(source, found)


def _checked(source: Source, address_checks: Mapping[str, AddressChecks], erp_check: ErpCheck) -> Checked:
    if source.fault is not None:
        return None, (source.fault,)
    if excess := list(excesses(source.data)):
        return None, located(source, excess)
    draft, found = shape(source.data)
    expansion = expand(draft)
    commands = expand_commands(draft, expansion)
    facts = Facts(
        draft=draft, expansion=expansion, commands=commands, address_checks=address_checks, erp_check=erp_check
    )
    found += misfits(facts)
    if found:
        return None, located(source, found)
    return build(draft.file, expansion, commands), ()


def located(source: Source, found: Iterable[Misfit]) -> tuple[Fault, ...]:
    """The misfits as faults with their lines, in order, each once."""
    positions = Positions(source.text)
    return tuple(sorted({_located(source.path, source.data, positions, misfit) for misfit in found}))


def _located(path: Path, data: Mapping[str, Any], positions: Positions, misfit: Misfit) -> Fault:
    line, column = positions.of(misfit.at)
    message = misfit.message
    if misfit.first is not None:
        message = f"{message} (line {positions.of(misfit.first)[0]})."
    return Fault(path=path, line=line, column=column, where=where(data, misfit.at), message=message, todo=misfit.todo)
