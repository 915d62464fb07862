"""Proposals: made of evidence, offered to who decides, accepted into the ERP or a file, and their effect."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, cast

from app.domain import commands as c
from app.domain import erp
from app.domain import events as e
from app.domain.errors import RefusedError
from app.domain.lifecycles import PROPOSAL, ProposalState, ProposalTrigger
from app.domain.loops import HELD, STANDARD_OF
from app.domain.people import SYSTEM
from app.domain.proposal import DECIDE_WITHIN, DECIDES, Proposal, asked_to_decide, barred, may_decide, proposal_id_of
from app.readmodel import model as m
from app.services.context import Context
from app.services.postings import queued
from app.services.queries import sentence, the_proposal

QUALITY_CODE = "quality"
"""The reason code of a hold that an accepted batch status places."""


def record_runs(command: c.RecordRuns, ctx: Context) -> Iterator[e.Event]:
    """What a machine did while it ran; of an order whose product nobody knows it is no evidence of anything."""
    order = ctx.reference.orders.get(command.order)
    if order is None or not command.runs:
        return
    known = m.run_record(ctx.view, command.machine, order.product)
    last = known.runs[-1].to_at if known and known.runs else None
    runs = tuple(run for run in command.runs if last is None or run.from_at >= last)
    if runs:
        yield e.RunsRecorded(
            machine=command.machine, line=command.line, product=order.product, order=command.order, runs=runs
        )


def propose_change(command: c.ProposeChange, ctx: Context) -> Iterator[e.Event]:
    """Make a proposal and offer it; nothing where one of its subject is open, or was declined a short while ago."""
    change = command.change
    earlier = [row for row in m.all_proposals(ctx.view) if row.change.subject == change.subject]
    if barred(change, command.evidence, earlier, ctx.now):
        return
    proposal_id = proposal_id_of(change, len(earlier))
    yield e.ProposalMade(proposal_id=proposal_id, change=change, evidence=command.evidence)
    yield _offer(proposal_id, change, 0, ctx)


def _offer(proposal_id: str, change: e.Change, level: int, ctx: Context) -> e.ProposalOffered:
    people = asked_to_decide(ctx.plant, change.kind, change.line, ctx.now, level)
    return e.ProposalOffered(proposal_id=proposal_id, people=people, decide_by=ctx.now + DECIDE_WITHIN, level=level)


def offer_proposal(command: c.OfferProposal, ctx: Context) -> Iterator[e.Event]:
    """Nobody decided in time: it goes to who is on shift now, and to the shift lead."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, ProposalTrigger.OFFER)
    yield _offer(row.id, row.change, row.level + 1, ctx)


def _decided(command: c.AcceptProposal | c.DeclineProposal, trigger: ProposalTrigger, ctx: Context) -> Proposal:
    """The proposal, which may be decided on now and by this person."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, trigger)
    if ctx.actor is not SYSTEM and not may_decide(row, ctx.actor):
        role = DECIDES[row.change.kind].role.value.replace("_", " ")
        raise RefusedError(f"{ctx.actor.name} may not decide on this.", f"It is for a {role} to decide.")
    return row


def accept_proposal(command: c.AcceptProposal, ctx: Context) -> Iterator[e.Event]:
    """It shall be so: in the ERP where that can, else by a file. Blocking a batch is a hold, and it binds at once."""
    row = _decided(command, ProposalTrigger.ACCEPT, ctx)
    change, hold_id = row.change, ""
    if change.kind is e.ProposalKind.BATCH_STATUS and change.status == HELD:
        hold_id = ctx.new_id()
        yield _hold(hold_id, row, ctx)
    yield e.ProposalAccepted(
        proposal_id=row.id, by=ctx.actor.id, route=route_of(change, ctx), station=ctx.station, hold=hold_id
    )


def _hold(hold_id: str, row: Proposal, ctx: Context) -> e.HoldPlaced:
    change, found = row.change, row.evidence
    counts = [count for each in m.all_progress(ctx.view) for count in each.lots if count.lot == change.lot]
    units = e.HeldUnits(
        lot=change.lot, product=change.product, quantity=sum((count.good for count in counts), Decimal(0))
    )
    reason = f"{found.middle:.1f} % rejects of {found.n:,} units, limit {found.standard:g} %"
    return e.HoldPlaced(
        hold_id=hold_id,
        units=(units,),
        reason_code=QUALITY_CODE,
        reason=reason,
        machine=change.machine,
        line=change.line,
    )


def route_of(change: e.Change, ctx: Context) -> e.ProposalRoute:
    """Whether the ERP takes this change; a standard only where it is the ERP's own."""
    of_a_lot = change.kind is e.ProposalKind.BATCH_STATUS
    needs = erp.Capability.LOT_BLOCKS if of_a_lot else erp.Capability.STANDARDS
    return e.ProposalRoute.ERP if change.in_erp and ctx.plant.erp.takes(needs) else e.ProposalRoute.EXPORT


def post_accepted(event: e.ProposalAccepted, ctx: Context) -> Iterator[e.Event]:
    """An accepted change that goes to the ERP is a posting; where a hold was placed, that one's."""
    if event.route is not e.ProposalRoute.ERP or event.hold:
        return
    row = the_proposal(ctx, event.proposal_id)
    change, key = row.change, ctx.new_id()
    if change.kind is e.ProposalKind.BATCH_STATUS:
        status = erp.SetLotStatus(
            key=key,
            occurred_at=ctx.now,
            actor=ctx.actor.id,
            product=change.product,
            lot=change.lot,
            status=cast("Literal['hold', 'released', 'scrapped']", change.status),
            reason="as quality decided",
        )
        yield queued(status, "set_lot_status", f"Lot {change.lot}: {change.status}", f"proposal/{row.id}")
    elif change.becomes is not None and change.was is not None:
        standard = erp.SetStandard(
            key=key,
            occurred_at=ctx.now,
            actor=ctx.actor.id,
            kind=STANDARD_OF[change.kind],
            machine=change.machine or "",
            product=change.product,
            value=change.becomes,
            unit=change.unit,
            was=change.was,
        )
        subject = f"{ctx.plant.label(change.machine)}, {change.product}: {change.becomes:f} {change.unit}"
        yield queued(standard, "set_standard", subject, f"proposal/{row.id}")


def note_written(event: e.PostingConfirmed, ctx: Context) -> Iterator[e.Event]:
    """The ERP has what an accepted proposal wanted."""
    posting = m.posting(ctx.view, event.key)
    if posting is None:
        return
    for row in m.open_proposals(ctx.view):
        cause = f"hold/{row.hold}" if row.hold else f"proposal/{row.id}"
        if row.state is ProposalState.ACCEPTED and posting.cause == cause:
            yield e.ProposalWrittenBack(proposal_id=row.id, refs=event.refs)


def decline_proposal(command: c.DeclineProposal, ctx: Context) -> Iterator[e.Event]:
    """It shall stay as it is; the reason stays with it."""
    row = _decided(command, ProposalTrigger.DECLINE, ctx)
    reason = sentence(command.reason, "The reason")
    yield e.ProposalDeclined(proposal_id=row.id, by=ctx.actor.id, reason=reason)


def withdraw_proposal(command: c.WithdrawProposal, ctx: Context) -> Iterator[e.Event]:
    """Nobody needs to decide any more."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, ProposalTrigger.WITHDRAW)
    yield e.ProposalWithdrawn(proposal_id=row.id, reason=command.reason)


def record_export(command: c.RecordExport, ctx: Context) -> Iterator[e.Event]:
    """The file is there to be taken over."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, ProposalTrigger.EXPORT)
    yield e.ProposalExported(proposal_id=row.id, file=command.file)


def record_effect(command: c.RecordEffect, ctx: Context) -> Iterator[e.Event]:
    """What came of it."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, ProposalTrigger.MEASURE)
    yield e.ProposalMeasured(proposal_id=row.id, met=command.met, effect=command.effect, said=command.said)


def close_proposal(command: c.CloseProposal, ctx: Context) -> Iterator[e.Event]:
    """Its effect has been seen."""
    row = the_proposal(ctx, command.proposal_id)
    PROPOSAL.step(row.state, ProposalTrigger.CLOSE)
    yield e.ProposalClosed(proposal_id=row.id)
