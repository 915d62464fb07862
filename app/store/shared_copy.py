"""A station's copy of the plant's log, beside the journal: what the screens show is folded from it at the start.

Owns one file. It is no truth: whatever it lost is downloaded again, so it does not wait for the disk. Writes are plain
rows in one statement: a station that joins takes in a plant's whole history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import chain

from sqlalchemy import Engine, delete, select

from app.codec import UnreadableError, encode, read
from app.domain.chain import GENESIS
from app.domain.errors import StoreError
from app.domain.operation import SharedOperation
from app.store.schema import copied, shared

_INSERT = "insert into place (place, place_hash, body) values (?, ?, ?)"
MANY = 250
"""Rows of one statement where very many come: the rest of the program works while one runs."""
_INSERT_MANY = _INSERT + ", (?, ?, ?)" * (MANY - 1)
_SELECT = "select body from place where place > ? order by place"

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
                yield _standing(row[0])

    def take_shared(self, operations: Sequence[SharedOperation]) -> None:
        """Keep what follows the head, in one transaction."""
        if operations:
            with self._telling(), self._engine.begin() as connection:
                rows = [(row.place, row.place_hash, encode(row)) for row in operations]
                whole = len(rows) - len(rows) % MANY
                for start in range(0, whole, MANY):
                    connection.exec_driver_sql(_INSERT_MANY, tuple(chain.from_iterable(rows[start : start + MANY])))
                if whole < len(rows):
                    connection.exec_driver_sql(_INSERT, rows[whole:])

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


def _standing(body: str) -> SharedOperation:
    try:
        return read(body, SharedOperation)
    except UnreadableError as error:
        raise StoreError(
            f"The copy of the plant's log is spoilt: {error}", f"Move {FILE} away and start again."
        ) from error
