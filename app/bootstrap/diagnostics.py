"""Diagnostics: what is known of a station in one file, for who looks after Lineside, and no secret in it. Blocking.

Owns what goes in. Keys, secrets and what the journal says of people's acts stay out; all else goes through one pass.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from app.config import SHARED, Config
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.logs import last_of
from app.redaction import Redactor
from app.secrets import open_secrets
from app.starts import FILE as STARTS
from app.store.postgres.address import SECRET
from app.store.schema import operation
from app.store.sqlite import FILE as JOURNAL
from app.store.sqlite import open_engine

LONGEST = 4_000_000
"""Of any file its newest so many bytes."""
ERP_SECRET = "erp"
_SECRET_NAME = re.compile(r"(?i)pass|token|secret|key|credential")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What goes in beside the station's own files: the doctor's answer, the plant where its file can be read."""

    checks: Mapping[str, Any]
    plant: Plant | None = None
    plant_file: Path | None = None


def save(path: Path, config: Config, known: Known, *, names: bool) -> str:
    """Write the file, and say what it is; `names`: people's names stay in. Raises KnownError where it can't be."""
    redactor = Redactor(secrets_of(config, known.plant), {} if names else people_of(known.plant))
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in contents(config, known):
                archive.writestr(name, redactor.text(text))
        fresh.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise KnownError(f"{path} can't be written: {error.strerror or error}.", "Name another file.") from error
    return f"{path} has what is known of this station, {max(1, path.stat().st_size // 1000):,} kB, without secrets."


def contents(config: Config, known: Known) -> Iterator[tuple[str, str]]:
    """Names in the archive and texts, not yet redacted."""
    yield "doctor.json", _json(known.checks)
    yield "versions.json", _json(versions())
    yield "settings.json", _json(settings(config))
    yield "journal.json", _json(journal_counts(config.folder))
    for name in (STARTS, SHARED, "layout.json"):
        yield from _file(config.folder / name, name)
    for log in (config.log, config.folder / "acquisition.log"):
        for file in sorted(log.parent.glob(f"{log.name}*")):
            yield from _file(file, f"logs/{file.name}")
        for words in (log.with_suffix(".crash"), last_of(log.with_suffix(".crash"))):
            yield from _file(words, f"logs/{words.name}")
    if known.plant_file is not None:
        yield from _file(known.plant_file, "plant.toml")


def _file(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """A text file's newest part; nothing where there is none."""
    try:
        data = path.read_bytes()[-LONGEST:]
    except OSError:
        return
    yield name, data.decode("utf-8", errors="replace")


def versions() -> dict[str, Any]:
    """The program, the system and every library."""
    found = {str(one.metadata["Name"]): one.version for one in distributions() if one.metadata["Name"]}
    return {"python": sys.version, "platform": platform.platform(), "libraries": dict(sorted(found.items()))}


def settings(config: Config) -> dict[str, Any]:
    """Who said what of the settings, and the environment's words for Lineside."""
    said = {
        key: {"value": str(word.value), "origin": str(word.origin), "where": word.where}
        for key, word in config.said.items()
    }
    environment = {
        name: value for name, value in sorted(os.environ.items()) if name.startswith(("LINESIDE", "QT_", "PG"))
    }
    return {"station": config.station, "folder": str(config.folder), "settings": said, "environment": environment}


def journal_counts(folder: Path) -> dict[str, Any]:
    """How many operations of each kind, and the tables; nothing of what people did."""
    if not (folder / JOURNAL).is_file():
        return {}
    engine = open_engine(folder / JOURNAL, read_only=True)
    try:
        with engine.connect() as connection:
            counted = select(operation.c.kind, func.count()).group_by(operation.c.kind).order_by(operation.c.kind)
            kinds = {str(kind): int(count) for kind, count in connection.execute(counted)}
            tables = [
                str(row[0]) for row in connection.exec_driver_sql("select sql from sqlite_master where sql <> ''")
            ]
            number = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    except DatabaseError as error:
        return {"fault": str(error.orig)}
    finally:
        engine.dispose()
    return {"operations": kinds, "format": number, "tables": tables}


def secrets_of(config: Config, plant: Plant | None) -> frozenset[str]:
    """Every secret that is stored here or stands in the environment."""
    named = {SECRET, ERP_SECRET}
    if plant is not None:
        links = (plant.erp.settings, *(controller.settings for controller in plant.controllers.values()))
        named |= {str(link["secret"]) for link in links if "secret" in link} | set(plant.controllers)
    stored = open_secrets(config.folder).values(named)
    return stored | {value for name, value in os.environ.items() if len(value) >= 8 and _SECRET_NAME.search(name)}


def people_of(plant: Plant | None) -> dict[str, str]:
    """Everybody's name and its short form, and the id that stands for it."""
    people = plant.people.values() if plant is not None else ()
    return {name: person.id for person in people for name in (person.name, person.short)}


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
