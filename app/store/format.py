"""Which format the journal's file has: brought forward step by step, never backward. Knows no operation.

A journal of a newer Lineside is left as it is: what this one does not know it must not write beside.
"""

from __future__ import annotations

from sqlalchemy import Connection

from app.domain.errors import StoreError

STEPS: tuple[tuple[str, ...], ...] = ((),)
"""STEPS[n] makes format n + 1 out of n. Until format 1 the files had no number; nothing else is different in them."""

FORMAT = len(STEPS)


def bring_forward(connection: Connection, steps: tuple[tuple[str, ...], ...] = STEPS) -> int:
    """Make the newest format of an older one, whole or not at all: the caller commits; returns what it was before.

    Raises StoreError for a newer one, which is not touched.
    """
    found, newest = format_of(connection), len(steps)
    if found > newest:
        raise StoreError(
            f"The journal was written by a newer Lineside: format {found}, this one knows up to {newest}.",
            "Install the newer Lineside; nothing was changed.",
        )
    if found != newest:
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver itself begins none for what changes tables
        for step in steps[found:]:
            for statement in step:
                connection.exec_driver_sql(statement)
        connection.exec_driver_sql(f"PRAGMA user_version = {newest}")
    return found


def format_of(connection: Connection) -> int:
    """The number in the file; 0 where none was written yet."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
