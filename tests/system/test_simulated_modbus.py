"""The simulated Modbus devices as a stock client sees them, over the wire."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from drivers.simulated import registers
from drivers.simulated.catalog import Kind
from drivers.simulated.faults import FAULTS
from drivers.simulated.line import build_line
from drivers.simulated.modbus_server import ACCEPTED, COMMANDS, REFUSED, ModbusLine
from drivers.simulated.packml import Command, State
from drivers.simulated.registers import Value, decode
from drivers.simulated.signals import signals_for
from tests.system.simulators import free_ports, until

NUMBERS = {command: number for number, command in COMMANDS.items()}
STATE = 17


@asynccontextmanager
async def served_line() -> AsyncIterator[ModbusLine]:
    """Line L3 on free ports in this process."""
    line = ModbusLine(build_line("L3", seed=1, scripted=False), free_ports(6))
    await line.start()
    try:
        yield line
    finally:
        await line.stop()


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[AsyncModbusTcpClient]:
    """A client without retries, as our driver uses one."""
    client = AsyncModbusTcpClient("127.0.0.1", port=port, timeout=2.0, retries=0, reconnect_delay=0)
    assert await client.connect()
    try:
        yield client
    finally:
        client.close()


async def read(client: AsyncModbusTcpClient, address: int, count: int) -> list[int]:
    answer = await client.read_holding_registers(address, count=count, device_id=1)
    assert not answer.isError(), answer
    return list(answer.registers)


async def test_one_read_gives_every_variable_of_every_machine() -> None:
    async with served_line() as line:
        for kind, port in zip(Kind, line.ports, strict=True):
            async with connected(port) as client:
                words = await read(client, 0, registers.SPAN)
            values: dict[str, Value] = {}
            for source in signals_for("L3", kind):
                place = source.signal.register
                values[source.signal.name] = decode(place, words[place.address : place.address + place.words])
            assert words[:3] == [registers.MAGIC, registers.MAP_VERSION, list(Kind).index(kind) + 1]
            name = registers.Register(address=4, type=registers.RegisterType.ASCII, words=8)
            assert decode(name, words[4:12]) == f"L3.{kind.value}"
            assert values["order"] == "WO-10491"
            assert values["lot"] == "4466-A"
            assert values["design_speed"] == line.line.spec.nominal(kind)


async def test_the_heartbeat_beats_and_counters_rise() -> None:
    async with served_line() as line, connected(line.ports[1]) as client:
        first = await read(client, 0, registers.SPAN)

        async def risen() -> bool:
            now = await read(client, 0, registers.SPAN)
            return now[16] > first[16] + 1 and now[33] > first[33]

        await until(risen)


async def test_input_registers_show_the_same_as_holding_registers() -> None:
    async with served_line() as line, connected(line.ports[0]) as client:
        holding = await read(client, 0, 12)
        answer = await client.read_input_registers(0, count=12, device_id=77)
        assert list(answer.registers) == holding


async def test_a_command_register_drives_the_machine_and_says_whether_it_obeyed() -> None:
    async with served_line() as line, connected(line.ports[2]) as client:
        await client.write_register(registers.COMMAND, NUMBERS[Command.ABORT], device_id=1)

        async def aborted() -> bool:
            return (await read(client, STATE, 1)) == [State.ABORTED]

        await until(aborted)
        assert await read(client, registers.COMMAND_RESULT, 2) == [ACCEPTED, 1]
        await client.write_register(registers.COMMAND, NUMBERS[Command.START], device_id=1)
        assert await read(client, registers.COMMAND_RESULT, 2) == [REFUSED, 2]


async def test_other_writes_and_unknown_addresses_are_refused() -> None:
    async with served_line() as line, connected(line.ports[0]) as client:
        read_only = await client.write_register(STATE, 1, device_id=1)
        unknown_command = await client.write_register(registers.COMMAND, 99, device_id=1)
        two_at_once = await client.write_registers(registers.COMMAND, [1, 1], device_id=1)
        beyond = await client.read_holding_registers(500, count=2, device_id=1)
        codes = [answer.exception_code for answer in (read_only, unknown_command, two_at_once, beyond)]
        assert codes == [2, 3, 2, 2]


async def test_a_silent_device_closes_its_connections_and_comes_back_while_the_others_go_on() -> None:
    async with served_line() as line, connected(line.ports[3]) as client, connected(line.ports[2]) as other:
        labeller = line.line.machines[Kind.LABELLER]
        await read(client, STATE, 1)
        labeller.strike(FAULTS["silent_device"], 3.0)

        async def answers() -> bool:
            try:
                await client.connect()
                return not (await client.read_holding_registers(STATE, count=1)).isError()
            except (ModbusException, OSError):
                return False

        async def silent() -> bool:
            return not await answers()

        await until(silent)
        assert await read(other, STATE, 1) == [State.EXECUTE]
        await until(answers)
