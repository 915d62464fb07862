"""`make bench-erp`: how fast the outbox drains into the demo ERP while both are killed, and how soon Tryton has it.

What is lost or has its effect twice is counted in the ERP's own books.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from app.clock import SystemClock
from app.domain.erp import ErpCommand
from app.domain.errors import KnownError
from app.erp.backoff import Backoff
from app.erp.demo_adapter import DemoErp
from app.erp.outbox import Outbox
from app.ports import Erp
from drivers.demo_tryton.install import install
from tests.bench.line import Figure, Goal, at_least, run, under
from tests.contract.erp_process import TOKEN, DemoErpProcess
from tests.contract.erp_twins import confirm, consume, downtime, move, set_status
from tests.tryton_server import opened, serving
from tests.unit.erp.queue import PostingQueue

ROWS, KILLS = 10_000, 3
EVENTS = 20
QUICK = Backoff(first_s=0.05, longest_s=0.5, longest_asked_s=0.5)
NOUGHT = Goal(text="0", met=lambda value, _: value == 0)
WITHIN_S = 3600.0


def main() -> None:
    """Measure; `--rows` and `--events` make it shorter."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.erp")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--events", type=int, default=EVENTS)
    options = parser.parse_args()
    run("erp", lambda: measured(options.rows, options.events))


def measured(count: int, events: int) -> Iterator[Figure]:
    """Both benchmarks, each in a folder of its own; no Tryton, no figure of it."""
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(drained(Path(folder), count))
    with tempfile.TemporaryDirectory() as folder:
        try:
            install()
        except KnownError as error:
            print(json.dumps({"missing": str(error)}))
            return
        with serving(Path(folder)) as server:
            seconds = asyncio.run(posted(server.url, events))
    yield Figure(metric="event_to_posted_p95", unit="s", runs=[p95(seconds)], goal=under(5.0))
    yield Figure(metric="event_to_posted_p50", unit="s", runs=[sorted(seconds)[len(seconds) // 2]])


async def drained(folder: Path, count: int) -> list[Figure]:
    """A long queue into the demo ERP; in turn the ERP is killed and Lineside's worker ends in the middle of it."""
    demo = DemoErpProcess(folder)
    demo.start()
    queue = PostingQueue(postings(count))
    began_s = time.perf_counter()
    for number in range(KILLS):
        goal = count * (number + 1) // (KILLS + 1)
        async with working(queue, DemoErp(demo.url, TOKEN)):
            await queue.until(lambda goal=goal: queue.confirmed >= goal, WITHIN_S)  # type: ignore[misc]
            if number % 2 == 0:
                demo.kill()
        if demo.process is None:
            await asyncio.to_thread(demo.start)
    async with working(queue, DemoErp(demo.url, TOKEN)):
        await queue.until(lambda: queue.all_confirmed, WITHIN_S)
    took_s = time.perf_counter() - began_s
    booked = Counter(demo.booked())
    demo.stop()
    duplicated = sum(times - 1 for times in booked.values())
    return [
        Figure(metric="drained_per_s", unit="1/s", runs=[count / took_s], goal=at_least(200)),
        Figure(metric="duplicated", unit="", runs=[duplicated], goal=NOUGHT),
        Figure(metric="lost", unit="", runs=[len(queue.postings.keys() - booked.keys())], goal=NOUGHT),
    ]


def postings(count: int) -> list[ErpCommand]:
    """Postings of every kind over seven lanes, most of them confirmations."""
    makers = (
        lambda k, n: confirm(k, good="1", order="WO-10482", lot="4480-A"),
        lambda k, n: confirm(k, good="1", order="WO-10479", lot="4471-B"),
        lambda k, n: confirm(k, good="1", order="WO-10491", lot="4466-A"),
        lambda k, n: consume(k, quantity="1"),
        lambda k, n: set_status(k, "hold" if n % 2 else "released"),
        lambda k, n: downtime(k),
        lambda k, n: move(k, f"L{n % 3 + 1}"),
    )
    return [makers[n % len(makers)](f"k-{n:06d}", n // len(makers)) for n in range(count)]


async def posted(url: str, events: int) -> list[float]:
    """Seconds from each confirmed count to Tryton having it and its components; one every two seconds."""
    orders = (("WO-10482", "4480-A"), ("WO-10479", "4471-B"), ("WO-10491", "4466-A"))
    queue, seconds = PostingQueue([]), []
    async with opened(url) as erp, working(queue, erp, close=False) as outbox:
        for number in range(events):
            order, lot = orders[number % len(orders)]
            began_s = time.perf_counter()
            at = datetime.now(UTC)
            used = replace(consume(f"u-{number}", "12", "CAP-28-1"), order=order, occurred_at=at)
            made = replace(confirm(f"m-{number}", good="12", order=order, lot=lot), run=at - at, occurred_at=at)
            queue.add(used)
            queue.add(made)
            outbox.poke()
            await queue.until(lambda: queue.all_confirmed, WITHIN_S)
            seconds.append(time.perf_counter() - began_s)
            await asyncio.sleep(max(0.0, 2.0 - seconds[-1]))
        good = sum((order.good for order in (await erp.orders()).rows), Decimal(0))
        assert good == 12 * events, f"Tryton has {good} of {12 * events}"
    return seconds


@asynccontextmanager
async def working(queue: PostingQueue, erp: Erp, close: bool = True) -> AsyncIterator[Outbox]:
    """An outbox at work."""
    outbox = Outbox(pending=queue.pending, record=queue.record, erp=erp, clock=SystemClock(), backoff=QUICK)
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        if close:
            await erp.aclose()


def p95(values: list[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


if __name__ == "__main__":
    main()
