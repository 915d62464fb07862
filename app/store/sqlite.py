"""The journal of one workstation in SQLite: WAL, synchronous=FULL, one writer. What append returned from is on disk.

Owns the file and the last-sequence mark beside it; knows no event and no lifecycle.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from app.codec import encode, read
from app.domain.erp import Reference
from app.domain.errors import KnownError, StoreError
from app.domain.operation import GENESIS, Operation
from app.store.lock import lock
from app.store.rows import to_operation, to_row
from app.store.schema import metadata, operation, reference

FILE = "journal.sqlite"
MARK = "journal.head"
"""Last sequence number and hash in a second place: a journal that lost its tail can't hide it."""


class SqliteJournal:
    """The journal in `folder`, made if it is not there. Raises lock.BusyError where another process has it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._mark = folder / MARK
        with _telling(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = lock(folder)
            self._engine = open_engine(self.path)
            with self._engine.begin() as connection:
                metadata.create_all(connection)
                self._head = _head(connection)

    def append(self, operations: Sequence[Operation]) -> None:
        """Write all in one transaction; raises StoreError, and then none of them is written."""
        if not operations:
            return
        with _telling(self.path), self._engine.begin() as connection:
            connection.execute(insert(operation), [to_row(op) for op in operations])
        self._head = (operations[-1].seq, operations[-1].hash)
        write_mark(self._mark, self._head)

    def read(self, after_seq: int = 0) -> Sequence[Operation]:
        """The operations after a sequence number."""
        with _telling(self.path), self._engine.connect() as connection:
            rows = connection.execute(select(operation).where(operation.c.seq > after_seq).order_by(operation.c.seq))
            return [to_operation(row) for row in rows.mappings()]

    def head(self) -> tuple[int, str]:
        """Last sequence number and hash."""
        return self._head

    def save(self, value: Reference) -> None:
        """Keep the ERP's reference data; a failure only costs the cache."""
        with _telling(self.path), self._engine.begin() as connection:
            connection.execute(reference.delete())
            connection.execute(insert(reference), {"key": "all", "body": encode(value)})

    def load(self) -> Reference:
        """The reference data last kept; empty where there is none or it can't be read."""
        with _telling(self.path), self._engine.connect() as connection:
            body = connection.execute(select(reference.c.body)).scalar()
        with contextlib.suppress(KnownError):
            return read(body, Reference) if body else Reference()
        return Reference()

    def close(self) -> None:
        """Give up the file and its lock."""
        self._engine.dispose()
        self._lock.close()


def open_engine(path: Path, *, read_only: bool = False) -> Engine:
    """An engine on one connection of a journal file, durable by pragma."""
    target = f"file:{path}?mode=ro" if read_only else str(path)

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(target, uri=read_only, check_same_thread=False, timeout=5.0)

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)
    if not read_only:
        event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: sqlite3.Connection, record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _head(connection: Connection) -> tuple[int, str]:
    newest = select(operation.c.seq, operation.c.hash).order_by(operation.c.seq.desc()).limit(1)
    row = connection.execute(newest).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def write_mark(path: Path, head: tuple[int, str]) -> None:
    """Replace the last-sequence mark in one step. A mark that can't be written is stale, which `verify` allows."""
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps({"seq": head[0], "hash": head[1]}), encoding="ascii")
        fresh.replace(path)


def read_mark(path: Path) -> tuple[int, str]:
    """The last-sequence mark; (0, GENESIS) where there is none or it is unreadable."""
    try:
        mark = json.loads(path.read_text(encoding="ascii"))
        return int(mark["seq"]), str(mark["hash"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, GENESIS


@contextlib.contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Say what a database fault means to the person at the desk."""
    try:
        yield
    except (DatabaseError, sqlite3.Error, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"The journal {path.name} refuses: {cause}.", "Check the disk's space and rights.") from error
