"""What the ERP of the demo plant knows at its start. Pure: the instant and the seed come in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from types import MappingProxyType

from app.domain.erp import (
    Component,
    CustomerOrderLine,
    Lot,
    Product,
    ProductionOrder,
    Reference,
    Standard,
    StandardKind,
    StockLevel,
)
from app.erp.ledger import FINISHED, STORE

UNIT = "EA"
BOTTLES_PER_CARTON = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A drink of the demo plant and what one bottle of it takes; `rate` is bottles a minute on its line."""

    code: str
    name: str
    line: str
    rate: int
    bottle: str
    label: str


ITEMS: Mapping[str, Item] = MappingProxyType(
    {
        item.code: item
        for item in (
            Item(code="W-050", name="Still water 0.5 l", line="L1", rate=480, bottle="BOT-050", label="LAB-W050"),
            Item(code="L-033", name="Lemon 0.33 l", line="L2", rate=600, bottle="BOT-033", label="LAB-L033"),
            Item(code="A-100", name="Apple 1.0 l", line="L3", rate=300, bottle="BOT-100", label="LAB-A100"),
        )
    }
)

COMPONENTS: Mapping[str, str] = MappingProxyType(
    {
        "BOT-050": "Bottle 0.5 l",
        "BOT-033": "Bottle 0.33 l",
        "BOT-100": "Bottle 1.0 l",
        "CAP-28": "Cap 28 mm",
        "LAB-W050": "Label Still water 0.5 l",
        "LAB-L033": "Label Lemon 0.33 l",
        "LAB-A100": "Label Apple 1.0 l",
        "CTN-12": "Carton for 12",
    }
)

ORDERS = (
    ("WO-10482", "W-050", 48_000, True),
    ("WO-10483", "W-050", 24_000, False),
    ("WO-10479", "L-033", 36_000, True),
    ("WO-10480", "L-033", 18_000, False),
    ("WO-10491", "A-100", 20_000, True),
    ("WO-10492", "A-100", 12_000, False),
)
"""Number, item, bottles, and whether it runs at the start (the others follow on its line)."""

LOTS = (("4480-A", "W-050"), ("4471-B", "L-033"), ("4466-A", "A-100"))
"""The lots that run at the start."""

DEMAND = (
    ("SO-7701", "Nordmarkt", "W-050", 30_000, 135, "WO-10482"),
    ("SO-7702", "Kiosk AG", "W-050", 9_600, 190, "WO-10482"),
    ("SO-7703", "Bahnhof Vending", "W-050", 14_400, 260, "WO-10483"),
    ("SO-7711", "Nordmarkt", "L-033", 24_000, 100, "WO-10479"),
    ("SO-7712", "Bahnhof Vending", "L-033", 7_200, 70, "WO-10479"),
    ("SO-7713", "Kiosk AG", "L-033", 12_000, 210, "WO-10480"),
    ("SO-7721", "Seehof Hotels", "A-100", 10_800, 95, "WO-10491"),
    ("SO-7722", "Nordmarkt", "A-100", 6_000, 170, "WO-10491"),
    ("SO-7723", "Seehof Hotels", "A-100", 9_600, 300, "WO-10492"),
)
"""Number, customer, item, bottles, minutes from the start until it is due, and the order that serves it."""

RATES = (("L1.filler", "W-050", 480), ("L2.filler", "L-033", 600), ("L3.filler", "A-100", 326))
"""Machine, item and the standard rate that the ERP plans with, bottles a minute. The last one was never true."""

LOADS = (
    ("L1.depalletiser", "W-050", "BOT-050", 40, 19_200),
    ("L2.depalletiser", "L-033", "BOT-033", 45, 19_200),
    ("L3.depalletiser", "A-100", "BOT-100", 64, 19_200),
)
"""Machine, item, material, minutes that a load of it is planned to last, and how much a load is. L2's is not true."""

RUNNING_SINCE = timedelta(minutes=2)
SLACK = timedelta(minutes=20)


def demo_reference(started_at: datetime, seed: int = 0) -> Reference:
    """The whole of the demo ERP's data at its start; the same for the same instant and seed."""
    chance = Random(seed)
    orders = planned_orders(started_at)
    return Reference(
        as_of=started_at,
        products={p.code: p for p in products()},
        orders={order.number: order for order in orders},
        lots={lot.number: lot for lot in (*running_lots(), *component_lots())},
        stock=tuple(stock()),
        demand=tuple(customer_lines(started_at, chance)),
        standards=tuple(standards()),
    )


def products() -> list[Product]:
    """Drinks and components."""
    made = [Product(code=item.code, name=item.name, unit=UNIT) for item in ITEMS.values()]
    return made + [Product(code=code, name=name, unit=UNIT) for code, name in COMPONENTS.items()]


def planned_orders(started_at: datetime) -> list[ProductionOrder]:
    """The orders, each line's one after the other, with as long as its line needs at nominal rate and some slack."""
    free_at: dict[str, datetime] = {}
    orders = []
    for number, code, quantity, running in ORDERS:
        item = ITEMS[code]
        start_at = started_at - RUNNING_SINCE if running else free_at[item.line]
        due_at = start_at + timedelta(minutes=quantity / item.rate) + SLACK
        free_at[item.line] = due_at
        orders.append(order(number, item, quantity, start_at, due_at, "running" if running else "planned"))
    return orders


def order(number: str, item: Item, quantity: int, start_at: datetime, due_at: datetime, state: str) -> ProductionOrder:
    """One order with nothing confirmed yet."""
    return ProductionOrder(
        number=number,
        product=item.code,
        product_name=item.name,
        line=item.line,
        quantity=Decimal(quantity),
        unit=UNIT,
        due_at=due_at,
        start_at=start_at,
        state=state,
        good=Decimal(0),
        scrap=Decimal(0),
        components=bill(item),
        version="1",
    )


def bill(item: Item) -> tuple[Component, ...]:
    """What one bottle of the item takes."""
    carton = (Decimal(1) / BOTTLES_PER_CARTON).quantize(Decimal("0.000001"))
    parts = ((item.bottle, Decimal(1)), ("CAP-28", Decimal(1)), (item.label, Decimal(1)), ("CTN-12", carton))
    return tuple(Component(product=code, quantity=quantity, unit=UNIT) for code, quantity in parts)


def running_lots() -> list[Lot]:
    """The lots being filled: known by number, nothing confirmed yet."""
    return [
        Lot(number=number, product=code, quantity=Decimal(0), unit=UNIT, status="released", location=FINISHED)
        for number, code in LOTS
    ]


def component_lots() -> list[Lot]:
    """Two lots of each component in the store."""
    return [
        Lot(number=f"{code}-{n}", product=code, quantity=Decimal(200_000), unit=UNIT, status="released", location=STORE)
        for code in COMPONENTS
        for n in (1, 2)
    ]


def stock() -> list[StockLevel]:
    """Stock by item and location; the store holds what its lots sum up to."""
    made = [StockLevel(product=code, location=FINISHED, quantity=Decimal(2_400), unit=UNIT) for code in ITEMS]
    return made + [
        StockLevel(product=code, location=STORE, quantity=Decimal(400_000), unit=UNIT) for code in COMPONENTS
    ]


def standards() -> list[Standard]:
    """What the ERP plans with."""
    rates = [
        Standard(kind=StandardKind.RATE, machine=machine, product=code, value=Decimal(rate), unit="bottles/min")
        for machine, code, rate in RATES
    ]
    return rates + [
        Standard(
            kind=StandardKind.LOAD_LASTS,
            machine=machine,
            product=code,
            value=Decimal(minutes),
            unit="min",
            material=material,
            load=Decimal(load),
        )
        for machine, code, material, minutes, load in LOADS
    ]


def customer_lines(started_at: datetime, chance: Random) -> list[CustomerOrderLine]:
    """What customers wait for over the next hours; the seed moves each due time by up to four minutes."""
    return [
        CustomerOrderLine(
            number=number,
            customer=customer,
            product=code,
            quantity=Decimal(quantity),
            unit=UNIT,
            due_at=started_at + timedelta(minutes=minutes + chance.randint(-4, 4)),
            order=order_number,
        )
        for number, customer, code, quantity, minutes, order_number in DEMAND
    ]
