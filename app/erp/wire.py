"""The shapes in which the demo ERP's answers are accepted; anything else is refused with the place named.

Codes and lots stay literal (never numbers); names and words of the ERP become safe text.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import Meta, Struct

from app.domain.erp import (
    Component,
    CustomerOrderLine,
    Lot,
    Product,
    ProductionOrder,
    Standard,
    StandardKind,
    StockLevel,
)
from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe

MOST = Decimal(10) ** 11
"""No quantity of a plant comes near this; one that does is a fault of the ERP's data."""

Code = Annotated[str, Meta(min_length=1, max_length=300)]
Name = Annotated[str, Meta(max_length=10_000)]
Instant = Annotated[datetime, Meta(tz=True)]
Row = TypeVar("Row")


class PageShape(Struct, Generic[Row]):
    rows: list[Row]
    next: str


class InfoShape(Struct):
    product: Name
    version: Name
    time: Instant


class ReceiptShape(Struct):
    key: Code
    repeated: bool
    refs: dict[str, str]


class FailureShape(Struct):
    code: Name
    message: Name
    token: Name = ""


class ProductShape(Struct):
    code: Code
    name: Name
    unit: Code

    def noun(self) -> Product:
        return Product(code=self.code, name=safe(self.name), unit=self.unit)


class ComponentShape(Struct):
    product: Code
    quantity: Decimal
    unit: Code

    def noun(self) -> Component:
        return Component(product=self.product, quantity=quantity(self.quantity), unit=self.unit)


class OrderShape(Struct):
    number: Code
    product: Code
    product_name: Name
    line: Name
    quantity: Decimal
    unit: Code
    due_at: Instant
    start_at: Instant
    state: Code
    good: Decimal
    scrap: Decimal
    components: list[ComponentShape] = []
    version: str = ""

    def noun(self) -> ProductionOrder:
        return ProductionOrder(
            number=self.number,
            product=self.product,
            product_name=safe(self.product_name),
            line=self.line,
            quantity=quantity(self.quantity),
            unit=self.unit,
            due_at=self.due_at,
            start_at=self.start_at,
            state=self.state,
            good=quantity(self.good),
            scrap=quantity(self.scrap),
            components=tuple(part.noun() for part in self.components),
            version=self.version,
        )


class LotShape(Struct):
    number: Code
    product: Code
    quantity: Decimal
    unit: Code
    status: Code
    location: Name = ""

    def noun(self) -> Lot:
        return Lot(
            number=self.number,
            product=self.product,
            quantity=quantity(self.quantity),
            unit=self.unit,
            status=self.status,
            location=safe(self.location),
        )


class StockShape(Struct):
    product: Code
    location: Name
    quantity: Decimal
    unit: Code

    def noun(self) -> StockLevel:
        return StockLevel(
            product=self.product,
            location=safe(self.location),
            quantity=quantity(self.quantity, signed=True),
            unit=self.unit,
        )


class DemandShape(Struct):
    number: Code
    customer: Name
    product: Code
    quantity: Decimal
    unit: Code
    due_at: Instant
    order: Name = ""

    def noun(self) -> CustomerOrderLine:
        return CustomerOrderLine(
            number=self.number,
            customer=safe(self.customer),
            product=self.product,
            quantity=quantity(self.quantity),
            unit=self.unit,
            due_at=self.due_at,
            order=self.order,
        )


class StandardShape(Struct):
    kind: StandardKind
    machine: Code
    product: Code
    value: Decimal
    unit: Name
    material: Name = ""
    load: Decimal | None = None
    version: str = ""

    def noun(self) -> Standard:
        return Standard(
            kind=self.kind,
            machine=self.machine,
            product=self.product,
            value=quantity(self.value),
            unit=safe(self.unit),
            material=self.material,
            load=None if self.load is None else quantity(self.load),
            version=self.version,
        )


def quantity(value: Decimal, signed: bool = False) -> Decimal:
    """The quantity, which is a plausible number; stock may be below nought, nothing else."""
    if not value.is_finite() or abs(value) > MOST or (value < 0 and not signed):
        raise ErpProtocolError(f"The ERP sent a quantity that can't be: {safe(str(value), 40)}.")
    return value


def read(body: bytes, shape: type[Row]) -> Row:
    """The answer in its shape; raises ErpProtocolError and names the place where it has another."""
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ErpProtocolError(f"The ERP's answer makes no sense: {safe(str(error), 200)}.") from error
