"""Writing to a Modbus device: one request whatever happens, and never a guess about what became of it."""

import asyncio
import struct

import pytest

from app.domain.control import Outcome, Result, Writing
from app.domain.packml import MachineState
from app.domain.people import Role
from app.domain.plant import Address, AllowedCommand, Controller, ReadBack, Signal, Tag
from drivers.modbus.address import parse_address
from drivers.modbus.decode import decode
from drivers.modbus.dial import Dialer
from drivers.modbus.target import NotWritableError, check_command, encode
from drivers.modbus.write import Writer
from tests.unit.drivers.stub import Answer, Asked, Stub, stubbed

WRITES = frozenset({5, 6, 16})
SPEED: Address = {"table": "holding", "address": 40}
KNOWN: Address = {"identity.address": 0, "identity.length": 4}


def controller(port: int, **settings: str | int) -> Controller:
    return Controller(
        id="C", name="Stub", protocol="modbus", identity="RIG" if settings else "",
        settings={"host": "127.0.0.1", "port": port, **settings}, timeout_ms=300,
    )  # fmt: skip


def writer(device: Controller) -> Writer:
    return Writer(device, Dialer(device, None))


def writing(value: float = 7.0, address: Address = SPEED, read: Address | None = None, wanted: float = 7.0) -> Writing:
    command = AllowedCommand(
        id="c", name="Set", machine="m", controller="C", address=address, roles=frozenset({Role.OPERATOR}),
        states=frozenset({MachineState.EXECUTE}), read_back=ReadBack(address=read, within_s=0.5) if read else None,
    )  # fmt: skip
    tag = Tag(index=-1, id="t", name="Speed", machine="m", controller="C", signal=Signal.PROCESS, address=read or {})
    return Writing(command=command, value=value, read=tag if read else None, expected=wanted if read else None)


def echoed(asked: Asked) -> bytes:
    """What a device does that takes a write: it repeats it; a read gives 7."""
    if asked.function in WRITES:
        return asked.frame(struct.pack(">BHH", asked.function, asked.address, asked.count))
    return asked.good(7)


def excepted(code: int) -> Answer:
    return lambda asked: asked.frame(bytes([asked.function | 0x80, code]))


def writes(stub: Stub) -> list[tuple[int, int, int]]:
    return [(asked.function, asked.address, asked.count) for asked in stub.asked if asked.function in WRITES]


async def done(answer: Answer, what: Writing, **settings: str | int) -> tuple[Result, Stub]:
    async with stubbed(answer) as stub:
        return await writer(controller(stub.port, **settings)).write(what), stub


async def test_a_write_that_is_read_back_is_confirmed() -> None:
    result, stub = await done(echoed, writing(read=SPEED))
    assert (result.outcome, result.read_back) == (Outcome.CONFIRMED, "7")
    assert writes(stub) == [(6, 40, 7)]


async def test_without_a_read_back_the_devices_word_counts() -> None:
    assert (await done(echoed, writing()))[0].outcome is Outcome.CONFIRMED


async def test_a_coil_is_set_with_its_own_request() -> None:
    result, stub = await done(echoed, writing(1.0, {"table": "coil", "address": 3}))
    assert result.outcome is Outcome.CONFIRMED
    assert writes(stub) == [(5, 3, 0xFF00)]


async def test_another_value_read_back_is_unknown_and_said() -> None:
    result, stub = await done(echoed, writing(9.0, read=SPEED, wanted=9.0))
    assert (result.outcome, result.read_back) == (Outcome.UNKNOWN, "7")
    assert "shows 7" in result.words
    assert len(writes(stub)) == 1


@pytest.mark.parametrize(("code", "outcome"), [
    (1, Outcome.REFUSED), (2, Outcome.REFUSED), (3, Outcome.REFUSED), (6, Outcome.REFUSED), (10, Outcome.REFUSED),
    (4, Outcome.UNKNOWN), (5, Outcome.UNKNOWN), (11, Outcome.UNKNOWN),
])  # fmt: skip
async def test_an_exception_says_no_unless_it_leaves_it_open(code: int, outcome: Outcome) -> None:
    result, stub = await done(excepted(code), writing(read=SPEED))
    assert result.outcome is outcome
    assert f"exception {code}" in result.words
    assert len(writes(stub)) == 1


SILENT: dict[str, Answer] = {
    "no answer": lambda _: b"",
    "another transaction": lambda asked: asked.frame(echoed(asked)[7:], tid=asked.tid + 1),
    "transaction 0": lambda asked: asked.frame(echoed(asked)[7:], tid=0),
    "another unit": lambda asked: asked.frame(echoed(asked)[7:], unit=99),
    "another register": lambda asked: asked.frame(struct.pack(">BHH", 6, 41, 7)),
    "another value": lambda asked: asked.frame(struct.pack(">BHH", 6, 40, 8)),
    "garbage": lambda _: b"\x00" * 12,
}


@pytest.mark.parametrize("answer", SILENT.values(), ids=SILENT)
async def test_what_is_not_its_own_answer_leaves_it_unknown(answer: Answer) -> None:
    result, stub = await done(answer, writing(read=SPEED))
    assert result.outcome is Outcome.UNKNOWN
    assert len(writes(stub)) == 1


async def test_a_closed_connection_leaves_it_unknown() -> None:
    async with stubbed(lambda _: b"") as stub:
        stub.closes_after_answer = True
        result = await writer(controller(stub.port)).write(writing())
    assert result.outcome is Outcome.UNKNOWN
    assert len(writes(stub)) == 1


async def test_nobody_at_the_address_means_that_nothing_was_sent() -> None:
    async with stubbed(echoed) as stub:
        port = stub.port
    result = await writer(controller(port)).write(writing())
    assert result.outcome is Outcome.FAILED
    assert "Nothing was sent" in result.words


async def test_another_device_is_never_written_to() -> None:
    result, stub = await done(echoed, writing(), **{"identity.address": 0, "identity.length": 2})
    assert result.outcome is Outcome.FAILED
    assert writes(stub) == []


@pytest.mark.parametrize("value", [70_000.0, -1.0, 1.5])
async def test_a_value_without_a_form_in_the_register_is_not_sent(value: float) -> None:
    result, stub = await done(echoed, writing(value))
    assert result.outcome is Outcome.FAILED
    assert stub.connections == 0


async def test_a_late_answer_is_one_write_and_unknown() -> None:
    """Faults row 29: the device answers after the time-out; a client that repeats would apply it four times."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            while True:
                asked = Asked(await reader.readexactly(12))
                count += asked.function in WRITES
                await asyncio.sleep(3.0)
                writer.write(echoed(asked))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        result = await writer(controller(port)).write(writing(read=SPEED))
        await asyncio.sleep(3.5)
    assert result.outcome is Outcome.UNKNOWN
    assert "Look at the machine" in result.words
    assert count == 1


@pytest.mark.parametrize("order", ["big", "little", "big_swap", "little_swap"])
@pytest.mark.parametrize(("kind", "value"), [("u16", 40_000.0), ("i16", -7.0), ("u32", 70_000.0), ("i64", -(2.0**40)),
                                             ("f32", 2.5), ("f64", 0.1)])  # fmt: skip
def test_what_is_encoded_is_what_is_decoded(kind: str, order: str, value: float) -> None:
    spot = parse_address({"table": "holding", "address": 0, "type": kind, "order": order}, {})
    assert decode(encode(value, spot), spot) == value


def test_a_coil_takes_nothing_but_0_and_1() -> None:
    spot = parse_address({"table": "coil", "address": 0}, {})
    assert (encode(1.0, spot), encode(0.0, spot)) == ([1], [0])
    with pytest.raises(NotWritableError):
        encode(2.0, spot)


@pytest.mark.parametrize("address", [
    {"table": "input", "address": 1}, {"table": "discrete", "address": 1},
    {"table": "holding", "address": 1, "type": "string", "length": 2},
    {"table": "holding", "address": 1, "type": "bcd16"},
    {"table": "holding", "address": 1, "type": "bool", "bit": 3}, {"table": "holding", "address": 70_000},
])  # fmt: skip
def test_what_can_not_be_written_is_said_by_the_check(address: Address) -> None:
    assert len(check_command(address, KNOWN, valued=True)) == 1


def test_a_register_needs_a_value() -> None:
    assert len(check_command(SPEED, KNOWN, valued=False)) == 1


def test_a_device_that_does_not_say_what_it_is_is_not_written_to() -> None:
    (fault,) = check_command(SPEED, {}, valued=True)
    assert "identity.address" in fault
