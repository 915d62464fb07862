"""The panel that places a hold, as plain rows: where the suspect units are, what is held, what that does. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from app.domain.erp import Capability
from app.domain.events import HeldUnits
from app.domain.shortage import covers, effects, held_by_product, newly_held, supply_of
from app.domain.status import Health
from app.domain.suspect import Suspect, Window, last_good
from app.domain.text import safe
from app.domain.whereabouts import Place, Station, places
from app.readmodel.model import all_progress, case, held, open_holds
from ui.containment import Evidence, stations
from ui.desk import Desk
from ui.interlocks import Offer
from ui.roles import works_as
from ui.sharing import holds_doubt
from ui.text import DASH, Formats, amount, t
from ui.views.holds.detail import range_text
from ui.views.holds.draft import Draft, KnownLot, missing, written
from ui.views.holds.rows import CheckDot, Effect, HeldRow, InterlockRow, PlaceBox, PlacePanel, Total, WindowScale


def panel_of(
    draft: Draft,
    units: tuple[HeldUnits, ...],
    found: Suspect | None,
    known: Evidence | None,
    lots: dict[str, KnownLot],
    desk: Desk,
    formats: Formats,
    offered: Sequence[Offer] = (),
    *,
    busy: bool,
) -> PlacePanel:
    """Everything the panel says, for what has been chosen so far."""
    row = stations(desk, known.machine) if known else ()
    lacking, writes = missing(draft, units, lots), written(draft, offered)
    return PlacePanel(
        origin=origin(draft, desk),
        boxes=boxes(units, row, draft, formats) if known else (),
        scale=scale(draft, known, desk, formats) if known else None,
        held=tuple(held_row(unit, row, desk, formats) for unit in units),
        totals=totals(units),
        doubt=doubt(found, draft),
        effects=(*customer_effects(units, desk, formats), *plant_effects(units, draft, desk, writes)),
        button=button(units, writes),
        missing=lacking,
        who=who(desk),
        ready=not lacking and desk.person is not None and not busy,
        busy=busy,
        interlocks=tuple(interlock_row(offer, draft) for offer in offered),
    )


def interlock_row(offer: Offer, draft: Draft) -> InterlockRow:
    """An interlock with what would be written where."""
    return InterlockRow(
        key=offer.command.id,
        title=offer.title,
        detail=" · ".join(fact.rstrip(".") for fact in offer.facts),
        chosen=not offer.why_not and offer.command.id not in draft.left,
        why_not=offer.why_not,
    )


def origin(draft: Draft, desk: Desk) -> str:
    """Where the hold comes from."""
    found = case(desk.view, draft.case_id) if draft.case_id else None
    if found is not None:
        return t("from case “{title}”", title=safe(found.title, 100))
    return desk.plant.label(draft.machine) or t("on its own")


def who(desk: Desk) -> str:
    """Who would place it."""
    person = desk.person
    if person is None:
        return t("Nobody is signed in: a hold needs a person.")
    roles = works_as(person)
    return t("You are {name}, {roles}. Placing needs no signature; releasing does.", name=person.name, roles=roles)


def button(units: Sequence[HeldUnits], writes: Sequence[Offer] = ()) -> str:
    """What the button does: "Hold 1,152 units and write to L2 Labeller"."""
    held = hold_words(units)
    if not writes:
        return held
    machines = ", ".join(dict.fromkeys(offer.machine for offer in writes))
    return t("{hold} and write to {machines}", hold=held, machines=machines)


def hold_words(units: Sequence[HeldUnits]) -> str:
    """ "Hold 1,152 units", or the lots where nobody counted."""
    quantity = total(units)
    if quantity:
        return t("Hold {units} units", units=amount(quantity))
    lots = ", ".join(dict.fromkeys(safe(u.lot, 40) for u in units))
    return t("Hold lot {lots}", lots=lots) if lots else t("Hold")


def total(units: Iterable[HeldUnits]) -> Decimal:
    """Units in all lots."""
    return sum((u.quantity for u in units), Decimal(0))


def totals(units: Sequence[HeldUnits]) -> tuple[Total, ...]:
    """The numbers that are read first."""
    lots = len(dict.fromkeys(u.lot for u in units))
    return (
        Total(number=amount(total(units)), noun=t("units")),
        Total(number=str(lots), noun=t("lot") if lots == 1 else t("lots")),
    )


def doubt(found: Suspect | None, draft: Draft) -> str:
    """What is not exact about it."""
    if found is None or draft.window is None or found.exact:
        return ""
    if found.first is None:
        return t("Counts of this machine are not known for this window: the lots that ran are held whole.")
    return t("An end was not counted exactly: the range is widened to the next known count.")


# --- where they are -------------------------------------------------------------------------------------------------


def boxes(units: Sequence[HeldUnits], row: Sequence[Station], draft: Draft, formats: Formats) -> tuple[PlaceBox, ...]:
    """The machines from the suspect one on, each with the suspect units behind it, and the end of the line."""
    by_machine = {place.after: place for place in places(units, row)} if units else {}
    first_known = next((s.name for s in row if s.passed is not None), "")
    since = formats.minute(draft.window.from_at) if draft.window else ""
    boxes = []
    for place, station in enumerate(row):
        known = by_machine.get(station.name)
        boxes.append(
            PlaceBox(
                name=station.name,
                suspect=place == 0,
                behind=_behind(known, units, bool(first_known)),
                full=bool(first_known) and known is not None and known.quantity > 0,
                known=station.passed is not None,
            )
        )
    end = PlaceBox(name=t("Past the line"), known=bool(row) and row[-1].passed is not None)
    if boxes and since:
        boxes[0] = PlaceBox(
            name=boxes[0].name, suspect=True, behind=boxes[0].behind, full=boxes[0].full, known=boxes[0].known
        )
    return (*boxes, end)


def _behind(place: Place | None, units: Sequence[HeldUnits], any_known: bool) -> str:
    if not units:
        return ""
    if place is None or not any_known:
        return t("not known")
    if not place.known:
        return t("{count} here or further", count=amount(place.quantity))
    return amount(place.quantity)


def where(units: HeldUnits, row: Sequence[Station]) -> str:
    """How many of a lot's units are past the line and how many still on it, as far as the counters tell."""
    if units.first is None or not row:
        return t("place not known")
    found = places((units,), row)
    past = sum((p.quantity for p in found if p.known and not p.before), Decimal(0))
    unsure = sum((p.quantity for p in found if not p.known), Decimal(0))
    on_line = sum((p.quantity for p in found), Decimal(0)) - past - unsure
    last = row[-1].name.lower()
    parts = (
        (past, t("{count} past the {machine}", count=amount(past), machine=last)),
        (on_line, t("{count} on the line", count=amount(on_line))),
        (unsure, t("{count} not known where", count=amount(unsure))),
    )
    return " · ".join(text for quantity, text in parts if quantity) or t("place not known")


def _held_already(lot: str, desk: Desk, formats: Formats) -> str:
    count = sum(1 for h in open_holds(desk.view) if lot in h.lots)
    if not count:
        return holds_doubt(desk, formats)
    return t("held already by 1 hold") if count == 1 else t("held already by {count} holds", count=count)


def _in_stock(lot: str, desk: Desk) -> str:
    found = desk.reference.lots.get(lot)
    if found is None or not found.location:
        return ""
    return t("ERP: {location}", location=safe(found.location, 40))


# --- the window -----------------------------------------------------------------------------------------------------


def scale(draft: Draft, known: Evidence, desk: Desk, formats: Formats) -> WindowScale | None:
    """The window's axis with the checks that were made in it."""
    window, span = draft.window, draft.span
    if window is None or span is None:
        return None
    found = case(desk.view, draft.case_id) if draft.case_id else None
    event_at = found.happened_at if found else None
    dots = tuple(
        CheckDot(at=c.at, passed=c.passed, text=f"{formats.minute(c.at)} {c.value} {safe(c.unit, 10)}".strip())
        for c in known.checks
        if span.from_at <= c.at <= span.to_at
    )
    return WindowScale(
        start_at=span.from_at,
        end_at=span.to_at,
        from_at=window.from_at,
        to_at=window.to_at,
        from_text=start_text(window, known, event_at, formats),
        to_text=end_text(window, event_at, safe(found.title, 60) if found else "", formats),
        event_at=event_at,
        dots=dots,
        title=t("Window on the {machine}: drag the ends", machine=known.machine.name.lower()),
        start_text=formats.minute(span.from_at),
        end_text=formats.minute(span.to_at),
    )


def start_text(window: Window, known: Evidence, event_at: datetime | None, formats: Formats) -> str:
    """ "01:38 last good check (331 ml)"."""
    at = formats.clock(window.from_at)
    good = last_good(known.checks, known.machine.id, event_at or window.to_at)
    if good is not None and good.at == window.from_at:
        return t("{at} last good check ({value} {unit})", at=at, value=good.value, unit=safe(good.unit, 10))
    return at


def end_text(window: Window, event_at: datetime | None, title: str, formats: Formats) -> str:
    """ "02:11:43 L2 Filler aborted"."""
    at = formats.clock(window.to_at)
    return f"{at} {title}" if window.to_at == event_at else at


# --- what is held, and what that does -------------------------------------------------------------------------------


def held_row(units: HeldUnits, row: Sequence[Station], desk: Desk, formats: Formats) -> HeldRow:
    """A lot of the hold."""
    waiting = sorted((d for d in desk.reference.demand if d.product == units.product), key=lambda d: d.due_at)
    first = waiting[0] if units.product and waiting else None
    promised = f"{safe(first.customer, 60)} {formats.minute(first.due_at)}" if first else t("nobody known")
    return HeldRow(
        lot=safe(units.lot, 40),
        units=range_text(units),
        quantity=amount(units.quantity) if units.quantity else DASH,
        where=where(units, row),
        location=" · ".join(x for x in (_held_already(units.lot, desk, formats), _in_stock(units.lot, desk)) if x),
        promised=promised,
    )


def customer_effects(units: Sequence[HeldUnits], desk: Desk, formats: Formats) -> tuple[Effect, ...]:
    """Who lacks how much by when because of the hold, and what could take its place."""
    rows: list[Effect] = []
    made = {row.id: row.counted_good for row in all_progress(desk.view)}
    reference, bound = desk.reference, held(desk.view) | {u.lot for u in units}
    for product, quantity in held_by_product(newly_held(units, open_holds(desk.view))).items():
        if not product:
            continue
        supply = supply_of(reference, product, made, open_holds(desk.view), desk.now())
        hit = effects(reference.demand, product, supply, quantity)
        spare = covers(reference.lots, product, bound)
        rows += [
            Effect(
                who=f"{safe(e.line.customer, 60)}, {formats.minute(e.line.due_at)}",
                what=t("{short} of {quantity} short", short=amount(e.short), quantity=amount(e.line.quantity)),
                bad=True,
            )
            for e in hit
        ]
        if hit and spare:
            could = ", ".join(t("{count} from {lot}", count=amount(s.quantity), lot=safe(s.lot, 40)) for s in spare[:3])
            doubt = holds_doubt(desk, formats)
            rows.append(
                Effect(who=t("Could come instead"), what=f"{could} · {doubt}" if doubt else could, bad=bool(doubt))
            )
        if not hit:
            name = reference.products[product].name if product in reference.products else product
            rows.append(Effect(who=t("Customers of {product}", product=safe(name, 60)), what=t("none short by plan")))
    if units and not any(u.product for u in units):
        rows.append(Effect(who=t("Customers"), what=t("not known: the ERP has not said what the lot is")))
    return tuple(rows)


def plant_effects(
    units: Sequence[HeldUnits], draft: Draft, desk: Desk, writes: Sequence[Offer] = ()
) -> tuple[Effect, ...]:
    """What it means for the line, the ERP and the other stations."""
    lots = len(dict.fromkeys(u.lot for u in units))
    line = desk.plant.lines.get(draft.line or "")
    erp_up = desk.status.erp.health in (Health.UP, Health.DEGRADED)
    goes = t("1 lot to hold") if lots == 1 else t("{lots} lots to hold", lots=lots)
    how = t("posted at once") if erp_up else t("not reachable: posted when it answers")
    rows = [Effect(who=t("ERP"), what=f"{goes} · {how}" if lots else how, bad=not erp_up)]
    if desk.plant.erp.connected and not desk.plant.erp.takes(Capability.LOT_BLOCKS):
        rows = [Effect(who=t("ERP"), what=t("can't block lots: somebody must see to it there by hand"), bad=True)]
    for offer in writes:
        rows.insert(0, Effect(who=offer.machine, what=safe(offer.command.name, 80), bad=True))
    if line is not None and not writes:
        rows.insert(0, Effect(who=safe(line.name, 60), what=t("keeps running; nothing is written to its controllers")))
    rows.append(screens_effect(desk))
    return tuple(rows)


def screens_effect(desk: Desk) -> Effect:
    """Who learns of it at once: everybody, or while the shared store is away this station alone."""
    shared = desk.status.shared
    if shared.joined and shared.health is not Health.UP:
        what = t("learn of it when the shared store is back: tag the pallets")
        return Effect(who=t("Other stations"), what=what, bad=True)
    return Effect(who=t("Every screen"), what=t("marks the lots as held until a release"))
