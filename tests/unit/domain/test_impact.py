"""What a stop endangers, and from when on."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from app.domain.erp import CustomerOrderLine, StockLevel
from app.domain.impact import MOST, impacts
from app.domain.work import OrderProgress
from tests.plants import NOON, small_plant, small_reference

PLANT = small_plant()
DONE = OrderProgress(id="WO-1", version=1, line="L1", counted_good=Decimal(5200))


def demand(number: str, quantity: int, hours: float) -> CustomerOrderLine:
    due_at = NOON + timedelta(hours=hours)
    return CustomerOrderLine(
        number=number, customer="Nordmarkt", product="W-050", quantity=Decimal(quantity), unit="bottles", due_at=due_at
    )


def test_an_order_is_endangered_from_when_its_slack_is_gone() -> None:
    found = impacts(PLANT, small_reference(), "L1", "WO-1", DONE, NOON)
    assert [impact.subject for impact in found] == ["WO-1"]
    assert found[0].at == NOON + timedelta(hours=4) - timedelta(minutes=10)


def test_a_finished_order_is_not_endangered() -> None:
    done = replace(DONE, counted_good=Decimal(10_000))
    assert impacts(PLANT, small_reference(), "L1", "WO-1", done, NOON) == ()


def test_customers_that_stock_covers_are_not_endangered() -> None:
    stock = (StockLevel(product="W-050", location="A", quantity=Decimal(1000), unit="bottles"),)
    rows = (demand("late", 480, 6), demand("first", 1000, 2), demand("past", 9999, -1))
    reference = replace(small_reference(), stock=stock, demand=rows)
    found = {i.subject: i for i in impacts(PLANT, reference, "L1", "WO-1", DONE, NOON)}
    assert found.keys() == {"WO-1", "late"}
    assert found["late"].at == NOON + timedelta(hours=6) - timedelta(minutes=1)
    assert found["late"].customer == "Nordmarkt"


def test_the_soonest_come_first_and_not_too_many() -> None:
    reference = replace(small_reference(), demand=tuple(demand(f"c{n}", 480, n + 1) for n in range(20)))
    found = impacts(PLANT, reference, "L1", "WO-1", DONE, NOON)
    assert len(found) == MOST
    assert [i.at for i in found] == sorted(i.at for i in found)


def test_without_the_erps_data_nothing_is_claimed() -> None:
    assert impacts(PLANT, small_reference(), "L1", "", None, NOON) == ()
    assert impacts(PLANT, small_reference(), "L9", "WO-1", None, NOON) == ()
