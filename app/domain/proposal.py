"""A proposal to change a standard or a batch status, from its evidence to its measured effect. Pure.

Who decides is a row of DECIDES. What it changes it in is the ERP where that can, else a file that a person takes over.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType

from app.domain.drift import gap
from app.domain.events import Change, Evidence, ProposalKind, ProposalRoute
from app.domain.lifecycles import ProposalState
from app.domain.people import Function, Person, Role
from app.domain.plant import Plant
from app.domain.routing import accountable, asked

DECIDE_WITHIN = timedelta(hours=24)
"""The clock of an offered proposal: then it is offered anew, to who is on shift."""

DECLINED_FOR = timedelta(days=14)
"""After a decline the same is not proposed again for so long …"""

GROWN = 1.5
"""… unless the gap has grown to so many times what it was."""

SHOWN_FOR = timedelta(days=1)
"""A measured proposal stays open for so long, so that people see what came of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Whose decision a kind of proposal is."""

    function: Function
    role: Role


DECIDES: Mapping[ProposalKind, Decider] = MappingProxyType(
    {
        ProposalKind.RATE: Decider(function=Function.PLANNING, role=Role.PLANNER),
        ProposalKind.REPLENISHMENT: Decider(function=Function.MATERIALS, role=Role.MATERIALS),
        ProposalKind.BATCH_STATUS: Decider(function=Function.QUALITY, role=Role.QUALITY_LEAD),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal as it stands. `changed_at` is when the ERP had it, or the file was there to be taken over."""

    id: str
    version: int
    state: ProposalState
    change: Change
    evidence: Evidence
    proposed_at: datetime
    people: tuple[str, ...] = ()
    decide_by: datetime | None = None
    level: int = 0
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    route: ProposalRoute | None = None
    station: str = ""
    hold: str = ""
    changed_at: datetime | None = None
    refs: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    effect: Evidence | None = None
    said: str = ""
    met: bool | None = None
    measured_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in (ProposalState.DECLINED, ProposalState.WITHDRAWN, ProposalState.CLOSED)

    @property
    def line(self) -> str | None:
        """The line it is about."""
        return self.change.line

    @property
    def days_to_change(self) -> float | None:
        """Days from the evidence to the change; None while nothing has changed."""
        return None if self.changed_at is None else (self.changed_at - self.proposed_at).total_seconds() / 86_400


_PROPOSALS = uuid.UUID("0d5a3c1e-8a1f-5a53-9d6c-51d2b1f3a7c4")


def proposal_id_of(change: Change, earlier: int) -> str:
    """The id of a proposal, `earlier` being how many of its subject ended before: equal on every station."""
    return str(uuid.uuid5(_PROPOSALS, f"{change.subject}|{change.was}|{change.status}|{earlier}"))


def asked_to_decide(
    plant: Plant, kind: ProposalKind, line: str | None, at: datetime, level: int = 0
) -> tuple[str, ...]:
    """Who on shift decides on a kind of proposal; the accountable shift lead where nobody does, or nobody answered."""
    decider = DECIDES[kind]
    people = tuple(p.id for p in asked(plant, decider.function, line, at) if decider.role in p.roles)
    return people if people and not level else (*people, accountable(plant, line, at))


def may_decide(proposal: Proposal, person: Person) -> bool:
    """Whether a proposal is this person's to decide: by role, or because it was offered to them."""
    return DECIDES[proposal.change.kind].role in person.roles or person.id in proposal.people


def barred(change: Change, evidence: Evidence, earlier: Iterable[Proposal], now: datetime) -> bool:
    """Whether it must not be proposed now: one of its subject is open, or was declined and has not clearly grown."""
    return any(not row.closed or _still_declined(row, change, evidence, now) for row in earlier)


def _still_declined(row: Proposal, change: Change, evidence: Evidence, now: datetime) -> bool:
    if row.state is not ProposalState.DECLINED or row.decided_at is None or now - row.decided_at >= DECLINED_FOR:
        return False
    was, grown = (abs(gap(each.middle, each.standard)) for each in (row.evidence, evidence))
    return row.change.status == change.status and grown < GROWN * was
