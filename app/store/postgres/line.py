"""One connection to the plant's Postgres: made when it is needed, dropped at the first fault, bounded in time.

Owns how long a call may take and when a connection is believed no more. Must not know what is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.errors import Diagnostic

from app.domain.errors import SharedDownError, SharedRefusedError
from app.store.postgres.address import Address, connection_parameters
from app.store.postgres.faults import RESEND, in_words

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

CALL_S = 8.0
"""A call that takes longer is given up on: whether it was done is not known then."""
NOT_SAFE = "01000"
"""SQLSTATE of the warning that a commit is on this server only."""


async def opened(address: Address, station: str, secret: str | None) -> Connection:
    """A connection whose every statement is a transaction."""
    parameters: dict[str, Any] = connection_parameters(address, f"lineside {station}", secret)
    return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)


class Line:
    """One connection, made when it is needed and dropped at the first fault; one call at a time."""

    def __init__(self, connect: Callable[[], Coroutine[Any, Any, Connection]], call_s: float) -> None:
        self.connection: Connection | None = None
        self._connect = connect
        self._call_s = call_s
        self._one = asyncio.Lock()
        self._unsafe = False

    async def ask(
        self,
        doing: str,
        statement: str,
        values: Sequence[Any] = (),
        *,
        reads: bool = True,
        answer_s: float | None = None,
    ) -> list[tuple[Any, ...]]:
        """Run a statement; raises SharedDownError where its outcome is not known.

        `answer_s`: how long it may take where that is less than a call may.
        """
        async with self._one, self._kept(doing):
            connection = self.connection
            if connection is None:
                connection = await _within(self._call_s, self._connect(), self._cut)
                self.connection = connection
                connection.add_notice_handler(self._noticed)
            limit_s = min(self._call_s, answer_s or self._call_s)
            return await _within(limit_s, self._run(connection, statement, values, reads), self._cut)

    async def heard(self, timeout_s: float) -> list[psycopg.Notify]:
        """What was notified, at the first of it; nothing after so long."""
        async with self._one, self._kept("listening"):
            return await _within(timeout_s + self._call_s, self._listen(timeout_s), self._cut)

    async def _run(
        self, connection: Connection, statement: str, values: Sequence[Any], reads: bool
    ) -> list[tuple[Any, ...]]:
        self._unsafe = False
        cursor = await connection.execute(statement, values)
        rows: list[tuple[Any, ...]] = await cursor.fetchall() if reads else []
        if self._unsafe:
            raise SharedDownError("The standby of the plant's log has not confirmed it.", RESEND)
        return rows

    async def _listen(self, timeout_s: float) -> list[psycopg.Notify]:
        if self.connection is None:
            return []
        return [each async for each in self.connection.notifies(timeout=timeout_s, stop_after=1)]

    def _noticed(self, notice: Diagnostic) -> None:
        self._unsafe = self._unsafe or notice.sqlstate == NOT_SAFE

    @contextlib.asynccontextmanager
    async def _kept(self, doing: str) -> AsyncIterator[None]:
        """Keep the connection only if all went well: after a fault nobody knows what it is about to say."""
        done = False
        try:
            with in_words(doing):
                yield
            done = True
        except SharedRefusedError:
            done = self.connection is not None and not self.connection.broken
            raise
        finally:
            if not done:
                self._cut()

    def _cut(self) -> None:
        """Close the socket at once, without a word to a server that may be gone."""
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.pgconn.finish()

    async def aclose(self) -> None:
        """Close the connection."""
        connection, self.connection = self.connection, None
        if connection is not None:
            await connection.close()


async def _within(seconds: float, work: Coroutine[Any, Any, T], cut: Callable[[], None]) -> T:
    """The result of `work`, or TimeoutError after so long, surely: the driver's own way to cancel asks the server.

    Also where we are cancelled ourselves, the connection is cut first.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if done:
            return task.result()
        raise TimeoutError
    finally:
        if not task.done():
            cut()
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # it may have failed just as we were cancelled
