"""What a plant file may say about Modbus, and the sentence for each thing that it may not."""

import pytest

from app.domain.plant import Address
from drivers.modbus.address import (
    Order,
    Table,
    WireType,
    check_address,
    check_settings,
    identity_address,
    parse_address,
)

HOLDING: Address = {"table": "holding", "address": 10}

GOOD: list[Address] = [
    HOLDING,
    {**HOLDING, "type": "u32", "order": "little_swap"},
    {**HOLDING, "type": "bool", "bit": 15},
    {**HOLDING, "type": "string", "length": 8, "order": "big_swap"},
    {**HOLDING, "none": 65535, "unit": 7},
    {**HOLDING, "type": "bcd64", "none": 9999},
    {**HOLDING, "type": "u64", "none": 2**64 - 1},
    {**HOLDING, "type": "f32", "none": -9999.9},
    {"table": "coil", "address": 65535},
    {"table": "discrete", "address": 0, "type": "bool"},
    {"table": "input", "address": 65532, "type": "f64"},
]

BAD: list[tuple[Address, str]] = [
    ({"table": "holding"}, "missing"),
    ({"table": "flash", "address": 1}, "one of holding"),
    ({"table": "holding", "address": 65536}, "between 0 and 65535"),
    ({"table": "holding", "address": -1}, "between 0"),
    ({"table": "holding", "address": "10"}, "whole number"),
    ({"table": "holding", "address": True}, "whole number"),
    ({"table": "holding", "address": 65535, "type": "u32"}, "last register is 65535"),
    ({**HOLDING, "type": "u128"}, "one of u16"),
    ({**HOLDING, "order": "middle"}, "one of big"),
    ({**HOLDING, "bit": 3}, "only there"),
    ({**HOLDING, "type": "bool"}, '"bit"'),
    ({**HOLDING, "type": "bool", "bit": 16}, "between 0 and 15"),
    ({**HOLDING, "type": "string"}, '"length"'),
    ({**HOLDING, "type": "string", "length": 126}, "between 1 and 125"),
    ({**HOLDING, "type": "string", "length": 121}, "max_registers"),
    ({**HOLDING, "type": "string", "length": 4, "order": "little"}, "big_swap"),
    ({**HOLDING, "length": 4}, '"length"'),
    ({**HOLDING, "none": "n/a"}, "a number"),
    ({**HOLDING, "unit": 256}, "between 0 and 255"),
    ({**HOLDING, "none": 65536}, "which no u16 can be"),
    ({**HOLDING, "type": "i16", "none": 65535}, "which no i16 can be"),
    ({**HOLDING, "none": 0.5}, "which no u16 can be"),
    ({**HOLDING, "type": "f32", "none": 1e39}, "which no f32 can be"),
    ({**HOLDING, "type": "bcd16", "none": 10_000}, "which no bcd16 can be"),
    ({**HOLDING, "type": "bool", "bit": 1, "none": 1}, "which no bool can be"),
    ({**HOLDING, "scale": 2}, "unknown"),
    ({"table": "coil", "address": 1, "none": 1}, "means nothing"),
    ({"table": "coil", "address": 1, "type": "u16"}, "bits"),
    ({"table": "coil", "address": 1, "bit": 0}, "means nothing"),
]


@pytest.mark.parametrize("address", GOOD)
def test_a_good_address_passes(address: Address) -> None:
    assert check_address(address, {}) == []
    assert parse_address(address, {}).address == address["address"]


@pytest.mark.parametrize(("address", "word"), BAD)
def test_a_wrong_address_is_refused_with_a_sentence(address: Address, word: str) -> None:
    (fault,) = check_address(address, {})
    assert word in fault


def test_what_is_not_said_has_a_default() -> None:
    spot = parse_address(HOLDING, {"unit": 9})
    assert (spot.table, spot.type, spot.order, spot.unit, spot.words) == (Table.HOLDING, WireType.U16, Order.BIG, 9, 1)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({}, '"host" is missing'),
        ({"host": " "}, "empty"),
        ({"host": "h", "port": 0}, "between 1"),
        ({"host": "h", "unit": 300}, "between 0"),
        ({"host": "h", "max_registers": 126}, "between 1 and 125"),
        ({"host": "h", "identity.address": 1}, '"identity.length" is missing'),
        ({"host": "h", "identity.address": 65530, "identity.length": 8}, "last register is 65535"),
        ({"host": "h", "identity.table": "coil", "identity.address": 1, "identity.length": 1}, "one of holding"),
        ({"host": "h", "timeout": 3}, "unknown"),
        ({"host": "h", "max_hole": 126}, "between 0 and 125"),
        ({"host": "h", "framing": "ascii"}, "one of tcp, rtu"),
        ({"host": "h", "security": "ssl"}, "one of none, tls"),
        ({"host": "h", "server_name": "plc"}, 'without security = "tls"'),
        ({"host": "h", "client_certificate": "me"}, 'without security = "tls"'),
        ({"host": "h", "security": "tls", "client_certificate": "../me"}, "name of a file"),
        ({"host": "h", "identity.address": 1, "identity.length": 1, "identity.type": "u16"}, "means nothing"),
        ({"host": "h", "identity.address": 65535, "identity.type": "u32"}, "last register is 65535"),
        ({"host": "h", "identity.address": 1, "identity.length": 1, "identity.order": "little"}, "big_swap"),
        ({"host": "h", "identity.address": 1, "identity.type": "bool"}, "one of string"),
        ({"host": "h", "identity.address": 1, "identity.length": 1, "identity.unit": 256}, "between 0"),
    ],
)
def test_a_wrong_setting_is_refused_with_a_sentence(settings: Address, word: str) -> None:
    (fault,) = check_settings(settings)
    assert word in fault


def test_the_identity_is_text_in_registers() -> None:
    settings: Address = {"host": "h", "identity.address": 4, "identity.length": 8}
    assert check_settings(settings) == []
    spot = identity_address(settings)
    assert spot is not None
    assert (spot.table, spot.address, spot.words, spot.type) == (Table.HOLDING, 4, 8, WireType.STRING)
    assert identity_address({"host": "h"}) is None


def test_the_identity_may_be_a_number_of_another_unit() -> None:
    settings: Address = {
        "host": "h", "unit": 3, "identity.address": 4, "identity.type": "f32", "identity.order": "little_swap",
        "identity.unit": 255,
    }  # fmt: skip
    assert check_settings(settings) == []
    spot = identity_address(settings)
    assert spot is not None
    assert (spot.unit, spot.words, spot.type, spot.order) == (255, 2, WireType.F32, Order.LITTLE_SWAP)
