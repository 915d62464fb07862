"""The lock of a data folder: one Lineside works on it. Owns the lock's file; knows no journal, loads no SQLAlchemy.

So a start can be refused before anything in the folder is touched.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from app.domain.errors import KnownError, StoreError

FILE = "station.lock"
PATIENCE_S = 0.2


class BusyError(KnownError):
    """Another Lineside works on this data folder."""


def lock(folder: Path) -> sqlite3.Connection:
    """An exclusive lock that the system gives back when this process dies, on every platform; `close` gives it up.

    Raises BusyError while another process has it, StoreError where the disk refuses.
    """
    connection = sqlite3.connect(folder / FILE, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise StoreError(
                f"The data folder {folder} can't be locked: {error}.", "Check the disk's rights."
            ) from error
        raise BusyError(
            f"Another Lineside is running on {folder}.",
            "Use that one, or start this one with another --data folder.",
        ) from error
    return connection


def refuse_second(folder: Path) -> None:
    """Raise BusyError where another Lineside works on the folder; nothing in it is changed. It must exist."""
    lock(folder).close()
