"""A station's copy of the plant's log, beside the journal: what the screens show is folded from it at the start.

Owns one file. It is no truth: whatever it lost is downloaded again, so it does not wait for the disk. Writes are plain
rows in one statement: a station that joins takes in a plant's whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select

from app.domain.operation import GENESIS, Operation, Outcome, SharedOperation
from app.store.schema import copied, shared

_COLUMNS = tuple(column.name for column in shared.c)
_INSERT = f"insert into shared ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"select {', '.join(_COLUMNS)} from shared where place > ? order by place"


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}

FILE = "shared.sqlite"


class SqliteSharedCopy:
    """The copy over an engine of its file; `telling` says a database fault in words."""

    def __init__(self, engine: Engine, telling: Callable[[], AbstractContextManager[None]]) -> None:
        self._engine = engine
        self._telling = telling
        with telling(), engine.begin() as connection:
            copied.create_all(connection)

    def close(self) -> None:
        """Give up the file."""
        self._engine.dispose()

    def read_shared(self, after: int = 0) -> Iterator[SharedOperation]:
        """What was downloaded after a place, in order."""
        with self._telling(), self._engine.connect() as connection:
            for row in connection.exec_driver_sql(_SELECT, (after,)):
                yield _operation(row)

    def take_shared(self, operations: Sequence[SharedOperation]) -> None:
        """Keep what follows the head, in one transaction."""
        if operations:
            with self._telling(), self._engine.begin() as connection:
                connection.exec_driver_sql(_INSERT, [_row(op) for op in operations])

    def forget_shared(self, after: int) -> None:
        """Drop what lies after a place."""
        with self._telling(), self._engine.begin() as connection:
            connection.execute(delete(shared).where(shared.c.place > after))

    def shared_head(self) -> tuple[int, str]:
        """Last place and its hash."""
        newest = select(shared.c.place, shared.c.place_hash).order_by(shared.c.place.desc()).limit(1)
        with self._telling(), self._engine.connect() as connection:
            row = connection.execute(newest).first()
        return (row.place, row.place_hash) if row else (0, GENESIS)

    def shared_hash(self, place: int) -> str | None:
        """The hash at a place; None where this station has none."""
        with self._telling(), self._engine.connect() as connection:
            found: str | None = connection.execute(select(shared.c.place_hash).where(shared.c.place == place)).scalar()
        return found


def _row(row: SharedOperation) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    op = row.operation
    return (
        row.place, op.seq, op.opid, op.workstation, op.person, op.kind, op.stream, op.base_version, op.strand,
        op.base_opid, op.payload, op.cause, op.source_at.isoformat(), op.recorded_at.isoformat(), op.monotonic_ns,
        op.prev_hash, op.hash, row.server_at.isoformat(), row.outcome.value, row.reason, row.version, row.place_hash,
    )  # fmt: skip


def _operation(row: Any) -> SharedOperation:
    """The same order, read."""
    server_at = datetime.fromisoformat(row[17])
    operation = Operation(
        seq=row[1], opid=row[2], workstation=row[3], person=row[4], kind=row[5], stream=row[6], base_version=row[7],
        strand=row[8], base_opid=row[9], payload=row[10], cause=row[11], source_at=datetime.fromisoformat(row[12]),
        recorded_at=datetime.fromisoformat(row[13]), monotonic_ns=row[14], prev_hash=row[15], hash=row[16],
        server_at=server_at,
    )  # fmt: skip
    return SharedOperation(
        operation=operation, place=row[0], outcome=_OUTCOMES[row[18]], reason=row[19], version=row[20],
        server_at=server_at, place_hash=row[21],
    )  # fmt: skip
