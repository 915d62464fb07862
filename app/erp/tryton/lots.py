"""Lots in Tryton: found, made, and blocked by what alone blocks there: moving them into quarantine.

Owns lots, where they lie, and their status as Lineside left it. Knows no orders.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from app.domain.erp import SetLotStatus
from app.domain.erp_errors import ErpRejectedError
from app.domain.text import safe
from app.erp.lots import lot_text
from app.erp.tryton.checks import not_negative
from app.erp.tryton.layout import Layout
from app.erp.tryton.marks import Mark, Note, Notes
from app.erp.tryton.moving import Part, Shipments
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import (
    LEVEL,
    LOT,
    PRODUCT,
    Coded,
    LevelRow,
    LotRow,
    PlaceRow,
    ProductRow,
    Shipment,
    rows,
    tidy,
)

WORDS = {"hold": "on hold", "released": "released", "scrapped": "scrapped"}


class Lots:
    """The lots of one company."""

    def __init__(self, rpc: Rpc, notes: Notes) -> None:
        self._rpc = rpc
        self._notes = notes
        self._shipments = Shipments(rpc)

    async def product(self, code: str) -> ProductRow:
        """The product, which exists."""
        found = await self._rpc.read("product.product.search_read", [["code", "=", code]], 0, 2, None, list(PRODUCT))
        if len(found) != 1 or not code:
            raise ErpRejectedError(f"Item {safe(code) or '(none)'} is unknown in Tryton.", "unknown_item")
        return rows(found, ProductRow)[0]

    async def levels(self, codes: Iterable[str], under: int, day: date) -> dict[str, LevelRow]:
        """These products by code, with what lies of each from a place down; none that is missing, or there twice."""
        context = {"locations": [under], "stock_date_end": day}
        domain = [["code", "in", sorted(codes)]]
        found = await self._rpc.read(
            "product.product.search_read", domain, 0, 1_000, None, list(LEVEL), context=context
        )  # fmt: skip
        levels = rows(found, LevelRow)
        times = Counter(row.code for row in levels)
        return {
            row.code: msgspec.structs.replace(row, quantity=tidy(row.quantity, signed=True))
            for row in levels
            if row.code and times[row.code] == 1
        }

    async def record(self, number: str, product: str) -> str:
        """The lot as Tryton refers to it, "" where there is none."""
        found = await self._find(number, product)
        return f"stock.lot,{found.id}" if found else ""

    async def known(self, number: str, product: str) -> int:
        """The id of a lot that exists."""
        found = await self._find(number, product)
        if found is None:
            raise ErpRejectedError(f"Lot {safe(number)} of {safe(product)} is unknown in Tryton.", "unknown_lot")
        return found.id

    async def made(self, number: str, product: Coded) -> int:
        """The id of a lot of this product, made now if it is not there. Looked for first: numbers are not unique."""
        code = product.code or ""
        found = await self._find(number, code)
        if found is not None:
            return found.id
        others = await self._rpc.read("stock.lot.search_read", [["number", "=", number]], 0, 1, None, list(LOT))
        if others:
            its = rows(others, LotRow)[0].product.code
            raise ErpRejectedError(f"Lot {safe(number)} is of {safe(its or '')}, not of {safe(code)}.", "wrong_lot")
        (made,) = await self._rpc.write("stock.lot.create", [{"number": lot_text(number), "product": product.id}])
        return int(made)

    async def on_hold(self, lot: int) -> bool:
        """Whether Lineside's last word on the lot is that it is held."""
        return (await self.statuses([lot])).get(lot) == "hold"

    async def statuses(self, lots: Iterable[int]) -> dict[int, str]:
        """Lineside's last word on each lot that it has spoken of."""
        notes = await self._notes.on(f"stock.lot,{lot}" for lot in lots)
        return {
            int(resource.partition(",")[2]): found[-1].refs.get("status", "")
            for resource, found in notes.items()
            if found
        }

    async def places(self, product: int, lot: int | None, under: int, day: date) -> list[PlaceRow]:
        """The storage places from `under` down, with what each has of the product, or of its lot."""
        context = {"product": product, "lot": lot, "stock_date_end": day, "with_childs": False}
        found = await self._rpc.read(
            "stock.location.search_read",
            [["type", "=", "storage"], ["parent", "child_of", [under], "parent"]], 0, 1_000, [["id", "ASC"]],
            ["name", "quantity"], context=context,
        )  # fmt: skip
        return [
            PlaceRow(id=row.id, name=row.name, quantity=tidy(row.quantity or Decimal(0), signed=True))
            for row in rows(found, PlaceRow)
        ]

    async def set_status(self, command: SetLotStatus, mark: Mark, layout: Layout) -> tuple[str, dict[str, str]]:
        """Block, free or scrap a lot by moving it; the lot's record, and the documents.

        A lot without stock only gets its status noted: what is finished of it later goes where the status wants it.
        """
        if command.quantity is not None:
            not_negative(command.quantity, "Quantity")
        product = await self._product_of(command)
        lot = await self.made(command.lot, Coded(id=product.id, code=product.code))
        last = await self._last(lot)
        if last is not None and last.refs.get("status") == "scrapped" and command.status != "scrapped":
            raise ErpRejectedError(
                f"Lot {safe(command.lot)} is scrapped: it can't be {WORDS[command.status]}.", "lot_closed"
            )
        shipments = await self._shipments.find(mark) or await self._plan(command, product, lot, last, mark, layout)
        for shipment in shipments:
            await self._shipments.done(shipment.id)
        if command.status == "hold" and command.quantity is None:
            await self._nothing_free(command.lot, product.id, lot, layout)
        refs = {"lot": command.lot, "status": command.status}
        if shipments and command.status == "hold":
            refs["from"] = str(shipments[0].from_location)
        numbers = ", ".join(f"Shipment {shipment.number}" for shipment in await self._shipments.find(mark))
        return f"stock.lot,{lot}", {"document": numbers or f"Lot {command.lot}", **refs}

    async def _plan(
        self, command: SetLotStatus, product: ProductRow, lot: int, last: Note | None, mark: Mark, layout: Layout
    ) -> list[Shipment]:
        """The moves that give the lot its status, one from each place where it lies, made in one transaction."""
        quarantine, today = layout.need_quarantine(), layout.today(datetime.now(UTC))
        left = command.quantity
        parts: list[Part] = []
        for place in await self.places(product.id, lot, layout.warehouse.id, today):
            blocked = place.id == quarantine
            there = place.quantity or Decimal(0)
            if there <= 0 or (command.status == "hold" and blocked) or (command.status == "released" and not blocked):
                continue
            part = there if left is None else min(there, left)
            left = None if left is None else left - part
            if part > 0:
                parts.append(
                    Part(product=product.id, unit=product.default_uom.id, lot=lot, place=place.id, quantity=part)
                )
        target = self._target(command.status, product, last, layout)
        return await self._shipments.make(parts, target, mark, layout.company, today) if parts else []

    def _target(self, status: str, product: ProductRow, last: Note | None, layout: Layout) -> int:
        """Where a lot of this status belongs: a released one where its hold took it from."""
        if status == "hold":
            return layout.need_quarantine()
        if status == "scrapped":
            return layout.need_waste()
        usual = layout.warehouse.puts_into if product.producible else layout.warehouse.takes_from
        came_from = last.refs.get("from", "") if last else ""
        return int(came_from) if came_from.isdecimal() else usual

    async def _nothing_free(self, number: str, product: int, lot: int, layout: Layout) -> None:
        """See for ourselves that nothing of a held lot can be taken any more."""
        today = layout.today(datetime.now(UTC))
        under = await self.places(product, lot, layout.warehouse.storage_location, today)
        if any((place.quantity or 0) > 0 for place in under):
            raise ErpRejectedError(
                f"Lot {safe(number)} can still be taken in Tryton: its quarantine lies within the store, or stock came "
                "in meanwhile.", "still_free",
            )  # fmt: skip

    async def _product_of(self, command: SetLotStatus) -> ProductRow:
        if command.product:
            return await self.product(command.product)
        found = await self._find(command.lot, "")
        if found is None:
            raise ErpRejectedError(f"Lot {safe(command.lot) or '(none)'} is unknown in Tryton.", "unknown_lot")
        return await self.product(found.product.code or "")

    async def _find(self, number: str, product: str) -> LotRow | None:
        """The lot, the oldest where the number is there twice."""
        if not number.strip():
            raise ErpRejectedError("A lot needs a number.", "unknown_lot")
        if number != number.strip():
            raise ErpRejectedError(
                f"Lot {safe(number, 60)!r} begins or ends with a space: Tryton can't keep it so.", "lot_number"
            )
        domain: list[list[object]] = [["number", "=", lot_text(number)]]
        domain += [["product.code", "=", product]] if product else []
        found = await self._rpc.read("stock.lot.search_read", domain, 0, 1, [["id", "ASC"]], list(LOT))
        return rows(found, LotRow)[0] if found else None

    async def _last(self, lot: int) -> Note | None:
        found = (await self._notes.on([f"stock.lot,{lot}"])).get(f"stock.lot,{lot}", [])
        return found[-1] if found else None
