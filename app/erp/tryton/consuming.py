"""Components, with their lots, out of stock and into an order in Tryton."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from app.domain.erp import ConsumeMaterial, Consumption
from app.domain.erp_errors import ErpRejectedError
from app.domain.text import safe
from app.erp.tryton.checks import not_negative, same_unit
from app.erp.tryton.layout import Layout
from app.erp.tryton.lots import Lots
from app.erp.tryton.marks import Mark
from app.erp.tryton.orders import Orders
from app.erp.tryton.shapes import LevelRow, Production


class Consuming:
    """Consumptions of material."""

    def __init__(self, orders: Orders, lots: Lots) -> None:
        self._orders = orders
        self._lots = lots

    async def post(self, command: ConsumeMaterial, mark: Mark, layout: Layout) -> tuple[str, dict[str, str]]:
        """Bring the consumption into the order as far as it is not there; the order's record, and the documents.

        Nothing is changed when one of the components is refused.
        """
        if not command.consumptions:
            raise ErpRejectedError("Nothing to consume was named.", "empty")
        order = await self._orders.read(command.order)
        if not await self._orders.begun(order, mark):
            order = await self._orders.taken(order)
            codes = {part.product for part in command.consumptions}
            stock = await self._lots.levels(codes, order.warehouse.takes_from, layout.today(datetime.now(UTC)))
            taken = [await self._taken(order, part, layout, stock) for part in command.consumptions]
            await self._orders.change(order, mark, {"inputs": [["create", taken]]})
            order = await self._orders.read(order.number)
        if order.state != "done":
            await self._orders.running(order)
        return f"production,{order.id}", {"document": order.number, "order": order.number}

    async def _taken(
        self, order: Production, part: Consumption, layout: Layout, stock: Mapping[str, LevelRow]
    ) -> dict[str, object]:
        """One component as a move; raises ErpRejectedError when it is not there to be taken."""
        product = stock.get(part.product)
        if product is None:
            raise ErpRejectedError(f"Item {safe(part.product) or '(none)'} is unknown in Tryton.", "unknown_item")
        same_unit(part.unit, product.default_uom.symbol, part.product)
        if not_negative(part.quantity, f"Quantity of {part.product}") == Decimal(0):
            raise ErpRejectedError(f"Quantity of {part.product} is nought.", "quantity")
        source = order.warehouse.takes_from
        lot = await self._lots.known(part.lot, part.product) if part.lot else None
        there = product.quantity
        if lot is not None:
            if await self._lots.on_hold(lot):
                raise ErpRejectedError(f"Lot {part.lot} is on hold: it can't be consumed.", "lot_blocked")
            places = await self._lots.places(product.id, lot, source, layout.today(datetime.now(UTC)))
            there = sum((place.quantity or Decimal(0) for place in places), Decimal(0))
        if there < part.quantity:
            what = f"Lot {part.lot} has" if part.lot else f"Not enough stock: {part.product} has"
            raise ErpRejectedError(f"{what} {there:f} {part.unit}, {part.quantity:f} wanted.", "no_stock")
        return {
            "product": product.id,
            "quantity": float(part.quantity),
            "unit": product.default_uom.id,
            "from_location": source,
            "to_location": order.location,
            "company": order.company,
            "lot": lot,
        }
