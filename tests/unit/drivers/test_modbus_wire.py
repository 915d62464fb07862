"""No answer is accepted that is not exactly the answer to the request."""

import asyncio
import contextlib
import struct

import pytest

from drivers.modbus.address import Table
from drivers.modbus.wire import EXCEPTIONS, DeviceError, Place, Wire, WrongAnswerError
from tests.unit.drivers.stub import Answer, Asked, stubbed

TIMEOUT_S = 0.3


async def read(port: int, count: int = 4, table: Table = Table.HOLDING) -> list[int]:
    """One read on a connection of its own."""
    wire = await Wire.open(Place(host="127.0.0.1", port=port), 5.0)
    try:
        return await wire.read(table, 1, 10, count, TIMEOUT_S)
    finally:
        await wire.close()


WRONG: dict[str, Answer] = {
    "short": lambda asked: asked.frame(asked.body(count=1)),
    "long": lambda asked: asked.frame(asked.body(count=asked.count + 1)),
    "byte count too big": lambda asked: asked.frame(bytes([3, 8]) + b"\0\1"),
    "byte count too small": lambda asked: asked.frame(bytes([3, 2]) + b"\0\1" * 4),
    "other function": lambda asked: asked.frame(asked.body(function=4)),
    "unknown function": lambda asked: asked.frame(asked.body(function=99)),
    "other unit": lambda asked: asked.frame(asked.body(), unit=2),
    "transaction 0": lambda asked: asked.frame(asked.body(), tid=0),
    "other transaction": lambda asked: asked.frame(asked.body(), tid=asked.tid + 1),
    "protocol 7": lambda asked: asked.frame(asked.body(), protocol=7),
    "HTTP": lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "garbage": lambda _: bytes(range(1, 64)),
    "length 0": lambda asked: struct.pack(">HHHB", asked.tid, 0, 0, 1) + b"\3\2\0\1",
    "length 65535": lambda asked: struct.pack(">HHHB", asked.tid, 0, 0xFFFF, 1) + asked.body(),
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_wrong_answer_is_refused(kind: str) -> None:
    async with stubbed(WRONG[kind]) as stub:
        with pytest.raises(WrongAnswerError):
            await read(stub.port)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255])
async def test_an_exception_is_told_with_its_code(code: int) -> None:
    async with stubbed(lambda asked: asked.frame(bytes([asked.function | 0x80, code]))) as stub:
        with pytest.raises(DeviceError) as caught:
            await read(stub.port)
    assert caught.value.code == code
    assert f"exception {code} ({EXCEPTIONS[code]})" in str(caught.value)


async def test_an_answer_split_at_every_byte_is_read() -> None:
    async with stubbed(Asked.good) as stub:
        stub.bytewise = True
        assert await read(stub.port) == [77] * 4


async def test_silence_and_half_a_frame_time_out() -> None:
    for answer in (b"", b"\0\1\0\0\0\x0b\1\3"):
        async with stubbed(lambda asked, answer=answer: answer and asked.good()[:9]) as stub:  # type: ignore[misc]
            with pytest.raises(TimeoutError):
                await read(stub.port)


async def test_a_closed_connection_is_noticed_at_once() -> None:
    async with stubbed(lambda _: b"") as stub:
        stub.closes_after_answer = True
        with pytest.raises(OSError, match="closed"):
            await read(stub.port)


async def test_bits_are_unpacked_lowest_first() -> None:
    async with stubbed(lambda asked: asked.frame(bytes([asked.function, 2, 0b0000_0101, 0b1]))) as stub:
        assert await read(stub.port, count=9, table=Table.COIL) == [1, 0, 1, 0, 0, 0, 0, 0, 1]


async def test_a_late_answer_never_becomes_the_answer_to_the_next_request() -> None:
    """Faults row 26: a device that answers late and with transaction 0; a kept connection mispairs 20 of 20."""
    async with stubbed(lambda _: b"") as stub:
        for turn in range(20):
            wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
            with pytest.raises(TimeoutError):
                await wire.read(Table.HOLDING, 1, 100 + turn, 2, 0.01)
            asked = len(stub.asked)
            with pytest.raises(TimeoutError):
                await wire.read(Table.HOLDING, 1, 200, 2, TIMEOUT_S)
            assert len(stub.asked) <= max(asked, turn + 1), "nothing is asked over a connection that owes an answer"
            await wire.close()


async def test_what_comes_before_its_request_is_never_its_answer() -> None:
    async with stubbed(lambda asked: asked.good(1) + asked.good(2)) as stub:
        wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
        assert await wire.read(Table.HOLDING, 1, 0, 2, TIMEOUT_S) == [1, 1]
        with pytest.raises(WrongAnswerError):
            await wire.read(Table.HOLDING, 1, 0, 2, TIMEOUT_S)
        await wire.close()


async def test_a_request_that_was_given_up_ends_the_use_of_its_connection() -> None:
    async with stubbed(lambda _: b"") as stub:
        wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await wire.read(Table.HOLDING, 1, 0, 2, 5.0)
        stub.answer = Asked.good
        with pytest.raises(ConnectionError):
            await wire.read(Table.HOLDING, 1, 0, 2, 5.0)
        await wire.close()


async def test_a_banner_is_told_as_no_modbus_device() -> None:
    """Bad input row 19: a web server at the port, and one that talks first."""
    async with stubbed(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as stub:
        with pytest.raises(WrongAnswerError, match="not a Modbus device"):
            await read(stub.port)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.2\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        wire = await Wire.open(Place(host="127.0.0.1", port=server.sockets[0].getsockname()[1]), 5.0)
        while not wire.heard:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(WrongAnswerError, match="not a Modbus device"):
            await wire.read(Table.HOLDING, 1, 0, 2, TIMEOUT_S)
        await wire.close()


async def test_nobody_there_is_an_os_error() -> None:
    server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    with pytest.raises(OSError, match="Connect"):
        await Wire.open(Place(host="127.0.0.1", port=port), 5.0)


async def test_an_answer_that_comes_in_the_moment_of_giving_up_is_dropped_and_ends_the_connection() -> None:
    async with stubbed(lambda _: b"") as stub:
        wire = await Wire.open(Place(host="127.0.0.1", port=stub.port), 5.0)
        reading = asyncio.create_task(wire.read(Table.HOLDING, 1, 10, 4, 5.0))
        while not stub.asked:  # noqa: ASYNC110 - the stub has no event for it
            await asyncio.sleep(0.001)
        answer = stub.asked[0].good()
        reading.cancel()
        wire.get_buffer(-1)[: len(answer)] = answer
        wire.buffer_updated(len(answer))
        with pytest.raises(asyncio.CancelledError):
            await reading
        with pytest.raises(ConnectionAbortedError):
            await wire.read(Table.HOLDING, 1, 10, 4, TIMEOUT_S)
        await wire.close()
