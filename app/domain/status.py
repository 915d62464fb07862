"""How the parts of a station stand: controllers, acquisition, store, ERP. What the status bar tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.checks.facts import LocalFacts
from app.domain.plant_file import PlantFileStatus


class Health(StrEnum):
    """One word for a part; STARTING until it first said anything."""

    STARTING = "starting"
    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitStatus:
    """One of the devices behind a gateway; `since` is when it began to answer, or fell silent."""

    unit: int
    up: bool
    since: datetime
    last_good_at: datetime | None = None
    reads_per_s: float = 0.0
    errors: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerStatus:
    """A controller's link; `since` is when the present health began, `last_data_at` when it was last heard.

    `clock_s` is its clock less this station's; None where it tells none.
    """

    id: str
    name: str
    protocol: str
    health: Health = Health.STARTING
    since: datetime | None = None
    last_data_at: datetime | None = None
    reason: str = ""
    reconnects: int = 0
    samples: int = 0
    secure: bool = False
    clock_s: float | None = None
    units: tuple[UnitStatus, ...] = ()

    @property
    def silent_units(self) -> tuple[UnitStatus, ...]:
        """The units that do not answer though the controller does, the longest silent first."""
        silent = (unit for unit in self.units if not unit.up) if self.health is Health.UP else ()
        return tuple(sorted(silent, key=lambda unit: unit.since))


@dataclass(frozen=True, slots=True, kw_only=True)
class PartStatus:
    """The acquisition process, the store or the ERP. `reason` is one sentence for the screen."""

    health: Health = Health.STARTING
    since: datetime | None = None
    reason: str = ""
    last_at: datetime | None = None
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryStatus:
    """The past on disk: STARTING until it is told of, and for ever where none is kept.

    `size` of at most `most` bytes are used. What is kept begins at `begins_at`; what is older than `evicted_until`
    had to go. `dropped` samples never reached the disk.
    """

    health: Health = Health.STARTING
    reason: str = ""
    since: datetime | None = None
    size: int = 0
    most: int = 0
    begins_at: datetime | None = None
    evicted_until: datetime | None = None
    dropped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSeen:
    """Another station of the plant: when the shared store last heard it (None: never), to about half a minute.

    It has shared `shared` operations, the last of them at `shared_at`. Both instants are of the store's clock.
    """

    name: str
    heard_at: datetime | None = None
    shared: int = 0
    shared_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPlant:
    """What the shared store says of the plant: the kinds of step that want a second person's signature, its stations.

    `plant_file` is the last version published, 0 for none. `asked_at` is when it said so, by its own clock; None: it
    was not asked yet.
    """

    second_person: frozenset[str] = frozenset()
    stations: tuple[StationSeen, ...] = ()
    asked_at: datetime | None = None
    plant_file: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedStatus:
    """The plant's log as this station reaches it. `waiting` operations are only stored here, the first `oldest_at`.

    `synced_at` is when this station last knew all that the plant knows; `offset_s` is this clock less the server's.
    `duty`: this station does what one of all has to (clocks, counts, postings). Not `joined`: it is on its own.
    `healed` operations of this station were lost by the plant's log since the start, and sent to it again.
    While this station is far behind, it has read `place` of `end` operations (0 of 0: it is not).
    """

    joined: bool = False
    health: Health = Health.STARTING
    since: datetime | None = None
    reason: str = ""
    waiting: int = 0
    oldest_at: datetime | None = None
    synced_at: datetime | None = None
    offset_s: float = 0.0
    duty: bool = False
    healed: int = 0
    place: int = 0
    end: int = 0
    plant: SharedPlant = SharedPlant()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadStatus:
    """What this station sends to the plant's history: STARTING until it first did, and for ever where it sends none.

    It sends the samples of `controllers`; what was spooled of them until `until_at` is there. `gaps` were found since
    the start: samples that nobody had any more.
    """

    health: Health = Health.STARTING
    reason: str = ""
    since: datetime | None = None
    controllers: tuple[str, ...] = ()
    until_at: datetime | None = None
    sent: int = 0
    gaps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StationStatus:
    """Everything the status bar shows."""

    controllers: Mapping[str, ControllerStatus] = field(default_factory=dict)
    acquisition: PartStatus = field(default_factory=PartStatus)
    store: PartStatus = field(default_factory=PartStatus)
    erp: PartStatus = field(default_factory=PartStatus)
    shared: SharedStatus = field(default_factory=SharedStatus)
    replay_at: datetime | None = None
    history: HistoryStatus = field(default_factory=HistoryStatus)
    upload: UploadStatus = field(default_factory=UploadStatus)
    plant_file: PlantFileStatus = field(default_factory=PlantFileStatus)
    local: LocalFacts = field(default_factory=LocalFacts)

    @property
    def controllers_up(self) -> int:
        """How many controllers are heard."""
        return sum(1 for c in self.controllers.values() if c.health is Health.UP)
