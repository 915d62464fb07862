"""The demo ERP behind the port, over HTTP. Believes no answer that it has not checked; imports nothing of the server.

A request that certainly did nothing is `unavailable`; one that may have done something is `outcome unknown`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import quote

import msgspec

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
    Standard,
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
)
from app.domain.text import safe
from app.erp import wire
from app.erp.codec import encode
from app.erp.web import MOST_BYTES, Answered, Web

T = TypeVar("T")
Noun = TypeVar("Noun")

MOST_PAGES = 1_000


class DemoErp:
    """`timeout_s` bounds a whole request with its answer; `most_bytes` an answer's size."""

    capabilities: frozenset[Capability] = frozenset(
        {Capability.LOT_BLOCKS, Capability.MOVE, Capability.DOWNTIME, Capability.STANDARDS}
    )

    def __init__(
        self,
        url: str,
        token: str = "demo",
        timeout_s: float = 10.0,
        most_bytes: int = MOST_BYTES,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._web = Web(url, timeout_s=timeout_s, headers={"Authorization": f"Bearer {token}"}, most_bytes=most_bytes)

    async def probe(self) -> ErpInfo:
        asked_at = self._now()
        info = await self._get("/api/v1/info", wire.InfoShape)
        middle = asked_at + (self._now() - asked_at) / 2
        skew_s = (info.time - middle).total_seconds()
        return ErpInfo(product=safe(info.product), version=safe(info.version), clock_skew_s=skew_s)

    async def products(self, cursor: str = "") -> Page[Product]:
        return await self._pages("items", wire.PageShape[wire.ProductShape], wire.ProductShape.noun)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        return await self._pages("orders", wire.PageShape[wire.OrderShape], wire.OrderShape.noun)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        return await self._pages("lots", wire.PageShape[wire.LotShape], wire.LotShape.noun)

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        return await self._pages("stock", wire.PageShape[wire.StockShape], wire.StockShape.noun)

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        return await self._pages("demand", wire.PageShape[wire.DemandShape], wire.DemandShape.noun)

    async def standards(self, cursor: str = "") -> Page[Standard]:
        return await self._pages("standards", wire.PageShape[wire.StandardShape], wire.StandardShape.noun)

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Post once by key; a repeat is answered with the same references."""
        kind, values = encode(command)
        body = msgspec.json.encode({"command": values, "answers": dict(answer)})
        answered = await self._web.ask("POST", f"/api/v1/postings/{kind}", body)
        receipt = checked(answered, wire.ReceiptShape, (200, 201))
        return receipt_of(receipt, command.key)

    async def find(self, key: str) -> Receipt | None:
        """What stands under a key; None where the ERP says in so many words that nothing does."""
        answered = await self._web.read(f"/api/v1/postings/{quote(key, safe='')}")
        if answered.status == 404 and answered.json:
            failure = wire.read(answered.body, wire.FailureShape)
            if failure.code == "not_posted":
                return None
        return receipt_of(checked(answered, wire.ReceiptShape, (200,)), key)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._web.aclose()

    async def _pages(self, noun: str, shape: type[wire.PageShape[T]], to_noun: Callable[[T], Noun]) -> Page[Noun]:
        rows: list[Noun] = []
        cursor = ""
        for _ in range(MOST_PAGES):
            page = await self._get(f"/api/v1/{noun}?limit=200&after={quote(cursor, safe='')}", shape)
            rows.extend(to_noun(row) for row in page.rows)
            if not page.next:
                return Page(rows=tuple(rows))
            if page.next <= cursor:
                raise ErpProtocolError(f"The ERP's pages of {noun} go in a circle.")
            cursor = page.next
        raise ErpProtocolError(f"The ERP has more than {MOST_PAGES} pages of {noun}.")

    async def _get(self, path: str, shape: type[T]) -> T:
        return checked(await self._web.read(path), shape, (200,))


def checked(answered: Answered, shape: type[T], good: tuple[int, ...]) -> T:
    """The answer in its shape; raises the error that its status stands for."""
    if answered.status in (401, 403):
        raise ErpAuthError("The ERP refuses our sign-in.", "Check the ERP's token in the plant file.")
    if answered.status in (429, 503):
        raise ErpUnavailableError(words(answered) or "The ERP is busy.", answered.retry_after_s)
    if answered.status >= 500:
        raise ErpOutcomeUnknownError(words(answered) or f"The ERP failed ({answered.status}).")
    if not answered.json:
        raise ErpProtocolError(f"The ERP answered with something else than JSON ({answered.status}).")
    if answered.status not in good:
        raise refusal(answered)
    return wire.read(answered.body, shape)


def refusal(answered: Answered) -> ErpError:
    """The error for an answer that says no, in the ERP's own words."""
    said = wire.read(answered.body, wire.FailureShape)
    message, code = safe(said.message), safe(said.code, 60)
    if answered.status == 422:
        return ErpRejectedError(message, code)
    if answered.status == 428:
        return ErpActionRequiredError(message, said.token)
    if answered.status in (409, 412) and said.code != "key_reuse":
        return ErpConflictError(message)
    return ErpProtocolError(message)


def words(answered: Answered) -> str:
    """What the ERP said about a failure; empty where it said nothing that can be read."""
    try:
        return safe(wire.read(answered.body, wire.FailureShape).message) if answered.json else ""
    except ErpProtocolError:
        return ""


def receipt_of(shape: wire.ReceiptShape, key: str) -> Receipt:
    """The port's receipt; raises ErpProtocolError when the answer is about another posting."""
    if shape.key != key:
        raise ErpProtocolError("The ERP answered for another posting.")
    refs = {safe(name, 60): safe(value, 300) for name, value in shape.refs.items()}
    outcome = Outcome.ALREADY_APPLIED if shape.repeated else Outcome.APPLIED
    return Receipt(key=key, outcome=outcome, refs=refs)
