"""How events change a hold and a quality check. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.case import Entry
from app.domain.hold import Hold
from app.domain.lifecycles import HOLD, HoldTrigger
from app.domain.operation import Recorded
from app.domain.value import changed
from app.domain.work import QualityCheck


def _said(row: Hold, event: e.Event, rec: Recorded, text: str, **changes: Any) -> Hold:
    given = (getattr(event, "signature", None), getattr(event, "second", None))
    signatures = tuple(signature for signature in given if signature is not None)
    entry = Entry(at=rec.at, person=rec.person, what=type(event).__name__, text=text, signatures=signatures)
    return changed(row, version=rec.version, timeline=(*row.timeline, entry), **changes)


def placed(row: Hold | None, event: e.HoldPlaced, rec: Recorded) -> Hold:
    entry = Entry(at=rec.at, person=rec.person, what="HoldPlaced", text=event.reason)
    return Hold(
        id=event.hold_id,
        version=rec.version,
        state=HOLD.initial,
        units=event.units,
        reason_code=event.reason_code,
        reason=event.reason,
        case_id=event.case_id,
        machine=event.machine,
        line=event.line,
        from_at=event.from_at,
        to_at=event.to_at,
        placed_by=rec.person,
        placed_at=rec.at,
        timeline=(entry,),
    )


def review_started(row: Hold, event: e.HoldReviewStarted, rec: Recorded) -> Hold:
    trigger = HoldTrigger.REVIEW if HOLD.may(row.state, HoldTrigger.REVIEW) else HoldTrigger.REVIEW_AGAIN
    return _said(row, event, rec, event.note, state=HOLD.step(row.state, trigger))


def dispositioned(row: Hold, event: e.HoldDispositioned, rec: Recorded) -> Hold:
    state = HOLD.step(row.state, HoldTrigger.DISPOSE)
    text = f"{event.disposition.value.replace('_', ' ')} {event.note}".strip()
    return _said(row, event, rec, text, state=state, disposition=event.disposition, disposition_by=rec.person)


def released(row: Hold, event: e.HoldReleased, rec: Recorded) -> Hold:
    state = HOLD.step(row.state, HoldTrigger.RELEASE)
    return _said(row, event, rec, event.note, state=state, released_by=rec.person, released_at=rec.at)


def checked(row: None, event: e.QualityCheckRecorded, rec: Recorded) -> QualityCheck:
    return QualityCheck(
        id=event.check_id,
        version=rec.version,
        machine=event.machine,
        lot=event.lot,
        characteristic=event.characteristic,
        value=event.value,
        unit=event.unit,
        passed=event.passed,
        serial=event.serial,
        by=rec.person,
        at=rec.source_at,
    )


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.HoldPlaced: placed,
    e.HoldReviewStarted: review_started,
    e.HoldDispositioned: dispositioned,
    e.HoldReleased: released,
    e.QualityCheckRecorded: checked,
}
