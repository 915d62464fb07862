"""Neighbours share a read, holes and limits are kept, and refused groups are halved until the fault is alone."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.plant import Address, Signal, Tag
from drivers.modbus.address import DEFAULT_HOLE, parse_address
from drivers.modbus.poll import Item, plan
from drivers.modbus.rota import Rota


def items(*addresses: Address) -> list[Item]:
    """An item for each address, with its place as index."""
    return [
        Item(
            tag=Tag(index=i, id=f"t{i}", name="t", machine="m", controller="c", signal=Signal.PROCESS, address=address),
            spot=parse_address(address, {}),
        )
        for i, address in enumerate(addresses)
    ]


def holding(address: int, kind: str = "u16") -> Address:
    """A holding register."""
    return {"table": "holding", "address": address, "type": kind}


def test_neighbours_are_one_read() -> None:
    (group,) = plan(items(holding(4), holding(0), holding(1, "f32")), 120)
    assert (group.start, group.count) == (0, 5)


def test_a_wide_hole_makes_two_reads() -> None:
    groups = plan(items(holding(0), holding(1 + DEFAULT_HOLE), holding(3 + 2 * DEFAULT_HOLE)), 120)
    assert [group.start for group in groups] == [0, 3 + 2 * DEFAULT_HOLE]


def test_the_widest_hole_is_the_controllers_setting() -> None:
    spots = items(holding(0), holding(2), holding(20))
    assert [(group.start, group.count) for group in plan(spots, 120, 0)] == [(0, 1), (2, 1), (20, 1)]
    assert [(group.start, group.count) for group in plan(spots, 120, 1)] == [(0, 3), (20, 1)]
    assert [(group.start, group.count) for group in plan(spots, 120, 17)] == [(0, 21)]


def test_units_and_tables_are_read_apart() -> None:
    groups = plan(
        items(holding(0), {"table": "input", "address": 0}, {"table": "holding", "address": 0, "unit": 2}), 120
    )
    assert len({(group.unit, group.table) for group in groups}) == 3


def test_overlapping_addresses_are_read_once() -> None:
    (group,) = plan(items(holding(0, "u64"), holding(1), holding(1, "u32")), 120)
    assert (group.start, group.count) == (0, 4)


@given(
    st.lists(st.tuples(st.integers(0, 65_532), st.sampled_from(["u16", "u32", "u64"])), min_size=1, max_size=60),
    st.integers(4, 125),
)
def test_every_tag_is_read_once_and_no_read_is_too_long(spots: list[tuple[int, str]], most: int) -> None:
    groups = plan(items(*(holding(*spot) for spot in spots)), most)
    assert sorted(item.tag.index for group in groups for item in group.items) == list(range(len(spots)))
    for group in groups:
        assert 1 <= group.count <= most
        for item in group.items:
            assert group.start <= item.spot.address
            assert item.spot.address + item.spot.words <= group.start + group.count


def test_halving_ends_with_single_tags() -> None:
    rota = Rota(plan(items(*(holding(address) for address in range(5))), 120))
    todo = rota.due(0.0)
    while todo:
        todo = [half for group in todo for half in rota.halve(group)]
    assert sorted(group.start for group in rota.due(0.0)) == [0, 1, 2, 3, 4]
    assert {group.count for group in rota.due(0.0)} == {1}


def test_a_failed_group_rests_and_comes_last() -> None:
    rota = Rota(plan(items(holding(0), holding(500)), 120))
    first, second = rota.due(0.0)
    rota.failed(first, 10.0)
    assert rota.due(10.0) == [second]
    assert rota.due(100.0) == [second, first]
    rota.answered(first)
    assert set(rota.due(10.0)) == {first, second}
