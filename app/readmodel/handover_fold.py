"""How events change a handover. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.handover import Acceptance, Handover
from app.domain.lifecycles import HANDOVER, HandoverTrigger
from app.domain.operation import Recorded
from app.domain.value import changed


def drafted(row: None, event: e.HandoverDrafted, rec: Recorded) -> Handover:
    return Handover(
        id=event.handover_id,
        version=rec.version,
        state=HANDOVER.initial,
        shift=event.shift,
        next_shift=event.next_shift,
        shift_start=event.shift_start,
        drafted_at=rec.at,
        items=event.items,
        figures=event.figures,
    )


def redrafted(row: Handover, event: e.HandoverRedrafted, rec: Recorded) -> Handover:
    state = HANDOVER.step(row.state, HandoverTrigger.REDRAFT)
    return changed(row, version=rec.version, state=state, items=event.items, figures=event.figures, drafted_at=rec.at)


def signed(row: Handover, event: e.HandoverSigned, rec: Recorded) -> Handover:
    state = HANDOVER.step(row.state, HandoverTrigger.SIGN)
    return changed(row, version=rec.version, state=state, signed_by=rec.person, signed_at=rec.at, note=event.note)


def item_accepted(row: Handover, event: e.HandoverItemAccepted, rec: Recorded) -> Handover:
    accepted = {**row.accepted, event.item_id: Acceptance(by=rec.person, at=rec.at)}
    return changed(row, version=rec.version, accepted=accepted)


def closed(row: Handover, event: e.HandoverClosed, rec: Recorded) -> Handover:
    state = HANDOVER.step(row.state, HandoverTrigger.CLOSE)
    return changed(row, version=rec.version, state=state, closed_at=rec.at)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.HandoverDrafted: drafted,
    e.HandoverRedrafted: redrafted,
    e.HandoverSigned: signed,
    e.HandoverItemAccepted: item_accepted,
    e.HandoverClosed: closed,
}
