"""How the order of a line stands, in words and shares: what the overview and the line's own screen show. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ExceptionCase
from app.domain.erp import ProductionOrder
from app.domain.plan import Outlook, PlanProgress, line_rate, plan_progress, queue_of
from app.domain.work import OrderProgress
from app.readmodel.model import all_progress, open_assignments
from ui.desk import Desk
from ui.models.machine import MachineNow
from ui.text import Formats, amount, t

STOPPING = frozenset({"breakdown", "unplanned_stop"})
"""Kinds of case that mean that the line stands until somebody acts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """One order for a screen. `priority` 0 is normal; `plan` None: no plan to compare with."""

    number: str
    item: str
    done: float
    plan: float | None
    quantity: str
    due: str
    outlook: str
    priority: int


NO_ORDER = OrderRow(number="", item="", done=0.0, plan=None, quantity="", due="", outlook="", priority=0)


def line_orders(
    desk: Desk, line: str, cases: list[ExceptionCase], output: MachineNow, formats: Formats
) -> list[OrderRow]:
    """The orders of a line, the running one first."""
    counted = {row.id: row for row in all_progress(desk.view)}
    orders = queue_of(desk.reference, counted, open_assignments(desk.view), line)
    rate = present_rate(line, cases, output)
    return [
        order_row(desk, order, counted.get(order.number), line, rate if place == 0 else math.nan, formats)
        for place, order in enumerate(orders)
    ]


def present_rate(line: str, cases: list[ExceptionCase], output: MachineNow) -> float:
    """The line's rate in its units a minute: none while a stop is open on it, whatever still empties from buffers."""
    stopped = any(c.line == line and c.kind in STOPPING and c.cleared_at is None for c in cases)
    return 0.0 if stopped else output.rate * output.machine.bundle


def order_row(
    desk: Desk,
    order: ProductionOrder,
    counted: OrderProgress | None,
    line: str,
    rate: float,
    formats: Formats,
) -> OrderRow:
    """An order at the line's present rate (NaN: at nominal)."""
    now = desk.now()
    stand = plan_progress(order, counted, at=now, rate=rate, nominal=line_rate(desk.plant, line))
    words, priority = outlook_words(stand, order, now, formats)
    return OrderRow(
        number=order.number,
        item=order.product_name or order.product,
        done=stand.done_share,
        plan=stand.plan_share,
        quantity=f"{amount(stand.made)} / {amount(stand.quantity)}",
        due=t("due {at}", at=formats.minute(order.due_at)),
        outlook=words,
        priority=priority,
    )


def outlook_words(stand: PlanProgress, order: ProductionOrder, now: datetime, formats: Formats) -> tuple[str, int]:
    """What a shift lead would say of it, and the priority of saying it (0: nothing special)."""
    ahead_min = round(stand.ahead_s / 60)
    if stand.outlook is Outlook.DONE:
        return t("complete"), 0
    if stand.outlook is Outlook.WAITING:
        return t("starts {at}", at=formats.minute(order.start_at)), 0
    if stand.outlook is Outlook.STANDING:
        return _standing(stand, now, formats)
    if stand.outlook is Outlook.LATE:
        finish = formats.minute(stand.finish_at)
        return t("late by {minutes} min at this rate, ends {at}", minutes=round(stand.late_s / 60), at=finish), 3
    if stand.outlook is Outlook.BEHIND:
        return t("{minutes} min behind plan", minutes=-ahead_min), 0
    return t("on plan, {minutes:+} min", minutes=ahead_min), 0


def _standing(stand: PlanProgress, now: datetime, formats: Formats) -> tuple[str, int]:
    back_by = formats.minute(stand.back_by_at)
    left_min = round((stand.back_by_at - now).total_seconds() / 60)
    if left_min > 0:
        return t("late if not back by {at}, {minutes} min left", at=back_by, minutes=left_min), 3
    late = round(stand.late_s / 60)
    return t("late by {minutes} min and standing", minutes=max(1, late)), 2
