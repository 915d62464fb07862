"""What is known of a station when it is looked at: by the running program from its parts, by the doctor by asking.

Plain values. None is "not known"; an empty `reason` is nothing to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.plant_file import PlantFileStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerFacts:
    """A controller's link. `clock_s` is its clock less ours; `securable`: its protocol can be secured at all.

    `silent` are units behind it that do not answer.
    """

    id: str
    name: str
    up: bool | None = None
    reason: str = ""
    since: datetime | None = None
    last_data_at: datetime | None = None
    secured: bool = False
    securable: bool = False
    clock_s: float | None = None
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFacts:
    """The journal's file: bytes, operations, and what is wrong with it. `tail` newest operations were verified."""

    operations: int | None = None
    size: int = 0
    wal: int = 0
    tail: int = 0
    fault: str = ""
    grown_day: float | None = None
    """Bytes that the last day added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFacts:
    """The disk of the data folder, in bytes; `ceiling` is what history may still grow by."""

    folder: str = ""
    free: int | None = None
    total: int = 0
    ceiling: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What runs here. `pair_fault`: why this Qt must not run on this Python."""

    lineside: str = ""
    python: str = ""
    qt: str = ""
    docking: str = ""
    system: str = ""
    journal_format: int = 0
    schema: str = ""
    plant_file: str = ""
    plant_hash: str = ""
    pair_fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingFacts:
    """What screens and secrets need of this machine; None: not looked for."""

    fonts: bool | None = None
    keyring: bool | None = None
    secrets_fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrashFacts:
    """Starts without an end, the newest last, and the last words of the last; `careful`: this start is a safe one."""

    at: tuple[datetime, ...] = ()
    last: str = ""
    careful: bool = False
    log: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalFacts:
    """What is only known on this machine. `at` None: nobody has looked yet."""

    at: datetime | None = None
    journal: JournalFacts = JournalFacts()
    disk: DiskFacts = DiskFacts()
    versions: VersionFacts = VersionFacts()
    fittings: FittingFacts = FittingFacts()
    crashes: CrashFacts = CrashFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFacts:
    """The plant's log. `sent` is what it has of this station; `lag_s` how far its standby is behind.

    `pair`: there should be a standby. `rights` are sentences on who may not do what they have to.
    """

    joined: bool = False
    name: str = ""
    up: bool | None = None
    reason: str = ""
    since: datetime | None = None
    schema: str = ""
    wanted: str = ""
    timeline: int = 0
    sent: int | None = None
    waiting: int = 0
    oldest_at: datetime | None = None
    synced_at: datetime | None = None
    offset_s: float | None = None
    lag_s: float | None = None
    standbys: int | None = None
    pair: bool = False
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpFacts:
    """The ERP behind its adapter, and what waits for it."""

    adapter: str = ""
    up: bool | None = None
    reason: str = ""
    since: datetime | None = None
    last_at: datetime | None = None
    waiting: int | None = None
    oldest_at: datetime | None = None
    stuck: int = 0
    clock_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts:
    """A part of the running program (acquisition, history); `up` None: the program does not run, or it has no such."""

    id: str
    title: str
    up: bool | None = None
    poor: str = ""
    reason: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that is judged. `stored` is why the running program can't store; "" while it can."""

    now: datetime
    controllers: tuple[ControllerFacts, ...] = ()
    shared: SharedFacts = SharedFacts()
    erp: ErpFacts = ErpFacts()
    local: LocalFacts = field(default_factory=LocalFacts)
    parts: tuple[PartFacts, ...] = ()
    stored: str = ""
    addresses: tuple[ControllerFacts, ...] = ()
    """Further addresses that the doctor was asked to look at."""
    plant_file: PlantFileStatus = field(default_factory=PlantFileStatus)
    """Which plant file runs here, and which one is published for all stations."""
