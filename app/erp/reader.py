"""Reads the ERP's reference data again and again, hands it on whole, and says how the ERP stands.

Knows no store and no screen: both ends are callables. What can't be read leaves the old data as it was. Mostly only
what changed is asked for; a whole read now and then finds what was deleted.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar, cast

from app.domain.erp import Capability, ErpLinkState, ErpStatus, Lot, Page, Reference, Standard, StockLevel
from app.domain.erp_errors import ErpAuthError, ErpError, ErpProtocolError
from app.domain.errors import KnownError
from app.erp.lots import without_lookalikes
from app.ports import Clock, Erp, KeepsStandards

log = logging.getLogger(__name__)

Key = TypeVar("Key")
Row = TypeVar("Row")

PERIOD_S = 20.0
WHOLE_EVERY_S = 600.0
"""So long a deleted row may stay, and so long what an ERP does not call a change may be unseen."""
ASIDE = 3.0
"""So many times as long a station waits between two reads while another one has the plant's duties."""
OUR_FAULT = "Its data can't be read, by a fault of Lineside's own; the log has it."

Paged = Callable[[str, Callable[[str], Awaitable[Page[Any]]]], Awaitable[Page[Any]]]
"""Reads a noun's page from its cursor on."""


class ReferenceReader:
    """`save` gets every complete read; `status` every change of state and every new age. Both on this loop.

    `reference` is where to start from (the cache of the last run). After a refused sign-in nothing is asked until
    `resume`. The data is as old as the start of its read, so that no later change is thought to be in it. `dutiful`:
    whether this station is the one that has the plant's duties; the others read for themselves, and seldomer.
    """

    def __init__(
        self,
        *,
        erp: Erp,
        clock: Clock,
        save: Callable[[Reference], None],
        status: Callable[[ErpStatus], None],
        reference: Reference | None = None,
        period_s: float = PERIOD_S,
        whole_every_s: float = WHOLE_EVERY_S,
        dutiful: Callable[[], bool] = lambda: True,
    ) -> None:
        self._erp = erp
        self._clock = clock
        self._save = save
        self._say = status
        self._period_s = period_s
        self._whole_every_s = whole_every_s
        self._dutiful = dutiful
        self._cursors: dict[str, str] = {}
        self._whole_s = -math.inf
        self._wake = asyncio.Event()
        self.reference = reference or Reference()
        self.status = ErpStatus(state=ErpLinkState.CONNECTING, since_at=clock.now(), last_read_at=self.reference.as_of)

    def poke(self) -> None:
        """Read now, for instance after a posting that changed an order."""
        self._wake.set()

    def resume(self) -> None:
        """Go on after a refused sign-in was mended."""
        if self.status.state is ErpLinkState.AUTH:
            self._change(ErpLinkState.CONNECTING)
        self.poke()

    async def run(self) -> None:
        """Read at once and then every `period_s`, until cancelled. Raises for no fault of the ERP or its adapter."""
        while True:
            self._wake.clear()
            if self.status.state is not ErpLinkState.AUTH:
                await self._read_anyhow()
            try:
                async with asyncio.timeout(self._period_s * (1.0 if self._dutiful() else ASIDE)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _read_anyhow(self) -> None:
        try:
            await self.read()
        except Exception:  # the edge of the loop: a bug that one row meets must not end the outbox beside it
            log.exception("the ERP's reference data could not be read")
            self._whole_s = -math.inf
            self._change(ErpLinkState.DOWN, OUR_FAULT)

    async def read(self) -> bool:
        """Read once what changed, or everything when that is due; whether it went well. Half a read is never handed on.

        What a cursor asked for is asked for again after a failure: the cursors move on only with the data. After data
        that made no sense everything is asked for.
        """
        as_of, now_s = self._clock.now(), self._clock.monotonic_ns() / 1e9
        whole = now_s - self._whole_s >= self._whole_every_s
        cursors = {} if whole else dict(self._cursors)
        try:
            self.reference = replace(await self._all(cursors), as_of=as_of)
        except ErpAuthError as error:
            self._change(ErpLinkState.AUTH, error.message)
            return False
        except ErpError as error:
            if isinstance(error, ErpProtocolError):
                self._whole_s = -math.inf
            self._change(ErpLinkState.DOWN, error.message)
            return False
        self._cursors = cursors
        if whole:
            self._whole_s = now_s
        self._hand_on()
        self._change(ErpLinkState.UP)
        return True

    def _hand_on(self) -> None:
        try:
            self._save(self.reference)
        except KnownError as error:
            log.warning("the reference data could not be kept: %s", error)

    async def _all(self, cursors: dict[str, str]) -> Reference:
        """The data as it now is, by what changed since these cursors, which are moved on."""

        async def page(noun: str, read: Callable[[str], Awaitable[Page[Row]]]) -> Page[Row]:
            found = await read(cursors.get(noun, ""))
            cursors[noun] = found.cursor
            return found

        old, erp = self.reference, self._erp
        products, orders = await page("products", erp.products), await page("orders", erp.orders)
        lots, stock = await page("lots", erp.lots), await page("stock", erp.stock)
        demand = await page("demand", erp.demand)
        return Reference(
            products=merged(old.products, products, lambda row: row.code),
            orders=merged(old.orders, orders, lambda row: row.number),
            lots=lots_after(old.lots, lots),
            stock=tuple(merged({(s.product, s.location): s for s in old.stock}, stock, _place).values()),
            demand=tuple(merged({d.number: d for d in old.demand}, demand, lambda row: row.number).values()),
            standards=await self._standards(page),
        )

    async def _standards(self, page: Paged) -> tuple[Standard, ...]:
        """What the ERP plans with, where it keeps that."""
        if Capability.STANDARDS not in self._erp.capabilities:
            return ()
        found: Page[Standard] = await page("standards", cast("KeepsStandards", self._erp).standards)
        old = {_planned(row): row for row in self.reference.standards}
        return tuple(merged(old, found, _planned).values())

    def _change(self, state: ErpLinkState, reason: str = "") -> None:
        since_at = self.status.since_at if state is self.status.state else self._clock.now()
        status = ErpStatus(state=state, since_at=since_at, reason=reason, last_read_at=self.reference.as_of)
        if status != self.status:
            self.status = status
            self._say(status)


def merged(old: Mapping[Key, Row], page: Page[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """The rows by key: a complete page replaces the old ones, any other is laid over them."""
    fresh = {key(row): row for row in page.rows}
    return fresh if page.complete else {**old, **fresh}


def lots_after(old: Mapping[str, Lot], page: Page[Lot]) -> Mapping[str, Lot]:
    """The lots after a page; raises ErpProtocolError where one of it can be taken for another one that was there."""
    if page.complete or not page.rows:
        return merged(old, page, lambda row: row.number)
    rows = {(lot.number, lot.product): lot for lot in (*old.values(), *page.rows)}
    return {lot.number: lot for lot in without_lookalikes(rows.values())}


def _planned(standard: Standard) -> tuple[str, str, str]:
    return standard.kind.value, standard.machine, standard.product


def _place(level: StockLevel) -> tuple[str, str]:
    return level.product, level.location
