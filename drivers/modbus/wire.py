"""Modbus TCP on the wire: one connection, one request at a time, and no answer accepted that is not exactly its own.

Owns framing and the check of every header field. Must not know tags. Only drivers.modbus.write writes.
"""

from __future__ import annotations

import asyncio
import struct

from app.domain.errors import KnownError
from drivers.modbus.address import Table

FUNCTIONS = {Table.COIL: 1, Table.DISCRETE: 2, Table.HOLDING: 3, Table.INPUT: 4}
HEADER = struct.Struct(">HHHB")
WRITE_COIL, WRITE_REGISTER, WRITE_REGISTERS = 5, 6, 16
COIL_ON = 0xFF00
LONGEST = 254
"""Length field of the longest answer: unit and 253 bytes."""

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "device failure",
    5: "acknowledged, still working",
    6: "device busy",
    7: "negative acknowledge",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target did not respond",
}
ADDRESSING = frozenset({2, 3})
"""Exceptions that blame the asked span: another span may well be answered."""

GATEWAY = frozenset({10, 11})
"""Exceptions of a gateway about a device that it cannot reach."""


class DeviceError(KnownError):
    """The device answered with a Modbus exception."""

    def __init__(self, code: int) -> None:
        super().__init__(f"The device answers exception {code} ({EXCEPTIONS.get(code, 'unknown')}).")
        self.code = code


class WrongAnswerError(KnownError):
    """What came is not the answer to the request; the connection must not be used any more."""


class Wire:
    """A connection to a Modbus TCP device. After any error but DeviceError it has to be closed."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._tid = 0

    @classmethod
    async def open(cls, host: str, port: int, timeout_s: float) -> Wire:
        """Connect. Raises OSError or TimeoutError."""
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port, limit=4096)
        return cls(reader, writer)

    async def read(self, table: Table, unit: int, address: int, count: int, timeout_s: float) -> list[int]:
        """The `count` registers (or bits as 0 and 1) from `address` on.

        Raises DeviceError (the connection stays good), WrongAnswerError, TimeoutError or OSError.
        """
        function = FUNCTIONS[table]
        body = await self._asked(unit, struct.pack(">BHH", function, address, count), timeout_s)
        return _payload(body, function, table.of_bits, count)

    async def write(self, table: Table, unit: int, address: int, words: list[int], timeout_s: float) -> None:
        """Write registers, or one coil, once. Raises like `read`; except for DeviceError it may have happened.

        The device echoes what it has written; another echo is a WrongAnswerError.
        """
        if table.of_bits:
            request = echo = struct.pack(">BHH", WRITE_COIL, address, COIL_ON if words[0] else 0)
        elif len(words) == 1:
            request = echo = struct.pack(">BHH", WRITE_REGISTER, address, words[0])
        else:
            echo = struct.pack(">BHH", WRITE_REGISTERS, address, len(words))
            request = echo + struct.pack(f">B{len(words)}H", 2 * len(words), *words)
        body = await self._asked(unit, request, timeout_s)
        if body[0] == request[0] | 0x80:
            raise DeviceError(body[1])
        if body != echo:
            raise WrongAnswerError("The device acknowledges something else than what was written.")

    async def _asked(self, unit: int, request: bytes, timeout_s: float) -> bytes:
        """The answer to one request, function code first."""
        self._tid = self._tid % 0xFFFF + 1
        try:
            async with asyncio.timeout(timeout_s):
                self._writer.write(HEADER.pack(self._tid, 0, len(request) + 1, unit) + request)
                await self._writer.drain()
                return await self._answer(self._tid, unit)
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("The device closed the connection.") from error

    async def _answer(self, tid: int, unit: int) -> bytes:
        got_tid, protocol, length, got_unit = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        if protocol != 0 or not 3 <= length <= LONGEST:
            raise WrongAnswerError("What answers is not a Modbus TCP device.")
        if got_tid == 0:
            raise WrongAnswerError("The device answers with transaction 0, which could be any request's.")
        if got_tid != tid:
            raise WrongAnswerError("The answer belongs to another request.")
        if got_unit != unit:
            raise WrongAnswerError(f"The answer comes from unit {got_unit}, not {unit}.")
        return await self._reader.readexactly(length - 1)

    async def close(self) -> None:
        """Close the connection at once, without waiting for what is still to be sent."""
        self._writer.transport.abort()
        try:
            await self._writer.wait_closed()
        except OSError:
            return


def _payload(body: bytes, function: int, of_bits: bool, count: int) -> list[int]:
    if body[0] == function | 0x80:
        raise DeviceError(body[1])
    if body[0] != function:
        raise WrongAnswerError(f"The answer is to function {body[0]}, not {function}.")
    wanted = (count + 7) // 8 if of_bits else count * 2
    if body[1] != wanted or len(body) != wanted + 2:
        raise WrongAnswerError(f"The answer has {len(body) - 2} bytes of data, not {wanted}.")
    if of_bits:
        return [body[2 + i // 8] >> i % 8 & 1 for i in range(count)]
    return list(struct.unpack(f">{count}H", body[2:]))
