from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from app.clock import SystemClock
from app.domain.erp import ErpCommand, Lot, Outcome, Receipt
from app.domain.erp_errors import ErpActionRequiredError
from app.domain.events import (
    Event,
    PostingBackedOff,
    PostingConfirmed,
    PostingOutcomeLost,
    PostingParked,
    PostingRejected,
    PostingRetried,
    PostingSent,
)
from app.domain.lifecycles import PostingState
from app.domain.posting import Posting
from app.erp.backoff import Backoff
from app.erp.demo_data import demo_reference
from app.erp.faults import Faults
from app.erp.memory import MemoryErp
from app.erp.outbox import Outbox
from tests.contract.erp_twins import confirm, downtime, set_status
from tests.unit.erp.queue import PostingQueue
from tests.unit.erp.rig import AT, EMPTY, ORDERS, QUICK, drain, erp, good, once_in_order, working


async def test_a_posting_is_journaled_as_sent_before_it_goes_out() -> None:
    queue, twin = PostingQueue([good(1)]), erp()
    calls_when_sent: list[int] = []

    async def record(event: Event) -> None:
        if isinstance(event, PostingSent):
            calls_when_sent.append(len(twin.calls))
        await queue.record(event)

    async with working(queue, twin, record=record):
        await queue.until(lambda: queue.all_confirmed)
    assert calls_when_sent == [0]
    assert [type(event) for event in queue.events] == [PostingSent, PostingConfirmed]


async def test_a_confirmation_carries_the_erps_references() -> None:
    queue = PostingQueue([good(1)])
    await drain(queue, erp())
    [confirmed] = queue.of("k-001", PostingConfirmed)
    assert confirmed.refs["document"].startswith("CF-")
    assert not confirmed.repeated


async def test_each_lane_keeps_its_order() -> None:
    queue = PostingQueue([good(n, ORDERS[n % 4]) for n in range(40)])
    twin = erp()
    twin.faults.slow_ms = 1
    await drain(queue, twin)
    for order in ORDERS:
        keys = [c.key for c in twin.books.filed if getattr(c, "order", "") == order]
        assert keys == sorted(keys)


async def test_never_more_lanes_than_allowed_are_at_the_erp() -> None:
    queue = PostingQueue([set_status(f"k-{n}", "hold", lot=f"X-{n}") for n in range(12)])
    twin = erp()
    twin.faults.slow_ms = 2
    most = 0
    async with working(queue, twin, lanes=3):
        while not queue.all_confirmed:
            most = max(most, sum(p.state is PostingState.SENT for p in queue.postings.values()))
            await asyncio.sleep(0)
    assert most == 3


async def test_a_lost_answer_is_looked_for_and_not_sent_again() -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(lose_answers=1))
    await drain(queue, twin)
    assert twin.calls == ["k-001"]
    assert [type(e) for e in queue.events] == [PostingSent, PostingOutcomeLost, PostingConfirmed]
    assert queue.of("k-001", PostingConfirmed)[0].repeated


async def test_a_posting_that_never_arrived_is_sent_again_with_the_same_key() -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(timeout=2))
    await drain(queue, twin)
    assert twin.calls == ["k-001"] * 3
    assert [event.attempt for event in queue.of("k-001", PostingSent)] == [1, 2, 3]
    assert len(twin.books.filed) == 1


async def test_a_posting_found_sent_after_a_restart_is_looked_for_first() -> None:
    twin = erp()
    await twin.post(good(1))
    queue = PostingQueue([good(1), good(2)])
    for key in ("k-001", "k-002"):
        queue.apply(PostingSent(key=key, attempt=1))
    await drain(queue, twin)
    assert [c.key for c in twin.books.filed] == ["k-001", "k-002"]
    assert [type(e) for e in queue.events if e.key == "k-001"] == [PostingSent, PostingOutcomeLost, PostingConfirmed]
    assert [e.attempt for e in queue.of("k-002", PostingSent)] == [1, 2]


async def test_a_rejected_posting_shows_the_erps_words_and_stops_only_its_own_lane() -> None:
    bad = confirm("bad", order="WO-10482", good="99999")
    queue = PostingQueue([bad, good(2), *(good(n, "WO-10479") for n in range(3, 9))])
    async with working(queue, erp()):
        await queue.until(lambda: all(queue.postings[f"k-{n:03d}"].closed for n in range(3, 9)))
        await queue.until(lambda: queue.postings["bad"].stuck)
    [rejected] = queue.of("bad", PostingRejected)
    assert rejected.words.startswith("Over-delivery")
    assert rejected.code == "over_delivery"
    assert queue.states["k-002"] is PostingState.PENDING


async def test_a_retried_posting_lets_its_lane_go_on() -> None:
    twin = erp()
    twin.books.lots["CAP-9"] = Lot(
        number="CAP-9", product="W-050", quantity=Decimal(0), unit="EA", status="scrapped", location=""
    )
    queue = PostingQueue([set_status("a", "hold", lot="CAP-9"), set_status("b", "scrapped", lot="CAP-9")])
    async with working(queue, twin) as outbox:
        await queue.until(lambda: queue.postings["a"].stuck)
        del twin.books.lots["CAP-9"]
        await queue.record(PostingRetried(key="a"))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)
    assert [c.key for c in twin.books.filed] == ["a", "b"]


async def test_a_question_parks_the_posting_and_its_answer_is_sent_with_it() -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(ask="Post to the next period?"))
    async with working(queue, twin) as outbox:
        await queue.until(lambda: queue.postings["k-001"].stuck)
        assert queue.postings["k-001"].words == "Post to the next period?"
        await queue.record(PostingRetried(key="k-001", answer="yes"))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)


@pytest.mark.parametrize("fault", ["html", "huge"])
async def test_an_answer_that_makes_no_sense_parks_the_posting_and_a_retry_finds_the_one_effect(fault: str) -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(plan=[fault]))
    async with working(queue, twin) as outbox:
        await queue.until(lambda: queue.postings["k-001"].stuck)
        await queue.record(PostingRetried(key="k-001"))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)
    assert len(twin.books.filed) == 1


async def test_an_order_that_changes_three_times_under_a_posting_parks_it() -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(conflict=3))
    async with working(queue, twin):
        await queue.until(lambda: queue.postings["k-001"].stuck)
    assert len(queue.of("k-001", PostingBackedOff)) == 2
    assert "3 times" in queue.postings["k-001"].words


class RoundingErp(MemoryErp):
    """An ERP whose documents have one good unit less than was posted; `answers` are what it was given."""

    def __init__(self) -> None:
        super().__init__(demo_reference(AT))
        self.answers: list[Mapping[str, str]] = []

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = {}) -> Receipt:
        self.answers.append(answer)
        return replace(await super().post(command, answer), booked={"good": Decimal(99), "scrap": Decimal(0)})


async def test_a_document_that_differs_goes_to_a_person_and_is_taken_only_by_their_word() -> None:
    queue, twin = PostingQueue([confirm("k", good="100")]), RoundingErp()
    async with working(queue, twin) as outbox:
        await queue.until(lambda: queue.postings["k"].stuck)
        assert "differs from what was posted: good 99 in place of 100" in queue.postings["k"].words
        await queue.record(PostingRetried(key="k", answer="take it"))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)
    assert len(twin.books.filed) == 1
    assert twin.answers == [{}, {}]


async def test_a_question_that_is_found_afterwards_keeps_its_token() -> None:
    class AskingLate(MemoryErp):
        async def find(self, key: str) -> Receipt | None:
            raise ErpActionRequiredError("Post to the next period?", "period")

    queue, twin = PostingQueue([good(1)]), AskingLate(demo_reference(AT), Faults(timeout=1))
    async with working(queue, twin):
        await queue.until(lambda: queue.postings["k-001"].stuck)
    assert (queue.postings["k-001"].words, queue.postings["k-001"].token) == ("Post to the next period?", "period")


async def test_what_the_erp_cannot_do_is_parked_as_kept_in_lineside_only() -> None:
    queue = PostingQueue([downtime("d")])
    async with working(queue, erp(capabilities=frozenset())):
        await queue.until(lambda: queue.postings["d"].stuck)
    assert "keeps no stops" in queue.postings["d"].words


async def test_a_command_that_cannot_be_read_is_parked() -> None:
    queue = PostingQueue([good(1)])
    posting = queue.postings["k-001"]
    queue.postings["k-001"] = replace(posting, command={**posting.command, "good": "NaN"})
    async with working(queue, erp()):
        await queue.until(lambda: queue.postings["k-001"].stuck)
    assert "good is no number" in queue.postings["k-001"].words


async def test_an_outage_journals_next_to_nothing_and_drains_in_order_afterwards() -> None:
    queue, twin = PostingQueue([good(n, ORDERS[n % 4]) for n in range(40)]), erp(Faults(down=True))
    async with working(queue, twin) as outbox:
        await queue.until(lambda: len(queue.events) >= 2)
        await asyncio.sleep(0.1)
        assert outbox.erp_down
        assert len(queue.events) <= 2 * len(ORDERS)
        twin.faults.down = False
        await queue.until(lambda: queue.all_confirmed)
    for order in ORDERS:
        keys = [c.key for c in twin.books.filed if getattr(c, "order", "") == order]
        assert keys == sorted(keys)


async def test_a_refused_sign_in_stops_every_lane_until_it_is_resumed() -> None:
    queue, twin = PostingQueue([good(n, ORDERS[n % 4]) for n in range(8)]), erp(Faults(plan=["unauthorised"] * 4))
    async with working(queue, twin) as outbox:
        await queue.until(lambda: bool(outbox.stopped))
        await asyncio.sleep(0.05)
        assert len(twin.calls) <= 4
        assert not queue.all_confirmed
        twin.faults.plan.clear()
        outbox.resume()
        await queue.until(lambda: queue.all_confirmed)
    assert len(twin.books.filed) == 8


async def test_new_postings_are_seen_when_poked() -> None:
    queue, twin = PostingQueue([good(1)]), erp()
    async with working(queue, twin) as outbox:
        await queue.until(lambda: queue.all_confirmed)
        queue.add(good(2))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)


async def test_a_posting_queued_while_its_lane_is_at_the_erp_follows_at_once() -> None:
    queue, twin = PostingQueue([good(1)]), erp(Faults(slow_ms=20))
    async with working(queue, twin) as outbox:
        await queue.until(lambda: len(queue.events) == 1)
        queue.add(good(2))
        outbox.poke()
        await queue.until(lambda: queue.all_confirmed)
    assert [c.key for c in twin.books.filed] == ["k-001", "k-002"]


async def test_new_postings_are_seen_by_the_slow_poll_too() -> None:
    queue, twin = PostingQueue([good(1)]), erp()
    async with working(queue, twin, poll_s=0.01):
        await queue.until(lambda: queue.all_confirmed)
        queue.add(good(2))
        await queue.until(lambda: queue.all_confirmed)


async def test_a_long_queue_is_not_read_again_at_every_poke() -> None:
    queue, twin = PostingQueue([good(n, ORDERS[n % 4]) for n in range(100)]), erp()
    looks = 0

    def pending() -> list[Posting]:
        nonlocal looks
        looks += 1
        time.sleep(0.002)
        return queue.pending()

    async def record(event: Event) -> None:
        await queue.record(event)
        outbox.poke()

    outbox = Outbox(pending=pending, record=record, erp=twin, clock=SystemClock(), backoff=QUICK)
    began_s = time.monotonic()
    task = asyncio.create_task(outbox.run())
    await queue.until(lambda: queue.all_confirmed)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert looks <= (time.monotonic() - began_s) / 0.022 + 2


async def test_the_erps_own_wish_when_to_be_asked_again_is_kept_to() -> None:
    assert Backoff(chance=lambda: 0.0).delay_s(1, asked_s=30) == 30
    assert Backoff(chance=lambda: 0.0).delay_s(1, asked_s=86_400) == 900


@pytest.mark.parametrize(("attempt", "least", "most"), [(1, 0.5, 1.0), (3, 2.0, 4.0), (7, 30, 60), (99, 30, 60)])
def test_waits_double_up_to_a_minute_with_jitter(attempt: int, least: float, most: float) -> None:
    assert Backoff(chance=lambda: 0.0).delay_s(attempt) == most
    assert Backoff(chance=lambda: 1.0).delay_s(attempt) == least


class PatientErp(MemoryErp):
    """An ERP that takes a posting in and books it only after it was asked for twice."""

    def __init__(self) -> None:
        super().__init__(demo_reference(AT))
        self.taken: dict[str, ErpCommand] = {}
        self.asked = 0

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = EMPTY) -> Receipt:
        self.calls.append(command.key)
        self.taken[command.key] = command
        return Receipt(key=command.key, outcome=Outcome.ACCEPTED, message="Queued for tonight.")

    async def find(self, key: str) -> Receipt | None:
        self.asked += 1
        if self.asked < 3:
            return Receipt(key=key, outcome=Outcome.ACCEPTED)
        return await super().post(self.taken[key])


async def test_what_the_erp_only_took_in_is_unconfirmed_until_it_is_booked_and_never_sent_again() -> None:
    queue, twin = PostingQueue([good(1)]), PatientErp()
    async with working(queue, twin):
        await queue.until(lambda: len(queue.events) == 2)
        assert queue.states["k-001"] is PostingState.UNKNOWN
        assert queue.postings["k-001"].words == "Queued for tonight."
        await queue.until(lambda: queue.all_confirmed)
    assert [type(event) for event in queue.events] == [PostingSent, PostingOutcomeLost, PostingConfirmed]
    assert twin.asked == 3
    assert len(twin.books.filed) == 1


class BrokenErp(MemoryErp):
    """An adapter with a bug that one posting meets."""

    async def post(self, command: ErpCommand, answer: Mapping[str, str] = EMPTY) -> Receipt:
        if command.key == "k-001":
            raise RuntimeError("our bug")
        return await super().post(command, answer)


@pytest.mark.expects_error_log
async def test_a_bug_in_one_lane_does_not_stop_the_others() -> None:
    queue, twin = PostingQueue([good(1), good(2, "WO-10479")]), BrokenErp(demo_reference(AT))
    async with working(queue, twin):
        await queue.until(lambda: queue.postings["k-002"].closed)
    assert not queue.postings["k-001"].closed


async def test_a_worker_that_was_ended_may_be_started_again() -> None:
    queue, twin = PostingQueue([good(n) for n in range(6)]), erp()
    async with working(queue, twin) as outbox:
        await queue.until(lambda: len(queue.events) >= 3)
    again = asyncio.create_task(outbox.run())
    await queue.until(lambda: queue.all_confirmed)
    again.cancel()
    with suppress(asyncio.CancelledError):
        await again
    once_in_order(queue, twin)


async def test_the_journal_parks_nothing_by_itself() -> None:
    queue, twin = PostingQueue([good(n) for n in range(5)]), erp(Faults(plan=["timeout", "", "lose_answers"]))
    await drain(queue, twin)
    assert not [event for event in queue.events if isinstance(event, PostingParked | PostingRejected)]
