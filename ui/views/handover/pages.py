"""How a handover reads: its page and its place in the list. Pure."""

from __future__ import annotations

from datetime import datetime

from app.domain.events import HandoverItem, ItemKind
from app.domain.handover import Handover
from app.domain.lifecycles import HandoverState
from app.domain.plant import Plant
from app.domain.text import safe
from ui.text import DASH, Formats, t
from ui.views.handover.rows import ItemRow, Page, PastRow


def page_of(row: Handover, plant: Plant, at: datetime, formats: Formats) -> Page:
    """A handover's page."""
    return Page(
        ref=f"handover/{row.id}",
        title=t("Shift handover"),
        subtitle=f"{shifts_text(row)} · {safe(plant.name, 60)}",
        clock=formats.minute(at),
        state=state_text(row, plant, formats),
        checked=_checked(row, plant, formats),
        figures=tuple((t(safe(name, 40)), safe(value, 20)) for name, value in row.figures.items()),
        items=tuple(_item(row, item, plant, formats) for item in row.items),
        note=safe(row.note),
        foot=foot_text(row, formats),
        frozen=row.closed,
    )


def empty_page(plant: Plant, at: datetime, formats: Formats) -> Page:
    """What is shown while no handover of the running shift is drafted."""
    return Page(
        ref="",
        title=t("Shift handover"),
        subtitle=safe(plant.name, 60),
        clock=formats.minute(at),
        state=t("Not drafted yet."),
        checked="",
        figures=(),
        items=(),
        note="",
        foot=t("The program writes it: open cases, holds, shelved items, broken promises, unposted items, moves."),
    )


def shifts_text(row: Handover) -> str:
    """ "Night → Early"."""
    return f"{safe(row.shift, 40)} → {safe(row.next_shift, 40) or DASH}"


def state_text(row: Handover, plant: Plant, formats: Formats) -> str:
    """How far it is: drafted, so many accepted by whom, or all."""
    total, done = len(row.items), len(row.items) - len(row.open_items)
    if row.state is HandoverState.DRAFTED:
        return t("Draft of {at}: {total} items, not signed", at=formats.minute(row.drafted_at), total=total)
    who = ", ".join(dict.fromkeys(name_of(plant, accepted.by) for accepted in row.accepted.values()))
    if not done:
        return t("None of {total} accepted yet", total=total)
    if done == total:
        return t("All {total} accepted by {who}", total=total, who=who)
    return t("{done} of {total} accepted by {who}", done=done, total=total, who=who)


def _checked(row: Handover, plant: Plant, formats: Formats) -> str:
    if not row.signed_by:
        return t("written by Lineside")
    who, at = name_of(plant, row.signed_by), formats.minute(row.signed_at)
    return t("written by Lineside, signed by {who} {at}", who=who, at=at)


def foot_text(row: Handover, formats: Formats) -> str:
    """What happens next, and whose turn it is."""
    if row.state is HandoverState.DRAFTED:
        return t("{shift} signs it when it is true; then {next} accepts item by item.", shift=row.shift,
                 next=row.next_shift or DASH)  # fmt: skip
    if row.state is HandoverState.CLOSED:
        return t("Frozen at {at}: nothing in it changes any more.", at=formats.minute(row.closed_at))
    return t("{shift} can sign out when all {total} are accepted.", shift=safe(row.shift, 40), total=len(row.items))


def _item(row: Handover, item: HandoverItem, plant: Plant, formats: Formats) -> ItemRow:
    accepted = row.accepted.get(item.item_id)
    return ItemRow(
        key=f"item/{row.id}/{item.item_id}",
        text=safe(item.text, 160),
        detail=safe(item.detail, 240),
        owner=name_of(plant, item.owner) if item.owner else DASH,
        done=f"{name_of(plant, accepted.by)} {formats.minute(accepted.at)}" if accepted else t("open"),
        accepted=accepted is not None,
        priority=0 if item.kind in (ItemKind.HOLD, ItemKind.NOTE) else item.priority,
        held=item.kind is ItemKind.HOLD,
    )


def name_of(plant: Plant, person_id: str) -> str:
    """ "S. Lindqvist"; the id of somebody the plant file does not know."""
    person = plant.people.get(person_id)
    return safe(person.short if person else person_id, 60)


def past_row(row: Handover, formats: Formats) -> PastRow:
    """A handover in the list."""
    done = len(row.items) - len(row.open_items)
    words = {
        HandoverState.DRAFTED: t("draft"),
        HandoverState.SIGNED: t("{done} of {total} accepted", done=done, total=len(row.items)),
        HandoverState.CLOSED: t("frozen {at}", at=formats.minute(row.closed_at)),
    }
    return PastRow(
        key=f"handover/{row.id}",
        shift=shifts_text(row),
        day=t("{day}, from {at}", day=formats.day(row.shift_start), at=formats.minute(row.shift_start)),
        state=words[row.state],
        detail=t("1 item") if len(row.items) == 1 else t("{n} items", n=len(row.items)),
    )
