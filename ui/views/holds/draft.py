"""A hold before it is placed: what the person chose so far, and the command it comes to. Pure; no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.commands import PlaceHold
from app.domain.events import HeldUnits
from app.domain.suspect import Suspect, Window
from app.domain.text import safe
from app.readmodel.model import all_cases, all_progress
from ui.desk import Desk
from ui.interlocks import Offer
from ui.text import amount, t

FINE, COARSE = timedelta(seconds=5), timedelta(minutes=1)
"""How far a key moves an end of the window, without and with Shift."""

LEAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """By `window` at a machine, or by lot when `window` is None. Serials are texts as they are typed.

    `left` are the commands of interlocks that are not to be written.
    """

    case_id: str = ""
    machine: str | None = None
    line: str | None = None
    window: Window | None = None
    span: Window | None = None
    lot: str = ""
    by_range: bool = False
    first: str = ""
    last: str = ""
    reason_code: str = ""
    reason: str = ""
    left: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLot:
    """A lot that somebody has named: its product, and as many units as are known."""

    lot: str
    product: str
    quantity: Decimal
    first: int | None = None
    last: int | None = None


def moved(draft: Draft, *, start: bool, to_at: datetime) -> Draft:
    """The draft with one end of its window moved, kept inside the span and in order."""
    if draft.window is None or draft.span is None:
        return draft
    window, span = draft.window, draft.span
    if start:
        at = max(span.from_at, min(to_at, window.to_at - LEAST))
        return replace(draft, window=replace(window, from_at=at))
    at = min(span.to_at, max(to_at, window.from_at + LEAST))
    return replace(draft, window=replace(window, to_at=at))


def known_lots(desk: Desk) -> dict[str, KnownLot]:
    """Every lot that the floor, a case or the ERP has named, the newest first."""
    lots: dict[str, KnownLot] = {}
    products = {number: order.product for number, order in desk.reference.orders.items()}
    counted = [(row, products.get(order.id, "")) for order in all_progress(desk.view) for row in order.lots]
    for row, product in sorted(counted, key=lambda pair: pair[0].to_at, reverse=True):
        units = row.good + row.scrap
        lots.setdefault(row.lot, KnownLot(lot=row.lot, product=product, quantity=units, first=row.first, last=row.last))
    for case in reversed(all_cases(desk.view)):
        if case.lot:
            product = products.get(case.order, "")
            lots.setdefault(case.lot, KnownLot(lot=case.lot, product=product, quantity=Decimal(0)))
    for lot in desk.reference.lots.values():
        lots.setdefault(lot.number, KnownLot(lot=lot.number, product=lot.product, quantity=lot.quantity))
    return lots


def named_units(draft: Draft, lots: dict[str, KnownLot]) -> tuple[HeldUnits, ...]:
    """The units that a draft by lot names; none while it is not complete."""
    known = lots.get(draft.lot.strip())
    if known is None:
        return ()
    if not draft.by_range:
        return (HeldUnits(lot=known.lot, product=known.product, quantity=known.quantity),)
    first, last = serial(draft.first), serial(draft.last)
    if first is None or last is None or first > last:
        return ()
    quantity = Decimal(last - first + 1)
    return (HeldUnits(lot=known.lot, product=known.product, quantity=quantity, first=first, last=last),)


def serial(text: str) -> int | None:
    """The unit number that a person typed: "21,206" and "21 206" are understood; None if it is none."""
    digits = text.replace(",", "").replace(" ", "").strip()
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else None


def missing(draft: Draft, units: tuple[HeldUnits, ...], lots: dict[str, KnownLot]) -> str:
    """What still stands between the draft and a hold, in one sentence; empty when it can be placed."""
    if draft.window is None:
        fault = _lot_fault(draft, lots)
        if fault:
            return fault
    if not units:
        return t("No unit was made in this window: move its ends.")
    if not draft.reason_code:
        return t("Choose a reason (1 – 5).")
    if not draft.reason.strip():
        return t("Say in one sentence why.")
    return ""


def _lot_fault(draft: Draft, lots: dict[str, KnownLot]) -> str:
    lot = draft.lot.strip()
    if not lot:
        return t("Which lot?")
    if lot not in lots:
        return t("There is no lot {lot} here: check the number on the pallet label.", lot=safe(lot, 60))
    return _range_fault(draft, lots[lot]) if draft.by_range else ""


def _range_fault(draft: Draft, known: KnownLot) -> str:
    first, last = serial(draft.first), serial(draft.last)
    if first is None or last is None:
        return t("From which unit to which?")
    if first > last:
        return t("The first unit comes before the last.")
    if known.first is not None and known.last is not None and (last < known.first or first > known.last):
        ends = {"first": amount(known.first), "last": amount(known.last)}
        return t("Lot {lot} has the units {first} to {last}.", lot=safe(known.lot, 60), **ends)
    return ""


def written(draft: Draft, offered: Iterable[Offer]) -> tuple[Offer, ...]:
    """The interlocks that are written with the hold: all that may be, but those left out."""
    return tuple(offer for offer in offered if not offer.why_not and offer.command.id not in draft.left)


def command(draft: Draft, units: tuple[HeldUnits, ...], offered: Iterable[Offer] = ()) -> PlaceHold:
    """The command that places it."""
    return PlaceHold(
        units=units,
        reason_code=draft.reason_code,
        reason=draft.reason.strip(),
        case_id=draft.case_id,
        machine=draft.machine,
        line=draft.line,
        from_at=draft.window.from_at if draft.window else None,
        to_at=draft.window.to_at if draft.window else None,
        interlocks=tuple(offer.asked for offer in written(draft, offered)),
    )


def suspects(draft: Draft, within: Suspect | None, lots: dict[str, KnownLot]) -> tuple[HeldUnits, ...]:
    """What would be held now, by window or by lot."""
    if draft.window is None:
        return named_units(draft, lots)
    units = within.units if within is not None else ()
    return tuple(replace(u, product=u.product or lots[u.lot].product) if u.lot in lots else u for u in units)
