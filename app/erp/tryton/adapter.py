"""Tryton 8 behind the port, over JSON-RPC: no line of trytond's code, no answer believed without looking again.

Owns which posting goes where, and that one posting of a lane is under way at a time. `DECISIONS.md` 8 to 11 say why.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from app.domain.erp import (
    Capability,
    ConfirmProduction,
    ConsumeMaterial,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    MoveOrder,
    Outcome,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    RecordDowntime,
    SetLotStatus,
    StockLevel,
)
from app.domain.erp_errors import ErpProtocolError, ErpUnsupportedError
from app.erp.tryton.candidates import candidates
from app.erp.tryton.confirming import Confirming
from app.erp.tryton.consuming import Consuming
from app.erp.tryton.layout import Layout, read_layout
from app.erp.tryton.lines import Lines
from app.erp.tryton.lots import Lots
from app.erp.tryton.marks import Mark, Note, Notes, head_of, mark_of, same_body
from app.erp.tryton.orders import Orders
from app.erp.tryton.reads import Reads
from app.erp.tryton.rpc import Rpc
from app.erp.web import Web

SERIES = ("8.",)
"""The series that this adapter was made for: from 8.0 on the address and the calls are these."""
LAYOUT_FOR = timedelta(minutes=10)
"""So long Tryton's company, warehouse and locations are believed to be as they were read."""


class TrytonErp:
    """`warehouse` and `quarantine` are names or codes in Tryton; `timeout_s` bounds a call with its answer."""

    capabilities: frozenset[Capability] = frozenset({Capability.LOT_BLOCKS, Capability.MOVE})

    def __init__(
        self,
        url: str,
        database: str,
        user: str,
        secret: Callable[[], str],
        *,
        warehouse: str = "",
        quarantine: str = "Quarantine",
        certificates: str = "",
        timeout_s: float = 30.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        web = Web(url, timeout_s=timeout_s, certificates=certificates, packed=True)
        self._rpc = Rpc(web, database, user, secret)
        self._names = (warehouse, quarantine)
        self._now = now
        self._layout: tuple[datetime, Layout] | None = None
        self._notes = Notes(self._rpc)
        self._lots = Lots(self._rpc, self._notes)
        self._orders = orders = Orders(self._rpc, self._notes)
        self._reads = Reads(self._rpc, self._lots)
        self._confirming = Confirming(self._rpc, orders, self._lots)
        self._consuming = Consuming(orders, self._lots)
        self._lines = Lines(self._rpc, orders)
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def probe(self) -> ErpInfo:
        """A sign of life, and whether our sign-in still holds."""
        asked_at = self._now()
        series, clock = await self._rpc.hello()
        middle = asked_at + (self._now() - asked_at) / 2
        if not series.startswith(SERIES):
            raise ErpProtocolError(
                f"Lineside speaks to Tryton 8, this is {series[:20]}.", "Ask for an update of either."
            )
        await self._rpc.read("res.user.get_preferences", True)
        skew_s = (clock - middle).total_seconds() if clock else 0.0
        return ErpInfo(product="Tryton", version=series, clock_skew_s=skew_s)

    async def products(self, cursor: str = "") -> Page[Product]:
        return await self._reads.products(cursor)

    async def orders(self, cursor: str = "") -> Page[ProductionOrder]:
        return await self._reads.orders(await self._where(), self._now(), cursor)

    async def lots(self, cursor: str = "") -> Page[Lot]:
        return await self._reads.lots(await self._where(), self._now(), cursor)

    async def stock(self, cursor: str = "") -> Page[StockLevel]:
        return Page(rows=tuple(await self._reads.stock(await self._where(), self._now())))

    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]:
        return Page(rows=tuple(await self._reads.demand(await self._where())))

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        """Post by key, from wherever an earlier attempt ended; what is done is only looked up."""
        mark = mark_of(command)
        async with self._lane(command.lane):
            filed = await self._notes.find(mark.head, await self._record(command))
            if filed is not None:
                same_body(filed.mark, mark, filed.refs.get("document", ""))
                return receipt_of(command.key, filed, Outcome.ALREADY_APPLIED)
            await self._agree(answer)
            resource, refs = await self._apply(command, mark)
            note = await self._notes.file(mark, resource, told(command), refs)
            self._orders.finished(resource, mark)
        return receipt_of(command.key, note, Outcome.APPLIED)

    async def find(self, key: str) -> Receipt | None:
        """What was done under a key; None when nothing was, or only a part: posting again does the rest."""
        head = head_of(key)
        filed = None
        async for records in candidates(self._rpc, head, self._now()):
            filed = await self._notes.find(head, records)
            if filed is not None:
                break
        return None if filed is None else receipt_of(key, filed, Outcome.ALREADY_APPLIED)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._rpc.aclose()

    async def _record(self, command: ErpCommand) -> list[str]:
        """The record on which a posting's note would be."""
        found = ""
        if isinstance(command, SetLotStatus):
            found = await self._lots.record(command.lot, command.product)
        elif isinstance(command, ConfirmProduction | ConsumeMaterial | MoveOrder):
            found = await self._orders.record(command.order)
        return [found] if found else []

    async def _apply(self, command: ErpCommand, mark: Mark) -> tuple[str, dict[str, str]]:
        match command:
            case ConfirmProduction():
                return await self._confirming.post(command, mark, await self._where())
            case ConsumeMaterial():
                return await self._consuming.post(command, mark, await self._where())
            case SetLotStatus():
                return await self._lots.set_status(command, mark, await self._where())
            case MoveOrder():
                return await self._lines.post(command, mark)
        what = "stops of machines" if isinstance(command, RecordDowntime) else "postings of this kind"
        raise ErpUnsupportedError(f"Tryton keeps no {what}.", "It is kept in Lineside only.")

    async def _agree(self, answer: Mapping[str, str]) -> None:
        """Answer Tryton's warnings as a person has decided; its own name for each is the token."""
        for token in answer:
            if not token.startswith("wizard:"):
                await self._rpc.write("res.user.warning.skip", token, False)

    async def _where(self) -> Layout:
        now = self._now()
        if self._layout is None or now - self._layout[0] > LAYOUT_FOR:
            self._layout = (now, await read_layout(self._rpc, *self._names))
        return self._layout[1]

    @asynccontextmanager
    async def _lane(self, name: str) -> AsyncIterator[None]:
        """One posting of a lane at a time; nothing is kept of a lane that nobody is in."""
        lock = self._lanes.get(name)
        if lock is None:
            self._lanes[name] = lock = asyncio.Lock()
        async with lock:
            yield


def receipt_of(key: str, note: Note, outcome: Outcome) -> Receipt:
    """The port's receipt; what only the adapter needs stays in the note."""
    return Receipt(key=key, outcome=outcome, refs={name: note.refs[name] for name in note.refs if name != "from"})


def told(command: ErpCommand) -> str:
    """What people read in Tryton about a posting."""
    at = command.occurred_at.astimezone(UTC)
    return f"Lineside: {type(command).__name__} by {command.actor}, {at:%Y-%m-%d %H:%M} UTC\n{command.key}"
