"""Answers that come packed, where an adapter has asked for that: bombs, lies and breaks within the limits."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.domain.erp_errors import ErpProtocolError
from app.erp.web import Web

MOST = 100_000


@asynccontextmanager
async def answering(body: bytes, coding: str = "gzip") -> AsyncIterator[str]:
    """A server that gives every request the same answer; its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: {coding}\r\n"
        writer.write(head.encode() + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await server.wait_closed()


async def read(url: str, packed: bool = True) -> bytes:
    web = Web(url, timeout_s=20.0, most_bytes=MOST, packed=packed)
    try:
        return (await web.read("/")).body
    finally:
        await web.aclose()


async def test_a_packed_answer_is_unpacked() -> None:
    async with answering(gzip.compress(b'{"a": 1}')) as url:
        assert await read(url) == b'{"a": 1}'


async def test_plain_text_that_is_called_gzip_is_taken_as_it_is() -> None:
    async with answering(b'{"a": 1}') as url:
        assert await read(url) == b'{"a": 1}'


REFUSED = {
    "a bomb": (gzip.compress(b" " * 50_000_000), "gzip", "larger than 100,000 bytes"),
    "cut off": (gzip.compress(bytes(range(256)) * 100)[:-20], "gzip", "ends too early"),
    "spoilt": (gzip.compress(b"x")[:8] + b"\xff" * 40, "gzip", "can't be unpacked"),
    "packed otherwise": (b"x", "br", "was not asked for"),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_can_not_be_unpacked_within_the_limit_is_refused(name: str) -> None:
    body, coding, said = REFUSED[name]
    async with answering(body, coding) as url:
        with pytest.raises(ErpProtocolError, match=said):
            await read(url)


async def test_nothing_is_unpacked_that_was_not_asked_for() -> None:
    async with answering(gzip.compress(b"{}")) as url:
        with pytest.raises(ErpProtocolError, match="was not asked for"):
            await read(url, packed=False)
