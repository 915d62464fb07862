"""Registers become exactly the values that they hold."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.modbus.address import FORMATS, WORDS, ModbusAddress, Order, Table, WireType
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


WORKED: list[tuple[str, WireType, Order, list[int], float]] = [
    ("12.5 °C, big", WireType.F32, Order.BIG, [0x4148, 0x0000], 12.5),
    ("12.5 °C, low word first", WireType.F32, Order.LITTLE_SWAP, [0x0000, 0x4148], 12.5),
    ("12.5 °C, bytes swapped", WireType.F32, Order.BIG_SWAP, [0x4841, 0x0000], 12.5),
    ("12.5 °C, all turned", WireType.F32, Order.LITTLE, [0x0000, 0x4841], 12.5),
    ("-3 as 16 bits", WireType.I16, Order.BIG, [0xFFFD], -3),
    ("-3 as 16 bits, bytes swapped", WireType.I16, Order.LITTLE, [0xFDFF], -3),
    ("1,000,000", WireType.U32, Order.BIG, [0x000F, 0x4240], 1_000_000),
    ("1,000,000, low word first", WireType.U32, Order.LITTLE_SWAP, [0x4240, 0x000F], 1_000_000),
    ("-2 as 32 bits", WireType.I32, Order.LITTLE_SWAP, [0xFFFE, 0xFFFF], -2),
    ("2**40 + 1", WireType.U64, Order.BIG, [0, 0x0100, 0, 1], 2**40 + 1),
    ("2**40 + 1, low word first", WireType.U64, Order.LITTLE_SWAP, [1, 0, 0x0100, 0], 2**40 + 1),
    ("-1 as 64 bits", WireType.I64, Order.LITTLE, [0xFFFF] * 4, -1),
    ("0.1 as 64 bits", WireType.F64, Order.BIG, [0x3FB9, 0x9999, 0x9999, 0x999A], 0.1),
    ("0.1 as 64 bits, low word first", WireType.F64, Order.LITTLE_SWAP, [0x999A, 0x9999, 0x9999, 0x3FB9], 0.1),
    ("BCD 1234", WireType.BCD16, Order.BIG, [0x1234], 1234),
    ("BCD 1234, bytes swapped", WireType.BCD16, Order.BIG_SWAP, [0x3412], 1234),
    ("BCD 12345678", WireType.BCD32, Order.BIG, [0x1234, 0x5678], 12_345_678),
    ("BCD 12345678, low word first", WireType.BCD32, Order.LITTLE_SWAP, [0x5678, 0x1234], 12_345_678),
    ("BCD of 16 digits", WireType.BCD64, Order.BIG, [0x1234, 0x5678, 0x9012, 0x3456], 1_234_567_890_123_456),
]


@pytest.mark.parametrize(("registers", "kind", "order", "value"), [(row[3], row[1], row[2], row[4]) for row in WORKED],
                         ids=[row[0] for row in WORKED])  # fmt: skip
def test_a_worked_example_from_a_device_manual(
    registers: list[int], kind: WireType, order: Order, value: float
) -> None:
    assert decode(registers, spot(kind, order)) == value


def test_a_float_read_with_the_wrong_word_order_is_another_number() -> None:
    """Bad input row 20: only a known value tells, which is what `identity` asks for at each connection."""
    assert decode([0x0000, 0x4148], spot(WireType.F32, Order.BIG)) != 12.5


@pytest.mark.parametrize("kind", [WireType.BCD16, WireType.BCD32, WireType.BCD64])
def test_bcd_with_letters_is_no_value(kind: WireType) -> None:
    words = [0x1234] * (WORDS[kind] - 1) + [0x12A4]
    with pytest.raises(NotAValueError):
        decode(words, spot(kind))
