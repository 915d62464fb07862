"""The lock of a data folder: one Lineside works on it. Owns the lock's file; knows no journal, loads no SQLAlchemy.

So a start can be refused before anything in the folder is touched.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.domain.errors import KnownError

FILE = "station.lock"
PATIENCE_S = 0.2


class BusyError(KnownError):
    """Another Lineside works on this data folder."""


def lock(folder: Path) -> sqlite3.Connection:
    """An exclusive lock that the system gives back when this process dies, on every platform; `close` gives it up.

    Raises BusyError while another process has it.
    """
    connection = sqlite3.connect(folder / FILE, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise BusyError(
            f"Another Lineside is running on {folder}.",
            "Use that one, or start this one with another --data folder.",
        ) from error
    return connection


def refuse_second(folder: Path) -> None:
    """Raise BusyError where another Lineside works on the folder; nothing in it is changed. It must exist."""
    lock(folder).close()
