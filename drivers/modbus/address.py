"""Addresses and settings of Modbus controllers as a plant file writes them: parsed and checked. Pure.

Must need no library: `lineside check` runs this without any.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from enum import StrEnum

from app.domain.plant import Address
from drivers.fields import Field, Fields, check_fields, int_of, text_of


class Table(StrEnum):
    """The four tables of a Modbus device."""

    HOLDING = "holding"
    INPUT = "input"
    COIL = "coil"
    DISCRETE = "discrete"

    @property
    def of_bits(self) -> bool:
        """Whether the table's items are single bits instead of 16-bit registers."""
        return self in (Table.COIL, Table.DISCRETE)


class WireType(StrEnum):
    """How a value lies in registers."""

    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    U64 = "u64"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"
    BOOL = "bool"
    STRING = "string"
    BCD16 = "bcd16"
    BCD32 = "bcd32"
    BCD64 = "bcd64"


class Order(StrEnum):
    """The order of the bytes ABCD of a 32-bit value on the wire, two bytes a register.

    big ABCD, little DCBA, big_swap BADC (bytes swapped in each word), little_swap CDAB (low word first).
    Of 64 bits ABCDEFGH: the same, HGFEDCBA, BADCFEHG, GHEFCDAB.
    """

    BIG = "big"
    LITTLE = "little"
    BIG_SWAP = "big_swap"
    LITTLE_SWAP = "little_swap"


WORDS = {
    WireType.U16: 1,
    WireType.I16: 1,
    WireType.U32: 2,
    WireType.I32: 2,
    WireType.U64: 4,
    WireType.I64: 4,
    WireType.F32: 2,
    WireType.F64: 4,
    WireType.BOOL: 1,
    WireType.BCD16: 1,
    WireType.BCD32: 2,
    WireType.BCD64: 4,
}
"""Registers that a value takes; a string says so itself ("length")."""
FORMATS = {
    WireType.U16: ">H",
    WireType.I16: ">h",
    WireType.U32: ">I",
    WireType.I32: ">i",
    WireType.U64: ">Q",
    WireType.I64: ">q",
    WireType.F32: ">f",
    WireType.F64: ">d",
}
"""How `struct` calls a number whose most significant byte comes first."""
FLOATS = frozenset({WireType.F32, WireType.F64})
BCD = frozenset({WireType.BCD16, WireType.BCD32, WireType.BCD64})

SPACE = 65_536
MOST_REGISTERS = 125
"""A response has room for 125 registers (Modbus application protocol 6.3)."""
DEFAULT_REGISTERS = 120
MOST_BITS = 2_000
DEFAULT_HOLE = 8
"""Registers that no tag needs and that are still read to save a request."""
DEFAULT_PORT = 502
SECURE_PORT = 802
"""Modbus/TCP Security (MB-TCP-Security-v21 section 6)."""
DEFAULT_UNIT = 1


class Framing(StrEnum):
    """How a request is wrapped: Modbus TCP's header, or the frame of a serial line, as serial gateways pass it on."""

    TCP = "tcp"
    RTU = "rtu"


class Security(StrEnum):
    """Whether the connection is TLS; nothing is negotiated."""

    NONE = "none"
    TLS = "tls"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusAddress:
    """Where and how a tag's value lies.

    `none` is the raw value by which the device says that it has none, exactly as the type gives it: whole for whole
    numbers, rounded to 32 bits for f32.
    """

    table: Table
    address: int
    unit: int
    type: WireType
    order: Order = Order.BIG
    bit: int = 0
    words: int = 1
    none: int | float | None = None


IDENTITY_TYPES = (WireType.STRING, *FORMATS, *sorted(BCD))
SETTINGS: Fields = {
    "host": Field(type=str, needed=True),
    "port": Field(type=int, low=1, high=65_535),
    "unit": Field(type=int, low=0, high=255),
    "framing": Field(type=str, choices=tuple(Framing)),
    "security": Field(type=str, choices=tuple(Security)),
    "server_name": Field(type=str),
    "client_certificate": Field(type=str),
    "max_registers": Field(type=int, low=1, high=MOST_REGISTERS),
    "max_hole": Field(type=int, low=0, high=MOST_REGISTERS),
    "identity.table": Field(type=str, choices=(Table.HOLDING, Table.INPUT)),
    "identity.address": Field(type=int, low=0, high=SPACE - 1),
    "identity.length": Field(type=int, low=1, high=MOST_REGISTERS),
    "identity.unit": Field(type=int, low=0, high=255),
    "identity.type": Field(type=str, choices=IDENTITY_TYPES),
    "identity.order": Field(type=str, choices=tuple(Order)),
}
OF_TLS = ("server_name", "client_certificate")
"""Settings that mean something only with security = "tls"."""
FILE_NAME = re.compile(r"[A-Za-z0-9_\-]{1,64}")
ADDRESS: Fields = {
    "table": Field(type=str, needed=True, choices=tuple(Table)),
    "address": Field(type=int, needed=True, low=0, high=SPACE - 1),
    "type": Field(type=str, choices=tuple(WireType)),
    "order": Field(type=str, choices=tuple(Order)),
    "bit": Field(type=int, low=0, high=15),
    "length": Field(type=int, low=1, high=MOST_REGISTERS),
    "none": Field(type=float),
    "unit": Field(type=int, low=0, high=255),
}


def parse_address(address: Address, settings: Address) -> ModbusAddress:
    """The address of a tag that `check_address` found good. Raises ValueError or KeyError for others."""
    table = Table(text_of(address, "table"))
    kind = WireType(text_of(address, "type", WireType.BOOL if table.of_bits else WireType.U16))
    return ModbusAddress(
        table=table,
        address=int(address["address"]),
        unit=int_of(address, "unit", int_of(settings, "unit", DEFAULT_UNIT)),
        type=kind,
        order=Order(text_of(address, "order", Order.BIG)),
        bit=int_of(address, "bit", 0),
        words=int(address["length"]) if kind is WireType.STRING else WORDS[kind],
        none=as_given(address["none"], kind) if "none" in address else None,
    )


def as_given(raw: str | float, kind: WireType) -> int | float:
    """A number as the type gives it, f32 rounded to 32 bits. Raises ValueError when the type can't hold it."""
    if kind in FORMATS:
        number = float(raw) if kind in FLOATS else whole(raw)
        given: int | float = struct.unpack(FORMATS[kind], packed(kind, number))[0]
        return given
    digits = 4 * WORDS.get(kind, 0)
    if kind in BCD and 0 <= whole(raw) < 10**digits:
        return whole(raw)
    raise ValueError(kind)


def whole(raw: str | float) -> int:
    """The whole number that this is. Raises ValueError for any other."""
    if isinstance(raw, float) and (not math.isfinite(raw) or raw != int(raw)):
        raise ValueError(raw)
    return int(raw)


def packed(kind: WireType, value: float) -> bytes:
    """The value's bytes, the most significant first. Raises ValueError when the type of FORMATS can't hold it."""
    try:
        return struct.pack(FORMATS[kind], value)
    except (struct.error, OverflowError) as error:
        raise ValueError(f"{value} does not fit into {kind}") from error


def identity_address(settings: Address) -> ModbusAddress | None:
    """Where the device says what it is, as text or as a number; None when the plant file does not ask."""
    if "identity.address" not in settings:
        return None
    kind = WireType(text_of(settings, "identity.type", WireType.STRING))
    return ModbusAddress(
        table=Table(text_of(settings, "identity.table", Table.HOLDING)),
        address=int_of(settings, "identity.address", 0),
        unit=int_of(settings, "identity.unit", int_of(settings, "unit", DEFAULT_UNIT)),
        type=kind,
        order=Order(text_of(settings, "identity.order", Order.BIG)),
        words=int_of(settings, "identity.length", 1) if kind is WireType.STRING else WORDS[kind],
    )


def check_address(address: Address, settings: Address) -> list[str]:
    """A sentence per fault of a tag's address, each with what to do; empty if it may be used."""
    faults = check_fields(address, ADDRESS)
    if faults:
        return faults
    faults = _check_type(address)
    if faults:
        return faults
    return _check_span(parse_address(address, settings), settings)


def _check_type(address: Address) -> list[str]:
    table, kind = Table(text_of(address, "table")), text_of(address, "type")
    if table.of_bits:
        if kind not in ("", WireType.BOOL):
            return [f'"type" is "{kind}", but the table "{table}" holds single bits: use bool or another table.']
        return [
            f'"{key}" means nothing in the table "{table}": remove it.'
            for key in ("bit", "length", "order", "none")
            if key in address
        ]
    faults = []
    if (kind == WireType.STRING) != ("length" in address):
        faults.append('"length" (registers) is needed with the type "string" and only there.')
    if (kind == WireType.BOOL) != ("bit" in address):
        faults.append('"bit" (0 is the lowest) is needed with the type "bool" in a register and only there.')
    if kind == WireType.STRING and text_of(address, "order", Order.BIG) not in (Order.BIG, Order.BIG_SWAP):
        faults.append('"order" of a string must be big or big_swap (bytes swapped in each register).')
    return faults or _checkas_given(address, WireType(kind or WireType.U16))


def _checkas_given(address: Address, kind: WireType) -> list[str]:
    """A marker that the type can't give would never be found, and what it stands for shown as a value."""
    try:
        if "none" in address:
            as_given(address["none"], kind)
    except ValueError:
        return [f'"none" is {address["none"]}, which no {kind} can be: use a value as the type gives it, or remove it.']
    return []


def _check_span(spot: ModbusAddress, settings: Address) -> list[str]:
    faults = []
    if spot.address + spot.words > SPACE:
        faults.append(
            f"The value takes {spot.words} registers from {spot.address}: the last register is {SPACE - 1}. "
            "Check the address (it counts from 0) and the type."
        )
    most = settings.get("max_registers", DEFAULT_REGISTERS)
    if isinstance(most, int) and not spot.table.of_bits and spot.words > most:
        faults.append(
            f"The value takes {spot.words} registers, but the controller may be asked for {most} at once: "
            'shorten it or raise "max_registers" (at most 125).'
        )
    return faults


def check_settings(settings: Address) -> list[str]:
    """A sentence per fault of a controller's settings, each with what to do; empty if they may be used."""
    faults = check_fields(settings, SETTINGS)
    return faults or [*_check_identity(settings), *_check_security(settings)]


def _check_identity(settings: Address) -> list[str]:
    if not any(key.startswith("identity.") for key in settings):
        return []
    of_text = text_of(settings, "identity.type", WireType.STRING) == WireType.STRING
    needed = ("identity.address", "identity.length") if of_text else ("identity.address",)
    faults = [
        f'"{key}" is missing: the identity of the device is read only with it.' for key in needed if key not in settings
    ]
    if not of_text and "identity.length" in settings:
        faults.append('"identity.length" means nothing with a number: its type says how long it is. Remove it.')
    if of_text and text_of(settings, "identity.order", Order.BIG) not in (Order.BIG, Order.BIG_SWAP):
        faults.append('"identity.order" of a text must be big or big_swap (bytes swapped in each register).')
    spot = identity_address(settings) if not faults else None
    if spot is not None and spot.address + spot.words > SPACE:
        faults.append(
            f"The identity takes {spot.words} registers from {spot.address}: the last register is {SPACE - 1}."
        )
    return faults


def _check_security(settings: Address) -> list[str]:
    secured = text_of(settings, "security", Security.NONE) == Security.TLS
    if not secured:
        return [f'"{key}" means nothing without security = "tls": remove it.' for key in OF_TLS if key in settings]
    if not FILE_NAME.fullmatch(text_of(settings, "client_certificate", "-")):
        return ['"client_certificate" must be letters, digits, _ and -: the name of a file in pki/clients.']
    return []
