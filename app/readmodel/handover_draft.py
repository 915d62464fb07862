"""What a handover must say, from what stands: cases, holds, shelves, broken promises, unposted items. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from app.domain.case import ExceptionCase
from app.domain.events import HandoverItem, ItemKind
from app.domain.hold import Hold
from app.domain.lifecycles import AssignmentState, CaseState
from app.domain.plant import Plant
from app.readmodel import kpi
from app.readmodel import model as m
from app.readmodel.model import View


def draft_items(view: View, plant: Plant) -> tuple[HandoverItem, ...]:
    """Every item that the next shift must take over, the most urgent first; never empty: the figures are always one."""
    found = [*_holds(view), *_cases(view, plant), *_postings(view), *_assignments(view, plant)]
    found.sort(key=lambda item: item.priority)
    return (*found, HandoverItem(item_id="figures", kind=ItemKind.NOTE, ref="", text="Shift figures read"))


def _name(plant: Plant, person: str) -> str:
    found = plant.people.get(person)
    return found.short if found else person


def _holds(view: View) -> Iterator[HandoverItem]:
    for hold in m.open_holds(view):
        yield HandoverItem(
            item_id=f"hold/{hold.id}",
            kind=ItemKind.HOLD,
            ref=f"hold/{hold.id}",
            text=f"{_lots(hold)} on hold",
            detail=f"{hold.quantity:,} units, {hold.reason} · {hold.state.value.replace('_', ' ')}",
            owner=hold.placed_by,
            priority=1,
        )


def _lots(hold: Hold) -> str:
    return ("Lot " if len(hold.lots) == 1 else "Lots ") + ", ".join(hold.lots)


def _cases(view: View, plant: Plant) -> Iterator[HandoverItem]:
    for case in m.open_cases(view):
        yield HandoverItem(
            item_id=f"case/{case.id}",
            kind=_kind(case),
            ref=f"case/{case.id}",
            text=case.title,
            detail=_case_detail(case, plant),
            owner=case.owner,
            priority=case.priority,
        )


def _kind(case: ExceptionCase) -> ItemKind:
    if case.state is CaseState.SHELVED:
        return ItemKind.SHELVED
    return ItemKind.PROMISE if any(t.promise_broken and t.active for t in case.tasks) else ItemKind.CASE


def _case_detail(case: ExceptionCase, plant: Plant) -> str:
    parts = [case.first_out] if case.first_out else []
    if case.state is CaseState.SHELVED:
        parts.append(f"shelved: {case.shelf_reason}")
    broken = (task for task in case.tasks if task.promise_broken and task.active)
    parts.extend(f"promise broken by {_name(plant, task.owner)}" for task in broken)
    if not case.accepted:
        parts.append("nobody has accepted it yet")
    return " · ".join(parts)


def _postings(view: View) -> Iterator[HandoverItem]:
    for posting in m.open_postings(view):
        yield HandoverItem(
            item_id=f"posting/{posting.id}",
            kind=ItemKind.POSTING,
            ref=f"posting/{posting.id}",
            text=f"{posting.subject} not in the ERP",
            detail=posting.words or posting.state.value,
            priority=3 if posting.stuck else 4,
        )


def _assignments(view: View, plant: Plant) -> Iterator[HandoverItem]:
    for row in m.open_assignments(view):
        if row.state is AssignmentState.PROPOSED:
            continue
        subject = _name(plant, row.subject_id)
        yield HandoverItem(
            item_id=f"assignment/{row.id}",
            kind=ItemKind.ASSIGNMENT,
            ref=f"assignment/{row.id}",
            text=f"{subject} moved to {row.to_line}",
            detail=f"{row.state.value} · {row.reason}",
            owner=row.accepted_by,
            priority=4,
        )


def figures(view: View, start: datetime, now: datetime) -> Mapping[str, str]:
    """The shift's numbers by name, as text."""
    cases = [c for c in m.all_cases(view) if c.opened_at >= start]
    held = sum((h.quantity for h in m.open_holds(view)), Decimal(0))
    owned = kpi.owned_within(cases, now)
    return {
        "exceptions": str(len(cases)),
        "still open": str(len(m.open_cases(view))),
        "owned within 2 min": "–" if owned is None else f"{round(100 * owned)} %",
        "units on hold": f"{held:,}",
        "unposted": str(len(m.open_postings(view))),
        "moves": str(sum(1 for a in m.open_assignments(view) if a.proposed_at >= start)),
    }
