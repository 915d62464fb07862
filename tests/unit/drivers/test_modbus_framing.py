"""A frame is taken whole and only when it is the answer, over a serial gateway too."""

import asyncio
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.reading import Quality
from app.ports import Link
from drivers.modbus.address import Framing, Table
from drivers.modbus.framing import FRAMES, Asked, WrongAnswerError, checksum
from drivers.modbus.wire import DeviceError, Place, Wire
from tests.unit.drivers.serial import SerialAsked, SerialStub, on_a_serial_line
from tests.unit.drivers.test_modbus_driver import controller, driving_controller

RTU = FRAMES[Framing.RTU]
TID = 1
READ_TWO = Asked(17, struct.pack(">BHH", 3, 0x6B, 2))


def test_the_checksum_is_that_of_the_standards_example() -> None:
    """Modbus over serial line, appendix B: unit 2, function 7 gives 0x1241, low byte first."""
    assert checksum(b"\x02\x07") == b"\x41\x12"
    assert RTU.wrap(TID, Asked(17, struct.pack(">BHH", 3, 0x6B, 3))) == bytes.fromhex("1103006b00037687")


def frame(body: bytes) -> memoryview:
    return memoryview(bytearray(body + checksum(body)))


@given(st.integers(1, 125), st.integers(0, 254))
def test_a_serial_answer_is_taken_only_once_it_is_whole(count: int, cut: int) -> None:
    asked = Asked(17, struct.pack(">BHH", 3, 0, count))
    whole = frame(bytes([17, 3, 2 * count]) + bytes(range(2 * count)))
    assert RTU.take(whole, TID, asked) == (whole[1:-2], len(whole))
    assert RTU.take(whole[: min(cut, len(whole) - 1)], TID, asked) is None


@given(st.integers(0, 8), st.integers(1, 255))
def test_a_serial_answer_with_one_wrong_byte_is_never_taken(place: int, change: int) -> None:
    whole = frame(bytes([17, 3, 4, 1, 2, 3, 4]))
    whole[place] ^= change
    try:
        assert RTU.take(whole, TID, READ_TWO) is None
    except WrongAnswerError:
        return


async def read(port: int, count: int = 4) -> list[int]:
    """One read over RTU on a connection of its own."""
    wire = await Wire.open(Place(host="127.0.0.1", port=port, framing=Framing.RTU), 5.0)
    try:
        return await wire.read(Table.HOLDING, 1, 10, count, 0.3)
    finally:
        await wire.close()


async def test_registers_are_read_over_a_serial_gateway() -> None:
    async with on_a_serial_line(SerialAsked.good) as stub:
        assert await read(stub.port) == [77] * 4
        stub.bytewise = True
        assert await read(stub.port) == [77] * 4


async def test_an_exception_comes_over_a_serial_gateway() -> None:
    async with on_a_serial_line(lambda asked: asked.frame(bytes([0x83, 2]))) as stub:
        with pytest.raises(DeviceError) as caught:
            await read(stub.port)
    assert caught.value.code == 2


WRONG = {
    "checksum": lambda asked: asked.frame(asked.body())[:-1] + b"\0",
    "other unit": lambda asked: asked.frame(asked.body(), unit=2),
    "other function": lambda asked: asked.frame(asked.body(function=4)),
    "short": lambda asked: asked.frame(asked.body(count=1)),
    "Modbus TCP": lambda asked: struct.pack(">HHHB", 1, 0, 11, 1) + asked.body(),
    "HTTP": lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@pytest.mark.parametrize("kind", WRONG)
async def test_a_wrong_serial_answer_is_refused(kind: str) -> None:
    async with on_a_serial_line(WRONG[kind]) as stub:
        with pytest.raises(WrongAnswerError):
            await read(stub.port)


async def test_a_long_serial_answer_never_gives_a_value() -> None:
    async with on_a_serial_line(lambda asked: asked.frame(asked.body(count=asked.count + 1))) as stub:
        with pytest.raises(WrongAnswerError):
            await read(stub.port)


async def test_what_is_still_under_way_on_the_serial_line_is_thrown_away() -> None:
    """Faults row 26 without a transaction: the line gives a late answer to whoever is connected by then."""
    near, far = ({"table": "holding", "address": address} for address in (0, 500))
    late_s = 0.25

    async def answer(stub: SerialStub, asked: SerialAsked) -> bytes:
        if asked.address == 500:
            asyncio.get_running_loop().call_later(late_s, stub.say, asked.good(13))
            return b""
        return asked.good(77)

    async with on_a_serial_line(answer) as stub:
        device = controller(stub, framing="rtu")
        async with driving_controller(device, near, far) as said:
            await said.until(lambda: len(said.of(0)) >= 4 and len(said.of(1)) >= 2)
    assert [seen.value for seen in said.of(0) if seen.good and seen.value != 77.0] == []
    assert all(seen.quality is Quality.BAD for seen in said.of(1))


async def test_a_line_that_never_falls_silent_is_no_controller() -> None:
    async with on_a_serial_line(SerialAsked.good) as stub:
        stub.chatters = True
        async with driving_controller(controller(stub, framing="rtu"), {"table": "holding", "address": 0}) as said:
            await said.until(lambda: said.now is Link.LOST)
    assert "without being asked" in said.links[-1].reason
    assert not said.seen
