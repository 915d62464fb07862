"""Tryton as a program of its own, installed and filled by itself: a venv with it and a database to copy.

Owns the cache of both. Tryton is under the GPL and is never imported here or anywhere in Lineside: it runs in its own
Python, as a server that one talks to. Made anew when the lock, the seed or the modules change.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

from platformdirs import user_cache_path

from app.child import frozen
from app.domain.errors import KnownError
from app.erp.demo_data import demo_reference
from app.erp.tryton.rpc import Rpc
from app.erp.web import Web
from drivers.demo_tryton.running import DATABASE, Running, configured, program
from drivers.demo_tryton.seed import Seeding
from drivers.demo_tryton.sign_in import PASSWORD

HERE = Path(__file__).parent
LOCK = HERE / "requirements.lock"
MODULES = ("production_work", "production_routing", "stock_lot", "quality", "sale")
ADMIN_PASSWORD = "admin-of-the-demo"
STEP_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """Where Tryton's Python is, the filled database, and the day for which it was filled."""

    python: Path
    golden: Path
    day: date


def cache() -> Path:
    """The folder of this version; LINESIDE_TRYTON names another place for all of them."""
    root = os.environ.get("LINESIDE_TRYTON")
    digest = sha256(LOCK.read_bytes() + (HERE / "seed.py").read_bytes() + sys.version.encode())
    digest.update(" ".join(MODULES).encode())
    return (Path(root) if root else user_cache_path("lineside", appauthor=False) / "tryton") / digest.hexdigest()[:16]


def installed() -> Installed | None:
    """What is there already."""
    folder = cache()
    golden = folder / "golden.sqlite"
    if not golden.is_file():
        return None
    day = date.fromisoformat((folder / "day").read_text(encoding="utf-8"))
    return Installed(python=python_of(folder), golden=golden, day=day)


def install() -> Installed:
    """Tryton, made now if it is not there: about a minute. Raises KnownError when it can't be made.

    Made beside its place and put there whole: who ends half-way, or does it at the same time, spoils nothing.
    """
    found = installed()
    if found is not None:
        return found
    folder = cache()
    draft = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        make(draft)
        if not folder.exists():
            draft.rename(folder)
    except (OSError, subprocess.SubprocessError) as error:
        words = getattr(error, "stderr", None) or str(error)
        raise KnownError(
            f"Tryton can't be installed: {str(words)[-500:]}", "Is the package index reachable?"
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    made = installed()
    assert made is not None
    return made


def make(folder: Path) -> None:
    """Install Tryton into a venv, make its database, and fill it."""
    if frozen():
        raise KnownError("An installed Lineside has no Python to install Tryton with.", "Try it from a checkout.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(sys.executable, "-m", "venv", folder / "venv")
    python = python_of(folder)
    run(python, "-m", "pip", "install", "--quiet", "--no-input", "--require-hashes", "--requirement", LOCK)
    place = configured(folder / "made", port=0)
    place.database.touch()
    password = folder / "password"
    password.write_text(ADMIN_PASSWORD, encoding="utf-8")
    words = program(python, "trytond.cli.admin", place.config, "--email", "admin@example.org", "-l", "en")
    run(*words, "-u", *MODULES, "--activate-dependencies", TRYTONPASSFILE=str(password))
    asyncio.run(fill(Running(python, folder / "made")))
    with closing(sqlite3.connect(place.database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(place.database, folder / "golden.sqlite")
    (folder / "day").write_text(datetime.now(UTC).date().isoformat(), encoding="utf-8")


async def fill(server: Running) -> None:
    """Start the server on the new database and fill it over the wire."""
    server.start()
    try:
        await server.answers()
        seeding = Seeding(demo_reference(datetime.now(UTC)), PASSWORD)
        for step in (seeding.company, seeding.everything):
            rpc = Rpc(Web(server.url, timeout_s=60.0, packed=True), DATABASE, "admin", lambda: ADMIN_PASSWORD)
            try:
                await step(rpc)
            finally:
                await rpc.aclose()
    finally:
        server.stop()


def python_of(folder: Path) -> Path:
    """The Python that has Tryton."""
    return folder / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*words: str | Path, **environment: str) -> None:
    """Run a program to its end; raises CalledProcessError with what it said."""
    env = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"} | environment
    subprocess.run([str(w) for w in words], env=env, check=True, capture_output=True, text=True, timeout=STEP_S)


def copied(found: Installed, folder: Path) -> None:
    """The filled database in a folder, its dates moved to today; whatever database was there is gone.

    Tryton's SQLite writes ahead: a file copied under an old `-wal` would have the old rows again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = configured(folder, port=0).database
    for suffix in ("", "-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)
    shutil.copy(found.golden, target)
    days = (datetime.now(UTC).date() - found.day).days
    with closing(sqlite3.connect(target)) as db:
        for table, column in DATES:
            db.execute(f"UPDATE {table} SET {column} = date({column}, ?) WHERE {column} IS NOT NULL", (f"{days} days",))
        db.commit()


DATES = (
    ("production", "planned_date"),
    ("production", "planned_start_date"),
    ("sale_sale", "sale_date"),
    ("sale_sale", "shipping_date"),
)
"""What is planned, by table and column."""
