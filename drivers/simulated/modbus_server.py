"""Line L3 as six Modbus TCP devices, one a machine, each on its own port.

Owns the register image of each device, its command register, and the moments when it is silent. Must not know
who reads. The map is documented in REGISTERS.md and lies in registers.py and signals.py.
"""

import asyncio
from typing import Final

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from app.domain.errors import KnownError
from drivers.simulated import registers
from drivers.simulated.line import Line
from drivers.simulated.machine import Machine
from drivers.simulated.pacing import Pace
from drivers.simulated.packml import Command, IllegalCommandError
from drivers.simulated.registers import RegisterType, encode
from drivers.simulated.signals import signals_for

COMMANDS: Final[dict[int, Command]] = {
    1: Command.START,
    2: Command.STOP,
    3: Command.ABORT,
    4: Command.CLEAR,
    5: Command.RESET,
    6: Command.HOLD,
    7: Command.UNHOLD,
    8: Command.SUSPEND,
    9: Command.UNSUSPEND,
    10: Command.COMPLETE,
}
"""What a number written to the command register means."""

ACCEPTED: Final = 1
REFUSED: Final = 2
SIZE: Final = registers.COMMAND_COUNT + 1
IMAGE_EVERY: Final = 5
"""Ticks between two images: a device updates its registers twice a second, its state at once."""
_WRITES: Final = frozenset({6, 16})


class Device:
    """One machine behind registers. The image is what a read sees; it changes as a whole."""

    def __init__(self, machine: Machine, line: str) -> None:
        self.machine = machine
        self.image = [0] * SIZE
        self._sources = signals_for(line, machine.kind.kind)
        self._urgent = [source for source in self._sources if source.signal.name == "state"]
        self._write_identity()

    def refresh(self) -> None:
        """Take every variable of the machine into the image."""
        self.image[registers.STATUS_BITS] = 0
        for source in self._sources:
            register = source.signal.register
            words = encode(register, source.read(self.machine))
            if register.type is RegisterType.BIT:
                self.image[register.address] |= words[0]
            else:
                self.image[register.address : register.address + register.words] = words

    def refresh_state(self) -> None:
        """Take the state into the image."""
        for source in self._urgent:
            register = source.signal.register
            self.image[register.address] = encode(register, source.read(self.machine))[0]

    async def access(
        self,
        function: int,
        start: int,
        address: int,
        count: int,
        current: list[int],
        written: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """pymodbus asks before each access: give it the image, take commands, refuse every other write."""
        if written is not None:
            return self._take(function, address, [int(value) for value in written])
        current[address - start : address - start + count] = self.image[address : address + count]
        return None

    def _take(self, function: int, address: int, values: list[int]) -> ExcCodes | None:
        if function not in _WRITES or address != registers.COMMAND or len(values) != 1:
            return ExcCodes.ILLEGAL_ADDRESS
        command = COMMANDS.get(values[0])
        if command is None:
            return ExcCodes.ILLEGAL_VALUE
        self.image[registers.COMMAND] = values[0]
        self.image[registers.COMMAND_RESULT] = self._obey(command)
        self.image[registers.COMMAND_COUNT] = (self.image[registers.COMMAND_COUNT] + 1) % 65536
        return None

    def _obey(self, command: Command) -> int:
        try:
            self.machine.command(command)
        except IllegalCommandError:
            return REFUSED
        self.refresh()
        return ACCEPTED

    def _write_identity(self) -> None:
        name = encode(registers.Register(address=4, type=RegisterType.ASCII, words=8), self.machine.id)
        number = self.machine.kind.number
        block = [registers.MAGIC, registers.MAP_VERSION, number, 0, *name]
        self.image[registers.IDENTITY : registers.IDENTITY + len(block)] = block


class ModbusLine:
    """Serves the machines of a line on `ports`, in line order; `speed` seconds of plant pass in a second."""

    def __init__(self, line: Line, ports: list[int], speed: float = 1.0) -> None:
        if len(ports) != len(line.machines):
            raise ValueError(f"{len(line.machines)} ports wanted, {len(ports)} given")
        self.line = line
        self.ports = ports
        self.devices = [Device(machine, line.spec.line) for machine in line.machines.values()]
        self._pace = Pace(step=line.step, speed=speed)
        self._servers: dict[int, ModbusTcpServer] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on every port and let time pass. Raises KnownError when a port is taken."""
        for device, port in zip(self.devices, self.ports, strict=True):
            device.refresh()
            await self._listen(device, port)
        self._task = asyncio.create_task(self._run(), name=f"line {self.line.spec.line}")

    async def stop(self) -> None:
        """End the simulation and close every device. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        for port in list(self._servers):
            self._silence(port)

    async def wait(self) -> None:
        """Return when the simulation ends; raises what ended it."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        tick = 0
        while True:
            await self._pace.tick()
            tick += 1
            for device, port in zip(self.devices, self.ports, strict=True):
                device.machine.alarms.drain()
                device.refresh_state()
                if tick % IMAGE_EVERY == 0:
                    device.refresh()
                await self._follow(device, port)

    async def _follow(self, device: Device, port: int) -> None:
        if device.machine.online and port not in self._servers:
            await self._listen(device, port)
        elif not device.machine.online and port in self._servers:
            self._silence(port)

    async def _listen(self, device: Device, port: int) -> None:
        server = ModbusTcpServer(_sim_device(device), address=("127.0.0.1", port))
        try:
            await server.serve_forever(background=True)
        except RuntimeError as error:
            raise KnownError(f"Cannot listen on port {port}.", "Free it or choose another.") from error
        self._servers[port] = server

    def _silence(self, port: int) -> None:
        self._servers.pop(port).close()


def _sim_device(device: Device) -> SimDevice:
    data = [
        SimData(address=0, count=registers.SPAN, datatype=DataType.REGISTERS),
        SimData(address=registers.COMMAND, count=3, datatype=DataType.REGISTERS),
    ]
    return SimDevice(id=0, simdata=data, action=device.access)
