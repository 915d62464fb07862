"""Numbers that a Modbus device counts up, as registers: whose they are and when they were set lies in each of them."""

import struct

IDENTITY, RUN = 1e9, 1e6
"""A value is identity * 1e9 + run * 1e6 + turn."""
NAME_AT, NAME_WORDS = 0, 8
FIRST, WORDS = 10, 4
NODES = 5
TICK_S = 0.1
SIZE = FIRST + WORDS * NODES


def name_of(number: int) -> str:
    """What the device says that it is."""
    return f"COUNT-{number}"


def identity(number: int, node: int) -> int:
    """What each value of a node begins with."""
    return number * 1_000 + node


def registers(number: int, run: int, turn: int) -> list[int]:
    """The device's holding registers after so many turns."""
    name = name_of(number).encode().ljust(2 * NAME_WORDS, b"\0")
    values = [identity(number, node) * IDENTITY + run * RUN + turn for node in range(NODES)]
    named = struct.unpack(f">{NAME_WORDS}H", name)
    return [
        *named,
        *[0] * (FIRST - NAME_WORDS),
        *struct.unpack(f">{WORDS * NODES}H", struct.pack(f">{NODES}d", *values)),
    ]
