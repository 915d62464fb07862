"""The demo ERP as the process that it is: starts, ends, is killed, and what the outbox makes of that."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.error
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from decimal import Decimal
from pathlib import Path

import pytest

from app.clock import SystemClock
from app.domain.erp_errors import ErpAuthError, ErpOutcomeUnknownError
from app.erp.backoff import Backoff
from app.erp.demo_adapter import DemoErp
from app.erp.outbox import Outbox
from tests.contract.erp_process import TOKEN, DemoErpProcess
from tests.contract.erp_twins import a_days_postings, confirm, set_status
from tests.needs import ROOT
from tests.unit.erp.queue import PostingQueue

ORDERS = ("WO-10482", "WO-10479", "WO-10491")
QUICK = Backoff(first_s=0.02, longest_s=0.2, longest_asked_s=0.2)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoErpProcess]:
    process = DemoErpProcess(tmp_path, "--seed", "7")
    process.start()
    yield process
    process.stop()


@asynccontextmanager
async def working(queue: PostingQueue, demo: DemoErpProcess) -> AsyncIterator[Outbox]:
    erp = DemoErp(demo.url, TOKEN, timeout_s=5.0)
    outbox = Outbox(pending=queue.pending, record=queue.record, erp=erp, clock=SystemClock(), backoff=QUICK)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await erp.aclose()


async def test_killed_twice_amid_200_postings_nothing_is_lost_and_nothing_twice(demo: DemoErpProcess) -> None:
    queue = PostingQueue(a_days_postings(200))
    async with working(queue, demo):
        for goal in (50, 120):
            await queue.until(lambda goal=goal: queue.confirmed >= goal)  # type: ignore[misc]
            demo.kill()
            await asyncio.sleep(0.1)
            await asyncio.to_thread(demo.start)
        await queue.until(lambda: queue.all_confirmed)
    assert_once_in_order(queue, demo)
    erp = DemoErp(demo.url, TOKEN)
    good = {order.number: order.good for order in (await erp.orders()).rows}
    await erp.aclose()
    commands = Counter(command.command.get("order") for command in queue.postings.values() if "good" in command.command)
    assert {order: good[order] for order in ORDERS} == {order: Decimal(10) * commands[order] for order in ORDERS}


async def test_lineside_ended_amid_200_postings_goes_on_where_it_was(demo: DemoErpProcess) -> None:
    queue = PostingQueue(a_days_postings(200))
    for goal in (40, 90, 140):
        async with working(queue, demo):
            await queue.until(lambda goal=goal: queue.confirmed >= goal)  # type: ignore[misc]
    async with working(queue, demo):
        await queue.until(lambda: queue.all_confirmed)
    assert_once_in_order(queue, demo)


async def test_a_moody_erp_gets_everything_once_all_the_same(tmp_path: Path) -> None:
    demo = DemoErpProcess(tmp_path, "--seed", "3", "--mood", "0.15")
    demo.start()
    queue = PostingQueue(a_days_postings(60))
    async with working(queue, demo):
        await queue.until(lambda: queue.all_confirmed)
    assert_once_in_order(queue, demo)
    assert len(queue.events) > 120
    demo.stop()


async def test_a_request_that_is_carried_out_after_we_gave_up_on_it_has_no_second_effect(demo: DemoErpProcess) -> None:
    erp = DemoErp(demo.url, TOKEN, timeout_s=0.3)
    demo.faults(slow_ms=1000)
    with pytest.raises(ErpOutcomeUnknownError):
        await erp.post(confirm("late"))
    demo.faults(slow_ms=0)
    assert await erp.find("late") is None
    await erp.post(confirm("late"))
    await asyncio.sleep(1.0)
    assert demo.booked() == ["late"]
    await erp.aclose()


def assert_once_in_order(queue: PostingQueue, demo: DemoErpProcess) -> None:
    booked = demo.booked()
    duplicated = [key for key, count in Counter(booked).items() if count > 1]
    lost = sorted(queue.postings.keys() - set(booked))
    assert (duplicated, lost, queue.illegal) == ([], [], [])
    for lane in {posting.lane for posting in queue.postings.values()}:
        keys = [key for key in booked if queue.postings[key].lane == lane]
        assert keys == sorted(keys)


async def test_a_read_of_many_pages_is_whole(demo: DemoErpProcess) -> None:
    erp = DemoErp(demo.url, TOKEN)
    before = len((await erp.lots()).rows)
    made = [f"{n:04d}-é%&/?" for n in range(450)]
    for lot in made:
        await erp.post(set_status(f"k-{lot}", "hold", lot=lot))
    page = await erp.lots()
    await erp.aclose()
    assert page.complete
    assert len(page.rows) == before + 450
    assert {*made} <= {lot.number for lot in page.rows}


async def test_a_wrong_token_is_refused_whatever_is_asked(demo: DemoErpProcess) -> None:
    erp = DemoErp(demo.url, "guessed")
    for asked in (erp.probe(), erp.orders(), erp.find("k"), erp.post(confirm("k"))):
        with pytest.raises(ErpAuthError):
            await asked
    await erp.aclose()
    assert demo.booked() == []


@pytest.mark.parametrize("faults", [{"smoke": 1}, {"timeout": "often"}, {"html": None}])
def test_a_fault_that_does_not_exist_is_refused(demo: DemoErpProcess, faults: dict[str, object]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        demo.faults(**faults)
    with caught.value as answer:
        assert answer.status == 400


def test_it_ends_on_sigterm_and_starts_again_with_what_it_had(demo: DemoErpProcess) -> None:
    url = demo.url
    assert demo.stop() == 0
    demo.start()
    assert demo.url == url


def test_it_ends_when_its_parent_is_gone(demo: DemoErpProcess) -> None:
    assert demo.process is not None
    assert demo.process.stdin is not None
    demo.process.stdin.close()
    assert demo.process.wait(timeout=20) == 0


def test_a_port_that_is_taken_is_said_in_one_line(demo: DemoErpProcess, tmp_path: Path) -> None:
    said = refused("--db", str(tmp_path / "b.sqlite"), "--port", demo.url.rpartition(":")[2])
    assert "in use" in said


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "b.sqlite"
    file.write_text("this is not a database, and long enough to be looked at " * 20)
    assert "not a database" in refused("--db", str(file))


def refused(*options: str) -> str:
    """Why the demo ERP doesn't start with these options; it says so as JSON and shows no traceback."""
    ended = subprocess.run(
        [sys.executable, "-m", "app.erp.demo", *options],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = json.loads(ended.stdout)
    assert (ended.returncode, said["ready"], ended.stderr) == (1, False, "")
    return str(said["reason"])
