"""Reads the ERP's reference data again and again, hands it on whole, and says how the ERP stands.

Knows no store and no screen: both ends are callables. What can't be read leaves the old data as it was.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from app.domain.erp import ErpLinkState, ErpStatus, Page, Reference, StockLevel
from app.domain.erp_errors import ErpAuthError, ErpError
from app.domain.errors import KnownError
from app.ports import Clock, Erp

log = logging.getLogger(__name__)

Key = TypeVar("Key")
Row = TypeVar("Row")

PERIOD_S = 20.0


class ReferenceReader:
    """`save` gets every complete read; `status` every change of state and every new age. Both on this loop.

    `reference` is where to start from (the cache of the last run). After a refused sign-in nothing is asked until
    `resume`. The data is as old as the start of its read, so that no later change is thought to be in it.
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
    ) -> None:
        self._erp = erp
        self._clock = clock
        self._save = save
        self._say = status
        self._period_s = period_s
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
        """Read at once and then every `period_s`, until cancelled. Never raises for the ERP's faults."""
        while True:
            self._wake.clear()
            if self.status.state is not ErpLinkState.AUTH:
                await self.read()
            try:
                async with asyncio.timeout(self._period_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def read(self) -> bool:
        """Read everything once; whether it went well. Half a read is never handed on."""
        as_of = self._clock.now()
        try:
            self.reference = replace(await self._all(), as_of=as_of)
        except ErpAuthError as error:
            self._change(ErpLinkState.AUTH, error.message)
            return False
        except ErpError as error:
            self._change(ErpLinkState.DOWN, error.message)
            return False
        self._hand_on()
        self._change(ErpLinkState.UP)
        return True

    def _hand_on(self) -> None:
        try:
            self._save(self.reference)
        except KnownError as error:
            log.warning("the reference data could not be kept: %s", error)

    async def _all(self) -> Reference:
        old = self.reference
        products, orders = await self._erp.products(), await self._erp.orders()
        lots, stock, demand = await self._erp.lots(), await self._erp.stock(), await self._erp.demand()
        return Reference(
            products=merged(old.products, products, lambda row: row.code),
            orders=merged(old.orders, orders, lambda row: row.number),
            lots=merged(old.lots, lots, lambda row: row.number),
            stock=tuple(merged({(s.product, s.location): s for s in old.stock}, stock, _place).values()),
            demand=tuple(merged({d.number: d for d in old.demand}, demand, lambda row: row.number).values()),
        )

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


def _place(level: StockLevel) -> tuple[str, str]:
    return level.product, level.location
