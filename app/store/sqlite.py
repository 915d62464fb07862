"""The journal of one workstation in SQLite: WAL, synchronous=FULL, one writer. What append returned from is on disk.

Owns the file and the last-sequence mark beside it; knows no event and no lifecycle.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from app.codec import encode, read
from app.domain.chain import GENESIS
from app.domain.erp import Reference
from app.domain.errors import KnownError, StoreError
from app.domain.operation import Operation
from app.store.format import bring_forward
from app.store.lock import lock
from app.store.rows import to_operation, to_row
from app.store.schema import metadata, operation, reference
from app.store.shared_copy import FILE as COPY
from app.store.shared_copy import SqliteSharedCopy

FILE = "journal.sqlite"
MARK = "journal.head"
"""Last sequence number and hash in a second place: a journal that lost its tail can't hide it."""
LOST = "journal.lost"
"""The mark as it was when a journal was opened without its tail: what is written since can't hide it either."""

log = logging.getLogger("lineside.store")


class SqliteJournal:
    """The journal in `folder`, made if it is not there. Raises lock.BusyError where another process has it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._mark = folder / MARK
        with telling(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = lock(folder)
            try:
                self._engine = open_engine(self.path)
                with self._engine.begin() as connection:
                    bring_forward(connection)
                    metadata.create_all(connection)
                    self._head = _head(connection)
                self._file = self.path.stat()
                self.shared = open_copy(folder)
                keep_lost(folder, self._head)
            except BaseException:
                self._lock.close()
                raise

    def append(self, operations: Sequence[Operation]) -> None:
        """Write all in one transaction; raises StoreError, and then none of them is written."""
        if not operations:
            return
        with telling(self.path):
            self._check_file()
            with self._engine.begin() as connection:
                connection.execute(insert(operation), [to_row(op) for op in operations])
        self._head = (operations[-1].seq, operations[-1].hash)
        write_mark(self._mark, self._head)

    def _check_file(self) -> None:
        """A file that was deleted or replaced while it is open would take every write and lose it."""
        if not self.path.exists() or not self._file_is(self.path.stat()):
            raise StoreError(
                f"The journal {self.path.name} was moved or replaced.", "Put it back, or start Lineside again."
            )

    def _file_is(self, now: os.stat_result) -> bool:
        return (now.st_dev, now.st_ino) == (self._file.st_dev, self._file.st_ino)

    def read(self, after_seq: int = 0, most: int | None = None) -> Sequence[Operation]:
        """The operations after a sequence number, the first `most` of them."""
        wanted = select(operation).where(operation.c.seq > after_seq).order_by(operation.c.seq).limit(most)
        with telling(self.path), self._engine.connect() as connection:
            return [to_operation(row) for row in connection.execute(wanted).mappings()]

    def head(self) -> tuple[int, str]:
        """Last sequence number and hash."""
        return self._head

    def save(self, value: Reference) -> None:
        """Keep the ERP's reference data; a failure only costs the cache."""
        with telling(self.path), self._engine.begin() as connection:
            connection.execute(reference.delete())
            connection.execute(insert(reference), {"key": "all", "body": encode(value)})

    def load(self) -> Reference:
        """The reference data last kept; empty where there is none or it can't be read."""
        with telling(self.path), self._engine.connect() as connection:
            body = connection.execute(select(reference.c.body)).scalar()
        with contextlib.suppress(KnownError):
            return read(body, Reference) if body else Reference()
        return Reference()

    def close(self) -> None:
        """Give up the files and their lock."""
        self.shared.close()
        self._engine.dispose()
        self._lock.close()


def open_copy(folder: Path) -> SqliteSharedCopy:
    """The copy of the plant's log; one that can't be read is put aside, and downloaded anew."""
    path = folder / COPY
    try:
        return SqliteSharedCopy(open_engine(path, durable=False), lambda: telling(path))
    except StoreError as error:
        log.error("%s It is put aside and downloaded anew.", error)
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".bad"))
        for end in ("-wal", "-shm"):
            path.with_name(path.name + end).unlink(missing_ok=True)
        return SqliteSharedCopy(open_engine(path, durable=False), lambda: telling(path))


def open_engine(path: Path, *, read_only: bool = False, durable: bool = True) -> Engine:
    """An engine on one connection of a file; `durable`: a commit is on disk, else it is whole and soon there."""
    target = f"{path.absolute().as_uri()}?mode=ro" if read_only else str(path)

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(target, uri=read_only, check_same_thread=False, timeout=5.0)
        if read_only:  # a text that is none any more must be seen, and named by its row
            connection.text_factory = lambda raw: raw.decode(errors="replace")
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connect, poolclass=StaticPool)
    if not read_only:
        event.listen(engine, "connect", _durable if durable else _soon)
    return engine


def _durable(connection: sqlite3.Connection, record: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _soon(connection: sqlite3.Connection, record: Any) -> None:
    """Large pages, which only a new file takes: rows that come by the thousand then cost half of what they did."""
    for pragma in ("page_size=16384", "journal_mode=WAL", "synchronous=NORMAL", "wal_autocheckpoint=500"):
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


def keep_lost(folder: Path, head: tuple[int, str]) -> None:
    """Where the mark is ahead of the journal its tail is gone: say so, and keep that mark for `verify`."""
    mark = read_mark(folder / MARK)
    if mark[0] > head[0]:
        log.error("the journal in %s lost operations %d to %d", folder, head[0] + 1, mark[0])
        if read_mark(folder / LOST)[0] < mark[0]:
            write_mark(folder / LOST, mark)


@contextlib.contextmanager
def telling(path: Path) -> Iterator[None]:
    """Say what a database fault means to the person at the desk."""
    try:
        yield
    except (DatabaseError, sqlite3.Error, OSError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise StoreError(f"The journal {path.name} refuses: {cause}.", "Check the disk's space and rights.") from error
