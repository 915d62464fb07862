"""What lies of a product at a place is one level, of however many rows the ERP makes it."""

from __future__ import annotations

from decimal import Decimal

from app.domain.erp import StockLevel
from app.erp.levels import summed


def level(location: str, quantity: str, unit: str = "EA") -> StockLevel:
    return StockLevel(product="CAP-28", location=location, quantity=Decimal(quantity), unit=unit)


def test_rows_of_one_product_at_one_place_are_summed_also_below_nought() -> None:
    rows = [level("Store", "10"), level("Hall", "1"), level("Store", "-12.5")]
    assert summed(rows) == (level("Store", "-2.5"), level("Hall", "1"))


def test_nothing_is_converted_between_units() -> None:
    rows = (level("Store", "10"), level("Store", "1", "PAL"))
    assert summed(rows) == rows
