"""A station that has joined no plant: its journal is the whole truth. The twin of `SharedSide`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from app.bootstrap.identity import Identity, PlantIdentity
from app.bus import Bus
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.posting import Posting
from app.domain.presence import Presence
from app.domain.status import SharedStatus
from app.ports import Clock, Journal, SharedCopy
from app.readmodel.model import Model, open_postings
from app.store.rebuild import Quarantined, rebuild
from app.sync.exchange import OnDisk


class Alone:
    """The picture is the fold of the journal; every duty is this station's."""

    merge = None
    dutiful = True

    def __init__(self, journal: Journal, copy: SharedCopy, clock: Clock) -> None:
        """Raises KnownError where the journal has joined a plant: what it shared would be missing from the picture."""
        if copy.shared_head()[0]:
            raise KnownError(
                "This station has joined a plant, and no shared store is named.",
                "Join it again (lineside join URL), or start on a new data folder.",
            )
        self._clock = clock
        self.model: Model
        self.quarantined: tuple[Quarantined, ...]
        self.model, self.quarantined = rebuild(journal.read())

    def join(
        self,
        bus: Bus,
        on_disk: OnDisk,
        told: Callable[[SharedStatus], None],
        met: Callable[[Sequence[Presence]], None],
    ) -> None:
        """There is nothing to join."""

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """There is nobody to tell."""

    def identity(self, plant: Plant, folder: Path) -> Identity:
        """People show who they are by the plant file's passwords."""
        return PlantIdentity(plant, self._clock)

    def unreachable(self) -> str:
        """Nothing is needed that could be away."""
        return ""

    def unshared(self) -> frozenset[str]:
        """There is nobody to share with."""
        return frozenset()

    def postings(self, bus: Bus) -> list[Posting]:
        """All that the ERP has not confirmed."""
        return open_postings(bus.model)

    async def run(self) -> None:
        """Nothing to do until cancelled."""
        await asyncio.Event().wait()

    async def aclose(self) -> None:
        """Nothing to let go of."""
