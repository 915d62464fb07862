"""How events change what is known of a machine's runs, and a proposal. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.lifecycles import PROPOSAL, ProposalTrigger
from app.domain.operation import Recorded
from app.domain.proposal import Proposal
from app.domain.runs import RunRecord, following
from app.domain.value import changed


def ran(row: RunRecord | None, event: e.RunsRecorded, rec: Recorded) -> RunRecord:
    base = row or RunRecord(
        id=f"{event.machine}/{event.product}",
        version=0,
        machine=event.machine,
        line=event.line,
        product=event.product,
    )
    return changed(base, version=rec.version, line=event.line, runs=following(base.runs, event.runs))


def made(row: None, event: e.ProposalMade, rec: Recorded) -> Proposal:
    return Proposal(
        id=event.proposal_id,
        version=rec.version,
        state=PROPOSAL.initial,
        change=event.change,
        evidence=event.evidence,
        proposed_at=rec.at,
    )


def _stepped(row: Proposal, rec: Recorded, trigger: ProposalTrigger, **changes: Any) -> Proposal:
    return changed(row, version=rec.version, state=PROPOSAL.step(row.state, trigger), **changes)


def offered(row: Proposal, event: e.ProposalOffered, rec: Recorded) -> Proposal:
    told = {"people": event.people, "decide_by": event.decide_by, "level": event.level}
    return _stepped(row, rec, ProposalTrigger.OFFER, **told)


def accepted(row: Proposal, event: e.ProposalAccepted, rec: Recorded) -> Proposal:
    return _stepped(
        row,
        rec,
        ProposalTrigger.ACCEPT,
        decided_by=event.by,
        decided_at=rec.at,
        route=event.route,
        station=event.station,
        hold=event.hold,
    )


def declined(row: Proposal, event: e.ProposalDeclined, rec: Recorded) -> Proposal:
    decided = {"decided_by": event.by, "decided_at": rec.at, "reason": event.reason}
    return _stepped(row, rec, ProposalTrigger.DECLINE, **decided)


def withdrawn(row: Proposal, event: e.ProposalWithdrawn, rec: Recorded) -> Proposal:
    return _stepped(row, rec, ProposalTrigger.WITHDRAW, reason=event.reason)


def written_back(row: Proposal, event: e.ProposalWrittenBack, rec: Recorded) -> Proposal:
    return _stepped(row, rec, ProposalTrigger.WRITE_BACK, changed_at=rec.at, refs=event.refs)


def exported(row: Proposal, event: e.ProposalExported, rec: Recorded) -> Proposal:
    return _stepped(row, rec, ProposalTrigger.EXPORT, changed_at=rec.at, file=event.file)


def measured(row: Proposal, event: e.ProposalMeasured, rec: Recorded) -> Proposal:
    told = {"effect": event.effect, "said": event.said, "met": event.met}
    return _stepped(row, rec, ProposalTrigger.MEASURE, measured_at=rec.at, **told)


def ended(row: Proposal, event: e.ProposalClosed, rec: Recorded) -> Proposal:
    return _stepped(row, rec, ProposalTrigger.CLOSE)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.RunsRecorded: ran,
    e.ProposalMade: made,
    e.ProposalOffered: offered,
    e.ProposalAccepted: accepted,
    e.ProposalDeclined: declined,
    e.ProposalWithdrawn: withdrawn,
    e.ProposalWrittenBack: written_back,
    e.ProposalExported: exported,
    e.ProposalMeasured: measured,
    e.ProposalClosed: ended,
}
