"""A Modbus TCP device (pymodbus) with a counter; run as `python -m`, ends with its standard input.

Holding registers: 0 to 7 identity, 10 counter from 1,000, 11 state, 12 bits, 13 to 16 lot, 17 BCD that is none,
20 and 21 a float that is NaN. Nothing from 40 on: exception 2.
"""

import argparse
import asyncio
import struct

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.contract.rigs.parent import end_with_parent, say_ready

SIZE = 40
TICK_S = 0.1
BASE = 1_000


def words(text: str, count: int) -> list[int]:
    """ASCII in registers, high byte first."""
    return list(struct.unpack(f">{count}H", text.encode().ljust(count * 2, b"\0")))


async def serve(port: int, identity: str) -> None:
    """Serve until killed."""
    image = [0] * SIZE
    image[0:8] = words(identity, 8)
    image[11], image[12] = 7, 0b0101
    image[13:17] = words("4480-A", 4)
    image[17] = 0x1A00
    image[20:22] = struct.unpack(">2H", struct.pack(">f", float("nan")))

    async def access(
        _function: int, start: int, address: int, count: int, current: list[int], written: object
    ) -> ExcCodes | None:
        if written is not None:
            return ExcCodes.ILLEGAL_FUNCTION
        current[address - start : address - start + count] = image[address : address + count]
        return None

    data = SimData(0, values=[0] * SIZE, datatype=DataType.REGISTERS)
    device = SimDevice(id=1, simdata=[data], action=access)
    server = ModbusTcpServer(device, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    say_ready()
    tick = 0
    while True:
        tick += 1
        image[10] = BASE + tick % 900
        await asyncio.sleep(TICK_S)


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--identity", default="RIG-1")
    arguments = parser.parse_args()
    end_with_parent()
    asyncio.run(serve(arguments.port, arguments.identity))


if __name__ == "__main__":
    main()
