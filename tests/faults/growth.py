"""What this process holds: memory, asyncio tasks, open handles; before and after many reconnects."""

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from tests.bench.line import Figure, under
from tests.faults.link import happened

MB = 1024 * 1024
SETTLE_S = 15.0
NO_MORE = under(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One look at it."""

    rss_mb: float
    tasks: int
    handles: int


def held() -> Held:
    """What is held now, rubbish collected first."""
    gc.collect()
    own = psutil.Process()
    return Held(rss_mb=own.memory_info().rss / MB, tasks=len(asyncio.all_tasks()), handles=own.num_fds())


async def settled(before: Held) -> Held:
    """What is held once what was closed is gone, if it ever is."""
    await happened(lambda: (now := held()).tasks <= before.tasks and now.handles <= before.handles, SETTLE_S)
    return held()


def figures(name: str, before: Held, after: Held) -> Iterator[Figure]:
    """How much more is held after than before."""
    grown = max(0.0, after.rss_mb - before.rss_mb)
    yield Figure(metric=f"{name}_rss_growth_mb", unit="MB", runs=[grown], goal=under(2))
    yield Figure(metric=f"{name}_more_tasks", unit="tasks", runs=[max(0, after.tasks - before.tasks)], goal=NO_MORE)
    more = max(0, after.handles - before.handles)
    yield Figure(metric=f"{name}_more_handles", unit="handles", runs=[more], goal=NO_MORE)
