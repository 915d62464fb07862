"""A Modbus TCP device at the level of bytes: answers whatever a test wants, right or wrong."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Answer = Callable[["Asked"], bytes]


class Asked:
    """One read request, and the frames that could answer it."""

    def __init__(self, frame: bytes) -> None:
        self.tid, _, _, self.unit, self.function, self.address, self.count = struct.unpack(">HHHBBHH", frame)

    def frame(self, body: bytes, *, tid: int | None = None, unit: int | None = None, protocol: int = 0) -> bytes:
        """A frame around a body; header fields are the right ones unless given."""
        header = struct.pack(
            ">HHHB",
            self.tid if tid is None else tid,
            protocol,
            len(body) + 1,
            self.unit if unit is None else unit,
        )
        return header + body

    def body(self, value: int = 77, *, function: int | None = None, count: int | None = None) -> bytes:
        """Function, byte count and registers that all hold `value`."""
        count = self.count if count is None else count
        return bytes([function or self.function, count * 2]) + struct.pack(f">{count}H", *[value] * count)

    def good(self, value: int = 77) -> bytes:
        """The right answer."""
        return self.frame(self.body(value))


async def send(writer: asyncio.StreamWriter, answer: bytes, *, bytewise: bool) -> None:
    """An answer in one piece, or a byte at a time."""
    for piece in [answer[place : place + 1] for place in range(len(answer))] if bytewise else [answer]:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)


class Stub:
    """The device. `answer` may be changed while it runs; an empty answer means silence."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.asked: list[Asked] = []
        self.port = 0
        self.bytewise = False
        self.closes_after_answer = False
        self.hangs_up_on: int | None = None
        self.thinks_s: dict[int, float] = {}
        """How long a unit takes to answer; the others answer at once."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests until it closes."""
        self.connections += 1
        try:
            while True:
                asked = Asked(await reader.readexactly(12))
                self.asked.append(asked)
                if asked.unit == self.hangs_up_on:
                    return
                await asyncio.sleep(self.thinks_s.get(asked.unit, 0.0))
                await send(writer, self.answer(asked), bytewise=self.bytewise)
                if self.closes_after_answer:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def stubbed(answer: Answer) -> AsyncIterator[Stub]:
    """A running stub on a port of its own."""
    stub = Stub(answer)
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        await server.wait_closed()
