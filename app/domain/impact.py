"""What a stopped or slow machine endangers, from the ERP's data: orders, customer lines, and how soon. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from app.domain.erp import CustomerOrderLine, ProductionOrder, Reference
from app.domain.events import Impact
from app.domain.plan import line_rate, made, run_time
from app.domain.plant import Plant
from app.domain.work import ZERO, OrderProgress

MOST = 6
"""Impacts named in a case: the soonest ones."""


def impacts(
    plant: Plant, reference: Reference, line: str, order: str, progress: OrderProgress | None, at: datetime
) -> tuple[Impact, ...]:
    """The things a stop of `line` endangers, soonest first; empty where the ERP's data says nothing of the order.

    An order's instant is when its slack is gone: due time minus the nominal time of what is left. A customer line's is
    the same for the units that stock does not cover, earlier customers first.
    """
    running = reference.orders.get(order)
    rate = line_rate(plant, line) if line in plant.lines else 0.0
    if running is None or rate <= 0:
        return ()
    left = max(ZERO, running.quantity - made(running, progress))
    found = [_late_order(running, left, rate)] if left else []
    found += _short_customers(reference, running, rate, at)
    return tuple(sorted(found, key=lambda i: i.at)[:MOST])


def _late_order(order: ProductionOrder, left: Decimal, rate: float) -> Impact:
    return Impact(
        subject=order.number,
        at=order.due_at - run_time(left, rate),
        text=f"{order.product_name}: {left:,} {order.unit} to make until it is due",
    )


def _short_customers(reference: Reference, order: ProductionOrder, rate: float, at: datetime) -> list[Impact]:
    """The customer lines of the order's product that stock does not cover."""
    stock = sum((s.quantity for s in reference.stock if s.product == order.product), ZERO)
    short = []
    for row in sorted(_waiting(reference, order.product, at), key=lambda r: r.due_at):
        missing = max(ZERO, row.quantity - stock)
        stock = max(ZERO, stock - row.quantity)
        if missing:
            text = f"{missing:,} of {row.quantity:,} {row.unit} short"
            due = row.due_at - run_time(missing, rate)
            short.append(Impact(subject=row.number, customer=row.customer, at=due, text=text))
    return short


def _waiting(reference: Reference, product: str, at: datetime) -> list[CustomerOrderLine]:
    return [row for row in reference.demand if row.product == product and row.due_at > at]
