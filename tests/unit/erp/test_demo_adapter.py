"""The adapter against a server that answers with any bytes: cut, endless, packed, late or none at all."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.domain.erp_errors import ErpOutcomeUnknownError, ErpProtocolError, ErpUnavailableError
from app.erp.demo_adapter import DemoErp
from tests.contract.erp_twins import confirm

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def erp_that_answers(script: Script) -> AsyncIterator[DemoErp]:
    """An adapter to a server that reads one request per connection and then writes what the script says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await script(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    erp = DemoErp(f"http://127.0.0.1:{port}", timeout_s=0.5, most_bytes=100_000)
    try:
        yield erp
    finally:
        await erp.aclose()
        server.close()
        await server.wait_closed()


async def say(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Hang up without a byte."""


async def reset(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Wait until the client has had enough."""
    while await reader.read(1000):
        pass


async def cut(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, HEAD + b'Content-Length: 100\r\n\r\n{"key":')


async def drop_by_drop(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, HEAD + b"Content-Length: 1000\r\n\r\n")
    while True:
        await say(writer, b" ")
        await asyncio.sleep(0.1)


async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, HEAD + b"\r\n")
    while True:
        await say(writer, b" " * 10_000)


BOMB = gzip.compress(b" " * 50_000_000)
"""Made before anybody waits for it."""


async def bomb(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n".encode() + BOMB)


async def no_http(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, b"SSH-2.0-OpenSSH_9.2\r\n")


async def redirect(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await say(writer, b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


async def another_key(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    body = b'{"key":"other","repeated":false,"refs":{}}'
    await say(writer, HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


@pytest.mark.parametrize("script", [nothing, reset, silent, cut, drop_by_drop, no_http])
async def test_a_posting_without_a_whole_answer_is_unknown_and_a_read_is_not(script: Script) -> None:
    async with erp_that_answers(script) as erp:
        with pytest.raises(ErpOutcomeUnknownError):
            await erp.post(confirm("k"))
        with pytest.raises(ErpUnavailableError):
            await erp.orders()


@pytest.mark.parametrize("script", [endless, bomb, redirect, another_key])
async def test_an_answer_beyond_the_agreement_is_a_fault_of_the_protocol(script: Script) -> None:
    async with erp_that_answers(script) as erp:
        with pytest.raises(ErpProtocolError):
            await erp.post(confirm("k"))


async def test_a_port_where_nobody_listens_has_certainly_done_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        erp = DemoErp(f"http://127.0.0.1:{free.getsockname()[1]}")
        with pytest.raises(ErpUnavailableError, match="can't be reached"):
            await erp.post(confirm("k"))
        await erp.aclose()


async def test_pages_that_go_in_a_circle_are_noticed() -> None:
    async def circle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = b'{"rows":[],"next":"a"}'
        await say(writer, HEAD + f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)

    async with erp_that_answers(circle) as erp:
        with pytest.raises(ErpProtocolError, match="circle"):
            await erp.orders()
