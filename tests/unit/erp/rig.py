"""An outbox at work over the memory twin, for tests: quick waits, and what must hold at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from types import MappingProxyType

from app.clock import SystemClock
from app.domain.erp import Capability, ErpCommand
from app.erp.backoff import Backoff
from app.erp.delivery import Record
from app.erp.demo_data import demo_reference
from app.erp.faults import Faults
from app.erp.memory import CAPABILITIES, MemoryErp
from app.erp.outbox import Outbox
from tests.contract.erp_twins import confirm
from tests.unit.erp.queue import PostingQueue

EMPTY: Mapping[str, str] = MappingProxyType({})
AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
QUICK = Backoff(first_s=0.001, longest_s=0.004, longest_asked_s=0.01)
ORDERS = ("WO-10482", "WO-10479", "WO-10491", "WO-10483")


def erp(faults: Faults | None = None, capabilities: frozenset[Capability] = CAPABILITIES) -> MemoryErp:
    return MemoryErp(demo_reference(AT), faults, capabilities)


@asynccontextmanager
async def working(
    queue: PostingQueue, twin: MemoryErp, lanes: int = 8, record: Record | None = None, poll_s: float = 600.0
) -> AsyncIterator[Outbox]:
    """An outbox at work, which at its end has tried no illegal step; the poll is too slow to hide a lost wake-up."""
    outbox = Outbox(
        pending=queue.pending, record=record or queue.record, erp=twin, clock=SystemClock(), lanes=lanes,
        backoff=QUICK, journal_retry_s=0.001, poll_s=poll_s,
    )  # fmt: skip
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert not queue.illegal


async def drain(queue: PostingQueue, twin: MemoryErp) -> None:
    async with working(queue, twin):
        await queue.until(lambda: queue.all_confirmed)


def good(n: int, order: str = "WO-10482") -> ErpCommand:
    return confirm(f"k-{n:03d}", good="1", order=order, lot="")


def once_in_order(queue: PostingQueue, twin: MemoryErp) -> None:
    """Every posting has exactly one effect, in its lane's order, by legal steps only."""
    assert not queue.illegal
    booked = [command.key for command in twin.books.filed]
    assert sorted(booked) == sorted(queue.postings)
    for order in ORDERS:
        keys = [c.key for c in twin.books.filed if getattr(c, "order", "") == order]
        assert keys == sorted(keys)
    total = sum(twin.books.orders[order].good for order in ORDERS)
    assert total == len(queue.postings)
