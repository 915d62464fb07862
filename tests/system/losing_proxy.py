"""An HTTP proxy that loses answers: the request arrives, is carried out, and the connection ends without a word."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class LosingProxy:
    """Between its own port and a server's on loopback. `lose` says of a request's body whether its answer is lost."""

    def __init__(self, target: int, lose: Callable[[bytes], bool]) -> None:
        self.port = 0
        self.passed: list[bytes] = []
        """The bodies of every request that reached the server."""
        self.lost = 0
        self._target = target
        self._lose = lose

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the requests of one connection until an answer is lost or the client leaves."""
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head, body = await message(reader)
                answer = await self._ask(head, body)
                self.passed.append(body)
                if self._lose(body):
                    self.lost += 1
                    break
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _ask(self, head: bytes, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._target)
        writer.write(head + body)
        answer = b"".join(await message(reader))
        writer.close()
        return answer


async def message(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """One request or answer with a length: its head, and its body."""
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [
        int(line.partition(b":")[2]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    ]
    if lengths:
        return head, await reader.readexactly(lengths[0])
    return head, b"" if head.startswith((b"GET", b"POST")) else await reader.read()


def once_each() -> Callable[[bytes], bool]:
    """Lose the answer to every request once: to those that have not been asked before in the same words."""
    seen: set[bytes] = set()

    def lose(body: bytes) -> bool:
        new = body not in seen
        seen.add(body)
        return new

    return lose


@asynccontextmanager
async def losing(target: int, lose: Callable[[bytes], bool]) -> AsyncIterator[LosingProxy]:
    """A running proxy to a port."""
    proxy = LosingProxy(target, lose)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
