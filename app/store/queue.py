"""How many postings of a journal the ERP has not confirmed, without folding it: by the last operation of each.

Read only, also while Lineside runs. Knows the kinds of operation by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import DatabaseError

from app.domain.events import PostingConfirmed, PostingParked, PostingRejected
from app.store.schema import operation
from app.store.sqlite import FILE, open_engine

FIRST, AFTER = "posting/", "posting0"
CONFIRMED = PostingConfirmed.__name__
STUCK = frozenset({PostingParked.__name__, PostingRejected.__name__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """What waits, since when, what needs somebody, and when the ERP last confirmed something."""

    waiting: int = 0
    oldest_at: datetime | None = None
    stuck: int = 0
    confirmed_at: datetime | None = None


def queue_of(folder: Path) -> Queue | None:
    """The postings of a data folder's journal; None where it can't be read."""
    path = folder / FILE
    if not path.is_file():
        return None
    column = operation.c
    ends = (
        select(func.max(column.seq).label("last"), func.min(column.recorded_at).label("queued_at"))
        .where(column.stream >= FIRST, column.stream < AFTER)
        .group_by(column.stream)
        .subquery()
    )
    wanted = select(column.kind, column.recorded_at, ends.c.queued_at).join(ends, column.seq == ends.c.last)
    engine = open_engine(path, read_only=True)
    try:
        with engine.connect() as connection:
            rows = [(row.kind, row.recorded_at, row.queued_at) for row in connection.execute(wanted)]
    except DatabaseError:
        return None
    finally:
        engine.dispose()
    open_since = [queued for kind, _, queued in rows if kind != CONFIRMED and kind not in STUCK]
    confirmed = [at for kind, at, _ in rows if kind == CONFIRMED]
    return Queue(
        waiting=len(open_since),
        oldest_at=datetime.fromisoformat(min(open_since)) if open_since else None,
        stuck=sum(1 for kind, _, _ in rows if kind in STUCK),
        confirmed_at=datetime.fromisoformat(max(confirmed)) if confirmed else None,
    )
