"""From registers to raw values: types, word and byte orders, "no value" markers. Pure; knows no connection."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from drivers.modbus.address import BCD, FORMATS, ModbusAddress, Order, WireType


class NotAValueError(ValueError):
    """The registers hold no value of the type."""


def decode(words: Sequence[int], spot: ModbusAddress) -> int | float | str | None:
    """The raw value in the registers (or the one bit) of `spot`; None where it is the "no value" marker.

    Raises NotAValueError for BCD digits above 9. NaN and infinity are given as they are.
    """
    raw = _decode(words, spot)
    return None if spot.none is not None and raw == spot.none else raw


def _decode(words: Sequence[int], spot: ModbusAddress) -> int | float | str:
    if spot.table.of_bits:
        return words[0]
    if spot.type is WireType.BOOL:
        return words[0] >> spot.bit & 1
    raw = ordered(words, spot.order)
    if spot.type is WireType.STRING:
        return decode_text(raw)
    if spot.type in BCD:
        return _bcd(raw)
    value: int | float = struct.unpack(FORMATS[spot.type], raw)[0]
    return value


def ordered(words: Sequence[int], order: Order) -> bytes:
    """The registers' bytes with the most significant first."""
    if order in (Order.LITTLE, Order.LITTLE_SWAP):
        words = words[::-1]
    swapped = order in (Order.LITTLE, Order.BIG_SWAP)
    return struct.pack(f"{'<' if swapped else '>'}{len(words)}H", *words)


def decode_text(raw: bytes) -> str:
    """The text up to the first NUL, without trailing blanks; bytes that are no UTF-8 are taken as Latin-1."""
    cut = raw.split(b"\0", 1)[0].rstrip()
    try:
        return cut.decode("utf-8")
    except UnicodeDecodeError:
        return cut.decode("latin-1")


def _bcd(raw: bytes) -> int:
    digits = raw.hex()
    if not digits.isdecimal():
        raise NotAValueError(f"{digits.upper()} is no BCD number")
    return int(digits)
