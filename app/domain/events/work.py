"""What the floor made: counted, confirmed, and the stretches of running that standards are held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRecorded(Event):
    """Line units counted for an order since the last record: what the floor counted. `serial` is the last unit made."""

    order: str
    line: str
    machine: str
    lot: str
    good: Decimal
    scrap: Decimal
    counter: float
    from_at: datetime
    to_at: datetime
    serial: int | None = None
    gap: bool = False

    @property
    def stream(self) -> str:
        return f"order/{self.order}"

    @property
    def strand(self) -> str:
        return f"{self.stream}/count"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionConfirmed(Event):
    """A person stands for these units of an order; they go to the ERP."""

    order: str
    confirmation_id: str
    line: str
    lot: str
    good: Decimal
    scrap: Decimal
    unit: str
    final: bool = False

    @property
    def stream(self) -> str:
        return f"order/{self.order}"

    @property
    def strand(self) -> str:
        return f"{self.stream}/confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of running of a machine, without stops and waiting: machine units made in `running_s` seconds of it.

    `used` is what went of the loaded material, in percent of a full load; None where it is not known or was refilled.
    """

    from_at: datetime
    to_at: datetime
    units: float
    running_s: float
    used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsRecorded(Event):
    """What a machine did with a product while it ran: the evidence that standards are held against."""

    machine: str
    line: str
    product: str
    order: str
    runs: tuple[Run, ...]

    @property
    def stream(self) -> str:
        return f"run/{self.machine}/{self.product}"
