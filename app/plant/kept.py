"""The published plant files that a station has taken, in its data folder: for days without the shared store.

Owns the folder. Each version is kept as it was signed: its text, and beside it the record with its hash. Records are
kept for ever, as what this station saw; of the texts only the newest.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.codec import UnreadableError, encode, read
from app.domain.errors import StoreError
from app.domain.plant_file import PlantVersion, fault

log = logging.getLogger("lineside.plant")

FOLDER = "plant-files"
TEXTS = 5
"""Texts that stay: what a station can fall back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A version that is here and is as it was signed."""

    record: PlantVersion
    path: Path


def keep(folder: Path, record: PlantVersion, text: str) -> Path:
    """Keep a version; its text's path. Raises StoreError where the disk refuses; then nothing of it counts."""
    where = folder / FOLDER
    path = where / f"{record.version}.toml"
    try:
        where.mkdir(parents=True, exist_ok=True)
        _write(path, text)
        _write(where / f"{record.version}.json", encode(record))
    except OSError as error:
        raise StoreError(f"The plant file can't be kept in {where}: {error.strerror}.", "Make room.") from error
    for old in _numbers(where, "toml")[TEXTS:]:
        with contextlib.suppress(OSError):
            (where / f"{old}.toml").unlink()
    return path


def kept(folder: Path) -> Iterator[Kept]:
    """The versions that are here, the newest first; one that was changed is left out and logged."""
    where = folder / FOLDER
    for number in _numbers(where, "toml"):
        path, record = where / f"{number}.toml", _record(where, number)
        if record is None:
            continue
        try:
            reason = fault(record, path.read_bytes().decode())
        except (OSError, UnicodeDecodeError) as error:
            reason = str(error)
        if not reason:
            yield Kept(record=record, path=path)
        else:
            log.warning("the kept plant file %d is not used: %s", number, reason)


def heads(folder: Path) -> Mapping[int, str]:
    """Version → its hash, of all that this station ever took."""
    where = folder / FOLDER
    records = (_record(where, number) for number in _numbers(where, "json"))
    return {record.version: record.chained for record in records if record is not None}


def _record(where: Path, number: int) -> PlantVersion | None:
    try:
        return read((where / f"{number}.json").read_bytes(), PlantVersion)
    except FileNotFoundError:
        return None
    except (OSError, UnreadableError) as error:
        log.warning("the record of plant file %d can't be read: %s", number, error)
        return None


def _numbers(where: Path, suffix: str) -> list[int]:
    """The versions that have a file of a sort, the newest first."""
    return sorted((int(path.stem) for path in where.glob(f"*.{suffix}") if path.stem.isdecimal()), reverse=True)


def _write(path: Path, text: str) -> None:
    """All of it or nothing, and on the disk."""
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
