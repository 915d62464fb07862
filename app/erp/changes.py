"""Reads by what changed since, for ERPs whose rows say when they changed last. Pure.

The cursor is the latest such instant as the ERP said it, so that its clock alone counts. It is asked from a little
earlier: a transaction's instant is that of its beginning, and an older one may be committed after a newer one was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

OVERLAP = timedelta(minutes=2)


def since(cursor: str) -> datetime | None:
    """From when on changes are to be asked for; None: for everything. Without a zone where the ERP's have none."""
    return datetime.fromisoformat(cursor) - OVERLAP if cursor else None


def latest(cursor: str, changed: Iterable[datetime]) -> str:
    """The cursor after rows that changed at these instants; the old one where there are none."""
    known = [datetime.fromisoformat(cursor)] if cursor else []
    found = max([*known, *changed], default=None)
    return found.isoformat() if found else ""
