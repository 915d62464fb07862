"""The reference data that Tryton has, as the port's nouns. Products, orders and lots are read by what changed since.

A row is changed when it or one of its parts was written: an order's moves, a lot's moves and notes. Keeps nothing
between two reads. What was deleted, and bills that changed by themselves, are seen at the next whole read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from app.domain.erp import Component, CustomerOrderLine, Lot, Page, Product, ProductionOrder, StockLevel
from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp.changes import latest, since
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
    Identified,
    LevelRow,
    LotMove,
    LotRow,
    OrderRow,
    PlaceRow,
    ProductRow,
    SaleLine,
    rows,
    tidy,
)

Shape = TypeVar("Shape")
Domain = list[object]

PAGE = 500
MOST_PAGES = 1_000
DONE_FOR = timedelta(days=7)
"""Orders that are finished are read so long."""
NEW_FOR = timedelta(days=30)
"""Lots that have no stock are read so long after they were made."""
STATES = {"running": "running", "done": "done", "cancelled": "done"}
"""An order's state in the port's words; all others are planned."""
OPEN = ("request", "draft", "waiting", "assigned", "running")


class Reads:
    """Reads of one database."""

    def __init__(self, rpc: Rpc, lots: Lots) -> None:
        self._rpc = rpc
        self._lots = lots

    async def products(self, cursor: str) -> Page[Product]:
        """Goods that have a code."""
        domain: Domain = [["type", "=", "goods"], *changed(since(cursor))]
        found = await self._all("product.product", domain, PRODUCT, ProductRow)
        products = (
            Product(code=row.code, name=safe(row.name), unit=row.default_uom.symbol) for row in found if row.code
        )
        return Page(rows=tuple(products), cursor=latest(cursor, stamps(found)), complete=not cursor)

    async def orders(self, layout: Layout, now: datetime, cursor: str) -> Page[ProductionOrder]:
        """Orders with a number: open, or finished in the last days. Of changed ones also those that were called off."""
        domain: Domain = changed(since(cursor), "outputs", "inputs", "works") or [
            [
                "OR",
                ["state", "in", list(OPEN)],
                [["state", "=", "done"], ["effective_date", ">=", layout.today(now - DONE_FOR)]],
            ]
        ]
        found = await self._all("production", domain, ORDER, OrderRow)
        boms = await self._boms(row.bom for row in found)
        orders = (self._order(row, layout, boms) for row in found if row.number and row.product and row.unit)
        return Page(rows=tuple(orders), cursor=latest(cursor, stamps(found)), complete=not cursor)

    async def _boms(self, wanted: Iterable[int | None]) -> dict[int, Bom]:
        """The bills of orders."""
        ids = sorted({bom for bom in wanted if bom is not None})
        found = await self._all("production.bom", [["id", "in", ids]], BOM, Bom) if ids else []
        return {bom.id: bom for bom in found}

    def _order(self, row: OrderRow, layout: Layout, boms: Mapping[int, Bom]) -> ProductionOrder:
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
            components=components(boms.get(row.bom or 0), code),
            version=row.timestamp,
        )

    async def lots(self, layout: Layout, now: datetime, cursor: str) -> Page[Lot]:
        """Lots that have stock in the warehouse, and new ones; what lies in quarantine is on hold."""
        today, asked = layout.today(now), since(cursor)
        _, clock = await self._rpc.hello()
        some: Domain = []
        if asked is not None and not (some := await self._changed_lots(asked)):
            return Page(rows=(), cursor=clock.isoformat() if clock else "", complete=False)
        there = await self._lots_at(layout.warehouse.id, [*some, ["quantity", "!=", 0]], today)
        held = [*some, ["quantity", "!=", 0]]
        blocked = await self._lots_at(layout.quarantine, held, today) if layout.quarantine else {}
        fresh = await self._lots_at(layout.warehouse.id, some or [["create_date", ">", now - NEW_FOR]], today)
        noted = await self._lots.statuses(lot for lot in fresh if lot not in there)
        found = {**fresh, **there}
        return Page(
            rows=without_lookalikes(
                Lot(
                    number=row.number,
                    product=row.product.code or "",
                    quantity=tidy(max(row.quantity, Decimal(0))),
                    unit=row.default_uom.symbol,
                    status="hold" if row.id in blocked else noted.get(row.id, "released"),
                    location=layout.quarantine_name if row.id in blocked else "",
                )
                for row in found.values()
            ),
            cursor=clock.isoformat() if clock else "",
            complete=asked is None,
        )

    async def _changed_lots(self, asked: datetime) -> Domain:
        """The condition of lots that were made, written or moved since; empty where there are none."""
        lots = await self._all("stock.lot", changed(asked), ("id",), Identified)
        moves = await self._all("stock.move", [["lot", "!=", None], *changed(asked)], ("lot",), LotMove)
        ids = sorted({row.id for row in lots} | {move.lot for move in moves})
        return [["id", "in", ids]] if ids else []

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


def changed(asked: datetime | None, *parts: str) -> Domain:
    """The condition of a row that was made or written since, or one of its parts; none for all rows."""
    if asked is None:
        return []
    names = [
        f"{part}{name}" for part in ("", *(f"{part}." for part in parts)) for name in ("write_date", "create_date")
    ]
    return [["OR", *([name, ">", asked] for name in names)]]


def stamps(found: Iterable[OrderRow | ProductRow]) -> Iterator[datetime]:
    """When each row changed last."""
    return (row.write_date or row.create_date for row in found)


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
