"""What a core is made of, and the sides of it that need no more than that. Every part may be a twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.acquisition.messages import Message, Order
from app.bootstrap.alone import Alone
from app.bootstrap.health import Station
from app.bootstrap.history_side import HistorySide
from app.bootstrap.local import Place
from app.bootstrap.plant_side import PlantSide
from app.bootstrap.shared_side import SharedSide
from app.domain.plant import Plant
from app.plant.running import RunningFile
from app.ports import (
    Clock,
    Erp,
    Ids,
    Journal,
    PlantFiles,
    ReferenceCache,
    Reports,
    SharedCopy,
    SharedHistory,
    SharedLog,
)


class Keeper(Journal, ReferenceCache, Protocol):
    """A store that keeps the journal, the copy of the plant's log and the reference cache."""

    @property
    def shared(self) -> SharedCopy: ...


class Acquirer(Protocol):
    """Something that acquires: the supervised process, or an Acquisition in place. Runs until cancelled.

    `send` hands it an order at once; False when nobody is there to take it, and then it is not kept.
    """

    async def run(self) -> None: ...
    def send(self, order: Order) -> bool: ...


AcquirerFactory = Callable[
    [Callable[[Message], None], Callable[[bool, int], None], Callable[[], Mapping[str, float]]], Acquirer
]
"""Makes the acquirer from who listens to its messages, who hears whether it lives, and the counters so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a core is made of; every one may be a twin."""

    plant: Plant
    folder: Path
    store: Keeper
    erp: Erp
    clock: Clock
    ids: Ids
    station: str
    acquirer: AcquirerFactory
    reference_period_s: float = 20.0
    shared: SharedLog | None = None
    reports: Reports | None = None
    history: SharedHistory | None = None
    history_folder: Path = Path()
    place: Place | None = None
    """What of this machine is looked at while it runs; None: nothing (a test, a part of something else)."""
    plant_file: RunningFile | None = None
    plant_files: PlantFiles | None = None


def plantwide(parts: Parts) -> Alone | SharedSide:
    """The station's side of the plant's log, or its journal alone."""
    if parts.shared is None:
        return Alone(parts.store, parts.store.shared, parts.clock)
    return SharedSide(
        log=parts.shared,
        journal=parts.store,
        copy=parts.store.shared,
        station=parts.station,
        clock=parts.clock,
        reports=parts.reports,
    )


def history_side(parts: Parts, station: Station) -> HistorySide | None:
    """Who sends the station's samples on; None where the plant wants none of them."""
    if parts.history is None:
        return None
    return HistorySide(
        plant=parts.plant,
        folder=parts.history_folder,
        store=parts.history,
        clock=parts.clock,
        links=lambda: station.status.controllers,
        told=station.upload,
    )


def plant_side(parts: Parts, station: Station) -> PlantSide | None:
    """Who takes what is published; None where no plant was joined."""
    if parts.plant_file is None or parts.plant_files is None:
        return None
    return PlantSide(parts.plant_file, parts.plant_files, parts.folder, station.plant_file)
