"""What this machine is like for a station: its journal, disk, versions and crashes. Blocking, read only.

The running program looks every now and then, the doctor once; both while Lineside runs and while it does not.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import keyring

import resources
from app.binding import DISTRIBUTION, check_installed_binding
from app.config import Config
from app.domain.checks.facts import (
    CrashFacts,
    DiskFacts,
    FittingFacts,
    JournalFacts,
    LocalFacts,
    VersionFacts,
)
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.logs import headline, last_of
from app.secrets import open_secrets
from app.starts import died, is_loop, read_starts
from app.store.format import FORMAT
from app.store.sqlite import FILE
from app.store.verify import grown, verify_tail

TAIL = 1000
DAY = timedelta(days=1)
FONTS = 6
PROGRAM, DOCKING = "lineside", "PySide6-QtAds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a station's things are. `running` is the process that works there; None: none of ours is known of."""

    folder: Path
    log: Path
    plant_file: Path | None = None
    history: Path = Path()
    history_most: int = 0
    running: int | None = None


def place_of(config: Config, plant: Plant | None, plant_file: Path | None, running: int | None) -> Place:
    """Where the things of a station with this configuration are."""
    return Place(
        folder=config.folder,
        log=config.log,
        plant_file=plant_file,
        history=config.history,
        history_most=int(plant.history.most_mb * 1e6) if plant is not None else 0,
        running=running,
    )


def local_facts(place: Place, now: datetime | None = None) -> LocalFacts:
    """Everything, looked at now; whatever can't be looked at is said so, never raised."""
    at = now or datetime.now(UTC)
    return LocalFacts(
        at=at,
        journal=journal_facts(place.folder, at),
        disk=disk_facts(place),
        versions=version_facts(place.plant_file),
        fittings=fitting_facts(place.folder),
        crashes=crash_facts(place, at),
    )


def journal_facts(folder: Path, now: datetime) -> JournalFacts:
    """The journal's file; what is wrong with its newest operations."""
    path = folder / FILE
    if not path.is_file():
        return JournalFacts()
    size, waits = _size(path), _size(path.with_name(f"{FILE}-wal"))
    try:
        tail, verdict = verify_tail(folder, TAIL)
        if not verdict.ok:
            fault = f"Operation {verdict.bad_seq} of the journal: {verdict.reason}"
            return JournalFacts(operations=verdict.count, size=size, wal=waits, tail=tail, fault=fault)
        added = grown(folder, now - DAY)
        each = size / verdict.count if verdict.count else 0.0
        return JournalFacts(operations=verdict.count, size=size, wal=waits, tail=tail, grown_day=added * each)
    except KnownError as error:
        return JournalFacts(size=size, wal=waits, fault=error.message)


def _size(path: Path) -> int:
    """Bytes of a file that a running Lineside may take away at any moment; 0 where it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def disk_facts(place: Place) -> DiskFacts:
    """The disk of the data folder."""
    folder = str(place.folder)
    try:
        room = shutil.disk_usage(place.folder)
        files = place.history.rglob("*") if place.history != Path() and place.history.is_dir() else ()
        used = sum(file.stat().st_size for file in files if file.is_file())
    except OSError:
        return DiskFacts(folder=folder)
    return DiskFacts(folder=folder, free=room.free, total=room.total, ceiling=max(0, place.history_most - used))


def version_facts(plant_file: Path | None) -> VersionFacts:
    """What runs here."""
    return VersionFacts(
        lineside=_version(PROGRAM),
        python=platform.python_version(),
        qt=_version(DISTRIBUTION),
        docking=_version(DOCKING),
        system=_system(),
        journal_format=FORMAT,
        plant_file=plant_file.name if plant_file is not None else "",
        plant_hash=_hash(plant_file),
        pair_fault=_fault(check_installed_binding),
    )


@cache
def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


@cache
def _system() -> str:
    if sys.platform != "linux":
        return f"{platform.system()} {platform.release()}"
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return f"Linux {platform.release()}"


def _hash(path: Path | None) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path is not None else ""
    except OSError:
        return ""


def _fault(check: Callable[[], object]) -> str:
    try:
        check()
    except KnownError as error:
        return str(error)
    return ""


def fitting_facts(folder: Path) -> FittingFacts:
    """Fonts, keyring, and whether the file of secrets is only this account's."""
    fonts = resources.path("fonts")
    return FittingFacts(
        fonts=len(list(fonts.glob("*.otf"))) >= FONTS if fonts.is_dir() else False,
        keyring=keyring.get_keyring().priority > 0,
        secrets_fault=_fault(open_secrets(folder).check),
    )


def crash_facts(place: Place, now: datetime) -> CrashFacts:
    """Starts without an end, and the last words of the last one."""
    starts = read_starts(place.folder)
    earlier = [row for row in starts if row.pid != place.running] if place.running is not None else starts
    try:
        words = last_of(place.log.with_suffix(".crash")).read_text(encoding="utf-8", errors="replace")
    except OSError:
        words = ""
    return CrashFacts(
        at=died(starts, place.running), last=headline(words), careful=is_loop(earlier, now), log=place.log.name
    )
