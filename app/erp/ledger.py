"""The business rules of a small ERP over any books: what a posting changes, and in which words it is refused.

Pure: books come in as an argument. Both twins book by these rules, so they can't drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Protocol

from app.domain.erp import (
    ConfirmProduction,
    ConsumeMaterial,
    Consumption,
    ErpCommand,
    Lot,
    MoveOrder,
    Product,
    ProductionOrder,
    RecordDowntime,
    SetLotStatus,
    SetStandard,
    Standard,
    StandardKind,
)
from app.domain.erp_errors import ErpProtocolError, ErpRejectedError
from app.erp.codec import KINDS, digest

ZERO = Decimal(0)
MOST_DELIVERED = Decimal("1.10")
"""How much of an order's quantity may be confirmed good."""

STORE, FINISHED = "Store", "Finished goods"
"""The two locations: components lie in the first, what was made goes to the second."""

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "confirm_production": "CF",
        "consume_material": "GI",
        "set_lot_status": "LS",
        "record_downtime": "DT",
        "move_order": "MO",
        "set_standard": "ST",
    }
)
"""The first letters of a document's number, by kind of posting."""


class KeyReuseError(ErpProtocolError):
    """A key that already stands for another body: a fault of the sender, never booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What was booked under a key. `digest` is that of the command's body."""

    key: str
    kind: str
    digest: str
    number: str
    refs: Mapping[str, str]


class Books(Protocol):
    """Where the ERP keeps its rows. All calls of one posting are one transaction."""

    def product(self, code: str) -> Product | None: ...
    def order(self, number: str) -> ProductionOrder | None: ...
    def lot(self, number: str) -> Lot | None: ...
    def lines(self) -> frozenset[str]: ...
    def standard(self, kind: StandardKind, machine: str, product: str) -> Standard | None: ...
    def put_standard(self, standard: Standard) -> None: ...
    def level(self, product: str, location: str) -> Decimal: ...
    def put_order(self, order: ProductionOrder) -> None: ...
    def put_lot(self, lot: Lot) -> None: ...
    def set_level(self, product: str, location: str, quantity: Decimal, unit: str) -> None: ...


class Register(Protocol):
    """Where the ERP files its documents, unique by key."""

    def document(self, key: str) -> Document | None: ...
    def file(self, document: Document, command: ErpCommand) -> None: ...
    def next_number(self) -> int: ...


def post(books: Books, register: Register, command: ErpCommand) -> tuple[Document, bool]:
    """Book a command once: its document, and whether it had been booked before.

    Raises ErpRejectedError in the ERP's words, KeyReuseError for a used key with another body.
    """
    body = digest(command)
    filed = register.document(command.key)
    if filed is not None:
        if filed.digest != body:
            raise KeyReuseError(f"Key {command.key} already stands for another posting ({filed.number}).")
        return filed, True
    kind = KINDS[type(command)]
    touched = POSTERS[type(command)](books, command)
    number = f"{PREFIXES[kind]}-{register.next_number():07d}"
    document = Document(key=command.key, kind=kind, digest=body, number=number, refs={"document": number, **touched})
    register.file(document, command)
    return document, False


def confirm_production(books: Books, command: ConfirmProduction) -> dict[str, str]:
    """Add good and scrap to the order and the good units to their lot, which is made at its first units."""
    order = open_order(books, command.order)
    same_unit(command.unit, order.unit, order.number)
    good = order.good + not_negative(command.good, "Good quantity")
    scrap = order.scrap + not_negative(command.scrap, "Scrap quantity")
    most = order.quantity * MOST_DELIVERED
    if good > most:
        raise ErpRejectedError(
            f"Over-delivery: {good} of {order.quantity} {order.unit} would be confirmed on {order.number}, "
            f"at most {most.normalize():f} are allowed.",
            "over_delivery",
        )
    if scrap > order.quantity:
        raise ErpRejectedError(f"More scrap than {order.number} is for: {scrap} {order.unit}.", "over_scrap")
    state = "done" if command.final else "running"
    books.put_order(changed(order, good=good, scrap=scrap, state=state))
    if command.lot:
        lot = lot_of(books, command.lot, order.product)
        books.put_lot(replace(lot, quantity=lot.quantity + command.good))
    add_stock(books, order.product, FINISHED, command.good, order.unit)
    return {"order": order.number, "lot": command.lot} if command.lot else {"order": order.number}


def consume_material(books: Books, command: ConsumeMaterial) -> dict[str, str]:
    """Take components out of the store; nothing is taken when one of them is refused."""
    order = open_order(books, command.order)
    if not command.consumptions:
        raise ErpRejectedError("Nothing to consume was named.", "empty")
    for taken in command.consumptions:
        take(books, taken)
    return {"order": order.number}


def take(books: Books, taken: Consumption) -> None:
    """Take one component from its lot, where one is named, and from the store."""
    product = known_product(books, taken.product)
    same_unit(taken.unit, product.unit, product.code)
    if not_negative(taken.quantity, f"Quantity of {product.code}") == ZERO:
        raise ErpRejectedError(f"Quantity of {product.code} is nought.", "quantity")
    if taken.lot:
        take_from_lot(books, taken)
    left = books.level(product.code, STORE) - taken.quantity
    if left < ZERO:
        raise ErpRejectedError(
            f"Not enough stock: {taken.quantity} {product.unit} of {product.code} wanted, "
            f"{books.level(product.code, STORE)} there.",
            "no_stock",
        )
    books.set_level(product.code, STORE, left, product.unit)


def take_from_lot(books: Books, taken: Consumption) -> None:
    """Take from a lot that exists, is free and has enough."""
    lot = books.lot(taken.lot)
    if lot is None or lot.product != taken.product:
        raise ErpRejectedError(f"Lot {taken.lot} of {taken.product} is unknown.", "unknown_lot")
    if lot.status != "released":
        raise ErpRejectedError(f"Lot {lot.number} is {spoken(lot.status)}: it can't be consumed.", "lot_blocked")
    if lot.quantity < taken.quantity:
        raise ErpRejectedError(f"Lot {lot.number} has {lot.quantity} {lot.unit}, {taken.quantity} wanted.", "no_stock")
    books.put_lot(replace(lot, quantity=lot.quantity - taken.quantity))


def set_lot_status(books: Books, command: SetLotStatus) -> dict[str, str]:
    """Block, free or scrap a lot, as a whole. A lot not yet confirmed may be blocked: it is made, empty."""
    if command.quantity is not None:
        not_negative(command.quantity, "Quantity")
    lot = lot_of(books, command.lot, command.product)
    if lot.status == "scrapped" and command.status != "scrapped":
        raise ErpRejectedError(f"Lot {lot.number} is scrapped: it can't be {spoken(command.status)}.", "lot_closed")
    books.put_lot(replace(lot, status=command.status))
    return {"lot": lot.number}


def record_downtime(books: Books, command: RecordDowntime) -> dict[str, str]:
    """File a stop of a machine; its end is not before its start."""
    if command.end_at < command.start_at:
        raise ErpRejectedError("The stop ends before it begins.", "period")
    if not command.machine.strip():
        raise ErpRejectedError("A stop needs a machine.", "unknown_machine")
    return {"machine": command.machine}


def move_order(books: Books, command: MoveOrder) -> dict[str, str]:
    """Plan an open order on another known line."""
    order = open_order(books, command.order)
    if command.to_line not in books.lines():
        raise ErpRejectedError(f"Line {command.to_line or '(none)'} is unknown.", "unknown_line")
    books.put_order(changed(order, line=command.to_line))
    return {"order": order.number, "line": command.to_line}


def set_standard(books: Books, command: SetStandard) -> dict[str, str]:
    """Plan with another value; refused where it was changed meanwhile, or has no such standard."""
    found = books.standard(command.kind, command.machine, command.product)
    if found is None:
        raise ErpRejectedError(
            f"There is no standard of {command.product or '(none)'} at {command.machine or '(none)'}.",
            "unknown_standard",
        )
    same_unit(command.unit, found.unit, f"The standard of {command.product}")
    if found.value != command.was:
        raise ErpRejectedError(
            f"The standard of {found.product} at {found.machine} was changed meanwhile: "
            f"it is {found.value.normalize():f} {found.unit}, not {command.was.normalize():f}.",
            "standard_changed",
        )
    if not_negative(command.value, "A standard") == ZERO:
        raise ErpRejectedError("A standard of nought plans nothing.", "quantity")
    books.put_standard(replace(found, value=command.value, version=str(int(found.version or "0") + 1)))
    return {"machine": found.machine, "product": found.product}


POSTERS: Mapping[type[ErpCommand], Callable[[Books, Any], dict[str, str]]] = MappingProxyType(
    {
        ConfirmProduction: confirm_production,
        ConsumeMaterial: consume_material,
        SetLotStatus: set_lot_status,
        RecordDowntime: record_downtime,
        MoveOrder: move_order,
        SetStandard: set_standard,
    }
)
"""How each command is booked; returns what it touched, for the receipt."""


def open_order(books: Books, number: str) -> ProductionOrder:
    """The order, which exists and is not closed."""
    order = books.order(number)
    if order is None:
        raise ErpRejectedError(f"Order {number or '(none)'} is unknown.", "unknown_order")
    if order.state == "done":
        raise ErpRejectedError(f"Order {number} is closed.", "order_closed")
    return order


def known_product(books: Books, code: str) -> Product:
    """The product, which exists."""
    product = books.product(code)
    if product is None:
        raise ErpRejectedError(f"Item {code or '(none)'} is unknown.", "unknown_item")
    return product


def lot_of(books: Books, number: str, product: str) -> Lot:
    """The lot of this product, or an empty new one; an empty `product` takes the known lot's."""
    if not number.strip():
        raise ErpRejectedError("A lot needs a number.", "unknown_lot")
    lot = books.lot(number)
    if lot is None:
        item = known_product(books, product)
        return Lot(
            number=number, product=item.code, quantity=ZERO, unit=item.unit, status="released", location=FINISHED
        )
    if product and lot.product != product:
        raise ErpRejectedError(f"Lot {number} is of {lot.product}, not of {product}.", "wrong_lot")
    return lot


def add_stock(books: Books, product: str, location: str, quantity: Decimal, unit: str) -> None:
    """Raise a stock level."""
    books.set_level(product, location, books.level(product, location) + quantity, unit)


def changed(order: ProductionOrder, **values: Any) -> ProductionOrder:
    """The order with new values and the next version."""
    return replace(order, version=str(int(order.version or "0") + 1), **values)


def not_negative(quantity: Decimal, name: str) -> Decimal:
    """The quantity, which is a number from nought."""
    if not quantity.is_finite() or quantity < ZERO:
        raise ErpRejectedError(f"{name} is {quantity}: it can't be below nought.", "quantity")
    return quantity


def same_unit(given: str, kept: str, subject: str) -> None:
    """Refuse a quantity in another unit: nothing is converted silently."""
    if given != kept:
        raise ErpRejectedError(f"{subject} is kept in {kept}, not in {given or 'no unit'}.", "unit")


def spoken(status: str) -> str:
    """A lot's status as it stands in a sentence."""
    return {"hold": "on hold", "released": "released", "scrapped": "scrapped"}.get(status, status)
