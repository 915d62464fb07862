"""Stock as the port tells it: what lies of a product at a place, of however many rows the ERP makes it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.domain.erp import StockLevel


def summed(rows: Iterable[StockLevel]) -> tuple[StockLevel, ...]:
    """One level for each product, place and unit, in the order in which they come first."""
    levels: dict[tuple[str, str, str], StockLevel] = {}
    for row in rows:
        place = (row.product, row.location, row.unit)
        known = levels.get(place)
        levels[place] = row if known is None else replace(row, quantity=known.quantity + row.quantity)
    return tuple(levels.values())
