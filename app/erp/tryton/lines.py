"""An order onto another line in Tryton: the work centre of the order, and one of the same kind for each operation.

A line is the work centre that is called by the line's id; what does its operations are the centres below it.
"""

from __future__ import annotations

from app.domain.erp import MoveOrder
from app.domain.erp_errors import ErpRejectedError
from app.domain.text import safe
from app.erp.tryton.marks import Mark
from app.erp.tryton.orders import Orders
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import Production, Work

MODEL = "production.work.center"


class Lines:
    """Moves of orders between lines."""

    def __init__(self, rpc: Rpc, orders: Orders) -> None:
        self._rpc = rpc
        self._orders = orders

    async def post(self, command: MoveOrder, mark: Mark) -> tuple[str, dict[str, str]]:
        """Plan an open order on another line in one write; the order's record, and the documents."""
        order = await self._orders.read(command.order)
        if not await self._orders.begun(order, mark):
            line = await self._line(command.to_line)
            await self._orders.change(order, mark, await self._changes(order, line, command.to_line))
        return reference(order, command.to_line)

    async def _changes(self, order: Production, line: int, name: str) -> dict[str, object]:
        """Before an order waits it is planned for a line; from then on its operations are."""
        if order.state in ("done", "cancelled"):
            raise ErpRejectedError(f"Order {order.number} is {order.state} in Tryton.", "order_closed")
        if order.state in ("request", "draft"):
            return {"work_center": line}
        if not order.works:
            raise ErpRejectedError(f"Order {order.number} has no operations in Tryton to be moved.", "no_operations")
        centres = [(work.id, await self._centre(line, name, work)) for work in order.works if work.state != "done"]
        return {"works": [["write", [work], {"work_center": centre}] for work, centre in centres]}

    async def _line(self, name: str) -> int:
        found = await self._rpc.read(f"{MODEL}.search", [["name", "=", name]], 0, 2, None)
        if len(found) != 1 or not name:
            raise ErpRejectedError(f"Line {safe(name) or '(none)'} is unknown in Tryton.", "unknown_line")
        return int(found[0])

    async def _centre(self, line: int, name: str, work: Work) -> int:
        """A centre of the line that can do an operation."""
        category = work.operation.work_center_category
        domain: list[list[object]] = [["parent", "child_of", [line]]]
        domain += [["category", "=", category]] if category else []
        found = await self._rpc.read(f"{MODEL}.search", domain, 0, 1, [["name", "ASC"]])
        if not found:
            raise ErpRejectedError(
                f"Line {safe(name)} has no work centre in Tryton for {safe(work.operation.name)}.", "no_work_centre"
            )
        return int(found[0])


def reference(order: Production, line: str) -> tuple[str, dict[str, str]]:
    """The order's record, and what the receipt names."""
    return f"production,{order.id}", {"document": order.number, "order": order.number, "line": line}
