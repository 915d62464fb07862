"""An ERP behind B2MML V0700 messages, whichever way they go. Nothing is confirmed before the ERP said so.

A message that was refused may be sent again after a person mended what was wrong: under the key and a number, since
the ERP rightly takes one identifier once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

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
    StockLevel,
)
from app.domain.erp_errors import ErpActionRequiredError, ErpProtocolError, ErpRejectedError
from app.erp.b2mml.address import Address
from app.erp.b2mml.exchange import Exchange, Standing
from app.erp.b2mml.folders import Folders
from app.erp.b2mml.messages import message
from app.erp.b2mml.reading import Verdict, lot_of, order_of, product_of
from app.erp.b2mml.standing import rows
from app.erp.codec import digest
from app.erp.levels import summed
from app.erp.lots import without_lookalikes
from app.erp.web import Web, authorization

MOST_ATTEMPTS = 100
WAITING = "Handed to the ERP; its receipt has not come yet."


class B2mmlErp:
    """The port over an exchange of messages. `sender` names this plant in them."""

    capabilities: frozenset[Capability] = frozenset({Capability.LOT_BLOCKS, Capability.DOWNTIME})

    def __init__(self, exchange: Exchange, sender: str) -> None:
        self._exchange = exchange
        self._sender = sender
        self._sending = asyncio.Lock()

    async def probe(self) -> ErpInfo:
        """Whether the ERP's messages can be reached; they do not tell its clock."""
        await self._exchange.reach()
        return ErpInfo(product="B2MML", version="V0700")

    async def products(self, cursor: str = "") -> Page[Product]:
        found = await self._exchange.messages("MaterialDefinition")
        return Page(rows=tuple(product_of(row) for row in rows(found, "MaterialDefinition")))

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        found = await self._exchange.messages("OperationsSchedule")
        return Page(rows=tuple(order_of(row) for row in rows(found, "OperationsSchedule", "OperationsRequest")))

    async def lots(self, cursor: str = "") -> Page[Lot]:
        return Page(rows=without_lookalikes(await self._lots()))

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        """What lies where, as the lots say."""
        return Page(
            rows=summed(
                StockLevel(product=lot.product, location=lot.location, quantity=lot.quantity, unit=lot.unit)
                for lot in await self._lots()
            )
        )

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        """B2MML has no customers' orders."""
        return Page(rows=())

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Send once by key; what is on its way is waited for, what was refused or answered goes out anew."""
        body = digest(command)
        async with self._sending:
            for attempt in range(1, MOST_ATTEMPTS + 1):
                bodid = bodid_of(command.key, attempt)
                standing = await self._exchange.standing(bodid)
                if not standing.sent:
                    name, xml = message(command, bodid, self._sender, answer)
                    verdict = await self._exchange.send(bodid, name, xml, body)
                    return receipt(command.key, verdict, Outcome.APPLIED)
                if standing.digest not in ("", body):
                    raise ErpProtocolError(f"Key {command.key} already stands for another posting.")
                verdict = standing.verdict
                if verdict is None or verdict.accepted or (verdict.token and verdict.token not in answer):
                    return receipt(command.key, verdict, Outcome.ALREADY_APPLIED)
        raise ErpProtocolError(f"The ERP refused {MOST_ATTEMPTS} messages for one posting.")

    async def find(self, key: str) -> Receipt | None:
        """The ERP's word on the last message for a key; raises ErpRejectedError where it said no."""
        last: Standing | None = None
        for attempt in range(1, MOST_ATTEMPTS + 1):
            standing = await self._exchange.standing(bodid_of(key, attempt))
            if not standing.sent:
                break
            last = standing
            if standing.verdict is None or standing.verdict.accepted:
                break
        return receipt(key, last.verdict, Outcome.ALREADY_APPLIED) if last else None

    async def aclose(self) -> None:
        """Close the way of the messages."""
        await self._exchange.aclose()

    async def _lots(self) -> list[Lot]:
        return [lot_of(row) for row in rows(await self._exchange.messages("MaterialLot"), "MaterialLot")]


def bodid_of(key: str, attempt: int) -> str:
    """The identifier of the message for a posting's n-th attempt."""
    return key if attempt == 1 else f"{key}.{attempt}"


def receipt(key: str, verdict: Verdict | None, outcome: Outcome) -> Receipt:
    """The port's receipt; raises ErpActionRequiredError or ErpRejectedError where the ERP asks, or said no."""
    if verdict is None:
        return Receipt(key=key, outcome=Outcome.ACCEPTED, message=WAITING)
    if verdict.token:
        raise ErpActionRequiredError(verdict.words or "The ERP asks something, and does not say what.", verdict.token)
    if not verdict.accepted:
        raise ErpRejectedError(verdict.words or "The ERP refused the message without a word.", "rejected")
    changed = (verdict.words or "it does not say which") if verdict.changed else ""
    refs = {"document": verdict.document}
    return Receipt(key=key, outcome=outcome, refs=refs, message=verdict.words, changed=changed)


def by_files(outbox: str, inbox: str, sender: str = "Lineside", timeout_s: float = 10.0) -> B2mmlErp:
    """B2MML by file drop."""
    return B2mmlErp(Folders(Path(outbox), Path(inbox), timeout_s), sender)


def by_web(
    url: str,
    secret: Callable[[], str],
    user: str = "",
    sender: str = "Lineside",
    certificates: str = "",
    timeout_s: float = 10.0,
) -> B2mmlErp:
    """B2MML by HTTP."""
    parts = urlsplit(url)
    web = Web(
        f"{parts.scheme}://{parts.netloc}",
        timeout_s=timeout_s,
        certificates=certificates,
        sign_in=lambda: {"Authorization": authorization(user, secret())},
    )
    return B2mmlErp(Address(web, parts.path or "/"), sender)
