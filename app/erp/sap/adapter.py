"""SAP S/4HANA behind the port: production order confirmations, goods movements and batch status by OData.

A confirmation is found by ExternalSystemConfirmation, a movement by its ReferenceDocument: both are made from the
posting's key. A batch has no such key: its state is read before it is changed, under its ETag, and read back.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from app.domain.erp import (
    Capability,
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
    SetLotStatus,
    StockLevel,
)
from app.domain.erp_errors import ErpOutcomeUnknownError, ErpProtocolError, ErpRejectedError, ErpUnsupportedError
from app.domain.text import safe
from app.erp.differing import add
from app.erp.levels import summed
from app.erp.loose import Fields
from app.erp.lots import lot_text, without_lookalikes
from app.erp.sap.nouns import RESTRICTED, demand_of, level_of, lot_of, order_of, product_of, truth
from app.erp.sap.odata import MOST_BYTES, OData, changed, changed_last, literal, sap_day, sap_time, signed
from app.erp.web import Web

CONFIRMATIONS, CONFIRMATION = "API_PROD_ORDER_CONFIRMATION_2_SRV", "ProdnOrdConf2"
DOCUMENTS, DOCUMENT = "API_MATERIAL_DOCUMENT_SRV", "A_MaterialDocumentHeader"
ORDERS, BATCHES, PRODUCTS = "API_PRODUCTION_ORDER_2_SRV", "API_BATCH_SRV", "API_PRODUCT_SRV"
STOCKS, SALES = "API_MATERIAL_STOCK_SRV", "API_SALES_ORDER_SRV"
ISSUE_TO_ORDER, SCRAP = "261", "551"
MINUTES = "MIN"
STOCK_KEY = (
    "Material,StorageLocation,Batch,Supplier,Customer,WBSElementInternalID,SDDocument,SDDocumentItem,"
    "InventorySpecialStockType,InventoryStockType"
)
"""What tells the stocks of one plant apart: pages in a lesser order may tell a row twice and another one never."""


class SapS4:
    """One plant of S/4HANA.

    `operation`: the operation that is confirmed, empty for the order as a whole (S/4 can't mix both on one order);
    `storage_location`: where components are taken from; `time_zone`: the plant's.
    """

    capabilities: frozenset[Capability] = frozenset({Capability.LOT_BLOCKS})

    def __init__(
        self,
        url: str,
        plant: str,
        time_zone: str,
        secret: Callable[[], str],
        user: str = "",
        client: str = "",
        operation: str = "",
        storage_location: str = "",
        certificates: str = "",
        timeout_s: float = 30.0,
    ) -> None:
        web = Web(
            url,
            timeout_s=timeout_s,
            most_bytes=MOST_BYTES,
            certificates=certificates,
            sign_in=lambda: signed(user, secret(), client),
        )
        self._odata = OData(web)
        self._plant, self._zone = plant, ZoneInfo(time_zone)
        self._operation, self._storage = operation, storage_location

    async def probe(self) -> ErpInfo:
        """Whether the confirmations can be asked for."""
        await self._confirmed("lineside probe")
        return ErpInfo(product="SAP S/4HANA", version="OData 2")

    async def products(self, cursor: str = "") -> Page[Product]:
        rows = await self._odata.rows(PRODUCTS, "A_Product", changed(cursor), "to_Description", "Product")
        products = tuple(product_of(row) for row in rows)
        return Page(rows=products, cursor=changed_last(cursor, rows), complete=not cursor)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        """Released orders. Whether a confirmation by somebody else changes the order's own date is SAP's business."""
        released = f"ProductionPlant eq {literal(self._plant)} and OrderIsReleased eq 'X'"
        rows = await self._odata.rows(
            ORDERS,
            "A_ProductionOrder_2",
            f"{released} and {changed(cursor)}" if cursor else released,
            "to_ProductionOrderOperation,to_ProductionOrderComponent",
            "ManufacturingOrder",
        )
        orders = tuple(order_of(row, self._zone) for row in rows)
        return Page(rows=orders, cursor=changed_last(cursor, rows), complete=not cursor)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        """Batches with what lies of them. Always whole: a batch does not change when its stock does."""
        lying: dict[tuple[str, str], list[StockLevel]] = {}
        for row in await self._stocks():
            lying.setdefault((row.text("Material"), row.text("Batch")), []).append(level_of(row))
        rows = await self._odata.rows(BATCHES, "Batch", key="Material,Batch")
        return Page(rows=without_lookalikes(lot_of(row, lying) for row in rows))

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        """What lies where; always whole."""
        return Page(rows=summed(map(level_of, await self._stocks())))

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        filter_ = f"ProductionPlant eq {literal(self._plant)} and DeliveryStatus ne 'C'"
        rows = await self._odata.rows(SALES, "A_SalesOrderItem", filter_, "to_SalesOrder", "SalesOrder,SalesOrderItem")
        return Page(rows=tuple(demand_of(row, self._zone) for row in rows))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Post once by key; what stands under it already is compared with what is to be posted."""
        step = STEPS.get(type(command))
        if step is None:
            raise ErpUnsupportedError(
                "SAP takes this by no service that Lineside uses.", "It is kept in Lineside only."
            )
        return await step(self, command)

    async def find(self, key: str) -> Receipt | None:
        """The confirmation or movement of a key; a batch's status leaves none, and may simply be set again."""
        found = await self._confirmed(key)
        if found is not None:
            return confirmed(key, Outcome.ALREADY_APPLIED, found)
        document = await self._moved(key)
        return None if document is None else moved(key, Outcome.ALREADY_APPLIED, document)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._odata.aclose()

    async def confirm(self, command: ConfirmProduction) -> Receipt:
        """A confirmation of good, scrap and time worked."""
        found = await self._confirmed(command.key)
        if found is not None:
            if found.text("OrderID").lstrip("0") != command.order.lstrip("0"):
                raise ErpProtocolError(f"Key {command.key} already stands for another confirmation in SAP.")
            return confirmed(command.key, Outcome.ALREADY_APPLIED, found)
        began_at = command.occurred_at - command.run
        values = {
            "OrderID": command.order,
            **({"OrderOperation": self._operation} if self._operation else {}),
            "ExternalSystemConfirmation": guid(command.key),
            "FinalConfirmationType": "X" if command.final else "",
            "IsFinalConfirmation": command.final,
            "ConfirmationUnit": command.unit,
            "ConfirmationYieldQuantity": f"{command.good:f}",
            "ConfirmationScrapQuantity": f"{command.scrap:f}",
            "ConfirmationText": f"Lineside {command.actor}"[:40],
            "PostingDate": sap_day(command.occurred_at, self._zone),
            "ConfirmedExecutionStartDate": sap_day(began_at, self._zone),
            "ConfirmedExecutionStartTime": sap_time(began_at, self._zone),
            "ConfirmedExecutionEndDate": sap_day(command.occurred_at, self._zone),
            "ConfirmedExecutionEndTime": sap_time(command.occurred_at, self._zone),
            **self._time_worked(command.run),
            **({"to_ProdnOrdConfMatlDocItm": [self._receipt_item(command)]} if command.lot and command.good else {}),
        }
        made = await self._odata.create(CONFIRMATIONS, CONFIRMATION, values)
        if made.text("ExternalSystemConfirmation").lower() != guid(command.key):
            raise ErpOutcomeUnknownError("SAP answered for another confirmation.")
        return confirmed(command.key, Outcome.APPLIED, made)

    async def consume(self, command: ConsumeMaterial) -> Receipt:
        """A goods issue to the order."""
        if not command.consumptions or any(taken.quantity <= 0 for taken in command.consumptions):
            raise ErpRejectedError("Nothing to consume was named, or not more than nought of it.", "quantity")
        items = [
            self._item(ISSUE_TO_ORDER, taken.product, taken.lot, taken.quantity, taken.unit)
            | {"ManufacturingOrder": command.order}
            for taken in command.consumptions
        ]
        return await self._move(command, items)

    async def lot_status(self, command: SetLotStatus) -> Receipt:
        """Restrict a batch or free it; scrap of a batch is a goods issue."""
        if command.status == "scrapped":
            if command.quantity is None:
                raise ErpUnsupportedError(
                    "SAP scraps quantities, not batches.", "Post movement 551 in SAP; the batch stays restricted."
                )
            unit = (await self._base_unit(command.product)) if command.product else ""
            item = self._item(SCRAP, command.product, command.lot, command.quantity, unit)
            return await self._move(command, [item])
        entity = self._batch(command.product, command.lot)
        wanted = command.status == "hold"
        row, etag = await self._odata.one(BATCHES, entity)
        if truth(row, RESTRICTED) is wanted:
            return receipt(command.key, Outcome.ALREADY_APPLIED, safe(command.lot, 300))
        await self._odata.change(BATCHES, entity, {RESTRICTED: wanted}, etag)
        row, _ = await self._odata.one(BATCHES, entity)
        if truth(row, RESTRICTED) is not wanted:
            raise ErpOutcomeUnknownError(
                f"SAP took the new status of batch {safe(command.lot, 60)} and shows the old one."
            )
        return receipt(command.key, Outcome.APPLIED, safe(command.lot, 300))

    async def _move(self, command: ErpCommand, items: list[dict[str, object]]) -> Receipt:
        found = await self._moved(command.key)
        if found is not None:
            return moved(command.key, Outcome.ALREADY_APPLIED, found)
        header = {
            "GoodsMovementCode": "03",
            "ReferenceDocument": reference(command.key),
            "PostingDate": sap_day(command.occurred_at, self._zone),
            "DocumentDate": sap_day(command.occurred_at, self._zone),
            "MaterialDocumentHeaderText": f"Lineside {command.actor}"[:25],
            "to_MaterialDocumentItem": items,
        }
        made = await self._odata.create(DOCUMENTS, DOCUMENT, header)
        return moved(command.key, Outcome.APPLIED, made)

    async def _confirmed(self, key: str) -> Fields | None:
        filter_ = f"ExternalSystemConfirmation eq guid{literal(guid(key))}"
        rows = [
            row
            for row in await self._odata.rows(CONFIRMATIONS, CONFIRMATION, filter_)
            if not truth(row, "IsReversed") and not truth(row, "IsReversal")
        ]
        return rows[0] if rows else None

    async def _moved(self, key: str) -> Fields | None:
        filter_ = f"ReferenceDocument eq {literal(reference(key))}"
        rows = await self._odata.rows(DOCUMENTS, DOCUMENT, filter_, "to_MaterialDocumentItem")
        return rows[0] if rows else None

    async def _stocks(self) -> list[Fields]:
        return await self._odata.rows(STOCKS, "A_MatlStkInAcctMod", f"Plant eq {literal(self._plant)}", key=STOCK_KEY)

    async def _base_unit(self, product: str) -> str:
        row, _ = await self._odata.one(PRODUCTS, f"A_Product({literal(product)})")
        return row.text("BaseUnit")

    def _batch(self, product: str, lot: str) -> str:
        return f"Batch(Material={literal(product)},BatchIdentifyingPlant='',Batch={literal(lot_text(lot))})"

    def _time_worked(self, run: timedelta) -> dict[str, object]:
        if not self._operation or run <= timedelta(0):
            return {}
        minutes = Decimal(run // timedelta(seconds=1)) / 60
        return {"OpConfirmedWorkQuantity1": f"{minutes:.3f}", "OpWorkQuantityUnit1": MINUTES}

    def _receipt_item(self, command: ConfirmProduction) -> dict[str, object]:
        """The goods receipt of what was made, with its batch."""
        item = {"Plant": self._plant, "GoodsMovementType": "101", "Batch": lot_text(command.lot)}
        return {**item, "QuantityInEntryUnit": f"{command.good:f}", "EntryUnit": command.unit, "OrderID": command.order}

    def _item(self, kind: str, product: str, lot: str, quantity: Decimal, unit: str) -> dict[str, object]:
        values: dict[str, object] = {
            "GoodsMovementType": kind,
            "Material": product,
            "Plant": self._plant,
            "QuantityInEntryUnit": f"{quantity:f}",
            "EntryUnit": unit,
        }
        values |= {"StorageLocation": self._storage} if self._storage else {}
        return values | ({"Batch": lot_text(lot)} if lot else {})


STEPS: Mapping[type[ErpCommand], Callable[[SapS4, Any], Awaitable[Receipt]]] = MappingProxyType(
    {ConfirmProduction: SapS4.confirm, ConsumeMaterial: SapS4.consume, SetLotStatus: SapS4.lot_status}
)
"""Every command that S/4 takes by these services."""


def guid(key: str) -> str:
    """The posting's key as a GUID: itself, or one that is made from it."""
    try:
        return str(UUID(key))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"lineside:{key}"))


def reference(key: str) -> str:
    """The posting's key in the sixteen characters of a reference document."""
    return base64.b32encode(sha256(key.encode()).digest()[:10]).decode()


def confirmation_ref(row: Fields) -> str:
    """What SAP calls a confirmation."""
    return f"{row.name('ConfirmationGroup')}/{row.name('ConfirmationCount')}"


def document_ref(row: Fields) -> str:
    """What SAP calls a material document."""
    return f"{row.name('MaterialDocument')}/{row.name('MaterialDocumentYear')}"


def confirmed(key: str, outcome: Outcome, row: Fields) -> Receipt:
    """The receipt of a confirmation, with what it says."""
    booked = {
        name: row.quantity(field)
        for name, field in (("good", "ConfirmationYieldQuantity"), ("scrap", "ConfirmationScrapQuantity"))
    }
    return replace(receipt(key, outcome, confirmation_ref(row)), booked=booked)


def moved(key: str, outcome: Outcome, row: Fields) -> Receipt:
    """The receipt of a material document, with what its items say where SAP gives them."""
    items = Fields(row.values.get("to_MaterialDocumentItem") or {}, "items of a material document")
    booked: dict[str, Decimal] = {}
    for item in items.rows("results"):
        add(booked, item.code("Material"), item.text("Batch"), item.quantity("QuantityInEntryUnit"))
    return replace(receipt(key, outcome, document_ref(row)), booked=booked)


def receipt(key: str, outcome: Outcome, document: str) -> Receipt:
    """The port's receipt."""
    return Receipt(key=key, outcome=outcome, refs={"document": document})
