"""A Modbus device (pymodbus) with a counter; run as `python -m`, ends with its standard input.

Over TCP; with `--framing rtu` in the frames of a serial line; with `--certificate` and `--key` over TLS, where
`--clients` is the certificate that a client has to show.

Holding registers: 0 to 7 identity, 10 counter from 1,000, 11 state, 12 bits, 13 to 16 lot, 17 BCD that is none,
20 and 21 a float that is NaN. Nothing from 40 on: exception 2.
"""

import argparse
import asyncio
import ssl
import struct

from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusTcpServer, ModbusTlsServer
from pymodbus.simulator import DataType, SimData, SimDevice

from tests.contract.rigs.parent import end_with_parent, say_ready

SIZE = 40
TICK_S = 0.1
BASE = 1_000


def words(text: str, count: int) -> list[int]:
    """ASCII in registers, high byte first."""
    return list(struct.unpack(f">{count}H", text.encode().ljust(count * 2, b"\0")))


def listening(told: argparse.Namespace, device: SimDevice) -> ModbusTcpServer | ModbusTlsServer:
    """The server that the arguments ask for."""
    address = ("127.0.0.1", told.port)
    if not told.certificate:
        framer = FramerType.RTU if told.framing == "rtu" else FramerType.SOCKET
        return ModbusTcpServer(device, framer=framer, address=address)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(told.certificate, told.key)
    if told.clients:
        secured.load_verify_locations(told.clients)
        secured.verify_mode = ssl.CERT_REQUIRED
    # pymodbus's own framer for TLS leaves out the header, which Modbus/TCP Security has
    return ModbusTlsServer(device, framer=FramerType.SOCKET, address=address, sslctx=secured)


async def serve(told: argparse.Namespace) -> None:
    """Serve until killed."""
    image = [0] * SIZE
    image[0:8] = words(told.identity, 8)
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
    server = listening(told, device)
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
    parser.add_argument("--framing", default="tcp")
    for name in ("--certificate", "--key", "--clients"):
        parser.add_argument(name, default="")
    told = parser.parse_args()
    end_with_parent()
    asyncio.run(serve(told))


if __name__ == "__main__":
    main()
