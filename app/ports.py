"""The Protocols between the core and the world; about eight verbs each. Knows no implementation.

`Samples` is the column form of readings: what drivers hand up and detectors eat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from app.domain.alarm import Told, standing
from app.domain.control import AlarmActing, Result, Writing
from app.domain.erp import (
    Capability,
    CustomerOrderLine,
    ErpCommand,
    ErpInfo,
    Lot,
    Page,
    Product,
    ProductionOrder,
    Receipt,
    Reference,
    Standard,
    StockLevel,
)
from app.domain.lifecycles import AlarmState
from app.domain.operation import Operation, SharedHead, SharedOperation
from app.domain.plant import Controller, Tag
from app.domain.plant_file import PlantVersion
from app.domain.presence import Hint
from app.domain.status import SharedPlant

__all__ = [
    "AlarmEvent", "Clock", "ControlPort", "Driver", "DriverSink", "Erp", "Ids", "Journal", "Link", "LinkState",
    "ReferenceCache", "Samples", "SharedCopy", "SharedLog", "UnitState",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """n samples in columns, oldest first. `tags` int32 board indices; `values` float64 (NaN where `texts` has it);

    `qualities` uint8 (Quality); `source_s` float64 seconds since 1970 UTC by the controller's clock; `received_s` by
    this station's. `texts[i]` is sample i's text, already made safe (app.domain.text.safe).
    """

    tags: NDArray[np.int32]
    values: NDArray[np.float64]
    qualities: NDArray[np.uint8]
    source_s: NDArray[np.float64]
    received_s: float
    texts: Mapping[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.tags)


class Link(IntEnum):
    """How a controller's connection stands; order is worse upwards."""

    UP = 0
    CONNECTING = 1
    LOST = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """A change of a connection. `since_s` is when the present state began; `last_data_s` the last word received.

    `kept`: it is up again, and every value of the time between was or will be handed up; there is no gap.
    `secured`: it is up, and what comes is signed at least, by the controller whose certificate is trusted.
    `clock_s`: its clock less this station's, to about a second; None where it tells none.
    """

    controller: str
    link: Link
    since_s: float
    last_data_s: float
    reason: str = ""
    reconnects: int = 0
    kept: bool = False
    secured: bool = False
    clock_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitState:
    """How one of the units behind a controller's connection stands, `since_s`; `last_good_s` 0: never heard.

    `reads_per_s` since the last report; `errors` are requests without a value since the driver began.
    """

    unit: int
    up: bool
    since_s: float
    last_good_s: float
    reads_per_s: float
    errors: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmEvent:
    """An alarm or event of a controller. `key` identifies the condition (or a branch of it: an `earlier` occurrence),

    `event_id` this occurrence of it. `retained` False: the controller no longer cares for it. `by` and `comment`: who
    acted on it last at the controller. `sure_clock` False: the controller's time was missing or impossible, or its
    clock is wrong; `source_s` is then at best its word.
    """

    controller: str
    machine: str | None
    key: str
    event_id: str
    code: str
    message: str
    severity: int
    active: bool
    acknowledged: bool
    source_s: float
    received_s: float
    recorded_at: str = ""
    replayed: bool = False
    shelved: bool = False
    suppressed: bool = False
    out_of_service: bool = False
    retained: bool = True
    earlier: bool = False
    unconfirmed: bool = False
    by: str = ""
    comment: str = ""
    sure_clock: bool = True

    @property
    def state(self) -> AlarmState:
        """How the alarm stands after it."""
        return standing(
            Told(
                active=self.active,
                acknowledged=self.acknowledged,
                shelved=self.shelved,
                suppressed=self.suppressed,
                out_of_service=self.out_of_service,
                retained=self.retained,
            )
        )


class DriverSink(Protocol):
    """Where a driver hands up what it receives; called on the driver's loop, must not block."""

    def samples(self, batch: Samples) -> None: ...
    def alarm(self, event: AlarmEvent) -> None: ...
    def alive(self, controller: str, at_s: float) -> None: ...
    def link(self, state: LinkState) -> None: ...
    def units(self, controller: str, states: Sequence[UnitState]) -> None: ...
    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Values of the time between (this station's clock) are lost for good though the link was up."""


class Driver(Protocol):
    """One controller's connection: runs until cancelled, reconnects by itself, says everything to its sink."""

    controller: Controller

    async def run(self) -> None:
        """Connect, subscribe or poll, and keep at it until cancelled. Never raises for the network's faults."""


@runtime_checkable
class ControlPort(Protocol):
    """What a driver may offer beside reading: one attempt and never a second, under a time-out, then the read-back.

    FAILED and REFUSED mean that surely nothing happened; whatever can't be known is UNKNOWN. Never raises for the
    network's or the controller's faults.
    """

    async def write(self, writing: Writing) -> Result: ...
    async def act(self, acting: AlarmActing) -> Result: ...


DriverFactory = Callable[[Controller, Sequence[Tag], DriverSink], Driver]


class Clock(Protocol):
    """Time comes in from here only."""

    def now(self) -> datetime:
        """Aware UTC wall time."""

    def monotonic_ns(self) -> int:
        """For durations and time-outs."""


class Ids(Protocol):
    """New identifiers, unique and ordered by time (UUIDv7 in life, counting ones in tests)."""

    def new(self) -> str: ...


class Journal(Protocol):
    """The durable log of this workstation. What `append` returned from is on disk (I1). Blocking; one writer."""

    def append(self, operations: Sequence[Operation]) -> None:
        """All or nothing; raises StoreError when the disk refuses, and then nothing was written."""

    def read(self, after_seq: int = 0, most: int | None = None) -> Sequence[Operation]:
        """The operations after a sequence number, in order; the first `most` of them."""

    def head(self) -> tuple[int, str]:
        """Last sequence number and hash; (0, GENESIS) when empty."""

    def close(self) -> None: ...


class SharedCopy(Protocol):
    """This station's copy of the plant's log, in the journal's own file. Blocking; one writer."""

    def read_shared(self, after: int = 0) -> Iterator[SharedOperation]:
        """What was downloaded after a place, in order."""

    def take_shared(self, operations: Sequence[SharedOperation]) -> None:
        """Keep what follows the head, all or nothing."""

    def forget_shared(self, after: int) -> None:
        """Drop what lies after a place: the plant's log lost it (a failover, a restore)."""

    def shared_head(self) -> tuple[int, str]:
        """Last place and its hash; (0, GENESIS) when nothing was downloaded."""

    def shared_hash(self, place: int) -> str | None:
        """The hash at a place, None where this station has none."""


class SharedLog(Protocol):
    """The plant's log as one station reaches it. Raises SharedDownError and SharedRefusedError only.

    A SharedDownError of `append` means: not known whether it was taken; sending the same again is always right.
    """

    async def status(self) -> SharedHead: ...
    async def append(self, operations: Sequence[Operation]) -> int:
        """Send whole causes in order; returns this station's last sequence number in the plant's log."""

    async def feed(self, after: int, most: int) -> Sequence[SharedOperation]:
        """What follows a place, without gaps."""

    async def hint(self, timeout_s: float) -> Hint:
        """What is heard next, or nothing after the time-out. Never a promise."""

    async def attend(self, person: str, ref: str, editing: bool) -> None:
        """Tell the other stations what a person looks at here; an empty `ref`: nothing any more."""

    async def prove(self, person: str, password: str) -> None:
        """Show at this station that the password is the person's own."""

    async def sign(self, person: str, password: str, kind: str, stream: str, meaning: str, shown: str) -> str:
        """The id of an electronic signature that is good for one operation."""

    async def plant(self) -> SharedPlant:
        """The plant's settings, and its other stations."""

    async def duty(self) -> bool:
        """Whether this station has the plant's duties now; takes them where nobody has. Asked anew each few seconds."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHead:
    """In which format the tables for reports are, and up to which place of the plant's log they are true."""

    format: str
    place: int


class Reports(Protocol):
    """The tables that reports read, as the station reaches them that keeps them. Raises as SharedLog does."""

    async def head(self) -> ReportHead: ...
    async def project(
        self, before: ReportHead, place: int, place_hash: str, rows: str, *, complete: bool
    ) -> ReportHead:
        """Write rows (app.readmodel.reports) as they stand at a place; `complete` with the last since `before`."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryProgress:
    """How far a controller's samples are in the plant's history: a place in this station's spool, None after another's.

    What was spooled until `written_s` is there (clock of who sent it); `source_s` is the latest of its sample's times.
    """

    controller: str
    file: int | None
    at: int
    written_s: float | None
    source_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parcel:
    """Samples of some controllers, and the places in the spool before and after them; no (tag, time) twice.

    Of each controller, `sources_us` is the latest time of its samples (None: there are none), and what was spooled
    until `written_s` is with this there (None: no more than before).
    """

    controllers: tuple[str, ...]
    sources_us: tuple[int | None, ...]
    before: tuple[int | None, int]
    after: tuple[int, int]
    written_s: tuple[float | None, ...]
    tags: NDArray[np.int32]
    times_us: NDArray[np.int64]
    values: NDArray[np.float64]
    qualities: NDArray[np.int16]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trend:
    """A tag's stretches of time, by time: first and last instant, extremes, last value (NaN: nothing is known)."""

    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    last: NDArray[np.float64]
    begins_s: float | None
    until_s: float | None


class PlantFiles(Protocol):
    """The published plant files as one station reaches them. Raises as SharedLog does."""

    async def versions(self, after: int = 0) -> Sequence[PlantVersion]:
        """The versions that follow one, without their texts."""

    async def text(self, version: int) -> str: ...
    async def running(self, version: int, said: str) -> None:
        """Tell which version this station runs (0: a file of its own), and why not the published one."""

    async def aclose(self) -> None: ...


class SharedHistory(Protocol):
    """The plant's history as one station reaches it. Raises as SharedLog does; whatever fails may be done again."""

    async def take(self, controllers: Sequence[str]) -> Sequence[HistoryProgress]:
        """Those of them whose samples this station sends now; asked again within seconds it keeps them."""

    async def numbers(self, ids: Sequence[str], controllers: Sequence[str]) -> Sequence[int]: ...
    async def keep(self, parcel: Parcel) -> int:
        """Take samples and note the place after them, all or nothing; returns how many were new."""

    async def lose(self, controller: str, from_s: float, to_s: float, reason: str) -> None: ...
    async def leave(self, controllers: Sequence[str]) -> None: ...
    async def tidy(self) -> None:
        """Let go of what is older than the plant keeps."""

    async def trend(self, tag_id: str, from_s: float, to_s: float, columns: int) -> Trend: ...
    async def aclose(self) -> None: ...


class ReferenceCache(Protocol):
    """The ERP's reference data as last read, kept over a restart."""

    def save(self, reference: Reference) -> None: ...
    def load(self) -> Reference: ...


class KeepsStandards(Protocol):
    """What an ERP with Capability.STANDARDS answers beside the rest: the standards that it plans with."""

    async def standards(self, cursor: str = "") -> Page[Standard]: ...


class Erp(Protocol):
    """An ERP behind one door. `post` may be repeated with the same key any number of times.

    A read without a cursor gives everything; with that of an earlier page of the same noun it gives what changed since,
    or everything where the ERP can't tell (Page.complete). Raises only the errors of app.domain.erp_errors.
    """

    capabilities: frozenset[Capability]

    async def probe(self) -> ErpInfo: ...
    async def products(self, cursor: str = "") -> Page[Product]: ...
    async def orders(self, cursor: str = "") -> Page[ProductionOrder]: ...
    async def lots(self, cursor: str = "") -> Page[Lot]: ...
    async def stock(self, cursor: str = "") -> Page[StockLevel]: ...
    async def demand(self, cursor: str = "") -> Page[CustomerOrderLine]: ...
    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt: ...
    async def find(self, key: str) -> Receipt | None: ...
    async def aclose(self) -> None: ...
