"""How long to wait before the next try: doubled each time, capped, with jitter. Pure but for the chance given."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Waits from `first_s` doubling to `longest_s`, each shortened by up to a half, so that stations fall out of step.

    `longest_asked_s` caps what the ERP itself may ask for (Retry-After).
    """

    first_s: float = 1.0
    longest_s: float = 60.0
    longest_asked_s: float = 900.0
    chance: Callable[[], float] = random.random

    def delay_s(self, attempt: int, asked_s: float = 0.0) -> float:
        """Seconds to wait after try number `attempt` (from 1), not less than the ERP asked for."""
        whole = min(self.first_s * 2.0 ** min(max(attempt, 1) - 1, MOST_DOUBLINGS), self.longest_s)
        return max(whole * (1 - self.chance() / 2), min(asked_s, self.longest_asked_s))
