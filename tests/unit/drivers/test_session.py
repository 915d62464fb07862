"""When a controller counts as lost, what is said about it, and how it is tried again."""

import asyncio
import logging
import time

import pytest

from app.ports import Link
from drivers.session import Backoff, IdentityError, LinkBook, LostError, RareLog, Silence, first_of, keep_at_it
from tests.contract.rigs.recorder import Recorder


def test_waiting_times_double_to_a_bound_and_start_again() -> None:
    backoff = Backoff(first_s=0.25, most_s=5.0)
    waits = [backoff.next_s() for _ in range(40)]
    for place, wait_s in enumerate(waits):
        full_s = min(5.0, 0.25 * 2.0**place)
        assert full_s / 2 <= wait_s <= full_s
    backoff.reset()
    assert backoff.next_s() <= 0.25


def test_many_stations_do_not_come_back_at_the_same_moment() -> None:
    assert len({Backoff().next_s() for _ in range(20)}) > 10


async def test_silence_ends_the_watch_and_a_word_prolongs_it() -> None:
    silence = Silence(limit_s=0.2)
    began_s = time.monotonic()
    asyncio.get_running_loop().call_later(0.1, silence.heard)
    with pytest.raises(LostError, match=r"0\.2 s"):
        await silence.watch()
    assert time.monotonic() - began_s >= 0.29


def test_each_change_is_told_once_and_the_gap_begins_at_the_last_word() -> None:
    said = Recorder()
    book = LinkBook("C", said)
    for at_s in (100.0, 101.0):
        book.heard(at_s)
    book.down(Link.LOST, "cut")
    book.down(Link.LOST, "cut")
    book.down(Link.LOST, "refused")
    book.heard(111.0)
    assert [state.link for state in said.links] == [Link.CONNECTING, Link.UP, Link.LOST, Link.LOST, Link.UP]
    assert said.links[2].last_data_s == 101.0
    assert said.links[2].since_s == said.links[3].since_s
    assert said.alive_s == [100.0, 101.0, 111.0]
    assert [state.reconnects for state in said.links] == [0, 0, 0, 0, 1]
    assert said.links[4].since_s == 111.0


async def run_attempts(said: Recorder, *ends: BaseException) -> None:
    """Keep at it with attempts that end so, one after the other, then hang."""
    book, left = LinkBook("C", said), list(ends)

    async def attempt() -> None:
        if left:
            raise left.pop(0)
        await asyncio.get_running_loop().create_future()

    task = asyncio.create_task(keep_at_it(book, RareLog("C"), attempt))
    await said.until(lambda: not left)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_losses_and_refusals_are_told_apart_and_tried_again() -> None:
    said = Recorder()
    await run_attempts(said, LostError("cut"), IdentityError("stranger"), LostError("cut again"))
    assert [state.link for state in said.links][1:] == [Link.LOST, Link.REFUSED, Link.LOST]


async def test_a_request_that_a_library_abandons_does_not_end_the_driver() -> None:
    said = Recorder()
    await run_attempts(said, asyncio.CancelledError(), LostError("cut"))
    assert said.links[1].reason == "A request was abandoned."


@pytest.mark.expects_error_log
async def test_a_bug_is_logged_with_its_traceback_and_does_not_end_the_driver(
    caplog: pytest.LogCaptureFixture,
) -> None:
    said = Recorder()
    await run_attempts(said, ZeroDivisionError("ours"), LostError("cut"))
    assert said.links[1].reason == "Internal error: ZeroDivisionError."
    assert any(record.exc_info for record in caplog.records)


def test_the_same_matter_is_logged_rarely(caplog: pytest.LogCaptureFixture) -> None:
    log = RareLog("C", every_s=60.0)
    with caplog.at_level(logging.WARNING, "lineside.driver.C"):
        for _ in range(100):
            log.say("cut", "cut\nforged line")
        log.say("other", "other")
    assert [record.getMessage() for record in caplog.records] == ["cut⟨U+000A⟩forged line", "other"]


async def test_the_first_part_that_ends_ends_the_others() -> None:
    ended: list[str] = []

    async def waits() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append("waits")

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LostError("cut")

    with pytest.raises(LostError):
        await first_of(waits(), fails())
    assert ended == ["waits"]
