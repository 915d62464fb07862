"""Internal shipments in Tryton: made with a posting's mark, and brought to their end state by state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.erp.tryton.marks import Mark
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import Shipment, rows

MODEL = "stock.shipment.internal"
BUTTONS = {"request": "draft", "draft": "wait", "waiting": "assign_try", "assigned": "do"}
"""The button that leads on from each state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """So much of a lot at a place."""

    product: int
    unit: int
    lot: int
    place: int
    quantity: Decimal


class Shipments:
    """Internal shipments of one company."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    async def find(self, mark: Mark) -> list[Shipment]:
        """The shipments of a posting."""
        return await self._read([["reference", "=", str(mark)]])

    async def make(self, parts: Sequence[Part], target: int, mark: Mark, company: int, day: date) -> list[Shipment]:
        """A shipment for each part, all in one transaction."""
        await self._rpc.write(f"{MODEL}.create", [self._values(part, target, mark, company, day) for part in parts])
        return await self.find(mark)

    async def done(self, number: int) -> None:
        """Bring a shipment to its end; raises ErpRejectedError where Tryton has promised its stock to others."""
        before = ""
        while True:
            found = await self._read([["id", "=", number]])
            if not found or found[0].state == "cancelled":
                raise ErpRejectedError("The move of the lot was cancelled in Tryton.", "cancelled")
            state = found[0].state
            if state == "done":
                return
            if state == before and state == "waiting":
                raise ErpRejectedError(
                    f"Tryton can't move the lot ({found[0].number}): some of it is reserved for others.", "reserved"
                )
            if state == before or state not in BUTTONS:
                raise ErpProtocolError(f"The move of the lot ({found[0].number}) stays {state} in Tryton.")
            await self._rpc.write(f"{MODEL}.{BUTTONS[state]}", [number])
            before = state

    async def _read(self, domain: list[list[object]]) -> list[Shipment]:
        fields = ["state", "number", "from_location"]
        found = await self._rpc.read(f"{MODEL}.search_read", domain, 0, 1_000, [["id", "ASC"]], fields)
        return rows(found, Shipment)

    @staticmethod
    def _values(part: Part, target: int, mark: Mark, company: int, day: date) -> dict[str, object]:
        places = {"from_location": part.place, "to_location": target, "company": company}
        move = {"product": part.product, "unit": part.unit, "lot": part.lot, "quantity": float(part.quantity), **places}
        dates = {"planned_date": day, "planned_start_date": day}
        return {"reference": str(mark), **places, **dates, "moves": [["create", [move]]]}
