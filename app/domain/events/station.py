"""What a station is part of: who works there, what it could not see, and steps that were decided on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEvent(Event):
    station: str

    @property
    def stream(self) -> str:
        return f"station/{self.station}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(StationEvent):
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(StationEvent):
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSettled(Event):
    """A person decided what becomes of a step that the shared log did not take: they did it anew, or let it be."""

    opid: str
    note: str = ""

    @property
    def stream(self) -> str:
        return f"refusal/{self.opid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRecorded(StationEvent):
    """Values of a controller could not be seen between these instants (I2)."""

    controller: str
    from_at: datetime
    to_at: datetime
    reason: str
