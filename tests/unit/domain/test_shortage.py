from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.erp import CustomerOrderLine, Lot, ProductionOrder, Reference, StockLevel
from app.domain.events import HeldUnits
from app.domain.hold import Hold
from app.domain.lifecycles import HoldState
from app.domain.shortage import covers, effects, held_by_product, newly_held, supply_of

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


def line(customer: str, quantity: int, hours: float, product: str = "L-033") -> CustomerOrderLine:
    return CustomerOrderLine(
        number=f"SO-{customer}",
        customer=customer,
        product=product,
        quantity=Decimal(quantity),
        unit="bottles",
        due_at=NOW + timedelta(hours=hours),
    )


def order(quantity: int = 1000, good: int = 0, state: str = "running") -> ProductionOrder:
    return ProductionOrder(
        number="WO-1",
        product="L-033",
        product_name="Lemon",
        line="L2",
        quantity=Decimal(quantity),
        unit="bottles",
        start_at=NOW - timedelta(hours=1),
        due_at=NOW + timedelta(hours=1),
        state=state,
        good=Decimal(good),
        scrap=Decimal(0),
    )


def stock(quantity: int) -> StockLevel:
    return StockLevel(product="L-033", location="dock", quantity=Decimal(quantity), unit="bottles")


def hold(quantity: int, state: HoldState = HoldState.PLACED) -> Hold:
    return Hold(
        id="h",
        version=1,
        state=state,
        units=(HeldUnits(lot="4471-A", product="L-033", quantity=Decimal(quantity)),),
        reason_code="",
        reason="",
        case_id="",
        machine=None,
        line=None,
        from_at=None,
        to_at=None,
        placed_by="brandt",
        placed_at=NOW,
    )


def test_the_earliest_customer_is_served_first_and_the_last_one_falls_short() -> None:
    reference = Reference(stock=(stock(1000),))
    supply = supply_of(reference, "L-033", {}, (), NOW)
    found = effects((line("Kiosk", 400, 2), line("Nordmarkt", 600, 1)), "L-033", supply, Decimal(300))
    assert [(e.line.customer, int(e.short), int(e.more)) for e in found] == [("Kiosk", 300, 300)]


def test_who_is_short_without_the_hold_is_named_only_for_what_it_adds() -> None:
    supply = supply_of(Reference(stock=(stock(500),)), "L-033", {}, (), NOW)
    found = effects((line("Nordmarkt", 600, 1),), "L-033", supply, Decimal(200))
    assert [(int(e.short), int(e.more)) for e in found] == [(300, 200)]


def test_a_hold_that_stock_can_bear_hurts_nobody() -> None:
    supply = supply_of(Reference(stock=(stock(5000),)), "L-033", {}, (), NOW)
    assert effects((line("Nordmarkt", 600, 1),), "L-033", supply, Decimal(200)) == ()


def test_what_the_line_will_make_until_then_counts_at_its_planned_rate() -> None:
    supply = supply_of(Reference(orders={"WO-1": order()}), "L-033", {"WO-1": Decimal(400)}, (), NOW)
    assert supply(NOW) == 400
    assert supply(NOW + timedelta(hours=1)) == 900
    assert supply(NOW + timedelta(hours=9)) == 1000


def test_what_was_posted_is_in_stock_and_not_counted_twice() -> None:
    reference = Reference(orders={"WO-1": order(good=300)}, stock=(stock(300),))
    assert supply_of(reference, "L-033", {"WO-1": Decimal(400)}, (), NOW)(NOW) == 400


def test_a_finished_order_makes_nothing_more() -> None:
    reference = Reference(orders={"WO-1": order(state="done")})
    assert supply_of(reference, "L-033", {}, (), NOW)(NOW + timedelta(hours=5)) == 0


def test_units_on_hold_already_are_no_supply_until_they_are_released() -> None:
    reference = Reference(stock=(stock(1000),))
    assert supply_of(reference, "L-033", {}, (hold(300),), NOW)(NOW) == 700
    assert supply_of(reference, "L-033", {}, (hold(300, HoldState.CLOSED),), NOW)(NOW) == 1000
    assert supply_of(reference, "L-033", {}, (hold(9999),), NOW)(NOW) == 0


def test_only_free_lots_of_the_product_that_nothing_holds_can_cover() -> None:
    lots = {
        n: Lot(number=n, product=p, quantity=Decimal(q), unit="bottles", status=s, location="dock 2")
        for n, p, q, s in (
            ("A", "L-033", 50, "free"),
            ("B", "L-033", 90, "released"),
            ("C", "L-033", 70, "blocked"),
            ("D", "W-050", 70, "free"),
            ("E", "L-033", 70, "free"),
            ("F", "L-033", 0, "free"),
        )
    }
    assert [c.lot for c in covers(lots, "L-033", frozenset({"E"}))] == ["B", "A"]


def test_held_units_are_summed_per_product() -> None:
    units = (
        HeldUnits(lot="A", product="L-033", quantity=Decimal(2)),
        HeldUnits(lot="B", product="L-033", quantity=Decimal(3)),
        HeldUnits(lot="C", quantity=Decimal(4)),
    )
    assert held_by_product(units) == {"L-033": Decimal(5), "": Decimal(4)}


def ranged(first: int | None, last: int | None, lot: str = "4471-A", quantity: int = 0) -> HeldUnits:
    count = last - first + 1 if first is not None and last is not None else quantity
    return HeldUnits(lot=lot, product="L-033", first=first, last=last, quantity=Decimal(count))


@pytest.mark.parametrize(
    ("bound", "left"),
    [
        ([], 100),
        ([ranged(1, 50)], 50),
        ([ranged(1, 50), ranged(40, 60)], 40),
        ([ranged(1, 500)], 0),
        ([ranged(200, 300)], 100),
        ([ranged(None, None, quantity=6000)], 0),
        ([ranged(1, 100, lot="4471-B")], 100),
    ],
)
def test_a_second_hold_on_the_same_units_takes_nothing_more(bound: list[HeldUnits], left: int) -> None:
    holds = [replace(hold(0), units=(units,)) for units in bound]
    assert [int(u.quantity) for u in newly_held([ranged(1, 100)], holds)] == [left]
    released = [replace(h, state=HoldState.CLOSED) for h in holds]
    assert [int(u.quantity) for u in newly_held([ranged(1, 100)], released)] == [100]


def test_a_whole_lot_takes_what_is_left_of_it() -> None:
    holds = [replace(hold(0), units=(ranged(1, 40),))]
    assert [int(u.quantity) for u in newly_held([ranged(None, None, quantity=100)], holds)] == [60]
