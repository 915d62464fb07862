"""Which plant file a station runs: the published one where it has joined a plant, else one of its own. No Qt.

The published one is that which is kept here, so that a start waits for nobody; only a station that has no plant file at
all asks the shared store first. A file that is named on the command line wins, and screens say so.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.config import Config
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.plant_file import PlantFileStatus
from app.plant.faults import PlantFileError
from app.plant.kept import kept
from app.plant.running import RunningFile, unfit
from app.settings import Origin
from ui.text import t

log = logging.getLogger("lineside.plant")

MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A plant, where it came from, and the file that engineers may add tags to; None: it is published."""

    plant: Plant
    parts: RunningFile
    file: Path | None = None


def chosen(station: Config, load: Callable[[Path], Plant], fetch: Callable[[], object], program: str) -> Chosen:
    """The plant to run. `load` raises PlantFileError, `fetch` takes what is published from the shared store.

    Raises KnownError where there is none, and for one of its own that has faults.
    """
    override, why = named(station), ""
    if station.store and not override:
        found = _published(station.folder, load, program)
        if found is None and station.plant is None:  # else it starts with its own, and takes the published one then
            why = _fetched(fetch)
            found = _published(station.folder, load, program)
        if found is not None:
            return found
    if station.plant is None:
        raise KnownError(
            t("This station has no plant file. {why}", why=why).strip(),
            t("Name one with --plant, or publish one for all stations: lineside plant publish FILE"),
        )
    status = PlantFileStatus(file=station.plant.name, override=override and bool(station.store))
    parts = RunningFile(status=status, digest=_digest(station.plant), program=program, check=load)
    return Chosen(plant=load(station.plant), parts=parts, file=station.plant)


def named(station: Config) -> bool:
    """Whether the plant file was named on the command line."""
    return "plant" in station.said and station.said["plant"].origin is Origin.COMMAND


def begins_with(station: Config) -> tuple[Path | None, PlantFileStatus]:
    """The file that a start of the station would run, as far as it can be seen from here, and which one that is."""
    found = next(kept(station.folder), None) if station.store else None
    if found is not None:
        return found.path, PlantFileStatus(running=found.record.version)
    return station.plant, PlantFileStatus(file=station.plant.name if station.plant is not None else "")


def has_published(station: Config) -> bool:
    """Whether a published plant file is kept here and would be run."""
    return bool(station.store) and next(kept(station.folder), None) is not None


def _published(folder: Path, load: Callable[[Path], Plant], program: str) -> Chosen | None:
    """The newest that is kept and that this program can run."""
    newest, fault = None, ""
    for found in kept(folder):
        newest = newest or found.record
        try:
            plant = load(found.path)
        except PlantFileError as error:
            log.warning("%s can't be used: %s", found.record.title, error)
            fault = fault or unfit(found.record, error, program)
            continue
        status = PlantFileStatus(running=found.record.version, published=newest, fault=fault)
        parts = RunningFile(status=status, digest=found.record.sha256, program=program, check=load)
        return Chosen(plant=plant, parts=parts)
    return None


def _fetched(fetch: Callable[[], object]) -> str:
    """Why nothing could be fetched; "" where the store has none, or it is here now."""
    try:
        fetch()
    except KnownError as error:
        log.warning("the published plant file can't be had: %s", error)
        return str(error)
    return ""


def _digest(path: Path) -> str:
    """Of the text as it would be published; "" where it can't be read: then `load` says so."""
    try:
        return hashlib.sha256(path.read_bytes().removeprefix(MARK)).hexdigest()
    except OSError:
        return ""
