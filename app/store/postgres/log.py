"""The plant's log in Postgres as one station reaches it: one connection for calls, one that listens.

Owns the connections and how long a call may take. Must not know what operations mean. Whatever fails here may have
happened there: the same call again, on a new connection, is always right.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.errors import Diagnostic

from app.domain.errors import SharedDownError, SharedRefusedError
from app.domain.operation import Operation, SharedHead, SharedOperation
from app.domain.presence import Presence
from app.store.postgres.address import Address, connection_parameters
from app.store.postgres.faults import RESEND, in_words
from app.store.postgres.revision import REVISION, disagreement
from app.store.postgres.wire import FEED, STATUS, head, presence, shared, to_json

T = TypeVar("T")
Connection = psycopg.AsyncConnection[tuple[Any, ...]]

CALL_S = 8.0
"""A call that takes longer is given up on: whether it was done is not known then."""
ANSWER_S = 1.8
"""A question that costs the server nothing is answered within this, once connected: else nobody is there."""
BEAT = "select 1"
NOT_SAFE = "01000"
"""SQLSTATE of the warning that a commit is on this server only."""
DUTY = "select lineside.take_duty(10)"
"""For ten seconds: a station that stands still has lost them by then."""
LISTEN = "listen lineside; listen lineside_presence"
PRESENCE = "lineside_presence"


class PostgresLog:
    """`password` gives the station's own, in a thread, each time that a connection is made."""

    def __init__(
        self, address: Address, station: str, password: Callable[[], str | None], call_s: float = CALL_S
    ) -> None:
        self._address = address
        self._station = station
        self._password = password
        self._call_s = call_s
        self._calls = _Line(self._connect, call_s)
        self._ears = _Line(self._connect, call_s)
        self._spoken: Connection | None = None

    async def status(self) -> SharedHead:
        """How the log stands; reads whatever schema it has."""
        rows = await self._calls.ask("asking how it stands", STATUS, answer_s=ANSWER_S)
        return head(rows[0])

    async def append(self, operations: Sequence[Operation]) -> int:
        """Send whole causes in order; returns this station's last sequence number there. Again is the same as once.

        Raises SharedRefusedError where the schema is not the one that this program writes.
        """
        if self._calls.connection is None or self._spoken is not self._calls.connection:
            found = (await self.status()).schema
            if found != REVISION:
                raise SharedRefusedError(*disagreement(found))
            self._spoken = self._calls.connection
        rows = await self._calls.ask("sending", "select lineside.append(%s)", (to_json(operations),))
        return int(rows[0][0])

    async def feed(self, after: int, most: int) -> Sequence[SharedOperation]:
        """What follows a place, without gaps; at most 5,000."""
        rows = await self._calls.ask("reading", FEED, (after, most))
        return [shared(row) for row in rows]

    async def hint(self, timeout_s: float) -> Sequence[Presence]:
        """Return at a notification or after the time-out; at once on a new connection, which may have missed some.

        After a silence the server is asked for a sign of life: one that stands still keeps its connections.
        """
        if self._ears.connection is None:
            await self._ears.ask("listening", LISTEN, reads=False)
            return ()
        heard = await self._ears.heard(timeout_s)
        if not heard:
            await self._ears.ask("listening", BEAT, answer_s=ANSWER_S)
        return [found for each in heard if each.channel == PRESENCE and (found := presence(each.payload)) is not None]

    async def attend(self, person: str, ref: str, editing: bool) -> None:
        """Tell the other stations what a person looks at here."""
        await self._calls.ask("telling who is here", "select lineside.attend(%s, %s, %s)", (person, ref, editing))

    async def prove(self, person: str, password: str) -> None:
        """Show at this station that the password is the person's own."""
        await self._as_person(person, password, "signing in", "select lineside.prove(%s)", (self._station,))

    async def sign(self, person: str, password: str, kind: str, stream: str, meaning: str, shown: str) -> str:
        """The id of an electronic signature that is good for one operation, within a day."""
        values = (self._station, kind, stream, meaning, shown)
        rows = await self._as_person(person, password, "signing", "select lineside.sign(%s, %s, %s, %s, %s)", values)
        return str(rows[0][0])

    async def duty(self) -> bool:
        """Whether this station has the plant's duties now; asked again within ten seconds it keeps them."""
        rows = await self._calls.ask("asking for the duties", DUTY)
        return bool(rows[0][0])

    async def aclose(self) -> None:
        """Give the duties and both connections up. The log may be used again."""
        if self._calls.connection is not None:
            with contextlib.suppress(SharedDownError, SharedRefusedError):
                await self._calls.ask("leaving", "select lineside.leave_duty()", reads=False)
        await self._calls.aclose()
        await self._ears.aclose()

    async def _connect(self) -> Connection:
        secret = await asyncio.to_thread(self._password)
        return await self._open(self._address, secret)

    async def _open(self, address: Address, secret: str | None) -> Connection:
        parameters: dict[str, Any] = connection_parameters(address, f"lineside {self._station}", secret)
        return await psycopg.AsyncConnection.connect(**parameters, autocommit=True)

    async def _as_person(
        self, person: str, password: str, doing: str, statement: str, values: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """One statement on a connection of the person's own, made for it and closed after it."""
        if not person or not password:
            raise SharedRefusedError("The plant's log asks for a name and a password.", "Type both.")

        async def connect() -> Connection:
            return await self._open(self._address.for_login(person), password)

        line = _Line(connect, self._call_s)
        try:
            return await line.ask(doing, statement, values)
        finally:
            await line.aclose()


class _Line:
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
