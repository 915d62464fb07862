"""The rows that Tryton answers, in the shapes in which they are accepted; any other is refused with the place named.

A related record comes under its field's name with a dot: {"product.": {"code": …}}. Pure.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct, field

from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp import wire

Code = Annotated[str, Meta(min_length=1, max_length=300)]
Name = Annotated[str, Meta(max_length=10_000)]
Shape = TypeVar("Shape")

FRACTION = Decimal("0.000000001")
"""Tryton counts in binary fractions: 0.1 + 0.2 is brought back to 0.3."""


class Coded(Struct):
    id: int
    code: Name | None = None
    name: Name = ""


class Identified(Struct):
    id: int


class LotMove(Struct):
    lot: int


class Unit(Struct):
    id: int
    symbol: Code


class Place(Struct):
    id: int
    name: Name = ""
    type: str = ""


class LotName(Struct):
    id: int
    number: Code


class Move(Struct):
    """A line of an order's inputs or outputs."""

    id: int
    state: str
    quantity: Decimal
    product: Coded = field(name="product.")
    to_location: Place = field(name="to_location.")
    lot: LotName | None = field(name="lot.", default=None)

    @property
    def open(self) -> bool:
        """Whether it is still a plan: not booked, not cancelled."""
        return self.state not in ("done", "cancelled")


class Cycle(Struct):
    id: int
    state: str
    create_uid: int


class Operation(Struct):
    id: int
    name: Name = ""
    work_center_category: int | None = None


class Work(Struct):
    id: int
    state: str
    operation: Operation = field(name="operation.")
    cycles: list[Cycle] = field(name="cycles.")


class Warehouse(Struct):
    id: int
    storage_location: int
    production_picking_location: int | None = None
    production_output_location: int | None = None

    @property
    def takes_from(self) -> int:
        """Where an order's components lie."""
        return self.production_picking_location or self.storage_location

    @property
    def puts_into(self) -> int:
        """Where what was made goes."""
        return self.production_output_location or self.storage_location


class Production(Struct):
    """An order as it is posted to."""

    id: int
    state: str
    quantity: Decimal
    number: Code
    timestamp: str = field(name="_timestamp")
    location: int
    company: int
    product: Coded = field(name="product.")
    unit: Unit = field(name="unit.")
    warehouse: Warehouse = field(name="warehouse.")
    inputs: list[Move] = field(name="inputs.")
    outputs: list[Move] = field(name="outputs.")
    works: list[Work] = field(name="works.", default_factory=list)
    bom: int | None = None
    reference: str | None = None


PRODUCTION = (
    "number", "state", "quantity", "reference", "bom", "location", "company", "_timestamp", "product.code",
    "product.name", "unit.symbol", "warehouse.storage_location", "warehouse.production_picking_location",
    "warehouse.production_output_location",
    *(f"{side}.{name}" for side in ("inputs", "outputs") for name in (
        "state", "quantity", "product.code", "lot.number", "to_location.type",
    )),
    "works.state", "works.operation.name", "works.operation.work_center_category", "works.cycles.state",
    "works.cycles.create_uid",
)  # fmt: skip
"""The fields of Production."""


class Centre(Struct):
    id: int
    name: Name
    parent: Coded | None = field(name="parent.", default=None)


class WorkRow(Struct):
    id: int
    work_center: Centre | None = field(name="work_center.", default=None)


class OrderRow(Struct):
    """An order as it is read for screens. Its days are the company's."""

    id: int
    state: str
    quantity: Decimal
    number: Name | None
    write_date: datetime | None
    create_date: datetime
    planned_date: date | None
    planned_start_date: date | None
    timestamp: str = field(name="_timestamp")
    product: Coded | None = field(name="product.")
    unit: Unit | None = field(name="unit.")
    outputs: list[Move] = field(name="outputs.")
    work_center: Coded | None = field(name="work_center.", default=None)
    works: list[WorkRow] = field(name="works.", default_factory=list)
    bom: int | None = None
    reference: str | None = None

    @property
    def line(self) -> str:
        """The work centre above those of its operations; before it has any, the one that it is planned for."""
        for work in self.works:
            if work.work_center is not None:
                return (work.work_center.parent or work.work_center).name
        return self.work_center.name if self.work_center else ""


ORDER = (
    "number", "state", "quantity", "reference", "bom", "_timestamp", "write_date", "create_date", "planned_date",
    "planned_start_date", "product.code", "product.name", "unit.symbol", "work_center.name",
    "works.work_center.name", "works.work_center.parent.name", "outputs.state",
    "outputs.quantity", "outputs.product.code", "outputs.lot.number", "outputs.to_location.type",
)  # fmt: skip


class Part(Struct):
    id: int
    quantity: Decimal
    product: Coded = field(name="product.")
    unit: Unit = field(name="unit.")


class Bom(Struct):
    id: int
    inputs: list[Part] = field(name="inputs.")
    outputs: list[Part] = field(name="outputs.")


BOM = tuple(f"{side}.{name}" for side in ("inputs", "outputs") for name in ("quantity", "product.code", "unit.symbol"))


class ProductRow(Struct):
    id: int
    code: Name | None
    name: Name
    write_date: datetime | None
    create_date: datetime
    default_uom: Unit = field(name="default_uom.")
    producible: bool = False


PRODUCT = ("code", "name", "default_uom.symbol", "producible", "write_date", "create_date")


class LotRow(Struct):
    id: int
    number: Code
    quantity: Decimal
    product: Coded = field(name="product.")
    default_uom: Unit = field(name="default_uom.")


LOT = ("number", "quantity", "product.code", "default_uom.symbol")


class LevelRow(Struct):
    id: int
    code: Name | None
    quantity: Decimal
    default_uom: Unit = field(name="default_uom.")


LEVEL = ("code", "quantity", "default_uom.symbol")


class Party(Struct):
    name: Name | None = None


class Sale(Struct):
    number: Name | None
    shipping_date: date | None
    party: Party = field(name="party.")


class SaleLine(Struct):
    id: int
    quantity: Decimal
    shipping_date: date | None
    product: Coded = field(name="product.")
    unit: Unit = field(name="unit.")
    sale: Sale = field(name="sale.")


SALE_LINE = (
    "quantity", "shipping_date", "product.code", "unit.symbol", "sale.number", "sale.shipping_date", "sale.party.name",
)  # fmt: skip


class PlaceRow(Struct):
    """A storage place with what it has of the product, or lot, that was asked for."""

    id: int
    name: Name
    quantity: Decimal | None = None


class Shipment(Struct):
    id: int
    state: str
    number: Name | None
    from_location: int


def rows(found: object, shape: type[Shape]) -> list[Shape]:
    """The rows in their shape; raises ErpProtocolError and names the place where one has another."""
    try:
        return msgspec.convert(found, list[shape])  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise ErpProtocolError(f"Tryton's answer makes no sense: {safe(str(error), 200)}.") from error


def tidy(value: Decimal, signed: bool = False) -> Decimal:
    """A plausible quantity, without what binary counting added; raises ErpProtocolError for one that can't be."""
    sound = wire.quantity(value, signed).quantize(FRACTION).normalize()
    return sound if int(sound.as_tuple().exponent) <= 0 else sound.quantize(Decimal(1))
