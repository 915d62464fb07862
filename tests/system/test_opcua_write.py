"""One write to an OPC UA server: the node's own type, one attempt, the answer in words, the value read back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asyncua import Server, ua, uamethod

from app.domain.control import Outcome, Result, Writing
from app.domain.packml import MachineState
from app.domain.people import Role
from app.domain.plant import Address, AllowedCommand, Controller, ReadBack, Signal, Tag
from app.ports import ControlPort, Link
from drivers.opcua.target import check_command
from drivers.registry import open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import free_port
from tests.system.proxy import Proxy, proxied

URI = "urn:rig:write"
NODE = f"nsu={URI};s="

VARIABLES: dict[str, tuple[Any, ua.VariantType]] = {
    "Int16": (7, ua.VariantType.Int16),
    "Byte": (7, ua.VariantType.Byte),
    "Float": (1.5, ua.VariantType.Float),
    "Flag": (False, ua.VariantType.Boolean),
    "Text": ("x", ua.VariantType.String),
    "Locked": (7, ua.VariantType.Int16),
    "Other": (7, ua.VariantType.Int16),
}


class Machine:
    """A server with nodes to write and methods to call; `calls` are the arguments that reached it."""

    def __init__(self) -> None:
        self.server = Server()
        self.calls: list[Any] = []
        self.nodes: dict[str, Any] = {}
        self.delay_s = 0.0

    async def start(self, port: int) -> None:
        server = self.server
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{port}/rig")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        await server.set_application_uri("urn:rig:server")
        index = await server.register_namespace(URI)
        for name, (value, kind) in VARIABLES.items():
            node = await server.nodes.objects.add_variable(
                ua.NodeId(name, index), ua.QualifiedName(name, index), ua.Variant(value, kind)
            )
            if name != "Locked":
                await node.set_writable()
            self.nodes[name] = node
        await self._methods(index)
        await server.start()

    async def _methods(self, index: int) -> None:
        calls = self.calls
        machine = self

        @uamethod
        async def take(_parent: Any, value: float) -> None:
            calls.append(value)
            await asyncio.sleep(machine.delay_s)

        async def refuse(_parent: Any, *_values: Any) -> ua.StatusCode:
            calls.append(None)
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidState))

        async def break_down(_parent: Any, *_values: Any) -> ua.StatusCode:
            calls.append(None)
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadDeviceFailure))

        for name, method, arguments in (
            ("Take", take, [ua.VariantType.Float]), ("Refuse", refuse, []), ("Break", break_down, []),
        ):  # fmt: skip
            await self.server.nodes.objects.add_method(
                ua.NodeId(name, index), ua.QualifiedName(name, index), method, arguments, []
            )

    async def value(self, name: str) -> Any:
        return await self.nodes[name].read_value()


def controller(port: int) -> Controller:
    settings: Address = {"url": f"opc.tcp://127.0.0.1:{port}/rig", "security": "none"}
    return Controller(
        id="C", name="Rig", protocol="opcua", identity="urn:rig:server", settings=settings, timeout_ms=1000
    )


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Machine, ControlPort, Proxy, Recorder]]:
    """The machine, and the driver on it through a proxy."""
    machine, port, said = Machine(), free_port(), Recorder()
    await machine.start(port)
    try:
        async with proxied(port) as proxy:
            tag = Tag(index=0, id="t", name="t", machine="m", controller="C", signal=Signal.RATE,
                      address={"node": f"{NODE}Float"})  # fmt: skip
            driver = open_driver(controller(proxy.port), [tag], said)
            assert isinstance(driver, ControlPort)
            task = asyncio.create_task(driver.run())
            try:
                await said.until(lambda: said.now is Link.UP)
                yield machine, driver, proxy, said
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        await machine.server.stop()


def writing(address: Address, value: float | None, read: str = "", wanted: float | None = None) -> Writing:
    back: Address = {"node": f"{NODE}{read}"} if read else {}
    command = AllowedCommand(
        id="c", name="Set", machine="m", controller="C", address=address, roles=frozenset({Role.OPERATOR}),
        states=frozenset({MachineState.EXECUTE}), read_back=ReadBack(address=back, within_s=0.5) if read else None,
    )  # fmt: skip
    tag = Tag(index=-1, id="r", name="Value", machine="m", controller="C", signal=Signal.PROCESS, address=back)
    return Writing(command=command, value=value, read=tag if read else None, expected=wanted)


def node(name: str) -> Address:
    return {"node": f"{NODE}{name}"}


def method(name: str, **more: str) -> Address:
    return {"object": "i=85", "method": f"{NODE}{name}", **more}


async def done(driver: ControlPort, *arguments: Any) -> Result:
    return await driver.write(writing(*arguments))


async def test_a_value_is_written_in_the_nodes_own_type_and_read_back() -> None:
    async with running() as (machine, driver, _, _said):
        for name, value in (("Int16", -300.0), ("Byte", 200.0), ("Float", 2.5), ("Flag", 1.0)):
            result = await done(driver, node(name), value, name, value)
            assert result.outcome is Outcome.CONFIRMED, result.words
            assert await machine.value(name) == value


MISFITS = (
    ("Int16", 40_000.0),
    ("Int16", 1.5),
    ("Byte", -1.0),
    ("Flag", 2.0),
    ("Text", 1.0),
    ("Float", 1e39),
    ("Nothing", 1.0),
)


async def test_what_has_no_form_in_the_nodes_type_is_not_sent() -> None:
    async with running() as (machine, driver, _, _said):
        for name, value in MISFITS:
            result = await done(driver, node(name), value)
            assert result.outcome is Outcome.FAILED
            assert "Nothing was sent" in result.words
        assert await machine.value("Int16") == 7


async def test_a_node_that_may_not_be_written_is_a_refusal() -> None:
    async with running() as (machine, driver, _, _said):
        result = await done(driver, node("Locked"), 9.0, "Locked", 9.0)
        assert result.outcome is Outcome.REFUSED
        assert result.words
        assert await machine.value("Locked") == 7


async def test_another_value_read_back_is_unknown_and_said() -> None:
    async with running() as (_, driver, _proxy, _said):
        result = await done(driver, node("Int16"), 9.0, "Other", 9.0)
    assert (result.outcome, result.read_back) == (Outcome.UNKNOWN, "7")
    assert "shows 7" in result.words


async def test_a_method_is_called_once_with_its_argument() -> None:
    async with running() as (machine, driver, _, _said):
        result = await done(driver, method("Take", argument="f32"), 2.5)
        assert result.outcome is Outcome.CONFIRMED, result.words
        assert machine.calls == [2.5]


@pytest.mark.parametrize(("name", "outcome"), [("Refuse", Outcome.REFUSED), ("Break", Outcome.UNKNOWN)])
async def test_a_method_that_says_no_is_not_called_again(name: str, outcome: Outcome) -> None:
    async with running() as (machine, driver, _, _said):
        result = await done(driver, method(name), None)
        assert result.outcome is outcome
        assert result.words
        await asyncio.sleep(0.5)
        assert machine.calls == [None]


async def test_a_late_answer_is_one_call_and_unknown() -> None:
    async with running() as (machine, driver, _, _said):
        machine.delay_s = 3.0
        result = await done(driver, method("Take", argument="f32"), 2.5)
        assert result.outcome is Outcome.UNKNOWN
        await asyncio.sleep(3.5)
        assert machine.calls == [2.5]


async def test_a_cut_while_the_answer_is_out_is_one_call_and_unknown() -> None:
    async with running() as (machine, driver, proxy, said):
        machine.delay_s = 0.4
        asked = asyncio.create_task(done(driver, method("Take", argument="f32"), 2.5))
        await said.until(lambda: machine.calls)
        proxy.reset()
        result = await asked
        assert result.outcome is Outcome.UNKNOWN
        await said.until(lambda: said.now is Link.LOST)
        await said.until(lambda: said.now is Link.UP)
        await asyncio.sleep(1.0)
        assert machine.calls == [2.5]


@pytest.mark.parametrize("address", [
    {"object": "i=85"}, {"method": "i=85"}, {"object": "i=85", "method": "ns=3;s=x"},
    {"object": "i=85", "method": "i=86", "argument": "text"}, {"node": "i=85", "index": 2}, {"nodes": "i=85"},
])  # fmt: skip
def test_an_address_that_can_not_be_written_is_said_by_the_check(address: Address) -> None:
    assert check_command(address, {}, valued=True)


def test_a_method_has_an_argument_when_the_command_has_a_value() -> None:
    plain: Address = {"object": "i=85", "method": "i=86"}
    assert check_command(plain, {}, valued=False) == []
    assert len(check_command(plain, {}, valued=True)) == 1
    assert check_command({**plain, "argument": "f32"}, {}, valued=True) == []
    assert len(check_command({**plain, "argument": "f32"}, {}, valued=False)) == 1
    assert len(check_command({"node": "i=85"}, {}, valued=False)) == 1
