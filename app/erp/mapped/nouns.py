"""Rows that a mapped ERP sent, under the port's own names, as the port's nouns. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from app.domain.erp import CustomerOrderLine, Lot, Product, ProductionOrder, StockLevel
from app.erp.loose import Fields
from app.erp.mapped.fields import Value

Settings = Mapping[str, Value]


def product_of(row: Fields, settings: Settings, zone: ZoneInfo) -> Product:
    """An item."""
    return Product(code=row.code("code"), name=row.name("name"), unit=row.text("unit"))


def level_of(row: Fields, settings: Settings, zone: ZoneInfo) -> StockLevel:
    """What lies where."""
    return StockLevel(
        product=row.code("product"),
        location=row.name("location"),
        quantity=row.quantity("quantity", signed=True),
        unit=row.text("unit"),
    )


def lot_of(row: Fields, settings: Settings, zone: ZoneInfo) -> Lot:
    """A lot."""
    return Lot(
        number=row.code("number"),
        product=row.code("product"),
        quantity=row.quantity("quantity"),
        unit=row.text("unit"),
        status=word_of(settings, "lots.status", row.text("status")),
        location=row.name("location"),
    )


def demand_of(row: Fields, settings: Settings, zone: ZoneInfo) -> CustomerOrderLine:
    """What a customer waits for."""
    return CustomerOrderLine(
        number=row.code("number"),
        customer=row.name("customer"),
        product=row.code("product"),
        quantity=row.quantity("quantity"),
        unit=row.text("unit"),
        due_at=row.instant("due_at", zone),
        order=row.text("order"),
    )


def order_of(row: Fields, settings: Settings, zone: ZoneInfo) -> ProductionOrder:
    """An order."""
    return ProductionOrder(
        number=row.code("number"),
        product=row.code("product"),
        product_name=row.name("product_name") or row.name("product"),
        line=row.text("line"),
        quantity=row.quantity("quantity"),
        unit=row.text("unit"),
        due_at=row.instant("due_at", zone),
        start_at=row.instant("start_at", zone),
        state=word_of(settings, "orders.state", row.text("state")) or "planned",
        good=row.quantity("good"),
        scrap=row.quantity("scrap"),
    )


def word_of(settings: Settings, field: str, theirs: str) -> str:
    """Our word for one of theirs: `lots.status.hold = "Q"` says that their Q is our hold."""
    prefix = f"{field}."
    ours = [k.removeprefix(prefix) for k, v in settings.items() if k.startswith(prefix) and v == theirs]
    return ours[0] if ours else theirs
