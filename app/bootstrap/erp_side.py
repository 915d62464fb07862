"""The ERP's side of a station: reference data in, postings out, both by themselves."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from app.bus import Blocking, Bus
from app.domain.commands import RecordPosting
from app.domain.erp import ErpStatus, Reference
from app.domain.errors import KnownError
from app.domain.events import Event
from app.domain.posting import Posting
from app.erp.outbox import Outbox
from app.erp.reader import ReferenceReader
from app.ports import Clock, Erp, ReferenceCache
from app.readmodel.model import Changes

log = logging.getLogger("lineside.erp")

AGE_KEPT = timedelta(minutes=5)
"""So much older than it is the reference data may be said to be after a restart."""


class ErpSide:
    """Runs the outbox and the reader over one port. `reference` and `status` are told on the core's loop."""

    def __init__(
        self,
        *,
        bus: Bus,
        pending: Callable[[], Sequence[Posting]],
        erp: Erp,
        clock: Clock,
        cache: ReferenceCache,
        told: Callable[[Reference], None],
        status: Callable[[ErpStatus], None],
        period_s: float,
        on_disk: Blocking,
        dutiful: Callable[[], bool] = lambda: True,
    ) -> None:
        self._bus = bus
        self._cache = cache
        self._told = told
        self._on_disk = on_disk
        self._saving: set[asyncio.Task[None]] = set()
        bus.reference = self._cached = cache.load()
        self.outbox = Outbox(pending=pending, record=self._record, erp=erp, clock=clock)
        self.reader = ReferenceReader(
            erp=erp, clock=clock, save=self._take, status=status, reference=bus.reference, period_s=period_s,
            dutiful=dutiful,
        )  # fmt: skip
        bus.subscribe(self._changed)

    async def _record(self, event: Event) -> None:
        await self._bus.send(RecordPosting(event=event))

    def _changed(self, changes: Changes) -> None:
        if any(stream.startswith("posting/") for stream in changes.rows):
            self.outbox.poke()

    def _take(self, reference: Reference) -> None:
        """New reference data: for the handlers, the screens and, where it says something new, the cache."""
        self._bus.reference = reference
        self._told(reference)
        if not worth_keeping(reference, self._cached):
            return
        self._cached = reference
        saving = asyncio.get_running_loop().create_task(self._keep(reference), name="keep reference")
        self._saving.add(saving)
        saving.add_done_callback(self._saving.discard)

    async def _keep(self, reference: Reference) -> None:
        try:
            await self._on_disk(lambda: self._cache.save(reference))
        except KnownError as error:
            log.warning("the reference data could not be kept: %s", error)

    def resume(self) -> None:
        """A person mended what the ERP refused: go on after a refused sign-in."""
        self.outbox.resume()
        self.reader.resume()

    async def run(self) -> None:
        """Read and post until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.outbox.run(), name="ERP outbox")
            tasks.create_task(self.reader.run(), name="ERP reader")


def worth_keeping(reference: Reference, cached: Reference) -> bool:
    """Whether the cache would say something else, or would be thought much older than the data is."""
    if reference.as_of is None or cached.as_of is None or reference.as_of - cached.as_of > AGE_KEPT:
        return True
    return replace(reference, as_of=cached.as_of) != cached
