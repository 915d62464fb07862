"""The Modbus driver against a device that answers wrongly: a wrong answer never becomes a good value."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import pytest

from app.domain.plant import Address, Controller, Signal, Tag
from app.domain.reading import Quality
from app.ports import Link
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder
from tests.unit.drivers.stub import Answer, Asked, Stub, stubbed
from tests.unit.drivers.test_modbus_wire import WRONG


class Listens(Protocol):
    """Whatever has a port."""

    port: int


def controller(stub: Listens, **settings: str | int) -> Controller:
    """The stub as a controller."""
    return Controller(
        id="C-STUB",
        name="Stub",
        protocol="modbus",
        identity="",
        settings={"host": "127.0.0.1", "port": stub.port, **settings},
        period_ms=50,
        timeout_ms=200,
    )


def tags(*addresses: Address) -> list[Tag]:
    """A tag for each address."""
    return [
        Tag(
            index=index,
            id=f"t{index}",
            name="t",
            machine="m",
            controller="C-STUB",
            signal=Signal.PROCESS,
            address=address,
        )
        for index, address in enumerate(addresses)
    ]


@asynccontextmanager
async def driving(stub: Stub, *addresses: Address) -> AsyncIterator[Recorder]:
    """Run the driver on the stub."""
    async with driving_controller(controller(stub), *addresses) as recorder:
        yield recorder


@asynccontextmanager
async def driving_controller(device: Controller, *addresses: Address) -> AsyncIterator[Recorder]:
    """Run a controller's driver."""
    recorder = Recorder()
    task = asyncio.create_task(open_driver(device, tags(*addresses), recorder).run())
    try:
        yield recorder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


FAR: Address = {"table": "holding", "address": 500}
NEAR: Address = {"table": "holding", "address": 0, "type": "u64"}


@pytest.mark.parametrize("kind", WRONG)
async def test_one_wrong_group_is_bad_while_the_other_stays_live(kind: str) -> None:
    def answer(asked: Asked) -> bytes:
        return asked.good() if asked.address == 500 else WRONG[kind](asked)

    async with stubbed(answer) as stub, driving(stub, NEAR, FAR) as said:
        await said.until(lambda: len(said.of(0)) >= 2 and len(said.of(1)) >= 3)
    assert all(seen.quality is Quality.BAD for seen in said.of(0))
    assert all(seen.good and seen.value == 77.0 for seen in said.of(1))
    assert said.now is Link.UP
    assert stub.connections >= 2


async def test_a_unit_that_never_answers_does_not_hold_up_the_others() -> None:
    def answer(asked: Asked) -> bytes:
        return b"" if asked.unit in (7, 8) else asked.good()

    dead: list[Address] = [{"table": "holding", "address": 0, "unit": unit} for unit in (7, 8)]
    async with stubbed(answer) as stub, driving(stub, *dead, FAR) as said:
        await said.until(lambda: len(said.of(0)) >= 2 and len(said.of(1)) >= 2 and len(said.of(2)) >= 5)
    assert [state.link for state in said.links] == [Link.CONNECTING, Link.UP]
    assert all(not seen.good for seen in said.of(0) + said.of(1))


async def test_a_device_that_only_answers_wrongly_is_lost_and_never_alive() -> None:
    async with stubbed(WRONG["transaction 0"]) as stub, driving(stub, NEAR) as said:
        await said.until(lambda: said.now is Link.LOST)
    assert "transaction 0" in said.links[-1].reason
    assert not said.alive_s
    assert not any(seen.good for seen in said.seen)


@pytest.mark.parametrize("code", [10, 11])
async def test_a_gateway_without_its_device_is_lost(code: int) -> None:
    absent: Answer = lambda asked: asked.frame(bytes([asked.function | 0x80, code]))  # noqa: E731
    async with stubbed(absent) as stub, driving(stub, NEAR) as said:
        await said.until(lambda: said.now is Link.LOST)
    assert "gateway" in said.links[-1].reason
    assert not said.alive_s


async def test_a_refused_register_is_found_by_halving_and_its_neighbours_live() -> None:
    def answer(asked: Asked) -> bytes:
        if asked.address <= 5 < asked.address + asked.count:
            return asked.frame(bytes([asked.function | 0x80, 2]))
        return asked.good()

    neighbours: list[Address] = [{"table": "holding", "address": address} for address in range(10)]
    async with stubbed(answer) as stub, driving(stub, *neighbours) as said:
        await said.until(lambda: all(said.of(index) for index in range(10)))
    assert [index for index in range(10) if not said.of(index)[-1].good] == [5]
    assert said.now is Link.UP


async def test_a_busy_device_is_asked_again_later() -> None:
    busy: Answer = lambda asked: asked.frame(bytes([asked.function | 0x80, 6]))  # noqa: E731
    async with stubbed(busy) as stub, driving(stub, NEAR) as said:
        await said.until(lambda: said.of(0))
        assert not said.of(0)[-1].good
        stub.answer = Asked.good
        await said.until(lambda: said.of(0)[-1].good)


async def test_the_no_value_marker_is_no_value() -> None:
    marked: Address = {"table": "holding", "address": 0, "none": 65535}
    async with stubbed(lambda asked: asked.good(0xFFFF)) as stub, driving(stub, marked) as said:
        await said.until(lambda: said.of(0))
    assert said.of(0)[-1].quality is Quality.NO_DATA
