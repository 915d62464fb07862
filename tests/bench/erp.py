"""`make bench-erp`: how fast the outbox drains into the demo ERP while both are killed, how soon Tryton has a count,

and a day without an ERP: what waits, how it drains, and how late the window is. What is lost, has its effect twice or
comes out of order is counted in the ERP's own books.
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
from dataclasses import asdict, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from app.clock import SystemClock
from app.domain.errors import KnownError
from app.erp.backoff import Backoff
from app.erp.demo_adapter import DemoErp
from app.erp.outbox import Outbox
from app.ports import Erp
from drivers.demo_tryton.install import install
from tests.bench.erp_outage import Job
from tests.bench.line import Figure, Goal, at_least, run, under
from tests.bench.sync import begin, process, said
from tests.contract.erp_process import TOKEN, DemoErpProcess
from tests.contract.erp_twins import a_days_postings, confirm, consume
from tests.tryton_server import opened, serving
from tests.unit.erp.queue import PostingQueue

ROWS, KILLS = 10_000, 3
EVENTS = 20
QUICK = Backoff(first_s=0.05, longest_s=0.5, longest_asked_s=0.5)
NOUGHT = Goal(text="0", met=lambda value, _: value == 0)
WITHIN_S = 3600.0
DAY_S = 120.0
"""So long the day without an ERP lasts in life."""


def main() -> None:
    """Measure; `--rows` and `--events` make it shorter."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.erp")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--share", type=float, default=1.0, help="share of a day's postings in the outage")
    parser.add_argument("--only", choices=("drain", "outage", "tryton"), help="one of the parts")
    options = parser.parse_args()
    run("erp", lambda: measured(options.rows, options.events, options.share, options.only))


def measured(count: int, events: int, share: float, only: str | None) -> Iterator[Figure]:
    """The parts, each in a folder of its own."""
    if only in (None, "drain"):
        with tempfile.TemporaryDirectory() as folder:
            yield from asyncio.run(drained(Path(folder), count))
    if only in (None, "outage"):
        with tempfile.TemporaryDirectory() as folder:
            yield from without_erp(Path(folder), share)
    if only in (None, "tryton"):
        yield from into_tryton(events)


def into_tryton(events: int) -> Iterator[Figure]:
    """From a count to Tryton; no Tryton, no figure of it."""
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
    queue = PostingQueue(a_days_postings(count, good="1"))
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


def without_erp(folder: Path, share: float) -> Iterator[Figure]:
    """A day of the demo plant without its ERP, then the drain, both seen at the product's window."""
    demo = DemoErpProcess(folder)
    demo.start()
    job = Job(url=demo.url, folder=str(folder / "station"), share=share, day_s=DAY_S * share)
    with process("tests.bench.erp_outage", asdict(job)) as screen:
        idle = said(screen)["idle"]
        demo.kill()
        begin([screen])
        outage = said(screen)
        demo.start()
        begin([screen])
        drain = said(screen)
    keys = json.loads((folder / "station" / "keys.json").read_text())
    booked = demo.booked()
    demo.stop()
    place = {key: number for number, key in enumerate(booked)}
    lanes: dict[str, list[int]] = {}
    for lane, key in keys:
        lanes.setdefault(lane, []).append(place.get(key, -1))
    late = {"outage": outage["outage"], "drain": drain["drain"]}
    for name, found in late.items():
        yield Figure(
            metric=f"{name}_ui_lateness_p99_ms", unit="ms", runs=[found["p99"]], baseline=[idle["p99"]], goal=under(50)
        )
    made = outage["made"]
    yield Figure(metric="outage_postings", unit="", runs=[made], goal=at_least(4_000 * share * 0.9))
    yield Figure(metric="outage_missing_in_backlog", unit="", runs=[made - outage["backlog"]], goal=NOUGHT)
    yield Figure(metric="outage_age_shown_h", unit="h", runs=[outage["age_h"]], goal=at_least(23.5))
    yield Figure(metric="outage_memory_grown_mb", unit="MiB", runs=[outage["grown_mb"]], goal=under(200))
    yield Figure(metric="outage_drained_per_s", unit="1/s", runs=[made / drain["drained_s"]])
    yield Figure(metric="outage_lost", unit="", runs=[sum(n < 0 for each in lanes.values() for n in each)], goal=NOUGHT)
    yield Figure(metric="outage_duplicated", unit="", runs=[len(booked) - len(set(booked))], goal=NOUGHT)
    disordered = sum(each != sorted(each) for each in lanes.values())
    yield Figure(metric="outage_lanes_out_of_order", unit="", runs=[disordered], goal=NOUGHT)


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
