"""How events change an order's progress and an assignment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.lifecycles import ASSIGNMENT, AssignmentTrigger
from app.domain.operation import Recorded
from app.domain.value import changed
from app.domain.work import Assignment, LotCount, OrderProgress


def counted(row: OrderProgress | None, event: e.CountRecorded, rec: Recorded) -> OrderProgress:
    base = row or OrderProgress(id=event.order, version=0, line=event.line)
    return changed(
        base,
        version=rec.version,
        line=event.line,
        counted_good=base.counted_good + event.good,
        counted_scrap=base.counted_scrap + event.scrap,
        lots=_with_lot(base.lots, event),
        counter=event.counter,
        machine=event.machine,
        counted_at=event.to_at,
    )


def _with_lot(lots: tuple[LotCount, ...], event: e.CountRecorded) -> tuple[LotCount, ...]:
    """The lots with this count added to its own, a new one last."""
    if lots and lots[-1].lot == event.lot:
        last = lots[-1]
        grown = changed(
            last,
            good=last.good + event.good,
            scrap=last.scrap + event.scrap,
            last=event.serial or last.last,
            to_at=event.to_at,
        )
        return (*lots[:-1], grown)
    first = None if event.serial is None else event.serial - int(event.good + event.scrap) + 1
    new = LotCount(
        lot=event.lot,
        good=event.good,
        scrap=event.scrap,
        first=first,
        last=event.serial,
        from_at=event.from_at,
        to_at=event.to_at,
    )
    return (*lots, new)


def confirmed(row: OrderProgress | None, event: e.ProductionConfirmed, rec: Recorded) -> OrderProgress:
    base = row or OrderProgress(id=event.order, version=0, line=event.line)
    return changed(
        base,
        version=rec.version,
        confirmed_good=base.confirmed_good + event.good,
        confirmed_scrap=base.confirmed_scrap + event.scrap,
        confirmed_at=rec.at,
        confirmed_before_at=base.confirmed_at,
        final=base.final or event.final,
    )


def proposed(row: None, event: e.AssignmentProposed, rec: Recorded) -> Assignment:
    return Assignment(
        id=event.assignment_id,
        version=rec.version,
        state=ASSIGNMENT.initial,
        subject=event.subject,
        subject_id=event.subject_id,
        from_line=event.from_line,
        to_line=event.to_line,
        reason=event.reason,
        breaks=event.breaks,
        case_id=event.case_id,
        proposed_by=rec.person,
        proposed_at=rec.at,
    )


def _stepped(row: Assignment, rec: Recorded, trigger: AssignmentTrigger, **changes: Any) -> Assignment:
    return changed(row, version=rec.version, state=ASSIGNMENT.step(row.state, trigger), **changes)


def offered(row: Assignment, event: e.AssignmentOffered, rec: Recorded) -> Assignment:
    return _stepped(row, rec, AssignmentTrigger.OFFER, people=event.people, accept_by=event.accept_by)


def accepted(row: Assignment, event: e.AssignmentAccepted, rec: Recorded) -> Assignment:
    return _stepped(row, rec, AssignmentTrigger.ACCEPT, accepted_by=event.by, accepted_at=rec.at)


def declined(row: Assignment, event: e.AssignmentDeclined, rec: Recorded) -> Assignment:
    refusals = (*row.refusals, f"{event.by}: {event.reason}")
    return _stepped(row, rec, AssignmentTrigger.DECLINE, refusals=refusals)


def activated(row: Assignment, event: e.AssignmentActivated, rec: Recorded) -> Assignment:
    return _stepped(row, rec, AssignmentTrigger.ACTIVATE)


def finished(row: Assignment, event: e.AssignmentFinished, rec: Recorded) -> Assignment:
    return _stepped(row, rec, AssignmentTrigger.FINISH)


def withdrawn(row: Assignment, event: e.AssignmentWithdrawn, rec: Recorded) -> Assignment:
    return _stepped(row, rec, AssignmentTrigger.WITHDRAW)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.CountRecorded: counted,
    e.ProductionConfirmed: confirmed,
    e.AssignmentProposed: proposed,
    e.AssignmentOffered: offered,
    e.AssignmentAccepted: accepted,
    e.AssignmentDeclined: declined,
    e.AssignmentActivated: activated,
    e.AssignmentFinished: finished,
    e.AssignmentWithdrawn: withdrawn,
}
