"""Where a command of a Modbus controller goes: holding registers or a coil. Pure; knows no connection."""

from __future__ import annotations

import math
import struct

from app.domain.plant import Address
from drivers.modbus.address import (
    BCD,
    FLOATS,
    FORMATS,
    ModbusAddress,
    Table,
    WireType,
    check_address,
    check_settings,
    packed,
    parse_address,
)
from drivers.modbus.decode import ordered

__all__ = ["NotWritableError", "advice", "check_address", "check_command", "check_settings", "encode", "span"]

WRITABLE = (Table.HOLDING, Table.COIL)
NOT_WRITTEN = BCD | {WireType.STRING}
INTEGERS = frozenset(FORMATS) - FLOATS


class NotWritableError(ValueError):
    """The value has no form in the registers of the address; the message says why."""


def check_command(address: Address, settings: Address, valued: bool) -> list[str]:
    """A sentence per fault of a command's address; `valued`: the command sends a value."""
    faults = check_address(address, settings)
    if faults:
        return faults
    spot = parse_address(address, settings)
    if spot.table not in WRITABLE:
        faults.append(f'The table "{spot.table}" can only be read: use holding or coil.')
    elif not spot.table.of_bits and spot.type is WireType.BOOL:
        faults.append("A single bit of a register can't be written alone: use a coil, or the whole register.")
    elif spot.type in NOT_WRITTEN:
        faults.append(f'The type "{spot.type}" is not written: use a number.')
    if "identity.address" not in settings:
        faults.append('A device that is written to is asked first what it is: add "identity.address" to its settings.')
    if not valued:
        faults.append("The command writes a register, but sends no value: add value, or low and high.")
    return faults


def advice(settings: Address) -> list[str]:
    """What is sound, and yet had better be otherwise: a sentence each."""
    if "identity.address" in settings:
        return []
    return ['Nobody can tell whether it is the right device: name a register that it is known by ("identity.address").']


def span(address: Address, settings: Address) -> tuple[str, int, int] | None:
    """The registers of a number or a text: unit and table, the first, the one after the last. Bits share a register."""
    if check_address(address, settings):
        return None
    spot = parse_address(address, settings)
    if spot.table.of_bits or spot.type is WireType.BOOL:
        return None
    return f"{spot.unit} {spot.table}", spot.address, spot.address + spot.words


def encode(value: float, spot: ModbusAddress) -> list[int]:
    """The registers (or the one bit as 0 or 1) that hold a raw value. Raises NotWritableError."""
    if not math.isfinite(value):
        raise NotWritableError("the value is no finite number")
    if spot.table.of_bits:
        if value not in (0, 1):
            raise NotWritableError("a coil takes 0 or 1")
        return [int(value)]
    if spot.type in INTEGERS and value != int(value):
        raise NotWritableError("the register takes whole numbers")
    try:
        raw = packed(spot.type, int(value) if spot.type in INTEGERS else value)
    except ValueError as error:
        raise NotWritableError(f"the value does not fit into {spot.type}") from error
    words = struct.unpack(f">{len(raw) // 2}H", raw)
    return list(struct.unpack(f">{len(words)}H", ordered(words, spot.order)))
