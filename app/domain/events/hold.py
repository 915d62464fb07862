"""Quality holds, from placing to release, with their signatures, and the checks that bound suspect product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.events.event import Event


class Disposition(StrEnum):
    """What becomes of held material."""

    USE_AS_IS = "use_as_is"
    REWORK = "rework"
    SCRAP = "scrap"
    RETURN = "return"
    SORT = "sort"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUnits:
    """A lot, or units `first`…`last` of it (inclusive serials at the feed machine)."""

    lot: str
    product: str = ""
    quantity: Decimal = Decimal(0)
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent(Event):
    hold_id: str

    @property
    def stream(self) -> str:
        return f"hold/{self.hold_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(HoldEvent):
    """`case_id` empty: placed on its own. `from_at`/`to_at` bound the suspect window, where one was chosen."""

    units: tuple[HeldUnits, ...]
    reason_code: str
    reason: str
    case_id: str = ""
    machine: str | None = None
    line: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReviewStarted(HoldEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An electronic signature: who, by full name, meaning what, when, and the SHA-256 of what was on the screen.

    `id` is the shared store's record of it; empty where a station on its own checked the password.
    """

    person: str
    name: str
    meaning: str
    signed_at: datetime
    shown: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDispositioned(HoldEvent):
    """`second` is the signature of a second person, where the plant asks for one."""

    disposition: Disposition
    note: str = ""
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(HoldEvent):
    """`seen_version` is the version of this hold that the releaser saw; only this hold ends, no other on the lot."""

    seen_version: int
    note: str = ""
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCheckRecorded(Event):
    """A sample check at a machine. `characteristic` e.g. "fill volume"."""

    check_id: str
    machine: str
    lot: str
    characteristic: str
    value: Decimal
    unit: str
    passed: bool
    serial: int | None = None

    @property
    def stream(self) -> str:
        return f"check/{self.check_id}"
