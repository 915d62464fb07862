"""The plant's log in Postgres as one station reaches it: one connection for calls, one that listens.

Owns the connections. Must not know what operations mean. Whatever fails here may have
happened there: the same call again, on a new connection, is always right.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from app.domain.errors import SharedDownError, SharedRefusedError
from app.domain.operation import Operation, SharedHead, SharedOperation
from app.domain.presence import Hint
from app.domain.status import SharedPlant
from app.store.postgres.address import Address
from app.store.postgres.line import CALL_S, Connection, Line, opened
from app.store.postgres.revision import REVISION, disagreement
from app.store.postgres.wire import (
    FEED,
    SETTINGS,
    STATIONS,
    STATUS,
    head,
    presence,
    shared,
    shared_plant,
    to_json,
)

ANSWER_S = 1.8
"""A question that costs the server nothing is answered within this, once connected: else nobody is there."""
BEAT = "select 1"
DUTY = "select lineside.take_duty(10)"
"""For ten seconds: a station that stands still has lost them by then."""
LISTEN = "listen lineside; listen lineside_presence; listen lineside_plant"
APPENDED, PRESENCE, PLANT = "lineside", "lineside_presence", "lineside_plant"


class PostgresLog:
    """`password` gives the station's own, in a thread, each time that a connection is made."""

    def __init__(
        self, address: Address, station: str, password: Callable[[], str | None], call_s: float = CALL_S
    ) -> None:
        self._address = address
        self._station = station
        self._password = password
        self._call_s = call_s
        self._calls = Line(self._connect, call_s)
        self._ears = Line(self._connect, call_s)
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

    async def hint(self, timeout_s: float) -> Hint:
        """Return at a notification or after the time-out; at once on a new connection, which may have missed some.

        After a silence the server is asked for a sign of life: one that stands still keeps its connections.
        """
        if self._ears.connection is None:
            await self._ears.ask("listening", LISTEN, reads=False)
            return Hint(place=None)
        heard = await self._ears.heard(timeout_s)
        if not heard:
            await self._ears.ask("listening", BEAT, answer_s=ANSWER_S)
        told = (presence(each.payload) for each in heard if each.channel == PRESENCE)
        return Hint(
            place=max((_place(each.payload) for each in heard if each.channel == APPENDED), default=0),
            presences=tuple(found for found in told if found is not None),
            settings=any(each.channel == PLANT for each in heard),
        )

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

    async def plant(self) -> SharedPlant:
        """The plant's settings, and its other stations."""
        settings = await self._calls.ask("asking for the plant's settings", SETTINGS)
        stations = await self._calls.ask("asking for the stations", STATIONS)
        return shared_plant(settings[0], stations)

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
        return await opened(self._address, self._station, secret)

    async def _as_person(
        self, person: str, password: str, doing: str, statement: str, values: Sequence[Any]
    ) -> list[tuple[Any, ...]]:
        """One statement on a connection of the person's own, made for it and closed after it."""
        if not person or not password:
            raise SharedRefusedError("The plant's log asks for a name and a password.", "Type both.")

        async def connect() -> Connection:
            return await opened(self._address.for_login(person), self._station, password)

        line = Line(connect, self._call_s)
        try:
            return await line.ask(doing, statement, values)
        finally:
            await line.aclose()


def _place(payload: str) -> int:
    """The place in a notification; far ahead where there is none to read: then somebody looks."""
    return int(payload) if payload.isascii() and payload.isdecimal() and len(payload) < 19 else 2**62
