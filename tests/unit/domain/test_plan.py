"""Orders against their plan: expected, ahead and behind, finish, late by."""

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.erp import ProductionOrder, Reference
from app.domain.events import Subject
from app.domain.lifecycles import AssignmentState
from app.domain.plan import (
    RATE_RESTS_ON_S,
    STANDS_AFTER_S,
    LineRate,
    Outlook,
    expected_by,
    made,
    plan_progress,
    queue_of,
    running_order,
    schedule,
)
from app.domain.work import Assignment, OrderProgress

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


def order(
    number: str = "WO-1", quantity: int = 6000, hours: float = 2, after_h: float = 0, **more: str
) -> ProductionOrder:
    start = START + timedelta(hours=after_h)
    return ProductionOrder(
        number=number,
        product="W-050",
        product_name="Still water 0.5 l",
        line=more.get("line", "L1"),
        quantity=Decimal(quantity),
        unit="u",
        due_at=start + timedelta(hours=hours),
        start_at=start,
        state=more.get("state", "open"),
        good=Decimal(more.get("good", "0")),
        scrap=Decimal(0),
    )


def progress(number: str, good: int, minutes: float = 0, line: str = "L1", final: bool = False) -> OrderProgress:
    return OrderProgress(
        id=number,
        version=1,
        line=line,
        counted_good=Decimal(good),
        counted_at=START + timedelta(minutes=minutes),
        final=final,
    )


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_half_way_through_its_time_half_is_expected() -> None:
    assert expected_by(order(), at(60)) == 3000
    assert expected_by(order(), at(-5)) == 0
    assert expected_by(order(), at(500)) == 6000


def test_on_plan_at_the_plans_own_pace() -> None:
    plan = plan_progress(order(), progress("WO-1", 3000), at=at(60), rate=50, nominal=60)
    assert plan.outlook is Outlook.ON_PLAN
    assert plan.ahead_s == 0
    assert plan.finish_at == at(120)
    assert plan.late_s == 0


def test_units_ahead_are_minutes_of_the_plans_pace() -> None:
    plan = plan_progress(order(), progress("WO-1", 3500), at=at(60), rate=50, nominal=60)
    assert plan.ahead_s == pytest.approx(10 * 60)


def test_a_slow_line_ends_late_by_the_missing_minutes() -> None:
    plan = plan_progress(order(), progress("WO-1", 3000), at=at(60), rate=25, nominal=60)
    assert plan.outlook is Outlook.LATE
    assert plan.finish_at == at(180)
    assert plan.late_s == 60 * 60


def test_behind_plan_but_fast_enough_is_behind_and_not_late() -> None:
    plan = plan_progress(order(), progress("WO-1", 2800), at=at(60), rate=60, nominal=60)
    assert plan.outlook is Outlook.BEHIND
    assert plan.late_s == 0


def test_a_standing_line_says_until_when_it_must_be_back() -> None:
    plan = plan_progress(order(), progress("WO-1", 3000), at=at(60), rate=0, nominal=60)
    assert plan.outlook is Outlook.STANDING
    assert plan.finish_at is None
    assert plan.back_by_at == at(70)
    assert plan.late_s == 0
    later = plan_progress(order(), progress("WO-1", 3000), at=at(90), rate=0, nominal=60)
    assert later.late_s == 20 * 60


def test_a_lost_rate_is_not_a_stop() -> None:
    plan = plan_progress(order(), progress("WO-1", 3000), at=at(60), rate=math.nan, nominal=60)
    assert plan.finish_at == at(110)


def test_while_the_rate_is_not_known_an_order_is_late_only_if_it_is_even_at_nominal_rate() -> None:
    in_time = plan_progress(order(), progress("WO-1", 2800), at=at(60), rate=math.nan, nominal=60)
    too_late = plan_progress(order(), progress("WO-1", 1200), at=at(60), rate=math.nan, nominal=60)
    assert (in_time.outlook, in_time.rate_known) == (Outlook.UNKNOWN, False)
    assert (too_late.outlook, too_late.rate_known) == (Outlook.LATE, False)
    assert too_late.late_s == 20 * 60


@pytest.mark.parametrize(
    ("per_min", "known_s", "trusted"),
    [
        (3, RATE_RESTS_ON_S - 1, False),
        (3, RATE_RESTS_ON_S, True),
        (0, STANDS_AFTER_S - 1, False),
        (0, STANDS_AFTER_S, True),
    ],
)
def test_a_rate_is_trusted_once_it_rests_on_a_minute_and_a_standstill_within_seconds(
    per_min: float, known_s: int, trusted: bool
) -> None:
    rate = LineRate(per_min=per_min, known_s=known_s)
    assert rate.trusted == per_min if trusted else math.isnan(rate.trusted)


def test_what_nobody_tells_is_never_trusted() -> None:
    assert math.isnan(LineRate.unknown().trusted)


def test_a_complete_or_finally_confirmed_order_is_done() -> None:
    full = plan_progress(order(), progress("WO-1", 6000), at=at(60), rate=0, nominal=60)
    short = plan_progress(order(), progress("WO-1", 5000, final=True), at=at(60), rate=0, nominal=60)
    assert (full.outlook, short.outlook) == (Outlook.DONE, Outlook.DONE)
    assert full.late_s == 0


def test_an_order_that_has_not_begun_waits() -> None:
    plan = plan_progress(order(after_h=3), None, at=at(0), rate=0, nominal=60)
    assert plan.outlook is Outlook.WAITING


def test_what_the_erp_had_before_counts_as_made() -> None:
    assert made(order(good="1200"), None) == 1200
    assert made(order(good="1200"), progress("WO-1", 1500)) == 1500


@given(
    good=st.integers(0, 20_000),
    minutes=st.floats(-1e4, 1e4),
    rate=st.floats(0, 1e5) | st.just(math.nan) | st.floats(0, 1e-9),
    nominal=st.floats(0, 1e4),
    quantity=st.integers(0, 20_000),
    hours=st.floats(-1, 50),
)
def test_any_order_at_any_instant_has_figures_that_can_be_drawn(
    good: int, minutes: float, rate: float, nominal: float, quantity: int, hours: float
) -> None:
    plan = plan_progress(
        order(quantity=quantity, hours=hours), progress("WO-1", good), at=at(minutes), rate=rate, nominal=nominal
    )
    assert 0 <= plan.done_share <= 1
    assert 0 <= plan.plan_share <= 1
    assert 0 <= plan.late_s < math.inf
    assert plan.remaining >= 0
    assert math.isfinite(plan.ahead_s)


# --- the queue of a line --------------------------------------------------------------------------------------------


def reference(*orders: ProductionOrder) -> Reference:
    return Reference(orders={o.number: o for o in orders})


def assignment(number: str, line: str, state: AssignmentState) -> Assignment:
    return Assignment(
        id=f"a-{number}",
        version=1,
        state=state,
        subject=Subject.ORDER,
        subject_id=number,
        from_line="L1",
        to_line=line,
        reason="",
        breaks=(),
        case_id="",
        proposed_by="okafor",
        proposed_at=START,
    )


def numbers(orders: tuple[ProductionOrder, ...]) -> list[str]:
    return [o.number for o in orders]


def test_the_running_order_comes_first_then_the_planned_start() -> None:
    ref = reference(order("WO-3", after_h=3), order("WO-2", after_h=2), order("WO-1", after_h=1))
    counted = {"WO-2": progress("WO-2", 100, minutes=30), "WO-1": progress("WO-1", 100, minutes=10)}
    assert running_order(counted, "L1") == "WO-2"
    assert numbers(queue_of(ref, counted, (), "L1")) == ["WO-2", "WO-1", "WO-3"]


def test_finished_orders_leave_the_queue_before_the_erp_says_so() -> None:
    ref = reference(order("WO-1"), order("WO-2", state="done"), order("WO-3", after_h=1))
    counted = {"WO-1": progress("WO-1", 6000, final=True)}
    assert numbers(queue_of(ref, counted, (), "L1")) == ["WO-3"]


def test_an_accepted_move_is_believed_before_the_erp_and_an_offered_one_is_not() -> None:
    ref = reference(order("WO-1"), order("WO-2", after_h=1))
    active = (assignment("WO-2", "L2", AssignmentState.ACTIVE),)
    offered = (assignment("WO-2", "L2", AssignmentState.OFFERED),)
    assert numbers(queue_of(ref, {}, active, "L1")) == ["WO-1"]
    assert numbers(queue_of(ref, {}, active, "L2")) == ["WO-2"]
    accepted = (assignment("WO-2", "L2", AssignmentState.ACCEPTED),)
    assert numbers(queue_of(ref, {}, accepted, "L2")) == ["WO-2"]
    assert numbers(queue_of(ref, {}, offered, "L1")) == ["WO-1", "WO-2"]


def test_a_schedule_runs_orders_one_after_the_other() -> None:
    orders = (order("WO-1", quantity=6000), order("WO-2", quantity=1200))
    slots = schedule(orders, {"WO-1": progress("WO-1", 3000)}, 60, START)
    assert [(s.start_at, s.finish_at) for s in slots] == [(at(0), at(50)), (at(50), at(70))]
    assert slots[0].late_s == 0
