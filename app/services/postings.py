"""From a confirmed outcome to a posting, and from the ERP's word back to the floor (I6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from app.domain import commands as c
from app.domain import erp
from app.domain import events as e
from app.domain.errors import RefusedError
from app.domain.finding import case_id_of
from app.domain.lifecycles import POSTING, PostingTrigger
from app.domain.posting import DIFFERS, Posting
from app.domain.routing import accountable
from app.domain.text import safe
from app.readmodel import model as m
from app.services.context import Context
from app.services.erp_command import to_plain
from app.services.holds import still_bound
from app.services.queries import the_case, the_hold, the_posting

DOWNTIME_KINDS = frozenset({"breakdown", "unplanned_stop"})


def record_posting(command: c.RecordPosting, ctx: Context) -> Iterator[e.Event]:
    """The outbox worker's word on one posting; the fold refuses what the lifecycle does not allow."""
    yield command.event


def retry_posting(command: c.RetryPosting, ctx: Context) -> Iterator[e.Event]:
    """Send it again, with an answer to the ERP's question if it asked one."""
    posting = the_posting(ctx, command.key)
    POSTING.step(posting.state, PostingTrigger.RETRY)
    if posting.token and not command.answer:
        raise RefusedError("The ERP asked a question.", "Give the answer that goes with the posting.")
    yield e.PostingRetried(key=posting.id, answer=command.answer.strip())


def queued(command: erp.ErpCommand, kind: str, subject: str, cause: str) -> e.PostingQueued:
    """A command for the ERP as a posting that waits; `cause` is the stream of what it comes from."""
    return e.PostingQueued(
        key=command.key,
        command_kind=kind,
        command=to_plain(command),
        lane=command.lane,
        subject=subject,
        cause=cause,
        occurred_at=command.occurred_at,
    )


def post_production(event: e.ProductionConfirmed, ctx: Context) -> Iterator[e.Event]:
    """The components that the confirmed units used up go out, and then the confirmation, which may close the order."""
    cause = f"order/{event.order}"
    order = ctx.reference.orders.get(event.order)
    made = event.good + event.scrap
    if order is not None and order.components and made > 0:
        used = tuple(
            erp.Consumption(product=part.product, quantity=part.quantity * made, unit=part.unit)
            for part in order.components
        )
        consumption = erp.ConsumeMaterial(
            key=ctx.new_id(), occurred_at=ctx.now, actor=ctx.actor.id, order=event.order, consumptions=used
        )
        yield queued(consumption, "consume_material", f"{event.order}: components of {made:,}", cause)
    subject = f"{event.order}: {event.good:,} good" + (f", {event.scrap:,} scrap" if event.scrap else "")
    confirmation = erp.ConfirmProduction(
        key=event.confirmation_id,
        occurred_at=ctx.now,
        actor=ctx.actor.id,
        order=event.order,
        lot=event.lot,
        good=event.good,
        scrap=event.scrap,
        unit=event.unit,
        run=_worked(event, ctx),
        final=event.final,
    )
    yield queued(confirmation, "confirm_production", subject, cause)


def _worked(event: e.ProductionConfirmed, ctx: Context) -> timedelta:
    """The time from the order's first count, or the confirmation before this one, to now."""
    row = m.progress(ctx.view, event.order)
    if row is None or not row.lots:
        return timedelta(0)
    since = row.confirmed_before_at or row.lots[0].from_at
    return max(timedelta(0), ctx.now - since)


def post_hold(event: e.HoldPlaced, ctx: Context) -> Iterator[e.Event]:
    """Every held lot is blocked in the ERP."""
    for lot in dict.fromkeys(units.lot for units in event.units):
        product = next(u.product for u in event.units if u.lot == lot)
        yield _lot_status(lot, product, "hold", event.reason, event.hold_id, ctx)


def post_release(event: e.HoldReleased, ctx: Context) -> Iterator[e.Event]:
    """A lot is freed in the ERP only when no other hold binds it; scrapped units are said so."""
    hold = the_hold(ctx, event.hold_id)
    bound = still_bound(hold, ctx)
    status: Literal["released", "scrapped"] = "scrapped" if hold.disposition is e.Disposition.SCRAP else "released"
    for lot in hold.lots:
        if lot not in bound:
            product = next(u.product for u in hold.units if u.lot == lot)
            yield _lot_status(lot, product, status, hold.reason, hold.id, ctx)


def _lot_status(
    lot: str, product: str, status: Literal["hold", "released", "scrapped"], reason: str, hold_id: str, ctx: Context
) -> e.PostingQueued:
    command = erp.SetLotStatus(
        key=ctx.new_id(),
        occurred_at=ctx.now,
        actor=ctx.actor.id,
        product=product,
        lot=lot,
        status=status,
        reason=reason,
    )
    return queued(command, "set_lot_status", f"Lot {lot}: {status}", f"hold/{hold_id}")


def post_downtime(event: e.CaseResolved, ctx: Context) -> Iterator[e.Event]:
    """A stop that is over and explained is a confirmed outcome."""
    case = the_case(ctx, event.case_id)
    if case.kind not in DOWNTIME_KINDS or case.machine is None or case.replayed:
        return
    command = erp.RecordDowntime(
        key=ctx.new_id(),
        occurred_at=ctx.now,
        actor=ctx.actor.id,
        machine=case.machine,
        start_at=case.happened_at,
        end_at=max(case.cleared_at or ctx.now, case.happened_at),
        reason=event.cause,
    )
    minutes = Decimal((command.end_at - command.start_at).total_seconds()) / 60
    subject = f"{ctx.plant.label(case.machine)}: {minutes:.1f} min down"
    yield queued(command, "record_downtime", subject, f"case/{case.id}")


def post_move(event: e.AssignmentAccepted, ctx: Context) -> Iterator[e.Event]:
    """An order that moved to another line is planned there."""
    row = next((a for a in m.open_assignments(ctx.view) if a.id == event.assignment_id), None)
    if row is not None and row.subject is e.Subject.ORDER:
        command = erp.MoveOrder(
            key=ctx.new_id(), occurred_at=ctx.now, actor=ctx.actor.id, order=row.subject_id, to_line=row.to_line
        )
        yield queued(command, "move_order", f"{row.subject_id} to {row.to_line}", f"assignment/{row.id}")


def route_refusal(event: e.PostingRejected | e.PostingParked, ctx: Context) -> Iterator[e.Event]:
    """What the ERP refuses is an exception with the ERP's own words (I6)."""
    posting = the_posting(ctx, event.key)
    occurrence = f"posting/{posting.id}/{posting.attempts}"
    if ctx.view.occurrence(occurrence) is not None:
        return
    line = _line_of(posting.lane, ctx)
    yield e.CaseOpened(
        case_id=case_id_of(occurrence),
        kind="posting_rejected",
        priority=3,
        title=f"{posting.subject} {_said(posting, event)}",
        occurrence=occurrence,
        happened_at=ctx.now,
        first_out=safe(event.words.strip() or "no words"),
        line=line,
        order=posting.lane.removeprefix("order/") if posting.lane.startswith("order/") else "",
        values={"subject": posting.subject},
        accountable=accountable(ctx.plant, line, ctx.now),
        caused_by=f"posting/{posting.id}",
    )


def _said(posting: Posting, event: e.PostingRejected | e.PostingParked) -> str:
    """What the ERP made of a posting, as it stands in the title of its case."""
    if isinstance(event, e.PostingRejected) or not event.token:
        return "refused by the ERP"
    return "stands otherwise in the ERP" if event.token == DIFFERS else "waits: the ERP asks"


def _line_of(lane: str, ctx: Context) -> str | None:
    kind, _, key = lane.partition("/")
    if kind == "machine":
        found = ctx.plant.machine(key)
        return found.line if found else None
    order = ctx.reference.orders.get(key) if kind == "order" else None
    return order.line if order and order.line in ctx.plant.lines else None
