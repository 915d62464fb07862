"""A serial line behind a gateway that passes its bytes on as they are: Modbus RTU over TCP, right or wrong.

Whoever is connected hears the line, also an answer to what another connection asked.
"""

import asyncio
import inspect
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from drivers.modbus.framing import checksum
from tests.unit.drivers.stub import send


class SerialAsked:
    """One read request, and the frames that could answer it."""

    def __init__(self, frame: bytes) -> None:
        assert checksum(frame[:-2]) == frame[-2:]
        self.unit, self.function, self.address, self.count = struct.unpack(">BBHH", frame[:-2])

    def frame(self, body: bytes, *, unit: int | None = None) -> bytes:
        """A frame around a body, with the right checksum."""
        whole = bytes([self.unit if unit is None else unit]) + body
        return whole + checksum(whole)

    def body(self, value: int = 77, *, function: int | None = None, count: int | None = None) -> bytes:
        """Function, byte count and registers that all hold `value`."""
        count = self.count if count is None else count
        return bytes([function or self.function, count * 2]) + struct.pack(f">{count}H", *[value] * count)

    def good(self, value: int = 77) -> bytes:
        """The right answer."""
        return self.frame(self.body(value))


Answer = Callable[[SerialAsked], bytes] | Callable[["SerialStub", SerialAsked], Awaitable[bytes]]


class SerialStub:
    """The line. `answer` may be changed while it runs; an empty answer means silence."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.port = 0
        self.bytewise = False
        self.chatters = False
        self._heard_by: set[asyncio.StreamWriter] = set()

    def say(self, frame: bytes) -> None:
        """Put something on the line."""
        for writer in self._heard_by:
            writer.write(frame)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it closes."""
        self._heard_by.add(writer)
        try:
            while self.chatters:
                writer.write(b"\0")
                await writer.drain()
                await asyncio.sleep(0.01)
            while True:
                asked = SerialAsked(await reader.readexactly(8))
                await send(writer, await self._answered(asked), bytewise=self.bytewise)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._heard_by.discard(writer)
            writer.close()

    async def _answered(self, asked: SerialAsked) -> bytes:
        if inspect.iscoroutinefunction(self.answer):
            return bytes(await self.answer(self, asked))
        return self.answer(asked)  # type: ignore[call-arg,arg-type,return-value]


@asynccontextmanager
async def on_a_serial_line(answer: Answer) -> AsyncIterator[SerialStub]:
    """A running line on a port of its own."""
    stub = SerialStub(answer)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.wait_closed(), 5.0)
