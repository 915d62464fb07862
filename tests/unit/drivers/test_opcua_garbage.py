"""Whatever listens on the port, the OPC UA driver says that the controller is lost, in words, and ends cleanly."""

import asyncio
import struct

import pytest

from app.domain.plant import Controller
from app.ports import Link
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder

BANNERS = {
    "HTTP": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "garbage": bytes(range(256)),
    "error message": b"ERRF" + struct.pack("<IIi", 16, 0x8002_0000, -1),
    "huge chunk": b"ACKF" + struct.pack("<I", 0xFFFF_FFFF),
    "short acknowledge": b"ACKF" + struct.pack("<II", 12, 0),
    "silence": b"",
}


@pytest.mark.parametrize("kind", BANNERS)
async def test_what_is_no_opcua_server_is_lost_in_words(kind: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(BANNERS[kind])
        await reader.read(1_000)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    controller = Controller(
        id="C",
        name="C",
        protocol="opcua",
        identity="",
        settings={"url": f"opc.tcp://127.0.0.1:{port}", "security": "none"},
        timeout_ms=300,
    )
    said = Recorder()
    task = asyncio.create_task(open_driver(controller, [], said).run())
    await said.until(lambda: said.now is Link.LOST)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    server.close()
    await server.wait_closed()
    assert said.links[-1].reason.endswith(".")
    assert not said.links[-1].reason.startswith("Internal error")
