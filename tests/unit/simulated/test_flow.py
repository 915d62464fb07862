"""Units on their way: buffers keep count and order, orders and lots follow one another."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.simulated.catalog import LINES, LOT_SIZE
from drivers.simulated.flow import Buffer, OrderBook, Units, lot_after


def units(first: int, last: int, lot: str = "4480-A") -> Units:
    return Units(order="WO-1", item="W-050", lot=lot, first=first, last=last)


@given(parts=st.lists(st.integers(min_value=1, max_value=30), min_size=1, max_size=20), take=st.integers(1, 50))
def test_units_leave_a_buffer_in_the_order_they_came(parts: list[int], take: int) -> None:
    buffer, serial = Buffer(10_000), 0
    for part in parts:
        buffer.put(units(serial + 1, serial + part))
        serial += part
    taken: list[int] = []
    while buffer.count:
        for piece in buffer.take(take):
            taken += range(piece.first, piece.last + 1)
    assert taken == list(range(1, serial + 1))


def test_units_of_another_lot_are_kept_apart() -> None:
    buffer = Buffer(100)
    buffer.put(units(1, 5))
    buffer.put(units(6, 9, lot="4480-B"))
    assert [(piece.lot, piece.count) for piece in buffer.take(7)] == [("4480-A", 5), ("4480-B", 2)]
    assert buffer.count == 2


def test_a_new_lot_begins_every_six_thousand_bottles() -> None:
    book = OrderBook(LINES["L1"].orders)
    stamped = book.stamp(LOT_SIZE + 10)
    assert [(piece.lot, piece.count) for piece in stamped] == [("4480-A", LOT_SIZE), ("4480-B", 10)]
    assert [piece.first for piece in stamped] == [1, LOT_SIZE + 1]


def test_a_full_order_gives_way_to_the_next_and_a_new_lot() -> None:
    book = OrderBook(LINES["L3"].orders)
    book.stamp(20_000)
    assert (book.running.order, book.lot, book.filled) == ("WO-10492", "4466-E", 0)
    book.stamp(12_000)
    assert book.running.order == "WO-10592"


def test_after_the_last_letter_the_lot_number_rises() -> None:
    assert lot_after("4480-A") == "4480-B"
    assert lot_after("4480-Z") == "4481-A"
