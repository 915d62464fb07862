"""The shift's handover: drafted from what stands, signed by the outgoing lead, accepted item by item."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import RefusedError
from app.domain.handover import Handover
from app.domain.lifecycles import HANDOVER, HandoverState, HandoverTrigger
from app.domain.shifts import ShiftSpan, next_shift, shift_at
from app.readmodel import model as m
from app.readmodel.handover_draft import draft_items, figures
from app.services.context import Context
from app.services.queries import remark, the_handover


def draft_handover(command: c.DraftHandover, ctx: Context) -> Iterator[e.Event]:
    """Draft the running shift's handover, or bring its draft up to date."""
    span = shift_at(ctx.plant.shifts, ctx.plant.zone, ctx.now)
    if span is None:
        raise RefusedError("No shift is running now.", "Draft it during a shift.")
    existing = _of(span, ctx)
    items = draft_items(ctx.view, ctx.plant)
    numbers = figures(ctx.view, span.start_at, ctx.now)
    if existing is None:
        upcoming = next_shift(ctx.plant.shifts, ctx.plant.zone, ctx.now)
        yield e.HandoverDrafted(
            handover_id=ctx.new_id(),
            shift=span.shift.name,
            next_shift=upcoming.shift.name if upcoming else "",
            shift_start=span.start_at,
            items=items,
            figures=numbers,
        )
        return
    if existing.state is not HandoverState.DRAFTED:
        raise RefusedError("This shift's handover is signed.", "The incoming shift accepts its items now.")
    if (existing.items, existing.figures) != (items, numbers):
        yield e.HandoverRedrafted(handover_id=existing.id, items=items, figures=numbers)


def _of(span: ShiftSpan, ctx: Context) -> Handover | None:
    rows = reversed(m.all_handovers(ctx.view))
    return next((h for h in rows if h.shift == span.shift.name and h.shift_start == span.start_at), None)


def sign_handover(command: c.SignHandover, ctx: Context) -> Iterator[e.Event]:
    """The outgoing lead stands for it; from now on it does not change."""
    row = the_handover(ctx, command.handover_id)
    HANDOVER.step(row.state, HandoverTrigger.SIGN)
    yield e.HandoverSigned(handover_id=row.id, note=remark(command.note))


def accept_handover_item(command: c.AcceptHandoverItem, ctx: Context) -> Iterator[e.Event]:
    """The incoming lead takes one item over; with the last one the handover is closed and frozen."""
    row = the_handover(ctx, command.handover_id)
    if row.state is not HandoverState.SIGNED:
        raise RefusedError(f"The handover is {row.state.value}.", "The outgoing lead signs first.")
    if row.signed_by == ctx.actor.id:
        raise RefusedError("Who signed can't take over from themselves.", "The incoming lead signs in and accepts.")
    if command.item_id not in {item.item_id for item in row.items}:
        raise RefusedError("There is no such item.", "Look at it again: it may have changed.")
    if command.item_id in row.accepted:
        raise RefusedError("That item is accepted already.")
    yield e.HandoverItemAccepted(handover_id=row.id, item_id=command.item_id)
    if len(row.accepted) + 1 == len(row.items):
        yield e.HandoverClosed(handover_id=row.id)
