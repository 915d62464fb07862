"""What units on hold do to the customers who wait for the product. Pure; by the ERP's stock and due times.

Stock and planned production cover customer lines in the order of their due times. A line is hit by what it lacks with
the hold and would not lack without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_UP, Decimal

from app.domain.erp import CustomerOrderLine, Lot, ProductionOrder, Reference
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


Supply = Callable[[datetime], Decimal]
"""Units of a product that are there by an instant, as far as the plan holds."""


def supply_of(
    reference: Reference, product: str, made: Mapping[str, Decimal], holds: Iterable[Hold], now: datetime
) -> Supply:
    """Stock, what was made and not yet posted, and what the open orders will make at their planned rate from now on.

    `made` is the good units counted per order. What open holds bind is taken away.
    """
    stock = sum((s.quantity for s in reference.stock if s.product == product), ZERO)
    bound = sum((u.quantity for h in holds if not h.closed for u in h.units if u.product == product), ZERO)
    orders = [o for o in reference.orders.values() if o.product == product and o.state != "done"]

    def supply(at: datetime) -> Decimal:
        coming = sum((_beyond_stock(o, made.get(o.number, o.good), now, at) for o in orders), ZERO)
        return max(ZERO, stock + coming - bound)

    return supply


def _beyond_stock(order: ProductionOrder, made: Decimal, now: datetime, at: datetime) -> Decimal:
    """Units of an order by `at` that its posted good, which is in stock already, does not count."""
    planned_s = Decimal((order.due_at - order.start_at).total_seconds())
    working_s = Decimal(max(0.0, (at - max(now, order.start_at)).total_seconds()))
    coming = order.quantity * working_s / planned_s if planned_s > 0 else order.quantity
    return max(ZERO, min(order.quantity, made + coming) - order.good)


def effects(demand: Iterable[CustomerOrderLine], product: str, supply: Supply, held: Decimal) -> tuple[Effect, ...]:
    """The customer lines of a product that lack more with `held` units taken away, the earliest due first."""
    rows, before = [], ZERO
    for line in sorted((d for d in demand if d.product == product), key=lambda d: (d.due_at, d.number)):
        there = supply(line.due_at)
        was, now = (_clip(before + line.quantity - units, line.quantity) for units in (there, max(ZERO, there - held)))
        before += line.quantity
        if now > was:
            rows.append(Effect(line=line, short=now.to_integral_value(ROUND_UP), more=now - was))
    return tuple(rows)


def _clip(short: Decimal, quantity: Decimal) -> Decimal:
    return min(max(ZERO, short), quantity)


def covers(lots: Mapping[str, Lot], product: str, held: frozenset[str]) -> tuple[Cover, ...]:
    """The free lots of a product that no hold names, the biggest first."""
    rows = [
        Cover(lot=lot.number, quantity=lot.quantity, location=lot.location)
        for lot in lots.values()
        if lot.product == product and lot.number not in held and lot.status.lower() in FREE and lot.quantity > 0
    ]
    return tuple(sorted(rows, key=lambda row: (-row.quantity, row.lot)))


def newly_held(units: Iterable[HeldUnits], holds: Iterable[Hold]) -> tuple[HeldUnits, ...]:
    """The units with the quantity that no open hold binds yet: a second hold on the same units takes nothing more."""
    bound: dict[str, list[HeldUnits]] = {}
    for hold in holds:
        for unit in hold.units if not hold.closed else ():
            bound.setdefault(unit.lot, []).append(unit)
    return tuple(replace(u, quantity=max(ZERO, u.quantity - _overlap(u, bound.get(u.lot, ())))) for u in units)


def _overlap(units: HeldUnits, others: Iterable[HeldUnits]) -> Decimal:
    """How many of the units the others name too; an other without serials names the whole lot."""
    ranges = []
    for other in others:
        if other.first is None or other.last is None:
            return units.quantity
        ranges.append((other.first, other.last))
    if units.first is None or units.last is None:
        return Decimal(sum(last - first + 1 for first, last in _merged(ranges)))
    inside = ((max(first, units.first), min(last, units.last)) for first, last in _merged(ranges))
    return Decimal(sum(max(0, last - first + 1) for first, last in inside))


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges without their overlaps, ascending."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def held_by_product(units: Iterable[HeldUnits]) -> dict[str, Decimal]:
    """Quantity on hold per product, in the order of the units."""
    totals: dict[str, Decimal] = {}
    for unit in units:
        totals[unit.product] = totals.get(unit.product, ZERO) + unit.quantity
    return totals
