"""Odoo behind the port: reads its records as the port's nouns, and leaves posting to app.erp.odoo.posting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.domain.erp import (
    Capability,
    Component,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Outcome,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    StockLevel,
)
from app.domain.erp_errors import ErpProtocolError
from app.domain.text import safe
from app.erp.changes import latest, since
from app.erp.levels import summed
from app.erp.loose import Fields
from app.erp.lots import without_lookalikes
from app.erp.odoo.door import Door, Json2, JsonRpc
from app.erp.odoo.posting import OPEN, Places, Posting
from app.erp.odoo.records import Domain, Records
from app.erp.odoo.words import words_of
from app.erp.web import Web

Part = tuple[str, Decimal, str]
"""A component of an order: its code, how much of it, its unit."""
UTC_ZONE = ZoneInfo("UTC")
"""Odoo's times are UTC, whatever a user sees."""
STAMP = "write_date"
ORDER_PARTS: Mapping[str, str] = {
    "mrp.production": "id",
    "mrp.workorder": "production_id",
    "stock.move": "raw_material_production_id",
    "stock.scrap": "production_id",
}
"""Where a change of an order may stand: the model, and the field that names the order."""
STATES: Mapping[str, str] = {"done": "done", "cancel": "done", "progress": "running", "to_close": "running"}


class Odoo:
    """Odoo from 14 on; `version` is its first number, `stock` and `quarantine` complete names of locations."""

    capabilities: frozenset[Capability] = frozenset({Capability.LOT_BLOCKS, Capability.DOWNTIME})

    def __init__(
        self,
        url: str,
        database: str,
        version: int,
        secret: Callable[[], str],
        user: str = "",
        stock: str = "WH/Stock",
        quarantine: str = "WH/Quarantine",
        certificates: str = "",
        timeout_s: float = 20.0,
    ) -> None:
        self._door: Door
        if version < 19:
            self._door = JsonRpc(Web(url, timeout_s=timeout_s, certificates=certificates), database, user, secret)
        else:
            self._door = Json2(
                Web(
                    url,
                    timeout_s=timeout_s,
                    certificates=certificates,
                    sign_in=lambda: {"Authorization": f"bearer {secret()}", "X-Odoo-Database": database},
                )
            )
        self._version = version
        self._words = words_of(version)
        self._records = Records(self._door)
        self._places = Places(stock=stock, quarantine=quarantine)
        self._posting = Posting(self._records, self._words, self._places)

    async def probe(self) -> ErpInfo:
        """The version; raises ErpProtocolError when it is another one than the plant file says."""
        version = await self._door.version()
        if version.partition(".")[0].removeprefix("saas~") != str(self._version):
            raise ErpProtocolError(
                f"This is Odoo {version}, the plant file says {self._version}.", 'Correct "version" in the plant file.'
            )
        return ErpInfo(product="Odoo", version=version)

    async def products(self, cursor: str = "") -> Page[Product]:
        """Items that have a code."""
        rows = await self._coded(changed(cursor))
        return Page(rows=tuple(map(product_of, rows)), cursor=latest(cursor, stamps(rows)), complete=not cursor)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        """Open orders; of those that changed also what was finished or called off."""
        start, finish = self._words.start, self._words.finish
        fields = ["name", "state", "product_id", "product_qty", "product_uom_id", "qty_producing", start, finish, STAMP]
        touched = await self._touched(ORDER_PARTS, cursor) if cursor else []
        ids = {number for numbers, _ in touched for number in numbers}
        wanted = [["id", "in", sorted(ids)], ["state", "!=", "draft"]] if cursor else [["state", "in", list(OPEN)]]
        rows = await self._records.all("mrp.production", wanted, fields)
        numbers = [row.number("id") for row in rows]
        centres = await self._centres(numbers)
        moves = await self._moves(numbers)
        scrapped = await self._scrapped(numbers)
        products = await self._products(row.link("product_id") for row in (*rows, *moves))
        parts = components_of(moves, products)
        found = []
        for row in rows:
            number, product = row.number("id"), products.get(row.link("product_id"))
            if product is None:
                continue  # an item without a code is none that Lineside could name
            quantity = row.quantity("product_qty")
            found.append(
                ProductionOrder(
                    number=row.code("name"),
                    product=product.code,
                    product_name=product.name,
                    line=centres.get(number, ""),
                    quantity=quantity,
                    unit=named(row, "product_uom_id"),
                    due_at=row.instant(finish if row.text(finish) else start, UTC_ZONE),
                    start_at=row.instant(start, UTC_ZONE),
                    state=STATES.get(row.text("state"), "planned"),
                    good=max(Decimal(0), row.quantity("qty_producing") - scrapped.get(number, Decimal(0))),
                    scrap=scrapped.get(number, Decimal(0)),
                    components=tuple(
                        Component(product=code, quantity=amount / quantity, unit=unit)
                        for code, amount, unit in parts.get(number, [])
                        if quantity
                    ),
                )
            )
        told = [at for _, instants in touched for at in instants]
        return Page(rows=tuple(found), cursor=latest(cursor, [*stamps(rows), *told]), complete=not cursor)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        """Lots by what lies where: one with anything in quarantine is on hold."""
        parts = {self._words.lot_model: "id", "stock.move.line": "lot_id", "stock.quant": "lot_id"}
        touched = await self._touched(parts, cursor) if cursor else []
        ids = sorted({number for numbers, _ in touched for number in numbers if number})
        rows = await self._records.all(
            self._words.lot_model, [["id", "in", ids]] if cursor else [], ["name", "product_id", STAMP]
        )
        products = await self._products(row.link("product_id") for row in rows)
        lying: dict[int, dict[str, Decimal]] = {}
        quants = await self._quants([["lot_id", "in", ids]] if cursor else [])
        for quant in quants:
            at = lying.setdefault(quant.link("lot_id"), {})
            place = named(quant, "location_id")
            at[place] = at.get(place, Decimal(0)) + quant.quantity("quantity", signed=True)
        found = []
        for row in rows:
            product = products.get(row.link("product_id"))
            places = {place: n for place, n in lying.get(row.number("id"), {}).items() if n > 0}
            if product is None:
                continue
            found.append(
                Lot(
                    number=row.code("name"),
                    product=product.code,
                    quantity=sum(places.values(), Decimal(0)),
                    unit=product.unit,
                    status="hold" if self._places.quarantine in places else "released",
                    location=safe(", ".join(places)),
                )
            )
        told = [at for _, instants in touched for at in instants]
        after = latest(cursor, [*stamps(rows), *stamps(quants), *told])
        return Page(rows=without_lookalikes(found), cursor=after, complete=not cursor)

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        """What lies where. Always whole: what is used up is a row no more, which no change tells."""
        quants = await self._quants([])
        products = await self._products(quant.link("product_id") for quant in quants)
        return Page(
            rows=summed(
                StockLevel(
                    product=product.code,
                    location=safe(named(quant, "location_id")),
                    quantity=quant.quantity("quantity", signed=True),
                    unit=product.unit,
                )
                for quant in quants
                if (product := products.get(quant.link("product_id"))) is not None
            )
        )

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        """What customers wait for. Always whole: a line that was delivered is no demand any more."""
        fields = ["name", "partner_id", "commitment_date", "date_order"]
        sales = await self._records.all("sale.order", [["state", "=", "sale"]], fields)
        by_number = {row.number("id"): row for row in sales}
        fields = ["order_id", "product_id", "product_uom_qty", "qty_delivered"]
        lines = await self._records.all("sale.order.line", [["order_id", "in", list(by_number)]], fields)
        products = await self._products(line.link("product_id") for line in lines)
        found = []
        for line in lines:
            sale, product = by_number.get(line.link("order_id")), products.get(line.link("product_id"))
            left = line.quantity("product_uom_qty") - line.quantity("qty_delivered")
            if sale is None or product is None or left <= 0:
                continue
            due = "commitment_date" if sale.text("commitment_date") else "date_order"
            found.append(
                CustomerOrderLine(
                    number=f"{sale.code('name')}/{line.number('id')}",
                    customer=safe(named(sale, "partner_id")),
                    product=product.code,
                    quantity=left,
                    unit=product.unit,
                    due_at=sale.instant(due, UTC_ZONE),
                )
            )
        return Page(rows=tuple(found))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Post once by key; a posting that was cut is taken up where it was."""
        note, repeated = await self._posting.post(command, answer)
        outcome = Outcome.ALREADY_APPLIED if repeated else Outcome.APPLIED
        return Receipt(key=command.key, outcome=outcome, refs=note.refs)

    async def find(self, key: str) -> Receipt | None:
        """The posting's note, once it is booked; one that was only begun is none: post it again."""
        note = await self._posting.book.find(key)
        if note is None or not note.posted:
            return None
        return Receipt(key=key, outcome=Outcome.ALREADY_APPLIED, refs=note.refs)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._door.aclose()

    async def _coded(self, wanted: Domain) -> list[Fields]:
        domain = [["default_code", "!=", False], *wanted]
        return await self._records.all("product.product", domain, ["default_code", "name", "uom_id", STAMP])

    async def _products(self, ids: Iterable[int]) -> dict[int, Product]:
        """These of the items that have a code, by their number."""
        rows = await self._coded([["id", "in", sorted(set(ids))]])
        return {row.number("id"): product_of(row) for row in rows}

    async def _quants(self, wanted: Domain) -> list[Fields]:
        fields = ["product_id", "lot_id", "location_id", "quantity", STAMP]
        return await self._records.all("stock.quant", [["location_id.usage", "=", "internal"], *wanted], fields)

    async def _touched(self, parts: Mapping[str, str], cursor: str) -> list[tuple[set[int], list[datetime]]]:
        """Of each model the records that its changed rows belong to, by the field that names them; and when."""
        found = []
        for model, field in parts.items():
            rows = await self._records.all(model, changed(cursor), [field, STAMP])
            owners = {row.number("id") if field == "id" else row.link(field) for row in rows}
            found.append((owners, stamps(rows)))
        return found

    async def _centres(self, orders: list[int]) -> dict[int, str]:
        """The line of each order: the code of its first operation's work centre."""
        codes = {
            row.number("id"): row.text("code") or row.text("name")
            for row in await self._records.all("mrp.workcenter", [], ["code", "name"])
        }
        works = await self._records.all(
            "mrp.workorder", [["production_id", "in", orders]], ["production_id", "workcenter_id"]
        )
        found: dict[int, str] = {}
        for work in works:
            found.setdefault(work.link("production_id"), codes.get(work.link("workcenter_id"), ""))
        return found

    async def _moves(self, orders: list[int]) -> list[Fields]:
        fields = ["raw_material_production_id", "product_id", "product_uom_qty", "product_uom"]
        return await self._records.all("stock.move", [["raw_material_production_id", "in", orders]], fields)

    async def _scrapped(self, orders: list[int]) -> dict[int, Decimal]:
        """Scrap of each order, also what is scrapped only when the order is closed."""
        domain = [["production_id", "in", orders]]
        found: dict[int, Decimal] = {}
        for row in await self._records.all("stock.scrap", domain, ["production_id", "scrap_qty"]):
            number = row.link("production_id")
            found[number] = found.get(number, Decimal(0)) + row.quantity("scrap_qty")
        return found


def changed(cursor: str) -> Domain:
    """The condition of rows that were made or written since; none without a cursor."""
    asked = since(cursor)
    return [[STAMP, ">", f"{asked.astimezone(UTC):%Y-%m-%d %H:%M:%S}"]] if asked else []


def stamps(rows: Iterable[Fields]) -> list[datetime]:
    """When each row was written last; nothing for one that does not say it."""
    return [row.instant(STAMP, UTC_ZONE) for row in rows if row.text(STAMP)]


def product_of(row: Fields) -> Product:
    """An item."""
    return Product(code=row.code("default_code"), name=row.name("name"), unit=named(row, "uom_id"))


def components_of(moves: Iterable[Fields], products: Mapping[int, Product]) -> dict[int, list[Part]]:
    """What each order takes."""
    found: dict[int, list[Part]] = {}
    for move in moves:
        product = products.get(move.link("product_id"))
        if product is not None:
            row = (product.code, move.quantity("product_uom_qty"), named(move, "product_uom"))
            found.setdefault(move.link("raw_material_production_id"), []).append(row)
    return found


def named(row: Fields, name: str) -> str:
    """The words of a link [number, words]."""
    value = row.values.get(name)
    if isinstance(value, list) and len(value) == 2 and isinstance(value[1], str):
        return value[1]
    raise row.wrong(name, value)
