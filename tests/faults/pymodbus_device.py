"""A counting Modbus TCP device on pymodbus, for machines without libmodbus. Run like `libmodbus_device`."""

import asyncio
import sys

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.contract.rigs.parent import end_with_parent, say_ready
from tests.faults.counting import SIZE, TICK_S, registers


async def serve(host: str, port: int, number: int, run: int) -> None:
    """Count and serve until the end."""
    image = registers(number, run, 0)

    async def access(
        _function: int, start: int, address: int, count: int, current: list[int], written: object
    ) -> ExcCodes | None:
        if written is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        current[address - start : address - start + count] = image[address : address + count]
        return None

    data = SimData(0, values=[0] * SIZE, datatype=DataType.REGISTERS)
    server = ModbusTcpServer(SimDevice(id=1, simdata=[data], action=access), address=(host, port))
    await server.serve_forever(background=True)
    say_ready()
    turn = 0
    while True:
        turn += 1
        image[:] = registers(number, run, turn)
        await asyncio.sleep(TICK_S)


def main() -> None:
    """Read the arguments and serve."""
    host, port, number, run = sys.argv[1], *(int(text) for text in sys.argv[2:5])
    end_with_parent()
    asyncio.run(serve(host, port, number, run))


if __name__ == "__main__":
    main()
