"""What units on hold do to the customers who wait for the product. Pure; by the ERP's stock and due times.

Free stock covers customer lines in the order of their due times. A line is hit by what it lacks with the hold and did
not lack without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.domain.erp import CustomerOrderLine, Lot, Reference
from app.domain.events import HeldUnits
from app.domain.hold import Hold

ZERO = Decimal(0)

FREE = frozenset({"", "available", "free", "released", "unrestricted"})
"""Words by which an ERP says that a lot may be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A customer line and what it lacks: `short` with the hold, `more` of that because of it."""

    line: CustomerOrderLine
    short: Decimal
    more: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A free lot of the product that could take the place of held units."""

    lot: str
    quantity: Decimal
    location: str


def free_stock(reference: Reference, product: str, unposted: Decimal, holds: Iterable[Hold]) -> Decimal:
    """Units of a product in stock or made and not yet posted, less what open holds bind; never negative."""
    stock = sum((s.quantity for s in reference.stock if s.product == product), ZERO)
    bound = sum((u.quantity for h in holds if not h.closed for u in h.units if u.product == product), ZERO)
    return max(ZERO, stock + unposted - bound)


def effects(demand: Iterable[CustomerOrderLine], product: str, free: Decimal, held: Decimal) -> tuple[Effect, ...]:
    """The customer lines of a product that lack more with `held` units taken away, the earliest due first."""
    before, after = free, max(ZERO, free - held)
    rows = []
    for line in sorted((d for d in demand if d.product == product), key=lambda d: (d.due_at, d.number)):
        was, now = max(ZERO, line.quantity - before), max(ZERO, line.quantity - after)
        before, after = max(ZERO, before - line.quantity), max(ZERO, after - line.quantity)
        if now > was:
            rows.append(Effect(line=line, short=now, more=now - was))
    return tuple(rows)


def covers(lots: Mapping[str, Lot], product: str, held: frozenset[str]) -> tuple[Cover, ...]:
    """The free lots of a product that no hold names, the biggest first."""
    rows = [
        Cover(lot=lot.number, quantity=lot.quantity, location=lot.location)
        for lot in lots.values()
        if lot.product == product and lot.number not in held and lot.status.lower() in FREE and lot.quantity > 0
    ]
    return tuple(sorted(rows, key=lambda row: (-row.quantity, row.lot)))


def held_by_product(units: Iterable[HeldUnits]) -> dict[str, Decimal]:
    """Quantity on hold per product, in the order of the units."""
    totals: dict[str, Decimal] = {}
    for unit in units:
        totals[unit.product] = totals.get(unit.product, ZERO) + unit.quantity
    return totals
