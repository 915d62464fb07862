"""The lanes: every line with its orders against plan and its people. Pure; asks the domain, makes rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from app.domain.case import ExceptionCase
from app.domain.events import Subject
from app.domain.feasibility import Situation, skill_text
from app.domain.hold import held_lots
from app.domain.lifecycles import AssignmentState
from app.domain.people import Person
from app.domain.plan import LineRate, Outlook, PlanProgress, Slot, line_rate, plan_progress, schedule
from app.domain.posting import Posting
from app.domain.shifts import crew
from app.domain.text import safe
from app.domain.work import Assignment
from ui.models.orders import STOPPING
from ui.text import DASH, Formats, amount, t
from ui.views.work.rows import LaneRow, OrderRow, PersonRow
from ui.views.work.truth import Truth, erp_word, order_truth

LATE, NEAR = 3, 0
"""Priorities on this screen: an order that ends late, and anything else."""


def lanes(
    now: Situation, rates: Mapping[str, LineRate], postings: Mapping[str, Sequence[Posting]], formats: Formats
) -> tuple[LaneRow, ...]:
    """Every line in the order of the plant file. `rates` are their present rates."""
    held = held_lots(now.holds)
    return tuple(_lane(now, line, rates[line], held, postings, formats) for line in now.plant.lines)


def _lane(
    now: Situation,
    line: str,
    rate: LineRate,
    held: frozenset[str],
    postings: Mapping[str, Sequence[Posting]],
    formats: Formats,
) -> LaneRow:
    down = _stopped(now.cases, line)
    nominal = line_rate(now.plant, line)
    pace = 0.0 if down else rate.trusted  # what still leaves the line comes from its buffers
    queue = now.queue(line)
    slots = schedule(queue, now.progress, rate.trusted if rate.trusted > 0 else nominal, now.at)
    orders = tuple(
        _order(now, slot, running=now.running_on(line) == slot.order.number, rate=pace, nominal=nominal,
               held=held, postings=postings.get(slot.order.number, ()), formats=formats)
        for slot in slots
    )  # fmt: skip
    return LaneRow(
        ref=f"line/{line}",
        name=safe(now.plant.lines[line].name, 80),
        rate=rate_text(rate.per_min, nominal),
        trouble=t("{case} since {at}", case=safe(down.title, 120), at=formats.minute(down.happened_at)) if down else "",
        priority=down.priority if down else 0,
        orders=orders,
        people=_people(now, line),
    )


def rate_text(rate: float, nominal: float) -> str:
    """ "462 of 480 /min"; "rate not known" where the controller is silent."""
    if math.isnan(rate):
        return t("rate not known, nominal {nominal} /min", nominal=amount(nominal))
    return t("{rate} of {nominal} /min", rate=amount(rate), nominal=amount(nominal))


def _stopped(cases: Sequence[ExceptionCase], line: str) -> ExceptionCase | None:
    return next((c for c in cases if c.line == line and c.kind in STOPPING and c.cleared_at is None), None)


def _order(
    now: Situation,
    slot: Slot,
    *,
    running: bool,
    rate: float,
    nominal: float,
    held: frozenset[str],
    postings: Sequence[Posting],
    formats: Formats,
) -> OrderRow:
    order, progress = slot.order, now.progress.get(slot.order.number)
    plan = plan_progress(order, progress, at=now.at, rate=rate if running else nominal, nominal=nominal)
    truth = order_truth(order, progress, postings)
    erp = erp_word(postings, now.at)
    outlook, priority = running_outlook(plan, formats) if running else queued_outlook(slot, formats, stands=rate <= 0)
    moving = _moving(now, order.number)
    return OrderRow(
        ref=f"order/{order.number}",
        number=safe(order.number, 40),
        product=moving or safe(order.product_name or order.product, 80),
        running=running,
        held=bool(progress and held & {lot.lot for lot in progress.lots}),
        done_share=plan.done_share,
        plan_share=plan.plan_share if running else None,
        count=f"{amount(plan.made)} / {amount(plan.quantity)}",
        due=t("due {at}", at=formats.minute(order.due_at)),
        pace=pace_text(plan) if running else t("queued"),
        outlook=outlook,
        priority=priority,
        **_truth_texts(truth, now, formats),
        erp=erp.text,
        erp_detail=erp.detail,
        erp_priority=erp.priority,
        tags=(),
    )


def _truth_texts(truth: Truth, now: Situation, formats: Formats) -> dict[str, str]:
    since = truth.oldest_at
    waiting = formats.duration((now.at - since).total_seconds()) if since else ""
    return {
        "floor": amount(truth.floor),
        "confirmed": amount(truth.confirmed),
        "posted": amount(truth.posted),
        "missing": amount(truth.missing) if truth.missing else DASH,
        "waiting": waiting if truth.missing else "",
    }


def pace_text(plan: PlanProgress) -> str:
    """ "on plan", "18 min ahead", "12 min behind"."""
    minutes = round(plan.ahead_s / 60)
    if minutes == 0:
        return t("on plan")
    return t("{m} min ahead", m=minutes) if minutes > 0 else t("{m} min behind", m=-minutes)


def running_outlook(plan: PlanProgress, formats: Formats) -> tuple[str, int]:
    """How the running order will end, in words, and its priority."""
    back_by, minutes = formats.minute(plan.back_by_at), math.ceil(plan.late_s / 60)
    if plan.outlook is Outlook.DONE:
        return t("complete: confirm it"), NEAR
    if plan.finish_at is None:
        if plan.late_s > 0:
            return t("stands: late by {m} min", m=minutes), LATE
        return t("stands: late after {at}", at=back_by), LATE
    ends = formats.minute(plan.finish_at)
    if plan.outlook is Outlook.LATE:
        late = t("ends {at}, late by {m} min", at=ends, m=minutes)
        return late if plan.rate_known else t("late by {m} min even at nominal rate", m=minutes), LATE
    return t("ends {at}", at=ends) if plan.rate_known else t("ends {at} at nominal rate", at=ends), NEAR


def queued_outlook(slot: Slot, formats: Formats, *, stands: bool) -> tuple[str, int]:
    """When a queued order would run, behind those before it; a standing line only tells the earliest."""
    starts, ends = formats.minute(slot.start_at), formats.minute(slot.finish_at)
    if stands:
        return t("not before {start}", start=starts), LATE if slot.late_s >= 60 else NEAR
    if slot.late_s >= 60:
        late = math.ceil(slot.late_s / 60)
        return t("{start} – {end}, late by {m} min", start=starts, end=ends, m=late), LATE
    return t("{start} – {end}", start=starts, end=ends), NEAR


def _moving(now: Situation, number: str) -> str:
    """ "→ Line 3, offered" for an order that is on its way."""
    row = _on_its_way(now.assignments, Subject.ORDER, number)
    return t("→ {line}, {state}", line=now.name(row.to_line), state=t(row.state.value)) if row else ""


def _on_its_way(assignments: Sequence[Assignment], subject: Subject, subject_id: str) -> Assignment | None:
    open_states = (AssignmentState.PROPOSED, AssignmentState.OFFERED)
    rows = (a for a in assignments if a.subject is subject and a.subject_id == subject_id and a.state in open_states)
    return next(rows, None)


def _people(now: Situation, line: str) -> tuple[PersonRow, ...]:
    """Who stands at a line, then who is asked to come."""
    here = tuple(_person(p) for p in crew(now.plant, now.assignments, line, now.at))
    asked = (
        now.plant.people[a.subject_id]
        for a in now.assignments
        if a.subject is Subject.PERSON and a.state is AssignmentState.OFFERED and a.to_line == line
        and a.subject_id in now.plant.people
    )  # fmt: skip
    return (
        *here,
        *(PersonRow(ref=f"person/{p.id}", text=t("{name}, asked", name=p.short), offered=True) for p in asked),
    )


def _person(person: Person) -> PersonRow:
    skills = ", ".join(sorted(skill_text(skill) for skill in person.skills))
    return PersonRow(ref=f"person/{person.id}", text=safe(f"{person.short} · {skills}" if skills else person.short, 60))
