"""What a new case sets off: its impact is computed and its parts are offered, in the same commit as its opening."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta

from app.domain import events as e
from app.domain.case import ExceptionCase
from app.domain.finding import task_id_of
from app.domain.impact import impacts
from app.domain.kinds import REPORTS
from app.domain.lifecycles import TaskState
from app.domain.people import Function
from app.domain.plan import running_order
from app.domain.routing import Offer, asked, route
from app.readmodel import model as m
from app.services.context import Context
from app.services.queries import the_case


def assess(event: e.CaseOpened, ctx: Context) -> Iterator[e.Event]:
    """Which orders and customers this endangers, by the ERP's data."""
    if not event.line:
        return
    order = event.order or running_order({p.id: p for p in m.all_progress(ctx.view)}, event.line)
    found = impacts(ctx.plant, ctx.reference, event.line, order, m.progress(ctx.view, order), ctx.now)
    if found:
        yield e.ImpactAssessed(case_id=event.case_id, impacts=found)


def offer_tasks(event: e.CaseOpened, ctx: Context) -> Iterator[e.Event]:
    """One task per function that the rules name."""
    offers = route(ctx.plant, event.kind, event.line, event.machine, ctx.now)
    for offer in _as_reported(offers, event.values, event.line, ctx):
        yield _offered(event.case_id, offer, ctx)


def _as_reported(
    offers: tuple[Offer, ...], values: Mapping[str, str | float], line: str | None, ctx: Context
) -> tuple[Offer, ...]:
    """An operator's report names the function of its primary part by what was reported."""
    what = REPORTS.get(str(values.get("report", "")))
    if what is None:
        return offers
    turned = (_turned_to(offer, what[1], line, ctx) for offer in offers if offer.primary)
    return (*turned, *(offer for offer in offers if not offer.primary and offer.function is not what[1]))


def _turned_to(offer: Offer, function: Function, line: str | None, ctx: Context) -> Offer:
    people = tuple(p.id for p in asked(ctx.plant, function, line, ctx.now))
    fallback = "" if people else f"nobody of {function.text} on shift"
    return replace(offer, function=function, people=people or offer.people, why=replace(offer.why, fallback=fallback))


def offer_anew(event: e.CaseReopened, ctx: Context) -> Iterator[e.Event]:
    """A reopened case needs an owner again: its primary part is offered anew."""
    case: ExceptionCase = the_case(ctx, event.case_id)
    done = case.primary
    if done is None or done.state is TaskState.DONE:
        offers = route(ctx.plant, case.kind, case.line, case.machine, ctx.now)
        offers = _as_reported(offers, case.values, case.line, ctx)
        yield from (_offered(case.id, offer, ctx) for offer in offers if offer.primary)


def _offered(case_id: str, offer: Offer, ctx: Context) -> e.TaskOffered:
    before = len(the_case(ctx, case_id).tasks)
    return e.TaskOffered(
        case_id=case_id,
        task_id=task_id_of(case_id, offer.function.value, before),
        function=offer.function,
        people=offer.people,
        accept_by=ctx.now + timedelta(seconds=offer.accept_within_s),
        why=offer.why,
        primary=offer.primary,
    )
