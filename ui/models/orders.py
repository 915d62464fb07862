"""How the order of a line stands, in words and shares: what the overview and the line's own screen show. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.case import ExceptionCase
from app.domain.erp import ProductionOrder
from app.domain.plan import ON_PLAN_S, Outlook, PlanProgress, line_rate, plan_progress, queue_of
from app.domain.work import OrderProgress
from app.readmodel.model import all_progress, open_assignments
from ui.desk import Desk
from ui.models.machine import MachineNow
from ui.models.rates import present_rate
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
    if not orders:
        return []
    nominal = line_rate(desk.plant, line)
    rate = 0.0 if _stopped(line, cases) else present_rate(desk, output.machine).trusted
    return [
        order_row(desk, order, counted.get(order.number), rate if place == 0 else nominal, nominal, formats)
        for place, order in enumerate(orders)
    ]


def _stopped(line: str, cases: list[ExceptionCase]) -> bool:
    """Whether a stop is open on the line: then it makes nothing, whatever still empties from buffers."""
    return any(c.line == line and c.kind in STOPPING and c.cleared_at is None for c in cases)


def order_row(
    desk: Desk,
    order: ProductionOrder,
    counted: OrderProgress | None,
    rate: float,
    nominal: float,
    formats: Formats,
) -> OrderRow:
    """An order at the line's present rate (NaN: not known yet) beside its nominal one, line units a minute."""
    now = desk.now()
    stand = plan_progress(order, counted, at=now, rate=rate, nominal=nominal)
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
        return _late(stand, formats), 3
    pace = t("on plan, {minutes:+} min", minutes=ahead_min)
    if stand.ahead_s <= -ON_PLAN_S:
        pace = t("{minutes} min behind plan", minutes=-ahead_min)
    return (t("{pace}, rate not known yet", pace=pace) if stand.outlook is Outlook.UNKNOWN else pace), 0


def _late(stand: PlanProgress, formats: Formats) -> str:
    minutes, finish = round(stand.late_s / 60), formats.minute(stand.finish_at)
    if not stand.rate_known:
        return t("late by {minutes} min even at nominal rate, ends {at}", minutes=minutes, at=finish)
    return t("late by {minutes} min at this rate, ends {at}", minutes=minutes, at=finish)


def _standing(stand: PlanProgress, now: datetime, formats: Formats) -> tuple[str, int]:
    back_by = formats.minute(stand.back_by_at)
    left_min = round((stand.back_by_at - now).total_seconds() / 60)
    if left_min > 0:
        return t("late if not back by {at}, {minutes} min left", at=back_by, minutes=left_min), 3
    late = round(stand.late_s / 60)
    return t("late by {minutes} min and standing", minutes=max(1, late)), 2
