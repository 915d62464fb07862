"""The exactly-once proof: whatever goes wrong and whenever the program ends (I6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from app.erp.faults import AFTER, BEFORE, Faults
from tests.unit.erp.queue import PostingQueue
from tests.unit.erp.rig import ORDERS, drain, erp, good, once_in_order, working

HARMLESS = tuple(name for name in (*BEFORE, *AFTER) if name not in ("unauthorised", "html", "huge", "conflict"))

lanes_of_postings = st.lists(st.integers(0, 3), min_size=1, max_size=25)
fault_plans = st.lists(st.sampled_from(("", *HARMLESS)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(lanes=lanes_of_postings, plan=fault_plans)
def test_whatever_goes_wrong_every_posting_has_its_effect_once_and_in_order(lanes: list[int], plan: list[str]) -> None:
    async def scenario() -> None:
        queue = PostingQueue([good(n, ORDERS[lane]) for n, lane in enumerate(lanes)])
        twin = erp(Faults(plan=list(plan)))
        await drain(queue, twin)
        once_in_order(queue, twin)

    asyncio.run(scenario())


@settings(max_examples=40, deadline=None)
@given(lanes=lanes_of_postings, plan=fault_plans, ends=st.lists(st.integers(1, 12), max_size=4))
def test_whenever_the_program_ends_every_posting_has_its_effect_once(
    lanes: list[int], plan: list[str], ends: list[int]
) -> None:
    async def scenario() -> None:
        queue = PostingQueue([good(n, ORDERS[lane]) for n, lane in enumerate(lanes)])
        twin = erp(Faults(plan=list(plan)))
        for events in ends:
            goal = len(queue.events) + events
            async with working(queue, twin):
                await queue.until(reached(queue, goal))
        if not queue.all_confirmed:
            await drain(queue, twin)
        once_in_order(queue, twin)

    asyncio.run(scenario())


def reached(queue: PostingQueue, events: int) -> Callable[[], bool]:
    return lambda: queue.all_confirmed or len(queue.events) >= events


@settings(max_examples=15, deadline=None)
@given(refused=st.frozensets(st.integers(1, 12), max_size=4))
def test_a_journal_that_refuses_an_event_costs_time_and_nothing_else(refused: frozenset[int]) -> None:
    async def scenario() -> None:
        queue = PostingQueue([good(n) for n in range(4)], refuse=lambda n: n in refused)
        twin = erp()
        await drain(queue, twin)
        once_in_order(queue, twin)

    asyncio.run(scenario())
