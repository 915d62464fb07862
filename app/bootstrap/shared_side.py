"""A station's side of the plant's log: the merged picture, the exchange, and who does what one of all has to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from app.bootstrap.identity import Identity, SharedIdentity
from app.bootstrap.presences import Presences
from app.bus import Bus
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.presence import Presence
from app.domain.status import Health, SharedStatus
from app.ports import Clock, Journal, Reports, SharedCopy, SharedLog
from app.readmodel.merge import Merge
from app.readmodel.model import Model, open_postings
from app.store.rebuild import Quarantined, merged
from app.sync.bulk import uncollected
from app.sync.exchange import Exchange, OnDisk
from app.sync.projector import Projector
from app.sync.worker import Sync


class SharedSide:
    """Made before the bus (which folds into `merge`), then `joined` to it; `run` until cancelled."""

    def __init__(
        self,
        *,
        log: SharedLog,
        journal: Journal,
        copy: SharedCopy,
        station: str,
        clock: Clock,
        reports: Reports | None = None,
    ) -> None:
        self._log, self._journal, self._copy = log, journal, copy
        self._station, self._clock = station, clock
        self.merge: Merge = self._merged()
        self.quarantined = tuple(Quarantined(seq=seq, reason=why) for seq, why in self.merge.unreadable)
        self._sync: Sync | None = None
        self._presences: Presences | None = None
        self._projector = None if reports is None else Projector(reports, lambda: self.merge, self._on_duty)

    def _merged(self) -> Merge:
        with uncollected():
            return merged(self._journal, self._copy, self._station)

    @property
    def model(self) -> Model:
        """What screens and handlers see."""
        return self.merge.model

    def join(
        self,
        bus: Bus,
        on_disk: OnDisk,
        told: Callable[[SharedStatus], None],
        met: Callable[[Sequence[Presence]], None],
    ) -> None:
        """Exchange what this bus stores with the plant's log; `told` hears how that stands, `met` who looks at what."""

        async def reset() -> None:
            await bus.reload(made)

        async def made() -> Merge:
            self.merge = await on_disk(self._merged)
            return self.merge

        exchange = Exchange(
            log=self._log,
            journal=self._journal,
            copy=self._copy,
            on_disk=on_disk,
            absorb=bus.absorb,
            reset=reset,
        )
        self._presences = Presences(log=self._log, station=self._station, clock=self._clock, told=met)
        sync = Sync(
            log=self._log,
            exchange=exchange,
            clock=self._clock,
            waiting=self._waiting,
            told=told,
            heard=self._presences.heard,
        )
        self._sync = sync
        told(sync.status)
        bus.subscribe(lambda changes: sync.poke() if changes.unshared else None)

    def _waiting(self) -> tuple[int, datetime | None]:
        oldest = self.merge.oldest
        return self.merge.waiting, None if oldest is None else oldest.at

    def identity(self, plant: Plant, folder: Path) -> Identity:
        """People show who they are by their own login at the shared store."""
        return SharedIdentity(
            plant, self._clock, self._log, folder, lambda: self._sync.status.offset_s if self._sync else 0.0
        )

    def unreachable(self) -> str:
        """Why the plant's log can't be asked now; empty while it can."""
        return "it is not connected yet." if self._sync is None else self._sync.unreachable

    @property
    def dutiful(self) -> bool:
        """Whether this station sends the clock's commands and the counts."""
        return self._sync is None or self._sync.dutiful

    def _on_duty(self) -> bool:
        """Whether this station was given the plant's duties and reaches the log."""
        return self._sync is not None and self._sync.status.duty and self._sync.status.health is Health.UP

    def unshared(self) -> frozenset[str]:
        """The streams with steps that are only stored here."""
        return self.merge.unshared()

    def postings(self, bus: Bus) -> list[Posting]:
        """What this station posts to the ERP: everything while it has the duty; on its own, what only it has."""
        if self._sync is None or not self._sync.dutiful:
            return []
        postings = open_postings(bus.model)
        if self._sync.status.health is Health.UP:
            return postings
        ours = self.merge.unshared()
        return [posting for posting in postings if f"posting/{posting.id}" in ours]

    async def run(self) -> None:
        """Exchange until cancelled."""
        if self._sync is None or self._presences is None:
            return
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sync.run(), name="exchange")
            tasks.create_task(self._presences.run(), name="presences")
            if self._projector is not None:
                tasks.create_task(self._projector.run(), name="reports")

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """What a person looks at here."""
        if self._presences is not None:
            self._presences.attend(person, ref, editing)

    async def aclose(self) -> None:
        """Let go of the log."""
        if self._projector is not None:
            await self._projector.aclose()
        await self._log.aclose()
