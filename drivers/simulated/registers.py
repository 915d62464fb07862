"""How the variables of a machine lie in Modbus holding registers: addresses, types, encoding.

Owns the register map's fixed part and its codec. Must not know machines or sockets. Addresses are 0-based;
the high word comes first.
"""

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Value = bool | int | float | str


class RegisterType(StrEnum):
    """How a value lies in 16-bit registers; the high word comes first everywhere."""

    UINT16 = "uint16"
    UINT32 = "uint32"
    FLOAT32 = "float32"
    BIT = "bit"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Where a value lies: value = raw × `scale`; `bit` counts from the least significant; ASCII is padded
    with NUL.
    """

    address: int
    type: RegisterType
    words: int = 1
    scale: float = 1.0
    bit: int = 0


STATUS_BITS: Final = 19
FIRST_PROCESS: Final = 100
PROCESS_COUNT: Final = 8
SPAN: Final = FIRST_PROCESS + 2 * PROCESS_COUNT
"""Number of readable registers from address 0: one read fetches all (at most 125 are allowed)."""

IDENTITY: Final = 0
"""Identity block: 0 magic, 1 map version, 2 device number, 3 zero, 4 to 11 machine id as ASCII."""
MAGIC: Final = 0x4C53
MAP_VERSION: Final = 1
COMMAND: Final = 200
"""Write a command number here; 201 then says 1 accepted or 2 refused, 202 counts commands."""
COMMAND_RESULT: Final = 201
COMMAND_COUNT: Final = 202


def encode(register: Register, value: Value) -> list[int]:
    """The registers that hold `value`; numbers out of range are held at the end of the range.

    A BIT gives its mask in the one register it shares with others.
    """
    if register.type is RegisterType.ASCII:
        raw = str(value).encode("ascii", "replace")[: register.words * 2].ljust(register.words * 2, b"\0")
        return list(struct.unpack(f">{register.words}H", raw))
    if register.type is RegisterType.FLOAT32:
        return list(struct.unpack(">2H", struct.pack(">f", float(value))))
    if register.type is RegisterType.BIT:
        return [(1 << register.bit) if value else 0]
    top = 0xFFFFFFFF if register.type is RegisterType.UINT32 else 0xFFFF
    raw_value = min(top, max(0, round(float(value) / register.scale)))
    return [raw_value] if register.words == 1 else [raw_value >> 16, raw_value & 0xFFFF]


def decode(register: Register, words: list[int]) -> Value:
    """The value that `words` (as many as the register has) hold. The inverse of `encode`."""
    if register.type is RegisterType.ASCII:
        return struct.pack(f">{len(words)}H", *words).rstrip(b"\0").decode("ascii")
    if register.type is RegisterType.FLOAT32:
        return float(struct.unpack(">f", struct.pack(">2H", *words))[0])
    if register.type is RegisterType.BIT:
        return bool(words[0] >> register.bit & 1)
    raw = words[0] if register.words == 1 else words[0] << 16 | words[1]
    return round(raw * register.scale, 6) if register.scale != 1.0 else raw
