"""What the floor counted and confirmed of a work order, and assignments of orders and people to lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.events import Subject
from app.domain.lifecycles import AssignmentState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCount:
    """Line units of one lot made for an order; serials as the feed machine numbers them."""

    lot: str
    good: Decimal
    scrap: Decimal
    first: int | None
    last: int | None
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderProgress:
    """Floor counted and Lineside confirmed, per order; what the ERP has posted stands in its reference data.

    `confirmed_before_at` is the confirmation before the last one.
    """

    id: str
    version: int
    line: str
    counted_good: Decimal = ZERO
    counted_scrap: Decimal = ZERO
    confirmed_good: Decimal = ZERO
    confirmed_scrap: Decimal = ZERO
    lots: tuple[LotCount, ...] = ()
    counter: float = 0.0
    machine: str = ""
    counted_at: datetime | None = None
    confirmed_at: datetime | None = None
    confirmed_before_at: datetime | None = None
    final: bool = False

    @property
    def closed(self) -> bool:
        """Whether the final confirmation is done."""
        return self.final

    @property
    def unconfirmed_good(self) -> Decimal:
        """Good units counted and not yet confirmed."""
        return max(ZERO, self.counted_good - self.confirmed_good)

    @property
    def unconfirmed_scrap(self) -> Decimal:
        """Scrap units counted and not yet confirmed."""
        return max(ZERO, self.counted_scrap - self.confirmed_scrap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An order or a person on its way to a line, or there. `people` may accept it."""

    id: str
    version: int
    state: AssignmentState
    subject: Subject
    subject_id: str
    from_line: str
    to_line: str
    reason: str
    breaks: tuple[str, ...]
    case_id: str
    proposed_by: str
    proposed_at: datetime
    people: tuple[str, ...] = ()
    accept_by: datetime | None = None
    accepted_by: str = ""
    accepted_at: datetime | None = None
    refusals: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """Whether it no longer holds."""
        return self.state in (AssignmentState.FINISHED, AssignmentState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCheck:
    """A sample check at a machine, the newest of which bounds a suspect window."""

    id: str
    version: int
    machine: str
    lot: str
    characteristic: str
    value: Decimal
    unit: str
    passed: bool
    serial: int | None
    by: str
    at: datetime

    @property
    def closed(self) -> bool:
        """A check is a fact, never open."""
        return True
