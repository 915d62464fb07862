"""Proposals to change a standard or a batch status: evidence, decision, change and measured effect."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.events.event import Event


class ProposalKind(StrEnum):
    """What a proposal would change: a standard rate, when a load is replenished, or a batch status."""

    RATE = "rate"
    REPLENISHMENT = "replenishment"
    BATCH_STATUS = "batch_status"


class ProposalRoute(StrEnum):
    """How an accepted proposal comes about: written into the ERP, or into a file that a person takes over."""

    ERP = "erp"
    EXPORT = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was measured against a standard, and how sure that is (app.domain.drift). `values` are the measurements."""

    n: int
    middle: float
    low: float
    high: float
    spread: float
    confidence: float
    standard: float
    unit: str
    from_at: datetime
    to_at: datetime
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would change. A standard has `was` and `becomes` in `unit`; a batch has `status`, and what the ERP `said`.

    `in_erp`: the standard is the ERP's own, not the plant file's. `figures` are further numbers for the card.
    """

    kind: ProposalKind
    line: str | None = None
    machine: str | None = None
    product: str = ""
    material: str = ""
    lot: str = ""
    was: Decimal | None = None
    becomes: Decimal | None = None
    unit: str = ""
    status: str = ""
    said: str = ""
    in_erp: bool = False
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """What at most one open proposal is about."""
        return "/".join((self.kind.value, self.machine or "", self.product, self.material, self.lot))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent(Event):
    proposal_id: str

    @property
    def stream(self) -> str:
        return f"proposal/{self.proposal_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMade(ProposalEvent):
    change: Change
    evidence: Evidence

    @property
    def strand(self) -> str:
        return f"proposed/{hashlib.sha256(self.change.subject.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOffered(ProposalEvent):
    """On offer to those whose decision it is; `level` counts how often nobody answered."""

    people: tuple[str, ...]
    decide_by: datetime
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAccepted(ProposalEvent):
    """`station` writes the file where it is exported; `hold` is the hold that accepting it placed."""

    by: str
    route: ProposalRoute
    station: str
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(ProposalEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalWithdrawn(ProposalEvent):
    """Nobody needs to decide any more: the standard changed, or the evidence went away."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalWrittenBack(ProposalEvent):
    """The ERP has it; `refs` are its documents."""

    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalExported(ProposalEvent):
    """It lies in a file at the station where it was accepted."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMeasured(ProposalEvent):
    """What came of the change: measured after it, or what the ERP says now. `met`: the gap is closed."""

    met: bool
    effect: Evidence | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalClosed(ProposalEvent):
    pass
