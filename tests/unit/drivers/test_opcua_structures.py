"""Standard structures from their bytes: read to the last byte, or not at all."""

import struct

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from drivers.opcua.columns import UnreadableError
from drivers.opcua.structures import LAYOUTS, READERS, part_of, read


def text(value: str) -> bytes:
    """A String."""
    raw = value.encode()
    return struct.pack("<i", len(raw)) + raw


UNIT = text("urn") + struct.pack("<i", 1) + b"\x02" + text("pcs") + b"\x00"
COUNT = struct.pack("<i", 1) + text("bottle") + UNIT + struct.pack("<ii", 7, 4711)
ALARM = struct.pack("<ii", 17, 1) + text("Guard open") + struct.pack("<iqqB", 2, 0, 0, 1)


def job(order: str, number: int, mask: int = 0, optional: bytes = b"") -> bytes:
    """A job order in a state, with some of its optional fields."""
    state = struct.pack("<i", 0) + b"\x02" + text("S") + struct.pack("<I", number)
    return struct.pack("<I", mask) + text(order) + optional + struct.pack("<i", 1) + state


def value(*bodies: bytes, scalar: bool = False) -> ua.Variant:
    """A value of structures as asyncua hands them on when it does not know their type."""
    made = [ua.ExtensionObject(TypeId=ua.NodeId(1, 2), Body=body) for body in bodies]
    return ua.Variant(made[0] if scalar else made, ua.VariantType.ExtensionObject)


@pytest.mark.parametrize(
    ("part", "variant", "shown"),
    [
        ("count", value(COUNT), 4711.0),
        ("count", value(COUNT, COUNT), 4711.0),
        ("count", ua.Variant([], ua.VariantType.ExtensionObject), None),
        ("alarm_id", value(ALARM, scalar=True), 17.0),
        ("alarm_message", value(ALARM, scalar=True), "Guard open"),
        ("job_order", value(job("A", 5), job("B", 3)), "B"),
        ("job_order", value(job("A", 4), job("B", 2)), "A"),
        ("job_order", value(job("A", 2)), ""),
        ("job_state", value(job("A", 2)), "none of 1 runs"),
        ("job_state", value(job("A", 3)), "S"),
        ("job_order", value(job("A", 3, 0b10000, struct.pack("<h", 9))), "A"),
        ("job_order", value(job("A", 3, 0b1100, struct.pack("<qq", 1, 2))), "A"),
        ("job_order", value(job("A", 3, 0b1, struct.pack("<i", 1) + b"\x02" + text("d"))), "A"),
        ("job_order", ua.Variant(None, ua.VariantType.Null), None),
    ],
)
def test_a_part_of_a_structure_is_its_value(part: str, variant: ua.Variant, shown: float | str | None) -> None:
    assert part_of(variant, part) == shown


@pytest.mark.parametrize(
    ("part", "variant"),
    [
        ("count", value(ALARM)),
        ("count", value(COUNT + b"\0")),
        ("count", value(COUNT[:-1])),
        ("count", ua.Variant(5, ua.VariantType.Int32)),
        ("count", ua.Variant([ua.ExtensionObject()], ua.VariantType.ExtensionObject)),
        ("job_order", value(COUNT)),
        ("job_order", value(struct.pack("<I", 1) + text("A") + struct.pack("<i", 2**31 - 1))),
    ],
)
def test_another_structure_is_not_read(part: str, variant: ua.Variant) -> None:
    with pytest.raises(UnreadableError):
        part_of(variant, part)


@given(body=st.binary(max_size=200), kind=st.sampled_from(sorted(LAYOUTS)))
def test_bytes_of_anything_are_read_or_refused_and_never_fail_otherwise(body: bytes, kind: str) -> None:
    try:
        read(kind, body)
    except UnreadableError:
        return


def test_every_field_has_a_reader_or_a_layout() -> None:
    kinds = {field.type for fields in LAYOUTS.values() for field in fields}
    assert kinds <= READERS.keys() | LAYOUTS.keys()
