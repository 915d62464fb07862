"""Rows that SAP sent, as the port's nouns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.domain.erp import Component, CustomerOrderLine, Lot, Product, ProductionOrder, StockLevel
from app.domain.text import safe
from app.erp.loose import Fields
from app.erp.sap.odata import day_and_time

RESTRICTED = "MatlBatchIsInRstrcdUseStock"


def product_of(row: Fields) -> Product:
    """A material with its English name, or any."""
    names = list(Fields(row.values.get("to_Description") or {}, "names").rows("results"))
    english = [each for each in names if each.text("Language") == "EN"]
    name = (english or names or [row])[0].name("ProductDescription")
    return Product(code=row.code("Product"), name=name or row.name("Product"), unit=row.text("BaseUnit"))


def lot_of(row: Fields, lying: Mapping[tuple[str, str], list[StockLevel]]) -> Lot:
    """A batch and what lies of it in this plant."""
    levels = lying.get((row.text("Material"), row.text("Batch")), [])
    return Lot(
        number=row.code("Batch"),
        product=row.code("Material"),
        quantity=sum((level.quantity for level in levels), Decimal(0)),
        unit=levels[0].unit if levels else "",
        status="hold" if truth(row, RESTRICTED) else "released",
        location=safe(", ".join(dict.fromkeys(level.location for level in levels))),
    )


def level_of(row: Fields) -> StockLevel:
    """A stock of a material in a storage location."""
    return StockLevel(
        product=row.code("Material"),
        location=row.name("StorageLocation"),
        quantity=row.quantity("MatlWrhsStkQtyInMatlBaseUnit", signed=True),
        unit=row.text("MaterialBaseUnit"),
    )


def order_of(row: Fields, zone: ZoneInfo) -> ProductionOrder:
    """An order with what it takes."""
    quantity = row.quantity("TotalQuantity")
    closed = truth(row, "OrderIsClosed") or truth(row, "OrderIsTechnicallyCompleted")
    started = row.quantity("MfgOrderConfirmedYieldQty") > 0 or truth(row, "OrderIsPartiallyConfirmed")
    operations = list(Fields(row.values.get("to_ProductionOrderOperation") or {}, "operations").rows("results"))
    parts = Fields(row.values.get("to_ProductionOrderComponent") or {}, "components").rows("results")
    return ProductionOrder(
        number=row.code("ManufacturingOrder"),
        product=row.code("Material"),
        product_name=row.name("MaterialName") or row.name("Material"),
        line=operations[0].text("WorkCenter") if operations else "",
        quantity=quantity,
        unit=row.text("ProductionUnit"),
        due_at=day_and_time(row, "MfgOrderScheduledEndDate", "MfgOrderScheduledEndTime", zone),
        start_at=day_and_time(row, "MfgOrderScheduledStartDate", "MfgOrderScheduledStartTime", zone),
        state="done" if closed else "running" if started else "planned",
        good=row.quantity("MfgOrderConfirmedYieldQty"),
        scrap=row.quantity("MfgOrderConfirmedScrapQty"),
        components=tuple(
            Component(
                product=part.code("Material"),
                quantity=part.quantity("RequiredQuantity") / quantity,
                unit=part.text("BaseUnit"),
            )
            for part in parts
            if quantity
        ),
    )


def demand_of(row: Fields, zone: ZoneInfo) -> CustomerOrderLine:
    """What a customer waits for."""
    order = Fields(row.values.get("to_SalesOrder"), "sales order")
    return CustomerOrderLine(
        number=f"{row.code('SalesOrder')}/{row.code('SalesOrderItem')}",
        customer=order.name("SoldToParty"),
        product=row.code("Material"),
        quantity=row.quantity("RequestedQuantity"),
        unit=row.text("RequestedQuantityUnit"),
        due_at=day_and_time(order, "RequestedDeliveryDate", "", zone),
    )


def truth(row: Fields, name: str) -> bool:
    """A yes or no, which some services write as X."""
    value = row.values.get(name)
    if value not in (None, True, False, "", "X"):
        raise row.wrong(name, value)
    return value in (True, "X")
