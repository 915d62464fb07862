from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.suspect import (
    LotRange,
    Mark,
    Window,
    check_marks,
    grown,
    last_good,
    lot_marks,
    lot_ranges,
    rising,
    suspect,
    window_of,
)
from app.domain.work import LotCount, OrderProgress, QualityCheck

START = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RANGES = (
    LotRange(lot="4471-B", product="L-033", first=16_018, last=22_017),
    LotRange(lot="4471-C", product="L-033", first=22_018, last=22_400),
)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def window(start: float, end: float) -> Window:
    return Window(from_at=after(start), to_at=after(end))


def marks(*rows: tuple[float, int]) -> list[Mark]:
    return [Mark(at=after(seconds), serial=serial) for seconds, serial in rows]


def lot(name: str, first: int | None, last: int | None, start: float, end: float, good: int = 100) -> LotCount:
    return LotCount(
        lot=name,
        good=Decimal(good),
        scrap=Decimal(2),
        first=first,
        last=last,
        from_at=after(start),
        to_at=after(end),
    )


def check(at_s: float, passed: bool, machine: str = "L2.filler", serial: int | None = None) -> QualityCheck:
    return QualityCheck(
        id=f"q{at_s}",
        version=1,
        machine=machine,
        lot="4471-B",
        characteristic="fill volume",
        value=Decimal(331),
        unit="ml",
        passed=passed,
        serial=serial,
        by="amsel",
        at=after(at_s),
    )


def test_a_window_holds_exactly_the_units_made_in_it_cut_at_lot_borders() -> None:
    found = suspect(window(0, 2000), marks((0, 21_205), (2000, 22_357)), RANGES, ())
    assert [(u.lot, u.first, u.last, u.quantity) for u in found.units] == [
        ("4471-B", 21_206, 22_017, Decimal(812)),
        ("4471-C", 22_018, 22_357, Decimal(340)),
    ]
    assert found.quantity == 1152
    assert found.exact
    assert {u.product for u in found.units} == {"L-033"}


def test_the_unit_at_the_good_check_itself_is_good() -> None:
    found = suspect(window(0, 10), marks((0, 16_100), (10, 16_101)), RANGES, ())
    assert (found.first, found.last) == (16_101, 16_101)


def test_counts_a_second_apart_are_joined_and_rounded_outward() -> None:
    known = marks((0, 17_000), (1, 17_010), (2, 17_020))
    found = suspect(window(0.55, 1.55), known, RANGES, ())
    assert (found.first, found.last) == (17_006, 17_016)
    assert found.exact


def test_over_a_long_silence_nothing_is_guessed_but_the_range_widened() -> None:
    found = suspect(window(600, 700), marks((0, 17_000), (1800, 18_000)), RANGES, ())
    assert (found.first, found.last) == (17_001, 18_000)
    assert not found.exact


def test_while_the_machine_stood_a_silence_does_not_matter() -> None:
    found = suspect(window(600, 700), marks((0, 17_000), (1800, 17_000)), RANGES, ())
    assert found.units == ()
    assert found.exact


def test_an_end_long_after_the_last_count_is_not_exact() -> None:
    found = suspect(window(0, 5000), marks((0, 17_000), (60, 17_100)), RANGES, ())
    assert found.last == 17_100
    assert not found.exact


def test_without_counts_the_lots_that_ran_are_held_whole() -> None:
    lots = (lot("4471-A", None, None, 0, 100), lot("4471-B", None, None, 100, 200), lot("4471-C", 5, 9, 200, 300))
    found = suspect(window(150, 250), (), (), lots)
    assert [u.lot for u in found.units] == ["4471-B", "4471-C"]
    assert found.units[0].quantity == 102
    assert not found.exact


def test_without_a_count_before_the_window_the_lots_are_held_whole() -> None:
    lots = (lot("4471-B", 16_018, 22_017, 0, 400),)
    found = suspect(window(10, 100), marks((50, 17_000)), RANGES, lots)
    assert [u.lot for u in found.units] == ["4471-B"]
    assert found.first is None


def test_units_of_no_known_lot_make_it_inexact() -> None:
    found = suspect(window(0, 10), marks((0, 22_390), (10, 22_450)), RANGES, ())
    assert found.quantity == 10
    assert not found.exact


def test_a_counter_that_started_anew_proves_nothing_about_older_units() -> None:
    assert rising(marks((0, 900), (1, 950), (2, 3), (3, 10))) == marks((2, 3), (3, 10))


@pytest.mark.parametrize(
    ("lot_name", "serial", "expected"),
    [
        ("4471-C", 22_500, [("4471-B", 16_018, 22_017), ("4471-C", 22_018, 22_500)]),
        ("4471-D", 22_500, [("4471-B", 16_018, 22_017), ("4471-C", 22_018, 22_400), ("4471-D", 22_401, 22_500)]),
        ("4471-C", 22_300, [("4471-B", 16_018, 22_017), ("4471-C", 22_018, 22_400)]),
        ("", 22_500, [("4471-B", 16_018, 22_017), ("4471-C", 22_018, 22_400)]),
    ],
)
def test_units_since_the_last_count_belong_to_the_lot_that_runs(
    lot_name: str, serial: int, expected: list[tuple[str, int, int]]
) -> None:
    rows = grown(RANGES, lot_name, "L-033", serial)
    assert [(r.lot, r.first, r.last) for r in rows] == expected


def test_the_first_lot_of_a_day_is_known_from_the_machine_alone() -> None:
    assert grown((), "4480-A", "W-050", 12) == [LotRange(lot="4480-A", product="W-050", first=1, last=12)]


def test_lots_of_all_orders_stand_in_serial_order_with_their_product() -> None:
    orders = (
        OrderProgress(id="WO-2", version=1, line="L2", lots=(lot("B", 101, 200, 10, 20),)),
        OrderProgress(id="WO-1", version=1, line="L2", lots=(lot("A", 1, 100, 0, 10), lot("X", None, None, 0, 1))),
    )
    rows = lot_ranges(orders, {"WO-1": "W-050"})
    assert [(r.lot, r.product) for r in rows] == [("A", "W-050"), ("B", "")]


def test_a_machine_has_passed_at_least_the_lots_that_were_counted() -> None:
    lots = [lot("A", 11, 20, 0, 10), lot("X", None, None, 0, 5), lot("B", 21, 25, 10, 30)]
    assert lot_marks(lots, at_feed=True) == marks((10, 20), (30, 25))
    assert lot_marks(lots, at_feed=False) == marks((10, 20)), "of the newest lot units may be on their way"


def test_what_was_passed_at_least_bounds_a_window_whose_start_nobody_counted() -> None:
    floor = marks((100, 17_000), (200, 17_900))
    found = suspect(window(150, 400), marks((390, 18_500), (400, 18_600)), RANGES, (), floor)
    assert (found.first, found.last) == (17_001, 18_600)
    assert not found.exact


def test_units_older_than_every_counted_lot_are_held_under_the_oldest() -> None:
    found = suspect(window(0, 10), marks((0, 15_999), (10, 16_050)), RANGES, ())
    assert [(u.lot, u.first, u.last) for u in found.units] == [("4471-B", 16_000, 16_050)]
    assert not found.exact


def test_a_lot_begins_with_the_unit_after_the_one_before_however_late_it_was_counted() -> None:
    late = OrderProgress(
        id="WO-1",
        version=1,
        line="L2",
        lots=(lot("A", 1, 6_000, 0, 10), lot("B", 6_350, 12_000, 10, 20), lot("D", 18_300, 19_000, 40, 50)),
    )
    assert [(r.lot, r.first, r.last) for r in lot_ranges([late], {})] == [
        ("A", 1, 6_000), ("B", 6_001, 12_000), ("D", 18_300, 19_000),
    ]  # fmt: skip


def test_checks_with_a_serial_are_counts() -> None:
    checks = [check(5, True, serial=15), check(6, True), check(7, True, machine="L2.capper", serial=9)]
    assert check_marks(checks, "L2.filler") == marks((5, 15))


def test_the_window_reaches_from_the_last_good_check_of_that_machine_to_the_event() -> None:
    checks = [check(100, True), check(200, False), check(250, True, machine="L2.capper"), check(900, True)]
    good = last_good(checks, "L2.filler", after(600))
    assert good is not None
    assert window_of(after(600), good, (), fallback=timedelta(minutes=30)) == window(100, 600)


def test_without_a_good_check_the_window_starts_with_the_running_lot_or_the_fallback() -> None:
    lots = [lot("A", 1, 2, 0, 300), lot("B", 3, 4, 300, 700)]
    assert window_of(after(600), None, lots, fallback=timedelta(minutes=5)) == window(300, 600)
    assert window_of(after(600), None, (), fallback=timedelta(minutes=5)) == window(300, 600)


@given(
    counts=st.lists(st.tuples(st.integers(0, 3000), st.integers(16_018, 22_400)), min_size=1, max_size=30),
    start=st.integers(0, 3000),
    long=st.integers(1, 3000),
)
def test_no_unit_that_surely_was_made_in_the_window_is_ever_left_out(
    counts: list[tuple[int, int]], start: int, long: int
) -> None:
    known = rising(marks(*((float(at), serial) for at, serial in counts)))
    found = suspect(window(start, start + long), known, RANGES, (lot("4471-B", 1, 2, 0, 9999),))
    inside = [m.serial for m in known if after(start) <= m.at <= after(start + long)]
    if found.first is None or found.last is None or len(inside) < 2:
        return
    held = {(u.first, u.last) for u in found.units}
    if inside[-1] > inside[0]:
        assert min(first for first, _ in held if first is not None) <= inside[0] + 1
        assert max(last for _, last in held if last is not None) >= inside[-1]


@given(start=st.integers(0, 50), long=st.integers(1, 50), wider=st.integers(0, 50))
def test_a_wider_window_never_holds_less(start: int, long: int, wider: int) -> None:
    known = marks(*((float(s), 17_000 + 7 * s) for s in range(0, 200, 1)))
    narrow = suspect(window(start, start + long), known, RANGES, ())
    wide = suspect(window(start, start + long + wider), known, RANGES, ())
    assert wide.quantity >= narrow.quantity
