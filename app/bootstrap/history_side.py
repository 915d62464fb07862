"""The station's side of the plant's history: sends what its spool has of the controllers that it hears.

Owns when and which; a controller that is not heard here is left to others once what was heard of it is sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from app.acquisition.history.upload import Uploader
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.status import ControllerStatus, Health, UploadStatus
from app.ports import Clock, SharedHistory

log = logging.getLogger("lineside.history")

EVERY_S = 5.0
RETRY_S = 10.0
LATE_S = 60.0
"""What lags by more is said to."""
LINGER_S = 60.0
"""A controller that is lost is left to others after so long."""
TIDY_S = 3600.0


class HistorySide:
    """`run` until cancelled; `told` hears how it stands."""

    def __init__(
        self,
        *,
        plant: Plant,
        folder: Path,
        store: SharedHistory,
        clock: Clock,
        links: Callable[[], Mapping[str, ControllerStatus]],
        told: Callable[[UploadStatus], None],
    ) -> None:
        """`folder` is the spool's; `links` how the controllers are heard here."""
        self._uploader = Uploader(folder, plant.tags, store)
        self._store, self._clock, self._links, self._told = store, clock, links, told
        self._tidied_s = -TIDY_S
        self._said = ""

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            reason = ""
            try:
                await self.round()
            except (KnownError, OSError) as error:
                reason = str(error)
                self._uploader.forget()
            self._say(reason)
            await asyncio.sleep(RETRY_S if reason else EVERY_S)

    async def round(self) -> None:
        """Send all that there is. Raises KnownError where the store can't be reached, OSError for the spool."""
        while await self._uploader.round(*self._wanted()):
            self._say("")
        await self._leave_the_lost()
        loop_s = asyncio.get_running_loop().time()
        if loop_s - self._tidied_s >= TIDY_S:
            self._tidied_s = loop_s
            await self._tidy()

    async def _tidy(self) -> None:
        """Old days go, unless somebody reads them just now: then in an hour."""
        try:
            await self._store.tidy()
        except KnownError as error:
            log.info("old history could not be dropped: %s", error)

    def _wanted(self) -> tuple[list[str], dict[str, float]]:
        """What is heard here, or was so just now; and since when it is not."""
        now_s, wanted, silent = self._clock.now().timestamp(), [], {}
        for name in self._uploader.controllers:
            silent_s = self._silent_since_s(name)
            if silent_s is None:
                wanted.append(name)
            elif now_s - silent_s <= LINGER_S or name in self._uploader.until_s:
                wanted.append(name)
                silent[name] = silent_s
        return wanted, silent

    async def _leave_the_lost(self) -> None:
        now_s = self._clock.now().timestamp()
        left = [
            name
            for name in self._uploader.until_s
            if (silent_s := self._silent_since_s(name)) is not None and now_s - silent_s > LINGER_S
        ]
        if left:
            await self._uploader.leave(left)

    def _silent_since_s(self, controller: str) -> float | None:
        """Since when a controller is not heard; None while it is."""
        status = self._links().get(controller)
        if status is not None and status.health is Health.UP:
            return None
        return status.since.timestamp() if status is not None and status.since is not None else float("-inf")

    def _say(self, reason: str) -> None:
        if reason and reason != self._said:
            log.warning("the plant's history: %s", reason)
        self._said = reason
        known = [end for end in self._uploader.until_s.values() if end is not None]
        late = bool(known) and self._clock.now().timestamp() - min(known) > LATE_S
        self._told(
            UploadStatus(
                health=Health.DOWN if reason else Health.DEGRADED if late else Health.UP,
                reason=reason,
                controllers=tuple(sorted(self._uploader.until_s)),
                until_at=datetime.fromtimestamp(min(known), UTC) if known else None,
                sent=self._uploader.sent,
                gaps=self._uploader.gaps,
            )
        )

    async def aclose(self) -> None:
        """Let others send what this station did, and let go of everything."""
        try:
            await self._uploader.leave(list(self._uploader.until_s))
        except KnownError as error:
            log.debug("the history could not be left: %s", error)
        self._uploader.close()
        await self._store.aclose()
