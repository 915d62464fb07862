"""Keeps looking at this machine while the station runs: disk, journal, crashes. Each look is on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from app.bootstrap.local import Place, local_facts
from app.domain.checks.facts import LocalFacts

FIRST_S, EVERY_S = 3.0, 30.0


async def keep_looking(place: Place, told: Callable[[LocalFacts], None]) -> None:
    """Until cancelled. The first look waits until the start is over."""
    await asyncio.sleep(FIRST_S)
    while True:
        told(await asyncio.to_thread(local_facts, place))
        await asyncio.sleep(EVERY_S)
