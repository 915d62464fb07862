from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.erp.demo_data import BOTTLES_PER_CARTON, demo_reference

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
REFERENCE = demo_reference(AT, 7)


def test_the_same_instant_and_seed_give_the_same_data() -> None:
    assert demo_reference(AT, 7) == REFERENCE
    assert demo_reference(AT, 8) != REFERENCE


def test_everything_that_is_named_exists() -> None:
    for order in REFERENCE.orders.values():
        assert {order.product, *(part.product for part in order.components)} <= REFERENCE.products.keys()
    for line in REFERENCE.demand:
        assert REFERENCE.orders[line.order].product == line.product
    for lot in REFERENCE.lots.values():
        assert lot.product in REFERENCE.products


def test_each_line_has_its_running_order_and_then_the_next() -> None:
    for line, numbers in {
        "L1": ["WO-10482", "WO-10483"],
        "L2": ["WO-10479", "WO-10480"],
        "L3": ["WO-10491", "WO-10492"],
    }.items():
        queue = REFERENCE.queue(line)
        assert [order.number for order in queue] == numbers
        assert [order.state for order in queue] == ["running", "planned"]


def test_the_store_holds_what_its_lots_sum_up_to_and_enough_for_every_order() -> None:
    for level in REFERENCE.stock:
        lots = [lot.quantity for lot in REFERENCE.lots.values() if lot.product == level.product]
        assert level.location != "Store" or sum(lots) == level.quantity
    store = {level.product: level.quantity for level in REFERENCE.stock if level.location == "Store"}
    needed: dict[str, Decimal] = {}
    for order in REFERENCE.orders.values():
        for part in order.components:
            needed[part.product] = needed.get(part.product, Decimal(0)) + part.quantity * order.quantity
    assert all(store[product] >= quantity for product, quantity in needed.items())


def test_twelve_bottles_take_one_carton() -> None:
    carton = next(part for part in REFERENCE.orders["WO-10482"].components if part.product == "CTN-12")
    assert round(carton.quantity * BOTTLES_PER_CARTON, 4) == 1


def test_customers_wait_for_what_their_orders_can_just_deliver() -> None:
    for line in REFERENCE.demand:
        made_at = REFERENCE.orders[line.order].start_at
        assert made_at < line.due_at < AT + timedelta(hours=6)
    for order in REFERENCE.orders.values():
        promised = sum(line.quantity for line in REFERENCE.demand if line.order == order.number)
        assert 0 < promised <= order.quantity
