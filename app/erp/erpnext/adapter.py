"""ERPNext behind the port: stock entries and downtime entries under names of our own, batches that are disabled.

Every document is looked for by its name before it is made, and its state is read after it is submitted: ERPNext may
answer 200 and submit later, or never.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.erp import (
    Capability,
    Component,
    ConfirmProduction,
    ConsumeMaterial,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Outcome,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    RecordDowntime,
    SetLotStatus,
    StockLevel,
)
from app.domain.erp_errors import (
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnsupportedError,
)
from app.domain.text import safe
from app.erp.changes import latest, since
from app.erp.codec import digest
from app.erp.differing import add
from app.erp.erpnext.frappe import DuplicateError, Frappe, own_name
from app.erp.loose import Fields, local
from app.erp.lots import lot_text, without_lookalikes
from app.erp.web import Web

WORK_ORDERS = "erpnext.manufacturing.doctype.work_order.work_order"
ENTRY, STOP, ORDER, BATCH = "Stock Entry", "Downtime Entry", "Work Order", "Batch"
CLOSED = ("Completed", "Closed", "Stopped", "Cancelled")
STATES: Mapping[str, str] = MappingProxyType({"In Process": "running", **dict.fromkeys(CLOSED, "done")})
"""An order's state in the port's words; all others are planned."""
STAMP = "modified"
MANUFACTURE, FINAL = "Manufacture", "[final]"
SUBMITTED, CANCELLED = 1, 2


class ErpNext:
    """ERPNext from 15 on; `time_zone`: that of its system settings. `stop_reason` is one of its fixed list.

    `secret` is "key:secret" of an API user.
    """

    capabilities: frozenset[Capability] = frozenset({Capability.LOT_BLOCKS, Capability.DOWNTIME})

    def __init__(
        self,
        url: str,
        time_zone: str,
        secret: Callable[[], str],
        stop_reason: str = "Other",
        operator: str = "",
        certificates: str = "",
        timeout_s: float = 20.0,
    ) -> None:
        web = Web(
            url,
            timeout_s=timeout_s,
            certificates=certificates,
            sign_in=lambda: {"Authorization": f"token {secret()}"},
        )
        self._frappe = Frappe(web)
        self._zone = ZoneInfo(time_zone)
        self._reason, self._operator = stop_reason, operator

    async def probe(self) -> ErpInfo:
        """Who answers: our API user's name must come back."""
        if not isinstance(await self._frappe.ask("frappe.auth.get_logged_user"), str):
            raise ErpProtocolError("ERPNext does not know who we are.")
        return ErpInfo(product="ERPNext", version="API v2")

    async def products(self, cursor: str = "") -> Page[Product]:
        wanted = [["disabled", "=", 0], *changed(cursor)]
        rows = await self._frappe.all("Item", wanted, ["name", "item_name", "stock_uom", STAMP])
        products = (
            Product(code=row.code("name"), name=row.name("item_name"), unit=row.text("stock_uom")) for row in rows
        )
        return Page(rows=tuple(products), cursor=latest(cursor, stamps(rows)), complete=not cursor)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        """Open orders; of those that changed also what was finished or called off."""
        opened = [["docstatus", "=", 1], ["status", "not in", list(CLOSED)]]
        wanted = [["docstatus", "in", [SUBMITTED, CANCELLED]], *changed(cursor)] if cursor else opened
        rows = await self._frappe.all(ORDER, wanted, ["name", STAMP])
        orders = [self._order(await self._frappe.needed(ORDER, row.code("name"))) for row in rows]
        return Page(rows=tuple(orders), cursor=latest(cursor, stamps(rows)), complete=not cursor)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        fields = ["name", "item", "batch_qty", "stock_uom", "disabled", STAMP]
        rows = await self._frappe.all(BATCH, changed(cursor), fields)
        return Page(
            cursor=latest(cursor, stamps(rows)),
            complete=not cursor,
            rows=without_lookalikes(
                Lot(
                    number=row.code("name"),
                    product=row.code("item"),
                    quantity=max(Decimal(0), row.quantity("batch_qty", signed=True)),
                    unit=row.text("stock_uom"),
                    status="hold" if row.number("disabled") else "released",
                )
                for row in rows
            ),
        )

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        """What lies where; always whole."""
        rows = await self._frappe.all("Bin", [], ["item_code", "warehouse", "actual_qty", "stock_uom"])
        return Page(
            rows=tuple(
                StockLevel(
                    product=row.code("item_code"),
                    location=row.name("warehouse"),
                    quantity=row.quantity("actual_qty", signed=True),
                    unit=row.text("stock_uom"),
                )
                for row in rows
            )
        )

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        filters = [["docstatus", "=", 1], ["status", "not in", ["Completed", "Closed", "On Hold"]]]
        found: list[CustomerOrderLine] = []
        for row in await self._frappe.all("Sales Order", filters, ["name"]):
            found += self._demanded(await self._frappe.needed("Sales Order", row.code("name")))
        return Page(rows=tuple(found))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Post once by the document's name."""
        step = STEPS.get(type(command))
        if step is None:
            raise ErpUnsupportedError("ERPNext has no place for this.", "It is kept in Lineside only.")
        return await step(self, command)

    async def find(self, key: str) -> Receipt | None:
        """The document of a key once it is whole; one that was only begun is none: post it again."""
        entry = await self._frappe.find(ENTRY, own_name(key))
        if entry is not None:
            done = entry.number("docstatus") == SUBMITTED and await self._finished(entry)
            return entered(key, entry, Outcome.ALREADY_APPLIED) if done else None
        stop = await self._frappe.find(STOP, own_name(key))
        return None if stop is None else receipt(key, own_name(key), Outcome.ALREADY_APPLIED)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._frappe.aclose()

    async def confirm(self, command: ConfirmProduction) -> Receipt:
        """A stock entry of purpose Manufacture, made by ERPNext's own proposal; the last one closes the order."""
        entry = await self._frappe.find(ENTRY, own_name(command.key))
        if entry is None:
            entry = await self._proposed(command)
        outcome, entry = await self._submitted(command, entry)
        if command.final and not await self._finished(entry):
            await self._frappe.call(f"{WORK_ORDERS}.close_work_order", work_order=command.order, status="Closed")
            if not await self._finished(entry):
                raise ErpOutcomeUnknownError(f"ERPNext took it, and {safe(command.order, 60)} is still open.")
            outcome = Outcome.APPLIED
        return entered(command.key, entry, outcome)

    async def consume(self, command: ConsumeMaterial) -> Receipt:
        """A stock entry that takes components out of the order's warehouse."""
        if not command.consumptions or any(taken.quantity <= 0 for taken in command.consumptions):
            raise ErpRejectedError("Nothing to consume was named, or not more than nought of it.", "quantity")
        entry = await self._frappe.find(ENTRY, own_name(command.key))
        if entry is None:
            order = await self._open_order(command.order)
            store = order.text("wip_warehouse") or order.text("source_warehouse")
            items = [
                {
                    "item_code": taken.product,
                    "qty": taken.quantity,
                    "uom": taken.unit,
                    "s_warehouse": store,
                    **({"batch_no": lot_text(taken.lot), "use_serial_batch_fields": 1} if taken.lot else {}),
                }
                for taken in command.consumptions
            ]
            kind = "Material Consumption for Manufacture"
            values = {"stock_entry_type": kind, "purpose": kind, "work_order": command.order, "items": items}
            entry = await self._made(ENTRY, command, values | self._posted_at(command))
        outcome, entry = await self._submitted(command, entry)
        return entered(command.key, entry, outcome)

    async def lot_status(self, command: SetLotStatus) -> Receipt:
        """Disable a batch or enable it: a disabled one is refused in every stock entry."""
        if command.status == "scrapped":
            raise ErpUnsupportedError("ERPNext scraps quantities.", "The batch stays disabled; issue it in ERPNext.")
        wanted = command.status == "hold"
        batch = await self._frappe.needed(BATCH, lot_text(command.lot))
        if command.product and batch.text("item") != command.product:
            raise ErpRejectedError(f"Batch {safe(command.lot, 60)} is of {batch.name('item')}.", "wrong_lot")
        outcome = Outcome.ALREADY_APPLIED
        if bool(batch.number("disabled")) is not wanted:
            values = {"disabled": int(wanted), "modified": batch.text("modified")}
            await self._frappe.change(BATCH, command.lot, values)
            batch, outcome = await self._frappe.needed(BATCH, command.lot), Outcome.APPLIED
        if bool(batch.number("disabled")) is not wanted:
            raise ErpOutcomeUnknownError(f"ERPNext took it, and batch {safe(command.lot, 60)} is as it was.")
        return receipt(command.key, safe(command.lot, 300), outcome)

    async def downtime(self, command: RecordDowntime) -> Receipt:
        """A downtime entry at a workstation."""
        if await self._frappe.find(STOP, own_name(command.key)) is not None:
            return receipt(command.key, own_name(command.key), Outcome.ALREADY_APPLIED)
        values = {
            "workstation": command.machine,
            "from_time": self._written(command.start_at),
            "to_time": self._written(command.end_at),
            "stop_reason": self._reason,
            "remarks": command.reason,
            **({"operator": self._operator} if self._operator else {}),
        }
        await self._made(STOP, command, values)
        return receipt(command.key, own_name(command.key), Outcome.APPLIED)

    async def _proposed(self, command: ConfirmProduction) -> Fields:
        """ERPNext's own proposal for what was made, with our name, lot and loss."""
        order = await self._open_order(command.order)
        if order.text("stock_uom") != command.unit:
            raise ErpRejectedError(f"{command.order} is kept in {order.name('stock_uom')}.", "unit")
        quantity = command.good + command.scrap
        proposal = Fields(
            await self._frappe.ask(
                f"{WORK_ORDERS}.make_stock_entry",
                work_order_id=command.order,
                purpose=MANUFACTURE,
                qty=quantity,
            ),
            "proposal",
        )
        items = [dict(row.values) for row in proposal.rows("items")]
        for item in items:
            if item.get("is_finished_item") and command.lot:
                item |= {"batch_no": lot_text(command.lot), "use_serial_batch_fields": 1}
        values = {**proposal.values, "items": items, "process_loss_qty": command.scrap}
        return await self._made(ENTRY, command, values | self._posted_at(command))

    async def _made(self, doctype: str, command: ErpCommand, values: Mapping[str, object]) -> Fields:
        """The document under our name, made now or just before by an answer that was lost."""
        name = own_name(command.key)
        final = FINAL if getattr(command, "final", False) else ""
        noted = f"{values.get('remarks', '')} Lineside {digest(command)} {final}".strip()
        with suppress(DuplicateError):
            await self._frappe.make(doctype, {**values, "name": name, "remarks": noted})
        return await self._frappe.needed(doctype, name)

    async def _submitted(self, command: ErpCommand, entry: Fields) -> tuple[Outcome, Fields]:
        """Submit a draft of ours and see that it is, and as what; a document of another posting is none of ours."""
        name = entry.text("name")
        if f"Lineside {digest(command)}" not in entry.text("remarks"):
            raise ErpProtocolError(f"Key {command.key} already stands for another posting ({safe(name, 80)}).")
        if entry.number("docstatus") == CANCELLED:
            raise ErpRejectedError(f"{ENTRY} {safe(name, 80)} was cancelled in ERPNext.", "cancelled")
        if entry.number("docstatus") == SUBMITTED:
            return Outcome.ALREADY_APPLIED, entry
        await self._frappe.press(ENTRY, name, "submit")
        entry = await self._frappe.needed(ENTRY, name)
        if entry.number("docstatus") != SUBMITTED:
            raise ErpOutcomeUnknownError(f"ERPNext took {safe(name, 80)} and has not submitted it yet.")
        return Outcome.APPLIED, entry

    async def _finished(self, entry: Fields) -> bool:
        """Whether an entry that closes its order has closed it; any other one has nothing to close."""
        if FINAL not in entry.text("remarks"):
            return True
        return (await self._frappe.needed(ORDER, entry.text("work_order"))).text("status") in CLOSED

    async def _open_order(self, number: str) -> Fields:
        order = await self._frappe.needed(ORDER, number)
        if order.text("status") in CLOSED:
            raise ErpRejectedError(f"Work Order {number} is {order.name('status')} in ERPNext.", "order_closed")
        return order

    def _posted_at(self, command: ErpCommand) -> dict[str, object]:
        there = local(command.occurred_at, self._zone)
        return {"set_posting_time": 1, "posting_date": there.date().isoformat(), "posting_time": f"{there.time()}"}

    def _written(self, at: datetime) -> str:
        return local(at, self._zone).isoformat(sep=" ")

    def _order(self, row: Fields) -> ProductionOrder:
        quantity = row.quantity("qty")
        operations = list(row.rows("operations"))
        due = "planned_end_date" if row.text("planned_end_date") else "planned_start_date"
        return ProductionOrder(
            number=row.code("name"),
            product=row.code("production_item"),
            product_name=row.name("item_name") or row.name("production_item"),
            line=operations[0].text("workstation") if operations else "",
            quantity=quantity,
            unit=row.text("stock_uom"),
            due_at=row.instant(due, self._zone),
            start_at=row.instant("planned_start_date", self._zone),
            state=STATES.get(row.text("status"), "planned"),
            good=row.quantity("produced_qty"),
            scrap=row.quantity("process_loss_qty"),
            components=tuple(
                Component(
                    product=part.code("item_code"),
                    quantity=part.quantity("required_qty") / quantity,
                    unit=part.text("stock_uom"),
                )
                for part in row.rows("required_items")
                if quantity
            ),
            version=row.text("modified"),
        )

    def _demanded(self, order: Fields) -> list[CustomerOrderLine]:
        return [
            CustomerOrderLine(
                number=f"{order.code('name')}/{line.number('idx')}",
                customer=order.name("customer"),
                product=line.code("item_code"),
                quantity=line.quantity("qty"),
                unit=line.text("uom"),
                due_at=(line if line.text("delivery_date") else order).instant("delivery_date", self._zone),
            )
            for line in order.rows("items")
        ]


STEPS: Mapping[type[ErpCommand], Callable[[ErpNext, Any], Awaitable[Receipt]]] = MappingProxyType(
    {
        ConfirmProduction: ErpNext.confirm,
        ConsumeMaterial: ErpNext.consume,
        SetLotStatus: ErpNext.lot_status,
        RecordDowntime: ErpNext.downtime,
    }
)
"""Every command that ERPNext has a place for."""


def changed(cursor: str) -> list[object]:
    """The filter of documents that were made or changed since; none without a cursor. The site's own clock."""
    asked = since(cursor)
    return [[STAMP, ">", asked.isoformat(sep=" ")]] if asked else []


def stamps(rows: Iterable[Fields]) -> list[datetime]:
    """When each document was changed last, by the site's own clock, which has no zone and is compared as it is."""
    try:
        return [datetime.fromisoformat(text).replace(tzinfo=None) for row in rows if (text := row.text(STAMP))]
    except ValueError as error:
        raise ErpProtocolError("ERPNext sent a document whose time of change is none.") from error


def entered(key: str, entry: Fields, outcome: Outcome) -> Receipt:
    """The receipt of a stock entry, with what it says."""
    booked: dict[str, Decimal] = {}
    if entry.text("purpose") == MANUFACTURE:
        scrap = entry.quantity("process_loss_qty")
        booked = {"good": entry.quantity("fg_completed_qty") - scrap, "scrap": scrap}
    else:
        for item in entry.rows("items"):
            add(booked, item.code("item_code"), item.text("batch_no"), item.quantity("qty"))
    return replace(receipt(key, entry.text("name"), outcome), booked=booked)


def receipt(key: str, document: str, outcome: Outcome) -> Receipt:
    """The port's receipt."""
    return Receipt(key=key, outcome=outcome, refs={"document": document})
