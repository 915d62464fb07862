"""Modbus on the wire: one connection, one request at a time, and no answer accepted that is not exactly its own.

Owns the connection and the check of every answer; framing is drivers.modbus.framing's. Must not know tags. Only
drivers.modbus.write writes.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from app.domain.errors import KnownError
from drivers.modbus.address import Framing, Table
from drivers.modbus.framing import EXCEPTION, FRAMES, NOT_MODBUS, Asked, Frames, WrongAnswerError

__all__ = ["ADDRESSING", "EXCEPTIONS", "GATEWAY", "DeviceError", "Place", "Round", "Span", "Wire", "WrongAnswerError"]

FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
READ = struct.Struct(">BHH")
WRITE_COIL, WRITE_REGISTER, WRITE_REGISTERS = 5, 6, 16
COIL_ON = 0xFF00
ROOM = 1024
"""Bytes that are taken from the network at once; the longest frame has 260."""
TRANSACTIONS = cycle(range(1, 0x10000))
"""They go on from connection to connection: a gateway may send the answer to an abandoned request over the next one."""

EXCEPTIONS = {
    0: "no reason given",
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, still working",
    6: "device busy",
    7: "negative acknowledge",
    8: "memory parity error",
    9: "a reason that Modbus does not have",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
    255: "a reason of the maker's own",
}
"""What a person reads for a code (Modbus application protocol 7); 7 is of older devices."""
ADDRESSING = frozenset({2, 3})
"""Exceptions that blame the asked span: another span may well be answered."""

GATEWAY = frozenset({10, 11})
"""Exceptions of a gateway about a device that it cannot reach."""


class DeviceError(KnownError):
    """The device answered with a Modbus exception."""

    def __init__(self, code: int) -> None:
        words = EXCEPTIONS.get(code, "unknown")
        super().__init__(f"The device answers exception {code} ({words}).")
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a device listens and how it is spoken to. With `tls` it must have a certificate for `server_name`."""

    host: str
    port: int
    framing: Framing = Framing.TCP
    tls: ssl.SSLContext | None = None
    server_name: str = ""


class Span(NamedTuple):
    """Registers or bits to read: the request for them, and how many bytes of data its answer has."""

    asked: Asked
    size: int

    @classmethod
    def of(cls, table: Table, unit: int, address: int, length: int) -> Span:
        """`length` registers or bits of a table of a unit from `address` on."""
        asked = Asked(unit, READ.pack(FUNCTIONS[table], address, length))
        return cls(asked, (length + 7) // 8 if table.of_bits else length * 2)


class Asking(Protocol):
    """What a round asks for, and how many bytes of data its answer has; whatever else is in it is the asker's."""

    @property
    def asked(self) -> Asked: ...
    @property
    def size(self) -> int: ...


Asks = TypeVar("Asks", bound=Asking)


class Round(Generic[Asks]):
    """What is asked for one after the other, without a switch of tasks in between.

    `take` gets each with the data of its answer, which lie there only during the call. `now` is what was asked for
    last: after an error the one at fault, and the round may go on with the next.
    """

    def __init__(self, spans: Iterable[Asks], take: Callable[[Asks, memoryview], None], timeout_s: float) -> None:
        self._left = iter(spans)
        self._deliver = take
        self.timeout_s = timeout_s
        self.now: Asks | None = None

    def next(self) -> Asked | None:
        """The next request, if there is one."""
        following = next(self._left, None)
        if following is None:
            return None
        self.now = following
        return following.asked

    def take(self, body: memoryview) -> None:
        """Hand on an answer. Raises WrongAnswerError when it has not the data that were asked for."""
        now = self.now
        assert now is not None
        if body[1] != now.size or len(body) != now.size + 2:
            raise WrongAnswerError(f"The answer has {len(body) - 2} bytes of data, not {now.size}.")
        self._deliver(now, body[2:])


class Wire(asyncio.BufferedProtocol):
    """A connection to a Modbus device. After any error but DeviceError it has to be closed.

    `heard`: how many bytes came so far.
    """

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._asked: Asked | None = None  # whose answer may come now
        self._tid = 0
        self._round: Round[Any] | None = None
        self._waiting: asyncio.Future[bytes] | None = None
        self._room = memoryview(bytearray(ROOM))
        self._came = 0
        self._expires_s = 0.0
        self._expiry: asyncio.TimerHandle | None = None
        self._broken: Exception | None = None
        self._closed = self._loop.create_future()
        self.heard = 0

    @classmethod
    async def open(cls, place: Place, timeout_s: float) -> Wire:
        """Connect. Raises OSError (ssl.SSLError is one) or TimeoutError."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(timeout_s):
            _, wire = await loop.create_connection(
                lambda: cls(FRAMES[place.framing]),
                place.host,
                place.port,
                ssl=place.tls,
                server_hostname=place.server_name or place.host if place.tls else None,
            )
        return wire

    @property
    def certificate(self) -> bytes:
        """What a secured device showed, as DER; empty without TLS."""
        secured = self._transport.get_extra_info("ssl_object") if self._transport is not None else None
        shown: bytes | None = secured.getpeercert(binary_form=True) if secured is not None else None
        return shown or b""

    async def read(self, table: Table, unit: int, address: int, count: int, timeout_s: float) -> list[int]:
        """The `count` registers (or bits as 0 and 1) from `address` on; raises like `fetch`."""
        raw = await self.fetch(table, unit, address, count, timeout_s)
        if table.of_bits:
            return [raw[i // 8] >> i % 8 & 1 for i in range(count)]
        return list(struct.unpack(f">{count}H", raw))

    async def fetch(self, table: Table, unit: int, address: int, count: int, timeout_s: float) -> bytes:
        """The bytes of `count` registers (two each, high first) or bits (eight a byte, the first lowest).

        Raises DeviceError (the connection stays good), WrongAnswerError, TimeoutError or OSError.
        """
        found: list[bytes] = []
        span = Span.of(table, unit, address, count)
        await self.fetch_each(Round([span], lambda _, data: found.append(bytes(data)), timeout_s))
        return found[0]

    async def fetch_each(self, spans: Round[Any]) -> None:
        """Ask for what is left of a round, one after the other; each answer is taken before the next is asked for.

        Raises like `fetch`, or what taking an answer raises.
        """
        first = spans.next()
        if first is not None:
            self._round = spans
            await self._answer(first, spans.timeout_s)

    async def write(self, table: Table, unit: int, address: int, words: list[int], timeout_s: float) -> None:
        """Write registers, or one coil, once. Raises like `fetch`; except for DeviceError it may have happened.

        The device echoes what it has written; another echo is a WrongAnswerError.
        """
        if table.of_bits:
            request = echo = READ.pack(WRITE_COIL, address, COIL_ON if words[0] else 0)
        elif len(words) == 1:
            request = echo = READ.pack(WRITE_REGISTER, address, words[0])
        else:
            echo = READ.pack(WRITE_REGISTERS, address, len(words))
            request = echo + struct.pack(f">B{len(words)}H", 2 * len(words), *words)
        if await self._answer(Asked(unit, request), timeout_s) != echo:
            raise self._broke(WrongAnswerError("The device acknowledges something else than what was written."))

    async def quiet(self, for_s: float, most_s: float) -> None:
        """Wait until nothing has come for `for_s`, throwing away what comes. Raises WrongAnswerError after `most_s`."""
        until_s = self._loop.time() + most_s
        while True:
            heard, self._broken = self.heard, None if isinstance(self._broken, WrongAnswerError) else self._broken
            self._came = 0
            await asyncio.sleep(for_s)
            if self.heard == heard:
                return
            if self._loop.time() >= until_s:
                raise self._broke(WrongAnswerError("The other side talks without being asked."))

    async def _answer(self, asked: Asked, timeout_s: float) -> bytes:
        """The answer to a request, or to the last one of a round; function code first."""
        if self._broken is not None:
            raise self._broken
        assert self._waiting is None, "one request at a time"
        self._waiting = self._loop.create_future()
        try:
            self._send(asked, timeout_s)
            if self._expiry is None or self._expiry.when() > self._expires_s:
                self._watch(self._expires_s)
            return await self._waiting
        except asyncio.CancelledError:
            self._broke(ConnectionAbortedError("A request was abandoned."))
            raise
        finally:
            self._waiting = self._round = self._asked = None

    def _send(self, asked: Asked, timeout_s: float) -> None:
        assert self._transport is not None
        self._asked = asked
        self._tid = tid = next(TRANSACTIONS)
        self._expires_s = self._loop.time() + timeout_s
        self._transport.write(self._frames.wrap(tid, asked))

    def _take(self, body: memoryview, asked: Asked) -> None:
        """The answer came, as far as its frame goes: hand it on and ask for the next, or end the waiting."""
        assert self._waiting is not None
        spans, following = self._round, None
        try:
            if body[0] != asked.pdu[0]:
                raise _refusal(body, asked)
            if spans is not None:
                spans.take(body)
                following = spans.next()
        except WrongAnswerError as error:
            self._end(error)
        except Exception as error:  # noqa: BLE001 - a fault of whoever takes the values is theirs, not the loop's
            self._asked = None
            self._waiting.set_exception(error)
        else:
            if following is None:
                self._asked = None
                self._waiting.set_result(bytes(body))
            elif self._broken is None and spans is not None:
                self._send(following, spans.timeout_s)

    def _watch(self, at_s: float) -> None:
        """Look at `at_s` whether an answer is overdue: one timer serves many requests, most of which are answered."""
        if self._expiry is not None:
            self._expiry.cancel()
        self._expiry = self._loop.call_at(at_s, self._look)

    def _look(self) -> None:
        self._expiry = None
        if self._waiting is None:
            return
        if self._loop.time() >= self._expires_s:
            self._end(TimeoutError("No answer came in time."))
        else:
            self._watch(self._expires_s)

    def _broke(self, error: Exception) -> Exception:
        """Nothing more is believed of this connection; returns the error."""
        self._broken, self._asked = self._broken or error, None
        return error

    def _end(self, error: Exception) -> None:
        """The connection is of no more use: whoever waits is told so."""
        self._broke(error)
        self._came = 0
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)

    # --- asyncio.BufferedProtocol -------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, _sizehint: int) -> memoryview:
        """Where to put what comes next."""
        return self._room[self._came :]

    def buffer_updated(self, nbytes: int) -> None:
        """Something came: the answer, a part of it, or what nobody asked for."""
        self.heard += nbytes
        asked = self._asked
        if asked is None:
            self._end(WrongAnswerError("The device sends what nobody asked for." if self._tid else NOT_MODBUS))
            return
        if self._waiting is None or self._waiting.done():
            return  # whoever asked has given up in this very turn of the loop, and ends the connection
        came = self._came + nbytes
        try:
            taken = self._frames.take(self._room[:came], self._tid, asked)
        except WrongAnswerError as error:
            self._end(error)
            return
        if taken is None:
            self._came = came
            return
        body, end = taken
        self._came = 0
        if came == end:
            self._take(body, asked)
            return
        more = self._broke(WrongAnswerError("The device sends more than the answer."))
        self._take(body, asked)  # the next of a round is not asked any more
        self._end(more)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._end(exc or ConnectionResetError("The device closed the connection."))
        if self._expiry is not None:
            self._expiry.cancel()
        if not self._closed.done():
            self._closed.set_result(None)

    async def close(self) -> None:
        """Close the connection at once, without waiting for what is still to be sent. Safe to call twice."""
        if self._transport is not None:
            self._transport.abort()
            with contextlib.suppress(OSError):
                await asyncio.shield(self._closed)


def _refusal(body: memoryview, asked: Asked) -> DeviceError | WrongAnswerError:
    """What an answer with another function code than that of the request means."""
    if body[0] == asked.pdu[0] | EXCEPTION and len(body) == 2:
        return DeviceError(body[1])
    return WrongAnswerError(f"The answer is to function {body[0]}, not {asked.pdu[0]}.")
