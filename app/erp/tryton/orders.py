"""An order in Tryton: read, marked, and brought from state to state. Every step looks at the state before and after.

Owns the order's row and its buttons. Must not know what a posting means for it.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.domain.erp_errors import ErpActionRequiredError, ErpConflictError, ErpProtocolError, ErpRejectedError
from app.domain.text import safe
from app.erp.tryton.marks import TAKEN, Mark, Notes, mark_in, marked
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import PRODUCTION, Move, Production, rows

MOST_STEPS = 6
"""From request to running there are fewer; more mean that somebody moves the order at the same time."""


class Orders:
    """The productions of one company."""

    def __init__(self, rpc: Rpc, notes: Notes) -> None:
        self._rpc = rpc
        self._notes = notes
        self._ids: dict[str, int] = {}
        self._finished: dict[str, str] = {}

    async def read(self, number: str) -> Production:
        """The order as it stands; raises ErpRejectedError when there is none, or no single one."""
        found = await self._rpc.read("production.search_read", [["number", "=", number]], 0, 2, None, list(PRODUCTION))
        if len(found) != 1:
            said = "is unknown" if not found else "is there more than once"
            raise ErpRejectedError(f"Order {safe(number) or '(none)'} {said} in Tryton.", "unknown_order")
        order = rows(found, Production)[0]
        self._ids[number] = order.id
        return order

    async def record(self, number: str) -> str:
        """The order as Tryton refers to it, "" where there is none; a number is an order's for good."""
        if number not in self._ids:
            found = await self._rpc.read("production.search", [["number", "=", number]], 0, 1, None)
            if not found:
                return ""
            self._ids[number] = int(found[0])
        return f"production,{self._ids[number]}"

    def finished(self, record: str, mark: Mark) -> None:
        """Remember that a posting's note is there, so that it need not be looked for when the next one comes."""
        self._finished[record] = mark.head

    async def begun(self, order: Production, mark: Mark) -> bool:
        """Whether this posting's change is in the order; raises ErpConflictError while another one is unfinished."""
        other = mark_in(order.reference)
        if other is None or other == mark:
            return other is not None
        if other.head == mark.head:
            raise ErpProtocolError(f"The key already stands for another posting ({order.number}).")
        if self._finished.get(resource(order)) == other.head:
            return False
        if await self._notes.find(other.head, [resource(order)]) is None:
            raise ErpConflictError(f"Another posting of Lineside to {order.number} is not finished.")
        return False

    async def taken(self, order: Production) -> Production:
        """The open order without its plan, so that only what was really used and made is in it; the bill keeps it.

        Components without a bill stay: nobody else would name them. Raises ErpRejectedError for an order that was
        started in Tryton, which has used its planned components already.
        """
        order = await self._waiting(order)
        if TAKEN in (order.reference or "") or await self._has_counts(order):
            return order
        if order.bom is not None and any(not move.open for move in order.inputs):
            raise ErpRejectedError(
                f"Order {order.number} was started in Tryton, with all its planned components. Finish it there.",
                "started",
            )
        planned = [move.id for move in order.inputs if move.open and order.bom is not None]
        changes = {"inputs": [["delete", planned]], "outputs": [["delete", [m.id for m in order.outputs if m.open]]]}
        await self._write(order, f"{order.reference or ''} {TAKEN}".strip(), changes)
        return await self.read(order.number)

    async def _has_counts(self, order: Production) -> bool:
        """Whether postings are noted on the order, although somebody took our sign from its reference."""
        notes = (await self._notes.on([resource(order)])).get(resource(order), [])
        return any("line" not in note.refs for note in notes)

    async def change(self, order: Production, mark: Mark, values: Mapping[str, object]) -> None:
        """Write a posting's change and its mark in one transaction, if nobody changed the order since it was read."""
        await self._write(order, marked(order.reference, mark), values)

    async def _write(self, order: Production, reference: str, values: Mapping[str, object]) -> None:
        context = {"_timestamp": {resource(order): order.timestamp}}
        await self._rpc.write("production.write", [order.id], {**values, "reference": reference}, context=context)

    async def running(self, order: Production) -> Production:
        """The order, taken, running, and with everything consumed that it names."""
        order = await self.taken(order)
        for _ in range(MOST_STEPS):
            if order.state == "running" and not any(move.open for move in order.inputs):
                return order
            order = await self._towards_running(order)
        raise ErpConflictError(f"Order {order.number} is changed by somebody else at the same time.")

    async def _waiting(self, order: Production) -> Production:
        """The order, out of planning: its number given, its operations made. Raises ErpRejectedError when closed."""
        if order.state == "request":
            order = await self._press(order, "draft")
        if order.state == "draft":
            order = await self._press(order, "wait")
        if order.state not in ("waiting", "assigned", "running"):
            raise ErpRejectedError(f"Order {order.number} is {order.state} in Tryton.", "order_closed")
        return order

    async def _towards_running(self, order: Production) -> Production:
        if order.state == "running":
            return await self._push(order, "wait")
        if order.state == "assigned":
            return await self._press(order, "run")
        order = await self._push(order, "assign_try")
        if order.state == "waiting":
            order = await self.read(order.number)
            short = ", ".join(sorted({named(move) for move in order.inputs if move.state == "draft"}))
            raise ErpRejectedError(f"Tryton can't reserve for {order.number}: {safe(short, 200)}.", "no_stock")
        return order

    async def done(self, order: Production) -> Production:
        """The order, finished; raises ErpActionRequiredError where Tryton wants an inspection first."""
        order = await self._press(order, "do")
        if order.state != "done":
            raise ErpProtocolError(f"Tryton said nothing against it, but {order.number} is still {order.state}.")
        return order

    async def _press(self, order: Production, button: str) -> Production:
        """Press a button and read the order again: no error does not mean that anything happened."""
        await self._told(order, button)
        return await self.read(order.number)

    async def _push(self, order: Production, button: str) -> Production:
        """Press a button on the way to another one: of what came of it only the state is read."""
        await self._told(order, button)
        (found,) = await self._rpc.read("production.read", [order.id], ["state"])
        return msgspec.structs.replace(order, state=str(found["state"]))

    async def _told(self, order: Production, button: str) -> None:
        """Press a button; raises ErpActionRequiredError where Tryton wants something done first."""
        said = await self._rpc.write(f"production.{button}", [order.id])
        if isinstance(said, dict) and said.get("type") == "ir.action.wizard":
            what = "inspection" if said.get("wiz_name") == "quality.inspect" else safe(str(said.get("wiz_name")), 60)
            raise ErpActionRequiredError(
                f"Tryton wants an {what} of {order.number} first. Make it in Tryton, then answer here.",
                f"wizard:{button}",
            )


def resource(order: Production) -> str:
    """The order as Tryton refers to it."""
    return f"production,{order.id}"


def named(move: Move) -> str:
    """A move's product, with its lot where it has one."""
    lot = f" lot {move.lot.number}" if move.lot else ""
    return f"{move.product.code or move.product.id}{lot}"
