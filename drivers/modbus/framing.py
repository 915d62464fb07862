"""Frames: how a request to a unit is wrapped, and when what came is exactly its answer. Pure.

Two rows of FRAMES: Modbus TCP's header with a transaction number, and the frame of a serial line with a checksum, which
serial gateways pass through a TCP connection as it is. Must not know connections or tags.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple, Protocol

from app.domain.errors import KnownError
from drivers.modbus.address import Framing

HEADER = struct.Struct(">HHHB")
HEADER_SIZE = HEADER.size
LONGEST = 254
"""Length field of the longest answer: unit and 253 bytes."""
READS = frozenset({1, 2, 3, 4})
WRITES = frozenset({5, 6, 15, 16})
EXCEPTION = 0x80
NOT_MODBUS = "What answers is not a Modbus device."


class WrongAnswerError(KnownError):
    """What came is not the answer to the request; the connection must not be used any more."""


class Asked(NamedTuple):
    """A request: `pdu` is its function code and what follows. It may be asked again and again."""

    unit: int
    pdu: bytes


class Frames(Protocol):
    """A way to frame. `take` gives the answer, function code first, and how many bytes it took; None: not whole yet.

    `tid` is the transaction. `take` raises WrongAnswerError as soon as what came can't become the answer; what it gives
    lies in `came`.
    """

    def wrap(self, tid: int, asked: Asked) -> bytes: ...
    def take(self, came: memoryview, tid: int, asked: Asked) -> tuple[memoryview, int] | None: ...


class TcpFrames:
    """Modbus TCP (Modbus messaging on TCP/IP 3.1.3): transaction, protocol 0, length, unit."""

    def wrap(self, tid: int, asked: Asked) -> bytes:
        """The request with its header."""
        unit, pdu = asked
        return HEADER.pack(tid, 0, len(pdu) + 1, unit) + pdu

    def take(self, came: memoryview, tid: int, asked: Asked) -> tuple[memoryview, int] | None:
        """See Frames."""
        size = len(came)
        if size < HEADER_SIZE:
            return None
        found, protocol, length, unit = HEADER.unpack_from(came)
        if found != tid or unit != asked.unit or protocol or not 3 <= length <= LONGEST:
            raise _wrong_header(found, protocol, length, unit, asked)
        end = HEADER_SIZE + length - 1
        return (came[HEADER_SIZE:end], end) if size >= end else None


class RtuFrames:
    """Modbus RTU (Modbus over serial line 2.5.1): unit, answer, checksum. How long it is its function code tells.

    Nothing in it tells a late answer from the answer to a like request: drivers.modbus.dial sees to that.
    """

    def wrap(self, tid: int, asked: Asked) -> bytes:
        """The request with its checksum."""
        frame = bytes([asked.unit]) + asked.pdu
        return frame + checksum(frame)

    def take(self, came: memoryview, tid: int, asked: Asked) -> tuple[memoryview, int] | None:
        """See Frames."""
        if len(came) < 3:
            return None
        if came[0] != asked.unit:
            raise _other_unit(came[0], asked)
        end = self._size(came, asked.pdu[0])
        if len(came) < end:
            return None
        if checksum(came[: end - 2]) != came[end - 2 : end]:
            raise WrongAnswerError("The checksum of the answer is wrong.", "Check the serial line.")
        return came[1 : end - 2], end

    def _size(self, came: memoryview, function: int) -> int:
        if came[1] == function | EXCEPTION:
            return 5
        if came[1] != function:
            raise WrongAnswerError(f"The answer is to function {came[1]}, not {function}.")
        return 8 if function in WRITES else 3 + came[2] + 2


FRAMES: Mapping[Framing, Frames] = {Framing.TCP: TcpFrames(), Framing.RTU: RtuFrames()}


def _wrong_header(found: int, protocol: int, length: int, unit: int, asked: Asked) -> WrongAnswerError:
    """What is wrong with a Modbus TCP header that is not that of the answer."""
    if protocol != 0 or not 3 <= length <= LONGEST:
        return WrongAnswerError(NOT_MODBUS, "Check host and port.")
    if found == 0:
        return WrongAnswerError("The device answers with transaction 0, which could be any request's.")
    if unit == asked.unit:
        return WrongAnswerError("The answer belongs to another request.")
    return _other_unit(unit, asked)


def _other_unit(unit: int, asked: Asked) -> WrongAnswerError:
    return WrongAnswerError(f"The answer comes from unit {unit}, not {asked.unit}.")


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


CRC = tuple(_crc_of(byte) for byte in range(256))


def checksum(frame: bytes | memoryview) -> bytes:
    """CRC-16 with the polynomial 0xA001 from 0xFFFF on, low byte first (Modbus over serial line 6.2.2)."""
    crc = 0xFFFF
    for byte in frame:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return crc.to_bytes(2, "little")
