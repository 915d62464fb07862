"""The reference data that Tryton has, as the port's nouns. Products and orders are read by what changed since.

Owns what is kept between two reads. A change is looked for by its date with an overlap, because a transaction's date
is that of its beginning; what was deleted is seen at the next whole read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from app.domain.erp import Component, CustomerOrderLine, Lot, Product, ProductionOrder, StockLevel
from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp.lots import without_lookalikes
from app.erp.tryton.layout import Layout
from app.erp.tryton.lots import Lots
from app.erp.tryton.marks import TAKEN
from app.erp.tryton.rpc import Rpc
from app.erp.tryton.shapes import (
    BOM,
    LEVEL,
    LOT,
    ORDER,
    PRODUCT,
    SALE_LINE,
    Bom,
    LevelRow,
    LotRow,
    OrderRow,
    PlaceRow,
    ProductRow,
    SaleLine,
    rows,
    tidy,
)

Row = TypeVar("Row", OrderRow, ProductRow)
Shape = TypeVar("Shape")
Domain = list[object]

PAGE = 500
MOST_PAGES = 1_000
WHOLE_EVERY = timedelta(minutes=10)
OVERLAP = timedelta(minutes=2)
DONE_FOR = timedelta(days=7)
"""Orders that are finished are read so long."""
NEW_FOR = timedelta(days=30)
"""Lots that have no stock are read so long after they were made."""
STATES = {"running": "running", "done": "done", "cancelled": "done"}
"""An order's state in the port's words; all others are planned."""
OPEN = ("request", "draft", "waiting", "assigned", "running")


class Kept(Generic[Row]):
    """The rows of one noun as last read."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.whole_at: datetime | None = None
        self.changed_at: datetime | None = None

    def since(self, now: datetime) -> datetime | None:
        """Changes from when on are to be read; None: everything is."""
        if self.whole_at is None or self.changed_at is None or now - self.whole_at > WHOLE_EVERY:
            return None
        return self.changed_at - OVERLAP

    def take(self, found: Sequence[Row], since: datetime | None, now: datetime) -> None:
        """Lay what was read over what was there, or put it in its place."""
        if since is None:
            self.rows, self.whole_at = {}, now
        self.rows.update((row.id, row) for row in found)
        for row in found:
            at = row.write_date or row.create_date
            self.changed_at = at if self.changed_at is None else max(self.changed_at, at)


class Reads:
    """Reads of one database."""

    def __init__(self, rpc: Rpc, lots: Lots) -> None:
        self._rpc = rpc
        self._lots = lots
        self._products: Kept[ProductRow] = Kept()
        self._orders: Kept[OrderRow] = Kept()
        self._boms: dict[int, Bom] = {}

    async def products(self, now: datetime) -> list[Product]:
        """Goods that have a code."""
        since = self._products.since(now)
        domain: Domain = [["type", "=", "goods"], *changed(since)]
        self._products.take(await self._all("product.product", domain, PRODUCT, ProductRow), since, now)
        return [
            Product(code=row.code, name=safe(row.name), unit=row.default_uom.symbol)
            for row in self._products.rows.values()
            if row.code
        ]

    async def orders(self, layout: Layout, now: datetime) -> list[ProductionOrder]:
        """Orders with a number: open, or finished in the last days."""
        since = self._orders.since(now)
        domain: Domain = changed(since) or [
            [
                "OR",
                ["state", "in", list(OPEN)],
                [["state", "=", "done"], ["effective_date", ">=", layout.today(now - DONE_FOR)]],
            ]
        ]
        self._orders.take(await self._all("production", domain, ORDER, OrderRow), since, now)
        await self._read_boms(whole=since is None)
        return [
            self._order(row, layout) for row in self._orders.rows.values() if row.number and row.product and row.unit
        ]

    async def _read_boms(self, whole: bool) -> None:
        """The bills of the orders that are there: the new ones, or all of them anew."""
        wanted = {row.bom for row in self._orders.rows.values() if row.bom is not None}
        missing = sorted(wanted if whole else wanted - self._boms.keys())
        if missing:
            found = await self._all("production.bom", [["id", "in", missing]], BOM, Bom)
            self._boms.update((bom.id, bom) for bom in found)

    def _order(self, row: OrderRow, layout: Layout) -> ProductionOrder:
        assert row.product is not None
        assert row.unit is not None
        code = row.product.code or ""
        counted = TAKEN in (row.reference or "") or row.state == "done"
        made = [m for m in row.outputs if counted and m.product.id == row.product.id and m.state != "cancelled"]
        start, end = row.planned_start_date or row.planned_date, row.planned_date or row.planned_start_date
        created = row.create_date
        return ProductionOrder(
            number=row.number or "",
            product=code,
            product_name=safe(row.product.name),
            line=row.line,
            quantity=tidy(row.quantity),
            unit=row.unit.symbol,
            start_at=layout.begin(start) if start else created,
            due_at=layout.end(end) if end else created + timedelta(days=1),
            state=STATES.get(row.state, "planned"),
            good=tidy(sum((m.quantity for m in made if m.to_location.type == "storage"), Decimal(0))),
            scrap=tidy(sum((m.quantity for m in made if m.to_location.type == "lost_found"), Decimal(0))),
            components=components(self._boms.get(row.bom or 0), code),
            version=row.timestamp,
        )

    async def lots(self, layout: Layout, now: datetime) -> list[Lot]:
        """Lots that have stock in the warehouse, and new ones; what lies in quarantine is on hold."""
        today = layout.today(now)
        there = await self._lots_at(layout.warehouse.id, [["quantity", "!=", 0]], today)
        blocked = await self._lots_at(layout.quarantine, [["quantity", "!=", 0]], today) if layout.quarantine else {}
        fresh = await self._lots_at(layout.warehouse.id, [["create_date", ">", now - NEW_FOR]], today)
        empty = [lot for lot in fresh if lot not in there]
        noted = await self._lots.statuses(empty)
        found = {**fresh, **there}
        return list(
            without_lookalikes(
                Lot(
                    number=row.number,
                    product=row.product.code or "",
                    quantity=tidy(max(row.quantity, Decimal(0))),
                    unit=row.default_uom.symbol,
                    status="hold" if row.id in blocked else noted.get(row.id, "released"),
                    location=layout.quarantine_name if row.id in blocked else "",
                )
                for row in found.values()
            )
        )

    async def _lots_at(self, place: int, domain: Domain, today: date) -> dict[int, LotRow]:
        context = {"locations": [place], "stock_date_end": today}
        return {row.id: row for row in await self._all("stock.lot", domain, LOT, LotRow, context)}

    async def stock(self, layout: Layout, now: datetime) -> list[StockLevel]:
        """What lies where orders take from, where they put, and in quarantine."""
        house = layout.warehouse
        wanted = {house.takes_from, house.puts_into, house.storage_location, layout.quarantine} - {0}
        named = await self._rpc.read("stock.location.read", sorted(wanted), ["name"])
        levels = []
        for place in rows(named, PlaceRow):
            context = {"locations": [place.id], "stock_date_end": layout.today(now)}
            found = await self._all("product.product", [["quantity", "!=", 0]], LEVEL, LevelRow, context)
            levels += [
                StockLevel(
                    product=row.code, location=safe(place.name), quantity=tidy(row.quantity, signed=True),
                    unit=row.default_uom.symbol,
                )
                for row in found if row.code
            ]  # fmt: skip
        return levels

    async def demand(self, layout: Layout) -> list[CustomerOrderLine]:
        """Confirmed sales of products that have a day to go out; none where Tryton has no sales."""
        if not layout.sells:
            return []
        domain: Domain = [
            ["sale.state", "in", ["confirmed", "processing"]], ["type", "=", "line"], ["product", "!=", None]
        ]  # fmt: skip
        found = await self._all("sale.line", domain, SALE_LINE, SaleLine)
        lines: dict[str, CustomerOrderLine] = {}
        for row in found:
            day = row.shipping_date or row.sale.shipping_date
            if day is None or not row.sale.number or not row.product.code:
                continue
            number = row.sale.number if row.sale.number not in lines else f"{row.sale.number}/{row.id}"
            lines[number] = CustomerOrderLine(
                number=number,
                customer=safe(row.sale.party.name or ""),
                product=row.product.code,
                quantity=tidy(row.quantity),
                unit=row.unit.symbol,
                due_at=layout.end(day),
            )
        return list(lines.values())

    async def _all(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        shape: type[Shape],
        context: Mapping[str, object] | None = None,
    ) -> list[Shape]:
        """Every row, page by page along the ids, so that rows made meanwhile shift nothing."""
        found: list[Shape] = []
        last = 0
        for _ in range(MOST_PAGES):
            page = await self._rpc.read(
                f"{model}.search_read", [["id", ">", last], *domain], 0, PAGE, [["id", "ASC"]], list(fields),
                context=context,
            )  # fmt: skip
            found += rows(page, shape)
            if len(page) < PAGE:
                return found
            last = page[-1]["id"]
        raise ErpProtocolError(f"Tryton has more than {MOST_PAGES * PAGE:,} rows of {model}.")


def changed(since: datetime | None) -> Domain:
    """The condition of a row that was made or written since."""
    return [] if since is None else [["OR", ["write_date", ">", since], ["create_date", ">", since]]]


def components(bom: Bom | None, product: str) -> tuple[Component, ...]:
    """What one unit of the product takes."""
    made = sum((part.quantity for part in bom.outputs if part.product.code == product), Decimal(0)) if bom else None
    if bom is None or not made:
        return ()
    return tuple(
        Component(product=part.product.code, quantity=tidy(part.quantity / made), unit=part.unit.symbol)
        for part in bom.inputs
        if part.product.code
    )
