"""Good, scrap and time of an order into Tryton; and the end of the order.

Tryton books what was made when the order is finished: until then it stands on the order, not in stock.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.domain.erp import ConfirmProduction
from app.erp.tryton.checks import not_negative, same_unit
from app.erp.tryton.layout import Layout
from app.erp.tryton.lots import Lots
from app.erp.tryton.marks import Mark
from app.erp.tryton.orders import Orders
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import Production, Work

ZERO, NONE = Decimal(0), timedelta(0)
CYCLE = "production.work.cycle"


class Confirming:
    """Confirmations of production."""

    def __init__(self, rpc: Rpc, orders: Orders, lots: Lots) -> None:
        self._rpc = rpc
        self._orders = orders
        self._lots = lots

    async def post(self, command: ConfirmProduction, mark: Mark, layout: Layout) -> tuple[str, dict[str, str]]:
        """Bring the confirmation into the order as far as it is not there; the order's record, and the documents."""
        not_negative(command.good, "Good quantity")
        not_negative(command.scrap, "Scrap quantity")
        order = await self._orders.read(command.order)
        same_unit(command.unit, order.unit.symbol, order.number)
        begun = await self._orders.begun(order, mark)
        if not (begun and order.state == "done"):
            order = await self._orders.running(order)
            if not begun:
                await self._change(order, command, mark, layout)
            if command.run > NONE or begun:
                await self._book_time(order.number, command.run)
            if command.final:
                await self._finish(order.number, command.run, layout)
        refs = {"document": order.number, "order": order.number}
        return f"production,{order.id}", refs | ({"lot": command.lot} if command.lot else {})

    async def _change(self, order: Production, command: ConfirmProduction, mark: Mark, layout: Layout) -> None:
        """What was made as moves of its own, and the time worked as a cycle, in one write with the mark."""
        lot = await self._lots.made(command.lot, order.product) if command.lot else None
        made = []
        if command.good:
            target = await self._target(order, lot, layout)
            price = {"unit_price": ZERO, "currency": layout.currency}
            made.append({**output(order, command.good, target, lot), **price})
        if command.scrap:
            made.append(output(order, command.scrap, layout.need_waste(), lot))
        changes: dict[str, object] = {"outputs": [["create", made]]}
        if command.run > NONE and order.works:
            changes["works"] = [["write", [order.works[0].id], {"cycles": [["create", [{}]]]}]]
        await self._orders.change(order, mark, changes)

    async def _target(self, order: Production, lot: int | None, layout: Layout) -> int:
        """Where good units go: into quarantine while their lot is on hold."""
        if lot is not None and await self._lots.on_hold(lot):
            return layout.need_quarantine()
        return order.warehouse.puts_into

    async def _book_time(self, number: str, run: timedelta) -> None:
        """Close the cycles that this posting has begun: the first operation's has the time, any other has none."""
        order, user = await self._orders.read(number), await self._rpc.user()
        for place, work in enumerate(order.works):
            for cycle in work.cycles:
                if cycle.create_uid != user or cycle.state not in ("draft", "running"):
                    continue
                if cycle.state == "draft":
                    await self._rpc.write(f"{CYCLE}.run", [cycle.id])
                await self._rpc.write(f"{CYCLE}.write", [cycle.id], {"duration": run if place == 0 else NONE})
                await self._rpc.write(f"{CYCLE}.do", [cycle.id])

    async def _finish(self, number: str, run: timedelta, layout: Layout) -> None:
        """End every operation, put held lots where they can't be taken, and finish the order."""
        for work in (await self._orders.read(number)).works:
            if unworked(work):
                await self._rpc.write(f"{CYCLE}.create", [{"work": work.id}])
        await self._book_time(number, run)
        order = await self._orders.read(number)
        for move in order.outputs:
            if move.open and move.lot is not None and move.to_location.type == "storage":
                target = await self._target(order, move.lot.id, layout)
                if target != move.to_location.id:
                    await self._rpc.write("stock.move.write", [move.id], {"to_location": target})
        await self._orders.done(order)


def unworked(work: Work) -> bool:
    """Whether nobody has booked time on an operation: it ends with none, so that the order can end."""
    return work.state not in ("finished", "done") and all(cycle.state == "cancelled" for cycle in work.cycles)


def output(order: Production, quantity: Decimal, target: int, lot: int | None) -> dict[str, object]:
    """So much of the order's product as a move out of production."""
    return {
        "product": order.product.id,
        "quantity": float(quantity),
        "unit": order.unit.id,
        "from_location": order.location,
        "to_location": target,
        "company": order.company,
        "lot": lot,
    }
