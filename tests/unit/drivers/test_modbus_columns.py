"""An answer taken as columns gives, bit for bit, what its values give one by one."""

import struct

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.packml import MachineState
from app.domain.plant import Address, Signal, Tag
from app.ports import Samples
from drivers.modbus.address import BCD, FORMATS, Order, WireType, parse_address
from drivers.modbus.columns import Columns, add
from drivers.modbus.poll import Group, Item, plan
from drivers.samples import Batch

NUMBERS = [*FORMATS, *BCD, WireType.BOOL]


def item(
    index: int, address: Address, signal: Signal = Signal.PROCESS, scale: float = 1.0, offset: float = 0.0
) -> Item:
    """A tag at an address."""
    tag = Tag(
        index=index, id=f"t{index}", name="t", machine="m", controller="c", signal=signal, address=address, scale=scale,
        offset=offset, state_map={1: MachineState.EXECUTE} if signal is Signal.STATE else None,
    )  # fmt: skip
    return Item(tag=tag, spot=parse_address(address, {}))


def one_by_one(group: Group, raw: bytes) -> dict[int, tuple[bytes, int, str | None]]:
    """Every sample by the functions that take one value at a time."""
    words = struct.unpack(f">{group.count}H", raw)
    batch = Batch(5.0)
    for each in group.items:
        first = each.spot.address - group.start
        add(batch, each, words[first : first + each.spot.words], 5.0)
    return told(batch.samples())


def told(batch: Samples) -> dict[int, tuple[bytes, int, str | None]]:
    """Samples by tag: the value's bits, its quality, its text."""
    assert len(set(batch.tags.tolist())) == len(batch)
    assert (batch.source_s == 5.0).all()
    return {
        int(tag): (struct.pack("<d", value), int(quality), batch.texts.get(place))
        for place, (tag, value, quality) in enumerate(zip(batch.tags, batch.values, batch.qualities, strict=True))
    }


@st.composite
def groups(draw: st.DrawFn) -> list[Item]:
    """Tags of every type and order, some with scale, marker, text or states."""
    items = []
    for index in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from([*NUMBERS, WireType.STRING]))
        address: dict[str, str | int | float] = {"table": "holding", "address": draw(st.integers(0, 100)), "type": kind}
        if kind is WireType.STRING:
            address |= {"length": draw(st.integers(1, 8))}
        elif kind is WireType.BOOL:
            address |= {"bit": draw(st.integers(0, 15))}
        else:
            address |= {"order": draw(st.sampled_from([*Order]))}
            if draw(st.booleans()):
                address |= {"none": draw(st.sampled_from([0, 1, 99]))}
        signal = draw(st.sampled_from([Signal.PROCESS, Signal.PROCESS, Signal.STATE, Signal.LOT]))
        scale, offset = draw(st.sampled_from([(1.0, 0.0), (0.1, -40.0), (-2.5, 1e300), (1e9, 0.0)]))
        items.append(item(index, address, signal, scale=scale, offset=offset))
    return items


@settings(deadline=None)
@given(groups(), st.binary(min_size=250, max_size=250), st.sampled_from([b"", b"\0" * 250, b"\xff" * 250]))
def test_columns_are_the_values_one_by_one(items: list[Item], noise: bytes, flat: bytes) -> None:
    for group in plan(items, 125, 8):
        raw = (flat or noise)[: 2 * group.count]
        assert told(Columns(group).samples(raw, 5.0)) == one_by_one(group, raw)


@given(st.lists(st.integers(0, 40), min_size=1, unique=True), st.binary(min_size=6, max_size=6))
def test_bits_are_the_bits_one_by_one(places: list[int], raw: bytes) -> None:
    items = [item(index, {"table": "coil", "address": place}) for index, place in enumerate(places)]
    for group in plan(items, 125, 40):
        values = told(Columns(group).samples(raw[: (group.count + 7) // 8], 5.0))
        for each in group.items:
            place = each.spot.address - group.start
            assert values[each.tag.index] == (struct.pack("<d", float(raw[place // 8] >> place % 8 & 1)), 0, None)


def test_a_64_bit_marker_is_found_exactly() -> None:
    """2**64 - 1 is no float: taken as one it would never be found, and be shown as a value."""
    (group,) = plan([item(0, {"table": "holding", "address": 0, "type": "u64", "none": 2**64 - 1})], 125)
    columns = Columns(group)
    assert columns.samples(b"\xff" * 8, 1.0).qualities.tolist() == [3]
    assert columns.samples(b"\xff" * 7 + b"\xfe", 1.0).qualities.tolist() == [0]


def test_a_float_marker_is_found_as_32_bits_hold_it() -> None:
    (group,) = plan([item(0, {"table": "holding", "address": 0, "type": "f32", "none": -3.4028235e38})], 125)
    assert Columns(group).samples(struct.pack(">f", -3.4028235e38), 1.0).qualities.tolist() == [3]


def test_numbers_come_in_the_order_of_the_board_whatever_their_types() -> None:
    kinds = ["u16", "f32", "u16", "f64", "i32"]
    items = [item(index, {"table": "holding", "address": 4 * index, "type": kind}) for index, kind in enumerate(kinds)]
    (group,) = plan(items, 125)
    raw = struct.pack(">H6xf4xH6xdi", 1, 2.5, 3, 4.5, 5)
    batch = Columns(group).samples(raw, 5.0)
    assert batch.tags.tolist() == [0, 1, 2, 3, 4]
    assert batch.values.tolist() == [1.0, 2.5, 3.0, 4.5, 5.0]


def test_each_answer_has_values_of_its_own() -> None:
    (group,) = plan([item(0, {"table": "holding", "address": 0})], 125)
    columns = Columns(group)
    first, second = columns.samples(b"\0\1", 1.0), columns.samples(b"\0\2", 2.0)
    assert (first.values.tolist(), second.values.tolist()) == ([1.0], [2.0])
    assert not np.shares_memory(first.values, second.values)
    assert not first.qualities.flags.writeable
