"""How each command is posted to Odoo: small steps, each guarded by what Odoo shows before it and proved after it.

Every step may be repeated: what was made is found by its key, what was pressed shows in a state. Never believes that
a button without an error did anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from app.domain.erp import ConfirmProduction, ConsumeMaterial, Consumption, ErpCommand, RecordDowntime, SetLotStatus
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpOutcomeUnknownError,
    ErpRejectedError,
    ErpUnsupportedError,
)
from app.domain.text import safe
from app.erp.codec import digest
from app.erp.loose import Fields
from app.erp.lots import lot_text
from app.erp.odoo.book import Book, Note
from app.erp.odoo.records import Records, external
from app.erp.odoo.wizards import answered, window_of
from app.erp.odoo.words import Words

MOST_WINDOWS = 4
OURS = "Lineside "
"""How the origin of what we made begins."""
OPEN = ("confirmed", "progress", "to_close")
NEAR = Decimal("0.000001")
ADD = "quantity_changed"
"""The token of our own question: somebody changed the quantity in Odoo meanwhile."""
ORDER_FIELDS = ("name", "state", "product_id", "product_qty", "product_uom_id", "qty_producing", "location_dest_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where free stock lies and where blocked stock is moved, by Odoo's complete names."""

    stock: str
    quarantine: str


class Posting:
    """Posts one command at a time for its lane; `answers` are a person's to the ERP's questions."""

    def __init__(self, records: Records, words: Words, places: Places) -> None:
        self.records, self.words, self.places = records, words, places
        self.book = Book(records)

    async def post(self, command: ErpCommand, answers: Mapping[str, str]) -> tuple[Note, bool]:
        """The note of the posting, which is booked, and whether it had been booked before."""
        step = STEPS.get(type(command))
        if step is None:
            raise ErpUnsupportedError("Odoo has no place for this.", "It is kept in Lineside only.")
        found = await self.book.find(command.key)
        if found is not None and found.posted and found.digest == digest(command):
            return found, True
        note = await step(self, command, answers)
        note.posted = True
        await self.book.keep(note)
        return note, False

    async def confirm(self, command: ConfirmProduction, answers: Mapping[str, str]) -> Note:
        """Raise the quantity made, set the lot, note scrap and time; with the last one close the order, then scrap.

        What is scrapped was made first: Odoo takes scrap from stock, and an order's goods are there when it is done.
        """
        order = await self._order(command.order, command.unit)
        is_open, made = order.text("state") in OPEN, command.good + command.scrap
        if not is_open and not await self.book.find(command.key):
            raise ErpRejectedError(f"Order {command.order} is {order.name('state')} in Odoo.", "order_closed")
        before = order.quantity("qty_producing")
        facts = {"before": f"{before:f}", "after": f"{before + made:f}"}
        at = ("mrp.production", order.number("id"))
        note = await self.book.begin(command.key, digest(command), facts, at)
        note.refs = {"document": order.text("name")}
        if is_open:
            if command.lot:
                await self._set_lot(order, command.lot)
            await self._raise_quantity(order, note, made, answers)
        elif not near(before, Decimal(note.facts["after"])):
            raise ErpRejectedError(f"Order {command.order} was closed in Odoo before this was on it.", "order_closed")
        if command.scrap:
            place = order.link("location_dest_id")
            await self._scrap(command.key, order, command.scrap, command.lot, place, at[1])
        await self._book_time(command, order)
        if command.final:
            await self._press("mrp.production", "button_mark_done", at[1], command.order, answers)
            await self._validate_scrap([["production_id", "=", at[1]]])
        return note

    async def consume(self, command: ConsumeMaterial, _: Mapping[str, str]) -> Note:
        """A move line of its own for each component taken."""
        order = await self._order(command.order)
        at = ("mrp.production", order.number("id"))
        known = await self.book.find(command.key)
        if known is None and order.text("state") not in OPEN:
            raise ErpRejectedError(f"Order {command.order} is {order.name('state')} in Odoo.", "order_closed")
        lines = [await self._component(order, taken) for taken in command.consumptions]
        note = await self.book.begin(command.key, digest(command), {}, at)
        for n, values in enumerate(lines):
            await self.records.load("stock.move.line", external(command.key, str(n)), values)
        note.refs = {"document": order.text("name")}
        return note

    async def lot_status(self, command: SetLotStatus, answers: Mapping[str, str]) -> Note:
        """Move what lies there of the lot: into quarantine, out of it, or from it to scrap."""
        from_name = self.places.stock if command.status == "hold" else self.places.quarantine
        to_name = self.places.quarantine if command.status == "hold" else self.places.stock
        lot = await self._lot(command.lot, command.product)
        from_at = await self._location(from_name)
        note = await self.book.find(command.key)
        if note is None:
            quantity = await self._lying(lot.number("id"), from_at)
            wanted = command.quantity if command.quantity is not None else quantity
            if quantity <= 0 or wanted > quantity:
                raise ErpRejectedError(
                    f"{quantity:f} of lot {safe(command.lot, 60)} lie in {from_name}: "
                    "Odoo blocks and frees only what lies there.",
                    "no_stock",
                )
            facts = {"quantity": f"{wanted:f}"}
            note = await self.book.begin(command.key, digest(command), facts, ("stock.lot", lot.number("id")))
        wanted = Decimal(note.facts["quantity"])
        if command.status == "scrapped":
            await self._scrap(command.key, lot, wanted, command.lot, from_at)
            await self._validate_scrap([["origin", "=", f"{OURS}{command.key}"]])
            note.refs = {"document": safe(command.lot, 300)}
            return note
        note.refs = await self._move(command, lot, wanted, (from_at, await self._location(to_name)), answers)
        return note

    async def downtime(self, command: RecordDowntime, _: Mapping[str, str]) -> Note:
        """A time of lost availability at a work centre."""
        centre = await self._work_centre(command.machine)
        note = await self.book.begin(command.key, digest(command), {}, ("mrp.workcenter", centre))
        values = {
            "workcenter_id/.id": str(centre),
            "loss_id/.id": str(await self._loss("availability")),
            "date_start": utc(command.start_at),
            "date_end": utc(command.end_at),
            "description": command.reason,
        }
        number = await self.records.load("mrp.workcenter.productivity", external(command.key, "stop"), values)
        note.refs = {"document": f"productivity {number}"}
        return note

    async def _order(self, number: str, unit: str = "") -> Fields:
        fields = [*ORDER_FIELDS, self.words.lot]
        words = f"Order {safe(number, 60) or '(none)'} is unknown in Odoo."
        order = await self.records.needed("mrp.production", [["name", "=", number]], fields, words)
        if unit:
            kept = await self.records.needed(
                "uom.uom", [["id", "=", order.link("product_uom_id")]], ["name"], "The order's unit is unknown in Odoo."
            )
            if kept.text("name") != unit:
                raise ErpRejectedError(f"{number} is kept in {kept.name('name')}, not in {safe(unit, 20)}.", "unit")
        return order

    async def _raise_quantity(self, order: Fields, note: Note, good: Decimal, answers: Mapping[str, str]) -> None:
        """Write the quantity made once: from what was noted as before to what was noted as after."""
        now = order.quantity("qty_producing")
        before, after = Decimal(note.facts["before"]), Decimal(note.facts["after"])
        if near(now, after):
            return
        if not near(now, before):
            if answers.get(ADD, "").strip().lower() != "add":
                raise ErpActionRequiredError(
                    f"{order.name('name')} has {now:f} in Odoo, {before:f} or {after:f} was expected: somebody changed "
                    f"it. Add {good:f} to it? (add)",
                    ADD,
                )
            after = now + good
            note.facts |= {"before": f"{now:f}", "after": f"{after:f}"}
            await self.book.keep(note)
        await self.records.write("mrp.production", order.number("id"), {"qty_producing": float(after)})
        shown = await self._order(order.text("name"))
        if not near(shown.quantity("qty_producing"), after):
            raise ErpOutcomeUnknownError(f"Odoo took {after:f} for {order.name('name')} and shows another quantity.")

    async def _set_lot(self, order: Fields, lot: str) -> None:
        """Name the lot that the order makes; before 19 an order has one lot."""
        number = await self._made_lot(lot, order.link("product_id"))
        present = order.values.get(self.words.lot)
        if self.words.lots_are_many:
            held = present if isinstance(present, list) else []
            if number not in held:
                await self.records.write("mrp.production", order.number("id"), {self.words.lot: [[4, number]]})
            return
        kept = order.link(self.words.lot)
        if kept and kept != number:
            raise ErpRejectedError(
                f"{order.name('name')} already makes another lot in Odoo: it keeps one.", "wrong_lot"
            )
        if not kept:
            await self.records.write("mrp.production", order.number("id"), {self.words.lot: number})

    async def _made_lot(self, lot: str, product: int) -> int:
        """The lot of a product, made where there is none; Odoo refuses a second one."""
        domain = [["name", "=", lot_text(lot)], ["product_id", "=", product]]
        found = await self.records.one(self.words.lot_model, domain, ["name"])
        if found is not None:
            return found.number("id")
        company = await self.records.needed("res.company", [], ["name"], "Odoo has no company.")
        values = {"name": lot, "product_id/.id": str(product), "company_id/.id": str(company.number("id"))}
        return await self.records.load(self.words.lot_model, external(f"lot/{product}/{lot}"), values)

    async def _component(self, order: Fields, taken: Consumption) -> dict[str, object]:
        """The values of a move line for what was taken; refused where the order does not take it."""
        product = await self._product(taken.product)
        domain = [["raw_material_production_id", "=", order.number("id")], ["product_id", "=", product.number("id")]]
        fields = ["product_id", "product_uom", "location_id", "location_dest_id"]
        words = f"{safe(taken.product, 60)} is no component of {order.name('name')} in Odoo."
        move = await self.records.needed("stock.move", domain, fields, words)
        if taken.quantity <= 0:
            raise ErpRejectedError(f"Quantity of {safe(taken.product, 60)} is {taken.quantity:f}.", "quantity")
        values: dict[str, object] = {
            "move_id/.id": str(move.number("id")),
            "product_id/.id": str(product.number("id")),
            "product_uom_id/.id": str(move.link("product_uom")),
            "location_id/.id": str(move.link("location_id")),
            "location_dest_id/.id": str(move.link("location_dest_id")),
            self.words.done: f"{taken.quantity:f}",
        }
        if self.words.picked:
            values["picked"] = "True"
        if taken.lot:
            values["lot_id/.id"] = str((await self._lot(taken.lot, taken.product)).number("id"))
        return values

    async def _scrap(self, key: str, of: Fields, quantity: Decimal, lot: str, location: int, order: int = 0) -> None:
        """A scrap, made by its key; a draft until it is pressed."""
        product = of.link("product_id")
        values: dict[str, object] = {
            "product_id/.id": str(product),
            "scrap_qty": f"{quantity:f}",
            "origin": f"{OURS}{key}",
            "location_id/.id": str(location),
        }
        if order:
            values["production_id/.id"] = str(order)
        if lot:
            values["lot_id/.id"] = str(await self._made_lot(lot, product))
        if await self.records.one("stock.scrap", [["origin", "=", values["origin"]]], ["state"]) is None:
            await self.records.load("stock.scrap", external(key, "scrap"), values)

    async def _validate_scrap(self, domain: list[object]) -> None:
        """Press each of our scraps that is a draft still: pressing one twice would scrap twice."""
        for row in await self.records.all("stock.scrap", [*domain, ["state", "=", "draft"]], ["state", "origin"]):
            if not row.text("origin").startswith(OURS):
                continue
            result = await self.records.door.call("stock.scrap", "action_validate", [row.number("id")])
            after = await self.records.needed(
                "stock.scrap", [["id", "=", row.number("id")]], ["state"], "Scrap is lost."
            )
            if after.text("state") != "done":
                answered(window_of(result) or "stock.scrap", {}, row.number("id"))

    async def _book_time(self, command: ConfirmProduction, order: Fields) -> None:
        """The time worked on the order's first operation; an order without operations has no place for it."""
        if command.run <= timedelta(0):
            return
        domain = [["production_id", "=", order.number("id")]]
        work = await self.records.one("mrp.workorder", domain, ["workcenter_id"])
        if work is None:
            return
        values = {
            "workorder_id/.id": str(work.number("id")),
            "workcenter_id/.id": str(work.link("workcenter_id")),
            "loss_id/.id": str(await self._loss("productive")),
            "date_start": utc(command.occurred_at - command.run),
            "date_end": utc(command.occurred_at),
            "description": f"Lineside {command.key}",
        }
        await self.records.load("mrp.workcenter.productivity", external(command.key, "time"), values)

    async def _move(
        self, command: SetLotStatus, lot: Fields, quantity: Decimal, way: tuple[int, int], answers: Mapping[str, str]
    ) -> dict[str, str]:
        """An internal transfer of the lot."""
        kind = await self.records.needed(
            "stock.picking.type", [["code", "=", "internal"]], ["name"], "Odoo has no internal transfers."
        )
        places = {"location_id/.id": str(way[0]), "location_dest_id/.id": str(way[1])}
        origin = {"origin": f"Lineside {command.key}: {command.reason}"}
        domain = [["origin", "=", origin["origin"]]]
        found = await self.records.one("stock.picking", domain, ["state", "name"])
        if found is None or found.text("state") == "draft":
            values = {"picking_type_id/.id": str(kind.number("id")), **places, **origin}
            picking = await self.records.load("stock.picking", external(command.key, "move"), values)
            line = {
                "picking_id/.id": str(picking),
                "product_id/.id": str(lot.link("product_id")),
                "lot_id/.id": str(lot.number("id")),
                self.words.done: f"{quantity:f}",
                **places,
                **({"picked": "True"} if self.words.picked else {}),
            }
            await self.records.load("stock.move.line", external(command.key, "line"), line)
            found = await self.records.needed("stock.picking", domain, ["state", "name"], "Odoo lost the transfer.")
        await self._press("stock.picking", "button_validate", found.number("id"), found.text("name"), answers)
        return {"document": found.text("name")}

    async def _press(self, model: str, button: str, number: int, name: str, answers: Mapping[str, str]) -> None:
        """Press a button until the state is done, with a person's answer to each window that comes instead."""
        context: dict[str, object] = {}
        for _ in range(MOST_WINDOWS):
            row = await self.records.needed(model, [["id", "=", number]], ["state"], f"Odoo lost {name}.")
            if row.text("state") == "done":
                return
            if row.text("state") == "cancel":
                raise ErpRejectedError(f"{safe(name, 60)} was cancelled in Odoo.", "cancelled")
            result = await self.records.door.call(model, button, [number], context=context)
            if window := window_of(result):
                context |= answered(window, answers, number)
        row = await self.records.needed(model, [["id", "=", number]], ["state"], f"Odoo lost {name}.")
        if row.text("state") != "done":
            raise ErpOutcomeUnknownError(f"Odoo said nothing against it, and {safe(name, 60)} is {row.name('state')}.")

    async def _product(self, code: str) -> Fields:
        words = f"Item {safe(code, 60) or '(none)'} is unknown in Odoo."
        return await self.records.needed("product.product", [["default_code", "=", code]], ["default_code"], words)

    async def _lot(self, lot: str, product: str) -> Fields:
        domain: list[object] = [["name", "=", lot_text(lot)]]
        if product:
            domain.append(["product_id", "=", (await self._product(product)).number("id")])
        words = f"Lot {safe(lot, 60) or '(none)'} is unknown in Odoo."
        return await self.records.needed(self.words.lot_model, domain, ["name", "product_id"], words)

    async def _location(self, name: str) -> int:
        words = f"Location {name} is unknown in Odoo."
        row = await self.records.needed("stock.location", [["complete_name", "=", name]], ["complete_name"], words)
        return row.number("id")

    async def _lying(self, lot: int, location: int) -> Decimal:
        domain = [["lot_id", "=", lot], ["location_id", "=", location]]
        rows = await self.records.all("stock.quant", domain, ["quantity"])
        return sum((row.quantity("quantity", signed=True) for row in rows), Decimal(0))

    async def _work_centre(self, machine: str) -> int:
        words = f"Work centre {safe(machine, 60) or '(none)'} is unknown in Odoo: its code must be the machine's."
        row = await self.records.needed("mrp.workcenter", [["code", "=", machine]], ["code"], words)
        return row.number("id")

    async def _loss(self, kind: str) -> int:
        words = f"Odoo has no loss of type {kind}."
        domain = [["loss_type", "=", kind]]
        row = await self.records.needed("mrp.workcenter.productivity.loss", domain, ["name"], words)
        return row.number("id")


STEPS: Mapping[type[ErpCommand], Callable[[Posting, Any, Mapping[str, str]], Awaitable[Note]]] = MappingProxyType(
    {
        ConfirmProduction: Posting.confirm,
        ConsumeMaterial: Posting.consume,
        SetLotStatus: Posting.lot_status,
        RecordDowntime: Posting.downtime,
    }
)
"""Every command that Odoo has a place for."""


def near(one: Decimal, other: Decimal) -> bool:
    """Whether two quantities are one: Odoo keeps them as binary fractions."""
    return abs(one - other) < NEAR


def utc(at: datetime) -> str:
    """An instant as Odoo writes it: UTC without saying so."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
