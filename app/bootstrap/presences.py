"""Who looks at what at the other stations, and what is looked at here. Nothing of it is kept over a restart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from app.domain.errors import KnownError
from app.domain.presence import FADES, Presence
from app.ports import Clock, SharedLog

log = logging.getLogger("lineside.presence")

TELL_S = 2.0
"""How often what is looked at here is told again; three times before it fades elsewhere."""


class Presences:
    """`heard` takes in what others tell; `attend` says what is looked at here; `told` hears of every change."""

    def __init__(
        self, *, log: SharedLog, station: str, clock: Clock, told: Callable[[Sequence[Presence]], None]
    ) -> None:
        self._log, self._station, self._clock, self._told = log, station, clock, told
        self._others: dict[tuple[str, str], Presence] = {}
        self._here = ("", "", False)
        self._changed = asyncio.Event()

    def heard(self, presences: Sequence[Presence]) -> None:
        """What other stations tell."""
        now, before = self._clock.now(), self._rows()
        for presence in presences:
            if presence.station != self._station:
                self._others[presence.station, presence.person] = presence
        self._others = {key: row for key, row in self._others.items() if row.ref and now - row.at < FADES}
        if self._rows() != before:
            self._told(tuple(self._others.values()))

    def _rows(self) -> frozenset[tuple[str, str, str, bool]]:
        """What is shown of them: not when it was told last."""
        return frozenset((row.station, row.person, row.ref, row.editing) for row in self._others.values())

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """What is looked at here from now on."""
        if self._here != (person, ref, editing):
            self._here = (person, ref, editing)
            self._changed.set()

    async def run(self) -> None:
        """Tell it at once when it changes, and again every two seconds, until cancelled."""
        last = self._here
        while True:
            self._changed.clear()
            if self._here[1] or last != self._here:
                await self._tell()
                last = self._here
            self.heard(())
            try:
                async with asyncio.timeout(TELL_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _tell(self) -> None:
        try:
            await self._log.attend(*self._here)
        except KnownError as error:
            log.debug("nobody was told who is here: %s", error)
