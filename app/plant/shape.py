"""Is every row of a plant file written as the schema says? From data to a draft, with a misfit for each fault.

Owns which rows are sound. Must not know references between rows, files, or the words for a fault (wording).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.plant.draft import Draft
from app.plant.faults import Misfit
from app.plant.schema import PlantFile
from app.plant.wording import misfit

TABLES = tuple(PlantFile.model_fields)
STAND_IN = {"site": {"id": "site", "name": "site", "timezone": "UTC"}}
"""What takes the place of a needed table that is at fault, so that the rest can still be checked."""


def shape(data: Mapping[str, Any]) -> tuple[Draft, list[Misfit]]:
    """The sound rows of the data, and a misfit for everything that the schema refuses."""
    try:
        return _draft(data, PlantFile.model_validate(data), {}, frozenset()), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    sound, origin = _sound(data, details)
    file = PlantFile.model_validate({**STAND_IN, **sound})
    misfits = [misfit(detail) for detail in details]
    return _draft(data, file, origin, _faulty(details)), misfits


def _sound(data: Mapping[str, Any], details: Sequence[ErrorDetails]) -> tuple[dict[str, Any], dict[str, Sequence[int]]]:
    """The data without its faulty rows, and the places that the remaining rows of each list had."""
    spoiled = {detail["loc"][:2] for detail in details}
    whole = {loc[0] for loc in spoiled if len(loc) < 2 or isinstance(loc[1], str)}
    sound = {name: data[name] for name in TABLES if name in data and name not in whole}
    origin: dict[str, Sequence[int]] = {}
    for name, value in sound.items():
        if isinstance(value, list):
            origin[name] = [index for index in range(len(value)) if (name, index) not in spoiled]
            sound[name] = [value[index] for index in origin[name]]
    return sound, origin


def _faulty(details: Sequence[ErrorDetails]) -> frozenset[str]:
    """The tables with a fault; for an unknown one also the table that was probably meant."""
    named = {str(detail["loc"][0]) for detail in details}
    meant = {close for name in named - set(TABLES) for close in get_close_matches(name, TABLES, n=1)}
    return frozenset(named & set(TABLES) | meant)


def _draft(
    data: Mapping[str, Any], file: PlantFile, origin: Mapping[str, Sequence[int]], faulty: frozenset[str]
) -> Draft:
    written = {name: _ids(data.get(name)) for name in TABLES}
    lists = {name: rows for name in TABLES if isinstance(rows := getattr(file, name), list)}
    return Draft(
        file=file,
        origin={name: origin.get(name, range(len(rows))) for name, rows in lists.items()},
        ids={name: frozenset(ids) for name, (ids, _) in written.items()},
        faulty=faulty,
        unsure=frozenset(name for name in faulty if not written[name][1]),
    )


def _ids(table: object) -> tuple[set[str], bool]:
    """The ids that a table holds, and whether each of its rows has a readable one."""
    if isinstance(table, dict):
        return set(table), True
    if not isinstance(table, list):
        return set(), False
    ids = [row.get("id") if isinstance(row, dict) else None for row in table]
    return {name for name in ids if isinstance(name, str)}, all(isinstance(name, str) for name in ids)
