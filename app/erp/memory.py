"""The memory twin of the ERP port: deterministic, by the rules of the demo ERP, with faults on demand.

Keeps nothing over a restart. For tests only, and in no registry: a plant that has no ERP says so (app.erp.none).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal

from app.domain.erp import (
    Capability,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Outcome,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    RecordDowntime,
    Reference,
    Standard,
    StandardKind,
    StockLevel,
)
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.erp import ledger
from app.erp.faults import AFTER, Faults

CAPABILITIES = frozenset({Capability.LOT_BLOCKS, Capability.MOVE, Capability.DOWNTIME, Capability.STANDARDS})

RAISES: Mapping[str, Callable[[], ErpError]] = {
    "unauthorised": lambda: ErpAuthError("The ERP refuses our sign-in.", "Check the ERP's token."),
    "unavailable": lambda: ErpUnavailableError("The ERP is not available.", 0.0),
    "timeout": lambda: ErpOutcomeUnknownError("The ERP did not answer in time."),
    "error500": lambda: ErpOutcomeUnknownError("The ERP failed while it was at it (500)."),
    "conflict": lambda: ErpConflictError("The order changed in the ERP meanwhile."),
    "lose_answers": lambda: ErpOutcomeUnknownError("The connection broke before the ERP's answer."),
    "html": lambda: ErpProtocolError("The ERP answered with a web page."),
    "huge": lambda: ErpProtocolError("The ERP's answer is too large."),
}
"""What each fault of Faults looks like through the port."""

ASK_TOKEN = "decision"


class MemoryBooks:
    """Rows and documents in dictionaries; `filed` lists every command booked, in order."""

    def __init__(self, reference: Reference) -> None:
        self.products = dict(reference.products)
        self.orders = dict(reference.orders)
        self.lots = dict(reference.lots)
        self.stock = {(s.product, s.location): s for s in reference.stock}
        self.demand = reference.demand
        self.standards = {(s.kind, s.machine, s.product): s for s in reference.standards}
        self.known_lines = frozenset(order.line for order in reference.orders.values())
        self.documents: dict[str, ledger.Document] = {}
        self.filed: list[ErpCommand] = []

    def product(self, code: str) -> Product | None:
        return self.products.get(code)

    def order(self, number: str) -> ProductionOrder | None:
        return self.orders.get(number)

    def lot(self, number: str) -> Lot | None:
        return self.lots.get(number)

    def lines(self) -> frozenset[str]:
        return self.known_lines

    def level(self, product: str, location: str) -> Decimal:
        kept = self.stock.get((product, location))
        return kept.quantity if kept else Decimal(0)

    def standard(self, kind: StandardKind, machine: str, product: str) -> Standard | None:
        return self.standards.get((kind, machine, product))

    def put_standard(self, standard: Standard) -> None:
        self.standards[standard.kind, standard.machine, standard.product] = standard

    def put_order(self, order: ProductionOrder) -> None:
        self.orders[order.number] = order

    def put_lot(self, lot: Lot) -> None:
        self.lots[lot.number] = lot

    def set_level(self, product: str, location: str, quantity: Decimal, unit: str) -> None:
        self.stock[product, location] = StockLevel(product=product, location=location, quantity=quantity, unit=unit)

    def document(self, key: str) -> ledger.Document | None:
        return self.documents.get(key)

    def file(self, document: ledger.Document, command: ErpCommand) -> None:
        self.documents[document.key] = document
        self.filed.append(command)

    def next_number(self) -> int:
        return len(self.filed) + 1

    def draft(self) -> MemoryBooks:
        """Books that may be thrown away: a posting is booked on a draft, which replaces the original at its end.

        The documents are shared: filing is a posting's last step, nothing is refused after it.
        """
        twin = MemoryBooks(Reference(products=self.products, orders=self.orders, lots=self.lots))
        twin.stock, twin.demand = dict(self.stock), self.demand
        twin.known_lines, twin.standards = self.known_lines, dict(self.standards)
        twin.documents, twin.filed = self.documents, self.filed
        return twin


class MemoryErp:
    """The port over MemoryBooks. `books` may be looked at in tests."""

    def __init__(
        self,
        reference: Reference | None = None,
        faults: Faults | None = None,
        capabilities: frozenset[Capability] = CAPABILITIES,
    ) -> None:
        self.books = MemoryBooks(reference or Reference())
        self.faults = faults or Faults()
        self.capabilities = capabilities
        self.calls: list[str] = []

    async def probe(self) -> ErpInfo:
        await self._strike()
        return ErpInfo(product="Memory ERP", version="1")

    async def products(self, cursor: str = "") -> Page[Product]:
        await self._strike()
        return Page(rows=tuple(self.books.products.values()))

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        await self._strike()
        return Page(rows=tuple(self.books.orders.values()))

    async def lots(self, cursor: str = "") -> Page[Lot]:
        await self._strike()
        return Page(rows=tuple(self.books.lots.values()))

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        await self._strike()
        return Page(rows=tuple(self.books.stock.values()))

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        await self._strike()
        return Page(rows=tuple(self.books.demand))

    async def standards(self, cursor: str = "") -> Page[Standard]:
        await self._strike()
        return Page(rows=tuple(self.books.standards.values()))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Book once by key; raises as the faults and the ledger say."""
        self.calls.append(command.key)
        if isinstance(command, RecordDowntime) and Capability.DOWNTIME not in self.capabilities:
            raise ErpUnsupportedError("This ERP keeps no stops of machines.", "It is kept in Lineside only.")
        fault = self.faults.next(writes=True)
        await self._pause()
        if fault and fault not in AFTER:
            raise RAISES[fault]()
        self._object(answer)
        receipt = self._book(command)
        await asyncio.sleep(0)
        if fault:
            raise RAISES[fault]()
        return receipt

    async def find(self, key: str) -> Receipt | None:
        """What was booked under a key; None when nothing was. Changes nothing."""
        await self._strike(find=True)
        document = self.books.document(key)
        return None if document is None else receipt_of(document, Outcome.ALREADY_APPLIED)

    async def aclose(self) -> None:
        """Nothing is held."""

    def _object(self, answer: Mapping[str, str]) -> None:
        if self.faults.refuse:
            raise ErpRejectedError(self.faults.refuse, "refused")
        if self.faults.ask and ASK_TOKEN not in answer:
            raise ErpActionRequiredError(self.faults.ask, ASK_TOKEN)

    def _book(self, command: ErpCommand) -> Receipt:
        draft = self.books.draft()
        document, repeated = ledger.post(draft, draft, command)
        self.books = draft
        return receipt_of(document, Outcome.ALREADY_APPLIED if repeated else Outcome.APPLIED)

    async def _strike(self, find: bool = False) -> None:
        fault = self.faults.next(writes=False, find=find)
        await self._pause()
        if fault:
            error = RAISES[fault]()
            raise ErpUnavailableError(error.message, 0.0) if isinstance(error, ErpOutcomeUnknownError) else error

    async def _pause(self) -> None:
        await asyncio.sleep(self.faults.slow_ms / 1000)


def receipt_of(document: ledger.Document, outcome: Outcome) -> Receipt:
    """The port's receipt for a filed document."""
    return Receipt(key=document.key, outcome=outcome, refs=document.refs)
