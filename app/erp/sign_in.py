"""How often a sign-in is tried: one at a time until one was taken, and none for a while after one was refused.

ERPs lock users out who guess: eight lanes and a reader that all try a wrong password are nine guesses.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.domain.erp_errors import ErpAuthError

AGAIN_AFTER_S = 15.0


class SignInGuard:
    """One ERP's. Whoever signs in does so within `turn`, and says `taken` or `refused`."""

    def __init__(self, again_after_s: float = AGAIN_AFTER_S) -> None:
        self._again_after_s = again_after_s
        self._refusal: tuple[float, ErpAuthError] | None = None
        self._one = asyncio.Lock()
        self.good = False

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for whoever signs in. Raises ErpAuthError, without the ERP being asked, soon after a refusal."""
        async with self._one:
            if self._refusal is not None and time.monotonic() - self._refusal[0] < self._again_after_s:
                raise self._refusal[1]
            yield

    def taken(self) -> None:
        """The ERP took the sign-in."""
        self.good, self._refusal = True, None

    def refused(self, error: ErpAuthError) -> None:
        """The ERP refused it; or no longer takes the one that it took before."""
        self.good, self._refusal = False, (time.monotonic(), error)
