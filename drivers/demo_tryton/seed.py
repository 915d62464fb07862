"""Fills an empty Tryton database with the demo plant's products, bills, lines, stock, orders and customers.

Speaks JSON-RPC only, as the ERP's administrator; imports nothing of Tryton. Must not know the adapter's postings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.domain.erp import Lot, ProductionOrder, Reference, StockLevel
from app.erp.demo_data import ITEMS, UNIT
from app.erp.ledger import FINISHED, STORE
from app.erp.tryton.rpc import Rpc

USER = "lineside"
GROUPS = ("Stock", "Production", "Quality", "Sales")
"""What the user that Lineside signs in as may do: no administration, no cancelling."""

QUARANTINE, SCRAP = "Quarantine", "Scrap"
FILL = "Fill"


@dataclass(slots=True, kw_only=True)
class Seeded:
    """The ids of what was made, by the demo's own codes."""

    company: int = 0
    currency: int = 0
    unit: int = 0
    warehouse: int = 0
    locations: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    templates: dict[str, int] = field(default_factory=dict)
    boms: dict[str, int] = field(default_factory=dict)
    routings: dict[str, int] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    lots: dict[str, int] = field(default_factory=dict)


class Seeding:
    """One filling of one database."""

    def __init__(self, reference: Reference, password: str) -> None:
        self._reference = reference
        self._password = password
        self._made = Seeded()
        self._rpc: Rpc

    async def company(self, rpc: Rpc) -> None:
        """The company, its currency, and the user Lineside; the next sign-in is within the company."""
        self._rpc, made = rpc, self._made
        made.currency = await self._new("currency.currency", name="Euro", symbol="€", code="EUR", digits=2)
        party = await self._new("party.party", name="Lineside Demo Drinks")
        made.company = await self._new("company.company", party=party, currency=made.currency, timezone="UTC")
        mine = {"companies": [["add", [made.company]]], "company": made.company}
        (admin,) = await self._ids("res.user", ["login", "=", "admin"])
        await self._rpc.write("res.user.write", [admin], mine)
        groups = await self._ids("res.group", ["name", "in", list(GROUPS)])
        await self._new(
            "res.user", name="Lineside", login=USER, password=self._password, groups=[["add", groups]], **mine
        )

    async def everything(self, rpc: Rpc) -> None:
        """All the rest, in the order in which each needs the others; signed in anew, within the company."""
        self._rpc = rpc
        await self._places()
        await self._products()
        await self._lines()
        for item in ITEMS.values():
            await self._bill(item.code)
        await self._lots()
        await self._stock()
        for order in self._reference.orders.values():
            await self._order(order)
        await self._demand()

    async def _new(self, model: str, **values: Any) -> int:
        (made,) = await self._rpc.write(f"{model}.create", [values])
        return int(made)

    async def _ids(self, model: str, *domain: list[object]) -> list[int]:
        found: list[int] = await self._rpc.read(f"{model}.search", list(domain), 0, None, None)
        return found

    async def _places(self) -> None:
        made = self._made
        (made.warehouse,) = await self._ids("stock.location", ["type", "=", "warehouse"])
        (store,) = await self._ids("stock.location", ["code", "=", "STO"])
        (production,) = await self._ids("stock.location", ["type", "=", "production"])
        await self._rpc.write("stock.location.write", [store], {"name": STORE})
        finished = await self._new("stock.location", name=FINISHED, type="storage", parent=made.warehouse)
        quarantine = await self._new("stock.location", name=QUARANTINE, type="storage", parent=made.warehouse)
        scrap = await self._new("stock.location", name=SCRAP, type="lost_found")
        made.locations = {STORE: store, FINISHED: finished, QUARANTINE: quarantine, "": production}
        changes = {"waste_locations": [["add", [scrap]]], "production_output_location": finished}
        await self._rpc.write("stock.location.write", [made.warehouse], changes)

    async def _products(self) -> None:
        made = self._made
        (category,) = await self._ids("product.uom.category", ["name", "=", "Units"])
        made.unit = await self._new(
            "product.uom", name="Each", symbol=UNIT, category=category, factor=1.0, rate=1.0, rounding=1e-6, digits=6
        )
        for product in self._reference.products.values():
            is_made = product.code in ITEMS
            template = await self._new(
                "product.template",
                name=product.name,
                type="goods",
                default_uom=made.unit,
                list_price=Decimal(1),
                producible=is_made,
                salable=is_made,
                sale_uom=made.unit,
                lot_required=["production", "storage"] if is_made else [],
                products=[["create", [{"suffix_code": product.code}]]],
            )
            (made.products[product.code],) = await self._ids("product.product", ["template", "=", template])
            made.templates[product.code] = template

    async def _lines(self) -> None:
        """A work centre for each line, called by the line's id, and under it the one that fills."""
        category = await self._new("production.work.center.category", name=FILL)
        operation = await self._new("production.routing.operation", name=FILL, work_center_category=category)
        for line in sorted({item.line for item in ITEMS.values()}):
            place = {"company": self._made.company, "warehouse": self._made.warehouse}
            self._made.lines[line] = await self._new("production.work.center", name=line, **place)
            await self._new(
                "production.work.center",
                name=f"{line} filler",
                parent=self._made.lines[line],
                category=category,
                cost_method="hour",
                cost_price=Decimal(40),
                **place,
            )
        for code in ITEMS:
            steps = [["create", [{"operation": operation}]]]
            self._made.routings[code] = await self._new("production.routing", name=code, steps=steps)

    async def _bill(self, code: str) -> None:
        made = self._made
        order = next(order for order in self._reference.orders.values() if order.product == code)
        parts = [self._quantity(part.product, part.quantity) for part in order.components]
        made.boms[code] = await self._new(
            "production.bom",
            name=code,
            inputs=[["create", parts]],
            outputs=[["create", [self._quantity(code, Decimal(1))]]],
        )
        uses = [["create", [{"bom": made.boms[code], "routing": made.routings[code]}]]]
        await self._rpc.write("production.routing.write", [made.routings[code]], {"boms": [["add", [made.boms[code]]]]})
        await self._rpc.write("product.product.write", [made.products[code]], {"boms": uses})

    def _quantity(self, code: str, quantity: Decimal) -> dict[str, object]:
        return {"product": self._made.products[code], "quantity": float(quantity), "unit": self._made.unit}

    async def _lots(self) -> None:
        rows = [{"number": lot.number, "product": self._made.products[lot.product]} for lot in self._all_lots()]
        ids = await self._rpc.write("stock.lot.create", rows)
        self._made.lots = {str(row["number"]): made for row, made in zip(rows, ids, strict=True)}

    def _all_lots(self) -> list[Lot]:
        """The reference's lots, and one each for the finished goods that it counts without one."""
        old = [
            Lot(number=f"{level.product}-OLD", product=level.product, quantity=level.quantity, unit=UNIT, status="")
            for level in self._reference.stock
            if level.location == FINISHED
        ]
        return [*self._reference.lots.values(), *old]

    async def _stock(self) -> None:
        for place in (STORE, FINISHED):
            levels = [level for level in self._reference.stock if level.location == place]
            lines = [line for level in levels for line in self._counted(level)]
            inventory = await self._new(
                "stock.inventory",
                company=self._made.company,
                location=self._made.locations[place],
                lines=[["create", lines]],
            )
            await self._rpc.write("stock.inventory.confirm", [inventory])

    def _counted(self, level: StockLevel) -> list[dict[str, object]]:
        lots = [lot for lot in self._all_lots() if lot.product == level.product and lot.quantity]
        return [
            {
                "product": self._made.products[level.product],
                "lot": self._made.lots[lot.number],
                "quantity": float(lot.quantity),
            }
            for lot in lots
        ]

    async def _order(self, order: ProductionOrder) -> None:
        """A production with the moves that its bill asks for, as a planner's client makes it, and set to wait."""
        made = self._made
        inputs = [self._move(part.product, part.quantity * order.quantity, STORE, "") for part in order.components]
        output = self._move(order.product, order.quantity, "", FINISHED)
        price: Mapping[str, object] = {"unit_price": Decimal(0), "currency": made.currency}
        number = await self._new(
            "production",
            product=made.products[order.product],
            bom=made.boms[order.product],
            routing=made.routings[order.product],
            work_center=made.lines[order.line],
            quantity=float(order.quantity),
            unit=made.unit,
            warehouse=made.warehouse,
            location=made.locations[""],
            planned_start_date=order.start_at.date(),
            planned_date=order.due_at.date(),
            inputs=[["create", inputs]],
            outputs=[["create", [{**output, **price}]]],
        )
        await self._number_next("Production", order.number)
        await self._rpc.write("production.wait", [number])

    async def _number_next(self, sequence: str, number: str) -> None:
        """Make the sequence give this number next, such as WO-10482."""
        prefix, _, digits = number.rpartition("-")
        (found,) = await self._ids("ir.sequence", ["name", "=", sequence])
        await self._rpc.write("ir.sequence.write", [found], {"prefix": f"{prefix}-", "number_next": int(digits)})

    def _move(self, code: str, quantity: Decimal, source: str, target: str) -> dict[str, object]:
        places = {"from_location": self._made.locations[source], "to_location": self._made.locations[target]}
        return {**self._quantity(code, round(quantity, 6)), **places, "company": self._made.company}

    async def _demand(self) -> None:
        """Customers and what they have ordered, confirmed, with the day on which it is to go out."""
        customers: dict[str, tuple[int, int]] = {}
        for line in self._reference.demand:
            if line.customer not in customers:
                party = await self._new("party.party", name=line.customer, addresses=[["create", [{}]]])
                customers[line.customer] = (party, (await self._ids("party.address", ["party", "=", party]))[0])
            party, address = customers[line.customer]
            wanted = self._quantity(line.product, line.quantity)
            sale = await self._new(
                "sale.sale",
                company=self._made.company,
                currency=self._made.currency,
                party=party,
                invoice_party=party,
                shipment_party=party,
                invoice_address=address,
                shipment_address=address,
                warehouse=self._made.warehouse,
                invoice_method="manual",
                shipment_method="manual",
                sale_date=self._reference.demand[0].due_at.date(),
                shipping_date=line.due_at.date(),
                lines=[["create", [{"type": "line", **wanted, "unit_price": Decimal(1)}]]],
            )
            await self._number_next("Sale", line.number)
            for step in ("quote", "confirm"):
                await self._rpc.write(f"sale.sale.{step}", [sale])
