"""Quality holds: place, review, dispose, release. Add-only; hold wins (I3); each step goes to the ERP by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.domain import commands as c
from app.domain import events as e
from app.domain.errors import RefusedError
from app.domain.hold import Hold
from app.domain.lifecycles import HOLD, HoldTrigger
from app.domain.text import safe
from app.readmodel import model as m
from app.services import interlocks
from app.services.context import Context
from app.services.queries import remark, sentence, the_case, the_hold


def place_hold(command: c.PlaceHold, ctx: Context) -> Iterator[e.Event]:
    """Bind units of lots at once. Works offline; needs a reason, no signature."""
    if not command.units:
        raise RefusedError("There is nothing to hold.", "Name a lot or units of it.")
    if command.case_id:
        the_case(ctx, command.case_id)
    hold_id = ctx.new_id()
    yield e.HoldPlaced(
        hold_id=hold_id,
        units=tuple(_checked(units, ctx) for units in command.units),
        reason_code=command.reason_code,
        reason=sentence(command.reason, "The reason"),
        case_id=command.case_id,
        machine=command.machine,
        line=command.line,
        from_at=command.from_at,
        to_at=command.to_at,
    )
    yield from interlocks.placed(command.interlocks, hold_id, ctx)


def _checked(units: e.HeldUnits, ctx: Context) -> e.HeldUnits:
    """The units, of a lot that exists and in an order that makes sense; the product filled in where it is known."""
    if not units.lot.strip():
        raise RefusedError("A lot has a number.", "Read it from the pallet label.")
    known = lots_known(ctx)
    if known and units.lot not in known:
        raise RefusedError(f"There is no lot {safe(units.lot, 60)!r} here.", "Check the number on the pallet label.")
    if units.first is not None and units.last is not None and units.first > units.last:
        raise RefusedError("The range of units runs backwards.", "The first unit comes before the last.")
    if not units.quantity.is_finite() or units.quantity < 0:
        raise RefusedError("A quantity is a number, and not negative.", "Say how many units are suspect.")
    return replace(units, product=units.product or known.get(units.lot, ""))


def lots_known(ctx: Context) -> dict[str, str]:
    """lot → product, of every lot that the ERP, the floor or a case has named; empty while nothing was ever read."""
    lots = {lot.number: lot.product for lot in ctx.reference.lots.values()}
    for row in m.all_progress(ctx.view):
        order = ctx.reference.orders.get(row.id)
        lots |= {count.lot: order.product if order else "" for count in row.lots if count.lot not in lots}
    for case in m.all_cases(ctx.view):
        if case.lot and not lots.get(case.lot):
            order = ctx.reference.orders.get(case.order)
            lots[case.lot] = order.product if order else ""
    return lots


def review_hold(command: c.ReviewHold, ctx: Context) -> Iterator[e.Event]:
    """Somebody of quality looks at it now."""
    hold = the_hold(ctx, command.hold_id)
    if not HOLD.may(hold.state, HoldTrigger.REVIEW):
        HOLD.step(hold.state, HoldTrigger.REVIEW_AGAIN)
    yield e.HoldReviewStarted(hold_id=hold.id, note=remark(command.note))


def dispose_hold(command: c.DisposeHold, ctx: Context) -> Iterator[e.Event]:
    """Decide what becomes of the units."""
    hold = the_hold(ctx, command.hold_id)
    HOLD.step(hold.state, HoldTrigger.DISPOSE)
    _signed(command, ctx)
    yield e.HoldDispositioned(
        hold_id=hold.id,
        disposition=command.disposition,
        note=remark(command.note),
        signature=command.signature,
        second=command.second,
    )


def release_hold(command: c.ReleaseHold, ctx: Context) -> Iterator[e.Event]:
    """End this hold, as it was seen; any other hold on the lots goes on binding them."""
    hold = the_hold(ctx, command.hold_id)
    HOLD.step(hold.state, HoldTrigger.RELEASE)
    if command.seen_version != hold.version:
        raise RefusedError("The hold changed since you looked at it.", "Look again, then release.")
    _signed(command, ctx)
    yield e.HoldReleased(
        hold_id=hold.id,
        seen_version=command.seen_version,
        note=remark(command.note),
        signature=command.signature,
        second=command.second,
    )
    yield from interlocks.released(command.interlocks, hold.id, ctx)


def _signed(command: c.DisposeHold | c.ReleaseHold, ctx: Context) -> None:
    """What frees or destroys bears its author's signature; a second one is another person's. A demo asks for none."""
    first, second = command.signature, command.second
    if first is None and not ctx.plant.demo:
        raise RefusedError("This needs your signature.", "Give your password again, and what it means.")
    if first is not None and first.person != ctx.actor.id:
        raise RefusedError("It is signed by somebody else.", "Sign it yourself.")
    if second is not None and (first is None or second.person == first.person):
        raise RefusedError("A second signature is another person's.", "Let a second person sign.")


def record_quality_check(command: c.RecordQualityCheck, ctx: Context) -> Iterator[e.Event]:
    """A sample check; the last one that passed bounds a suspect window."""
    if command.machine not in ctx.plant.machines:
        raise RefusedError("There is no such machine.", "Choose a machine of the plant.")
    if not command.value.is_finite():
        raise RefusedError("A measured value is a number.", "Measure again.")
    yield e.QualityCheckRecorded(
        check_id=ctx.new_id(),
        machine=command.machine,
        lot=command.lot,
        characteristic=safe(command.characteristic),
        value=command.value,
        unit=command.unit,
        passed=command.passed,
        serial=command.serial,
    )


def still_bound(hold: Hold, ctx: Context) -> frozenset[str]:
    """The lots of a hold that another open hold binds too."""
    others = (h for h in m.open_holds(ctx.view) if h.id != hold.id)
    return frozenset(lot for other in others for lot in other.lots) & frozenset(hold.lots)
