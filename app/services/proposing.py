"""What is due of the loops back to planning: proposals to make, to offer again, to measure and to close.

Asked by the clock of the station with the plant's duties. A record is judged anew only when it or a standard changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from app.domain import commands as c
from app.domain.erp import Reference
from app.domain.events import ProposalKind
from app.domain.lifecycles import ProposalState
from app.domain.loops import SETTLE, Found, batch_outcomes, effect, load_drift, rate_drift, stands_at, status_in
from app.domain.plant import Plant
from app.domain.proposal import SHOWN_FOR, Proposal
from app.domain.runs import RunRecord
from app.readmodel import model as m
from app.readmodel.model import View

EVERY = timedelta(seconds=10)
"""How often the evidence is looked at."""

AT_ONCE = 30
"""Records judged in one go; the others have to wait for the next second: nobody does for them."""

LOOPS: tuple[Callable[[RunRecord, Plant, Reference], Found | None], ...] = (rate_drift, load_drift)
"""Each loop that a machine's runs are evidence for."""


class Proposer:
    """`due` gives the commands that the clock sends now; most calls cost nothing."""

    def __init__(self, plant: Plant) -> None:
        self._plant = plant
        self._judged: dict[str, tuple[int, object]] = {}
        self._next: datetime | None = None

    def due(self, view: View, reference: Reference, now: datetime) -> Iterator[c.Command]:
        """What is due now; a command that comes twice finds nothing left to do."""
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        for row in m.open_proposals(view):
            yield from self._of(row, view, reference, now)
        for found in self._evidence(view, reference, now):
            yield c.ProposeChange(change=found.change, evidence=found.evidence)

    def _evidence(self, view: View, reference: Reference, now: datetime) -> Iterator[Found]:
        unjudged = [r for r in m.run_records(view) if self._judged.get(r.id) != (r.version, reference.standards)]
        for record in unjudged[:AT_ONCE]:
            self._judged[record.id] = (record.version, reference.standards)
            yield from (found for loop in LOOPS if (found := loop(record, self._plant, reference)) is not None)
        if len(unjudged) > AT_ONCE:
            self._next = now
        yield from batch_outcomes(self._plant, reference, m.all_holds(view), m.all_progress(view))

    def _of(self, row: Proposal, view: View, reference: Reference, now: datetime) -> Iterator[c.Command]:
        undecided = row.state is ProposalState.OFFERED
        if undecided and row.change.lot in m.held(view):
            yield c.WithdrawProposal(proposal_id=row.id, reason="a hold binds the lot")
        elif (undecided or row.state is ProposalState.ACCEPTED) and self._overtaken(row, reference):
            yield c.WithdrawProposal(proposal_id=row.id, reason="it was changed meanwhile")
        elif undecided and row.decide_by is not None and row.decide_by <= now:
            yield c.OfferProposal(proposal_id=row.id)
        elif row.state in (ProposalState.WRITTEN_BACK, ProposalState.EXPORTED):
            yield from _effect(row, view, reference)
        elif row.state is ProposalState.MEASURED and row.measured_at and now - row.measured_at >= SHOWN_FOR:
            yield c.CloseProposal(proposal_id=row.id)

    def _overtaken(self, row: Proposal, reference: Reference) -> bool:
        """Whether somebody else changed what it is about; what it changes itself is no such thing."""
        change, undecided = row.change, row.state is ProposalState.OFFERED
        if change.kind is ProposalKind.BATCH_STATUS:
            lot = reference.lots.get(change.lot)
            return undecided and lot is not None and status_in(lot) == change.status
        standing = stands_at(change, self._plant, reference)
        ours = (change.was,) if undecided else (change.was, change.becomes)
        return standing is not None and standing not in ours


def _effect(row: Proposal, view: View, reference: Reference) -> Iterator[c.Command]:
    """What came of a change: of a batch what the ERP says now, of a standard what was measured since."""
    change = row.change
    if change.kind is ProposalKind.BATCH_STATUS:
        lot, as_of = reference.lots.get(change.lot), reference.as_of
        if lot is not None and as_of is not None and row.changed_at is not None and as_of >= row.changed_at:
            done = status_in(lot) == change.status
            if done or as_of - row.changed_at >= SETTLE:
                yield c.RecordEffect(proposal_id=row.id, met=done, said=lot.status)
        return
    record = m.run_record(view, change.machine or "", change.product)
    found = effect(row, record.runs) if record else None
    if found is not None:
        yield c.RecordEffect(proposal_id=row.id, met=found[1], effect=found[0])
