"""A TCP proxy between a driver and its controller, which a test cuts, resets or closes like a bad network.

A cut drops what is sent in either direction and keeps the connections, as a pulled cable does.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum


class Way(Enum):
    """Which way bytes go."""

    REQUESTS = "requests"
    ANSWERS = "answers"


class Proxy:
    """Passes bytes between its own port and a target port of loopback."""

    def __init__(self, target: int) -> None:
        self.port = 0
        self.accepted = 0
        self._target = target
        self.delay_s: Callable[[], float] = lambda: 0.0
        """How long each piece is held back; the order stays."""
        self.piece = 65_536
        """Bytes a piece at most."""
        self._lost: set[Way] = set()
        self._open = True
        self._writers: set[asyncio.StreamWriter] = set()
        self._callers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def cut(self, *, requests: bool = True, answers: bool = True) -> None:
        """Drop everything (of one way, if the other is False) from now on, also of new connections."""
        self._lost = {way for way, lost in ((Way.REQUESTS, requests), (Way.ANSWERS, answers)) if lost}

    def heal(self) -> None:
        """Pass again. What was dropped stays lost, so old connections are of no use."""
        self._lost = set()

    def close_door(self) -> None:
        """Close every connection and every new one at once."""
        self._open = False
        self.reset()

    def open_door(self) -> None:
        """Accept connections again."""
        self._open = True

    def reset(self) -> None:
        """Answer with TCP reset on every connection."""
        for writer in list(self._writers):
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.fileno() >= 0:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    def inject(self, spoilt: bytes) -> None:
        """Say something in the server's place, between two of its own pieces."""
        for caller in self._callers:
            caller.write(spoilt)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass one connection in both directions until one side closes."""
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if not self._open:
            writer.transport.abort()
            return
        self._writers.add(writer)
        self._callers.add(writer)
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers.add(back)
        try:
            await asyncio.gather(self._pump(reader, back, Way.REQUESTS), self._pump(there, writer, Way.ANSWERS))
        finally:
            self._callers.discard(writer)
            for end in (writer, back):
                self._writers.discard(end)
                end.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        try:
            while data := await source.read(self.piece):
                await self._hold_back()
                if way not in self._lost:
                    sink.write(data)
        except OSError:
            pass
        finally:
            if not self._lost:
                sink.transport.abort()

    async def _hold_back(self) -> None:
        delay_s = self.delay_s()
        if delay_s:
            await asyncio.sleep(delay_s)

    async def end(self) -> None:
        """End every connection and wait for its end."""
        self.close_door()
        await asyncio.gather(*self._tasks)


@asynccontextmanager
async def proxied(target: int) -> AsyncIterator[Proxy]:
    """A running proxy to a port."""
    proxy = Proxy(target)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.end()
