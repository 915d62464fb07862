"""Whether what a station needs beside its controllers can be reached: data folder, room, plant's log, ERP.

Owns what each of them is asked, under a time-out. Must not know controllers or screens.
"""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from app.bootstrap.doctor import erp_facts, shared_facts
from app.config import Config
from app.domain.checks import links
from app.domain.checks.check import ORDER, State
from app.domain.checks.facts import Facts
from app.domain.errors import KnownError
from app.domain.plant import ErpLink
from app.domain.readiness import Finding, Grade
from app.domain.text import safe
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
    """Whether the plant's log that was joined takes this station's login and fits this Lineside, by its clock too."""
    shared, _plant_file = await shared_facts(config, (), within_s)
    facts = Facts(now=datetime.now(UTC), shared=shared)
    return judged(STORE, facts, links.shared_link, links.shared_schema, links.shared_rights, links.station_clock)


async def erp(link: ErpLink, config: Config, within_s: float = ANSWER_S) -> Finding:
    """Whether the plant file's ERP answers and takes the sign-in."""
    facts = Facts(now=datetime.now(UTC), erp=await erp_facts(link, config, within_s))
    return judged(ERP, facts, links.erp_link)


def judged(found: str, facts: Facts, *rows: Callable[[Facts], Iterable[links.Found]]) -> Finding:
    """The worst of what the doctor's rows say, as one finding; a start needs none of it."""
    state, _title, text, todo, _about = min(
        (each for row in rows for each in row(facts)), key=lambda each: ORDER[each[0]]
    )
    return said(found, Grade.WELL if state is State.OK else Grade.MISSING, text, todo if state is not State.OK else "")
