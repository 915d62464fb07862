"""Ending parts that may hang: side by side, each for a bounded time, whatever they say. Nothing is lost by it.

What is acknowledged is on disk before; a duty that is not given back runs out by itself within ten seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

log = logging.getLogger("lineside.core")

CLOSE_S = 0.6


async def close_all(parts: Mapping[str, Callable[[], Awaitable[None]]], within_s: float = CLOSE_S) -> None:
    """Call every one; what has not ended in time is left to the end of the process. Never raises."""
    await asyncio.gather(*(_close(name, close, within_s) for name, close in parts.items()))


async def _close(name: str, close: Callable[[], Awaitable[None]], within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await close()
    except TimeoutError:
        log.info("%s did not say goodbye in time", name)
    except Exception:
        log.exception("%s could not be ended", name)
