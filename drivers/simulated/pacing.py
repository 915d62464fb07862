"""Lets simulated time follow the clock: so many seconds of plant for a second of wall time.

Owns the only reading of the clock in the simulation. Must not know what is stepped.
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TICK_S: Final = 0.1
_MAX_BEHIND_S: Final = 1.0


@dataclass(slots=True)
class Pace:
    """Steps a simulation ten times a wall second; what more than a second of delay would have cost is skipped."""

    step: Callable[[float], None]
    speed: float = 1.0
    _next_s: float = 0.0

    async def tick(self) -> None:
        """Wait for the next tick and take its steps, none longer than 0.1 s of the simulation."""
        now_s = time.monotonic()
        if not self._next_s or now_s - self._next_s > _MAX_BEHIND_S:
            self._next_s = now_s
        self._next_s += TICK_S
        await asyncio.sleep(max(0.0, self._next_s - now_s))
        pieces = max(1, math.ceil(self.speed))
        for _ in range(pieces):
            self.step(TICK_S * self.speed / pieces)
