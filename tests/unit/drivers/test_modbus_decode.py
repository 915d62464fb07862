"""Registers become exactly the values that they hold."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.address import FORMATS, ModbusAddress, Order, Table, WireType
from drivers.modbus.decode import NotAValueError, decode


def spot(kind: WireType, order: Order = Order.BIG, **more: float) -> ModbusAddress:
    """A holding register address of a type."""
    return ModbusAddress(table=Table.HOLDING, address=0, unit=1, type=kind, order=order, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (Order.BIG, [0x0102, 0x0304]),
        (Order.LITTLE, [0x0403, 0x0201]),
        (Order.BIG_SWAP, [0x0201, 0x0403]),
        (Order.LITTLE_SWAP, [0x0304, 0x0102]),
    ],
)
def test_every_order_of_words_and_bytes(order: Order, words: list[int]) -> None:
    assert decode(words, spot(WireType.U32, order)) == 0x01020304


@pytest.mark.parametrize("kind", FORMATS)
@given(raw=st.binary(min_size=8, max_size=8))
def test_every_numeric_type_is_read_as_struct_reads_it(kind: WireType, raw: bytes) -> None:
    raw = raw[: struct.calcsize(FORMATS[kind])]
    words = list(struct.unpack(f">{len(raw) // 2}H", raw))
    found, wanted = decode(words, spot(kind)), struct.unpack(FORMATS[kind], raw)[0]
    assert found == pytest.approx(wanted, rel=0, abs=0, nan_ok=True)


def test_signed_and_64_bit_values_are_exact() -> None:
    assert decode([0xFFFF], spot(WireType.I16)) == -1
    assert decode([0x7FFF, 0xFFFF, 0xFFFF, 0xFFFF], spot(WireType.I64)) == 2**63 - 1


def test_a_bit_is_counted_from_the_lowest() -> None:
    assert [decode([0b100], spot(WireType.BOOL, bit=bit)) for bit in (1, 2, 3)] == [0, 1, 0]


def test_bcd_digits_are_decimal_or_nothing() -> None:
    assert decode([0x1234], spot(WireType.BCD16)) == 1234
    with pytest.raises(NotAValueError):
        decode([0x12A4], spot(WireType.BCD16))


@pytest.mark.parametrize(
    ("raw", "text"),
    [(b"4480-A\0\0", "4480-A"), (b"AB\0CDEFG", "AB"), (b"ab      ", "ab"), (b"\xe4pfel\0\0\0", "äpfel")],
)
def test_text_ends_at_nul_and_loses_trailing_blanks(raw: bytes, text: str) -> None:
    words = list(struct.unpack(">4H", raw))
    assert decode(words, spot(WireType.STRING, words=4)) == text


def test_swapped_text_is_put_right() -> None:
    assert decode([0x4241, 0x0043], spot(WireType.STRING, Order.BIG_SWAP, words=2)) == "ABC"


def test_the_no_value_marker_is_the_raw_value() -> None:
    assert decode([0xFFFF], spot(WireType.U16, none=65535.0)) is None
    assert decode([0xFFFF], spot(WireType.I16, none=-1.0)) is None
    assert decode([0xFFFE], spot(WireType.U16, none=65535.0)) == 0xFFFE
