"""Whether what a station needs beside its controllers can be reached: data folder, room, plant's log, ERP.

Owns what each of them is asked, under a time-out. Must not know controllers or screens.
"""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from app.bootstrap.compose import open_shared
from app.config import Config
from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.domain.readiness import Finding, Grade
from app.domain.text import safe
from app.erp.registry import open_erp
from app.secrets import stored_secret
from app.store.lock import refuse_second

ANSWER_S = 8.0
LEAST_MB = 300
"""Room for a journal and some history; with less the station would stop soon."""
FOLDER, STORE, ERP, ROOM, LOCAL = "folder", "store", "erp", "room", "local"
NAMES = {
    FOLDER: "Data folder",
    STORE: "Plant's log",
    ERP: "ERP",
    ROOM: "Disk",
    LOCAL: "This machine",
}


def said(found: str, grade: Grade = Grade.WELL, text: str = "", todo: str = "") -> Finding:
    """A finding of one of NAMES."""
    return Finding(id=found, name=NAMES[found], grade=grade, text=text, todo=todo)


def of_error(found: str, error: KnownError, grade: Grade) -> Finding:
    """What an error says."""
    return said(found, grade, safe(error.message), safe(error.todo))


def folder(config: Config) -> Finding:
    """Whether this station's data folder is free and writable. Blocking, shortly."""
    try:
        refuse_second(config.folder)
    except KnownError as error:
        return of_error(FOLDER, error, Grade.NEEDED)
    return said(FOLDER, text=f"{config.folder} is free.")


def room(where: Path) -> Finding:
    """Whether the disk of a folder has room."""
    free_mb = shutil.disk_usage(where).free // 2**20
    if free_mb < LEAST_MB:
        return said(ROOM, Grade.MISSING, f"Only {free_mb} MB are free on the disk of {where}.", "Make room.")
    return said(ROOM, text=f"{free_mb:,} MB are free.")


def local() -> Finding:
    """Whether the demo's servers find a port and a place for their files on this machine."""
    try:
        with socket.create_server(("127.0.0.1", 0)):
            pass
        where = Path(tempfile.gettempdir())
        if (found := room(where)).grade is not Grade.WELL:
            return found
    except OSError as error:
        return said(LOCAL, Grade.NEEDED, f"The demo's servers can't open a port here: {error.strerror}.", "Ask IT.")
    return said(LOCAL, text="Nothing is missing. The demo needs no network and leaves nothing behind.")


async def store(config: Config, within_s: float = ANSWER_S) -> Finding:
    """Whether the plant's log that was joined takes this station's login and fits this Lineside."""
    todo = "Start all the same: what is done here is kept, and sent once it answers."
    try:
        log = open_shared(config)
    except KnownError as error:
        return of_error(STORE, error, Grade.NEEDED)
    if log is None:
        return said(STORE, text="None was joined: this workstation works alone.")
    try:
        async with asyncio.timeout(within_s):
            head = await log.status()
    except KnownError as error:
        return of_error(STORE, error, Grade.MISSING)
    except TimeoutError:
        return said(STORE, Grade.MISSING, f"The plant's log has not answered within {within_s:.0f} s.", todo)
    finally:
        with suppress(KnownError, TimeoutError):
            await log.aclose()
    return said(STORE, text=f"{config.station} has joined; the log has {head.place:,} operations.")


async def erp(link: ErpLink, config: Config, within_s: float = ANSWER_S) -> Finding:
    """Whether the plant file's ERP answers and takes the sign-in."""
    if link.adapter == "none":
        return said(ERP, text="The plant file names none: there are no orders, and nothing is posted.")
    secret: Callable[[str], str | None] = partial(stored_secret, config.folder)
    try:
        door = open_erp(link, secret)
    except KnownError as error:
        return of_error(ERP, error, Grade.NEEDED)
    try:
        async with asyncio.timeout(within_s):
            info = await door.probe()
    except KnownError as error:
        return of_error(ERP, error, Grade.MISSING)
    except TimeoutError:
        return said(
            ERP,
            Grade.MISSING,
            f"It has not answered within {within_s:.0f} s.",
            "Start all the same: postings wait until it answers.",
        )
    finally:
        await door.aclose()
    return said(ERP, text=f"{info.product} {info.version} answers.".replace("  ", " "))
