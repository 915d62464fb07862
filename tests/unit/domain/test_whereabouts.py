from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain.events import HeldUnits
from app.domain.whereabouts import Place, Station, places, with_buffers


def station(name: str, passed: int | None) -> Station:
    return Station(machine=name.lower(), name=name, passed=passed)


def units(first: int | None, last: int | None, quantity: int = 0) -> HeldUnits:
    count = last - first + 1 if first is not None and last is not None else quantity
    return HeldUnits(lot="4471-B", first=first, last=last, quantity=Decimal(count))


LINE = (station("Filler", 22_357), station("Capper", 22_321), station("Labeller", 22_273), station("Packer", 22_251))


def test_units_between_two_machines_are_those_that_left_one_and_not_the_other() -> None:
    found = places((units(21_206, 22_357),), LINE)
    assert found == (
        Place(after="Filler", before="Capper", quantity=Decimal(36)),
        Place(after="Capper", before="Labeller", quantity=Decimal(48)),
        Place(after="Labeller", before="Packer", quantity=Decimal(22)),
        Place(after="Packer", before="", quantity=Decimal(1046)),
    )


def test_only_the_suspect_units_are_counted() -> None:
    found = places((units(22_300, 22_325),), LINE)
    assert [int(p.quantity) for p in found] == [4, 22, 0, 0]


def test_a_machine_whose_count_is_not_known_joins_its_gaps() -> None:
    line = (LINE[0], station("Capper", None), LINE[2], LINE[3])
    found = places((units(21_206, 22_357),), line)
    assert found[0] == Place(after="Filler", before="Labeller", quantity=Decimal(84))


def test_behind_the_last_known_machine_the_place_is_said_to_be_unknown() -> None:
    line = (*LINE[:3], station("Packer", None))
    last = places((units(21_206, 22_357),), line)[-1]
    assert (last.after, last.known, last.quantity) == ("Labeller", False, Decimal(1068))


def test_nothing_is_said_of_units_without_serials_or_machines_without_counts() -> None:
    assert places((units(None, None, 600),), LINE) == (
        Place(after="Filler", before="", quantity=Decimal(600), known=False),
    )
    assert not places((units(1, 9),), (station("Filler", None),))[0].known
    assert places((), ())[0].quantity == 0


def test_units_that_have_not_left_the_first_machine_are_in_it() -> None:
    found = places((units(22_350, 22_360),), LINE)
    assert found[0] == Place(after="", before="Filler", quantity=Decimal(3))


def test_a_buffer_tells_how_far_a_machine_without_a_counter_has_come() -> None:
    line = (station("Filler", 1000), station("Capper", None), station("Labeller", None))
    filled = with_buffers(line, {"capper": 36})
    assert [s.passed for s in filled] == [1000, 964, None]


@given(
    counts=st.lists(st.integers(0, 5000), min_size=1, max_size=6).map(lambda rows: sorted(rows, reverse=True)),
    first=st.integers(1, 5000),
    long=st.integers(0, 2000),
)
def test_every_suspect_unit_is_in_exactly_one_place(counts: list[int], first: int, long: int) -> None:
    line = tuple(station(f"M{n}", passed) for n, passed in enumerate(counts))
    found = places((units(first, first + long),), line)
    assert sum(p.quantity for p in found) == long + 1
