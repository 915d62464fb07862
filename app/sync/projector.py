"""Keeps the tables for reports: what the plant's log changed since they were last true is written as it now stands.

Only the station with the plant's duties does it; two at once do no harm. Knows no database; whatever it writes may be
written again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from app.domain.errors import KnownError, SharedDownError, SharedRefusedError
from app.ports import ReportHead, Reports
from app.readmodel.merge import Merge
from app.readmodel.reports import Change, report_format, written

log = logging.getLogger("lineside.reports")

EVERY_S = 1.0
"""How often it is looked whether something changed."""
AFRESH_S = 60.0
"""How often the tables are asked how far they are, though nothing changed: somebody may have emptied them."""
RETRY_S = 10.0
AT_ONCE = 200
"""Aggregates of one call."""


class Projector:
    """`run` until cancelled."""

    def __init__(self, reports: Reports, merge: Callable[[], Merge], dutiful: Callable[[], bool]) -> None:
        """`merge` is the picture as it is now; `dutiful`: this station has the duties and reaches the log."""
        self._reports = reports
        self._merge = merge
        self._dutiful = dutiful
        self._head: ReportHead | None = None
        self._said = ""
        self.place = 0
        """Up to which place the tables were true when this station last knew."""

    async def run(self) -> None:
        """Write what changed, until cancelled."""
        asked_s = 0.0
        loop = asyncio.get_running_loop()
        while True:
            wait_s = EVERY_S
            if not self._dutiful():
                await self._leave()
            else:
                if loop.time() - asked_s >= AFRESH_S:
                    self._head, asked_s = None, loop.time()
                try:
                    await self.round()
                except (SharedDownError, SharedRefusedError) as error:
                    self._head, wait_s = None, RETRY_S
                    self._say(error)
            await asyncio.sleep(wait_s)

    async def round(self) -> None:
        """Bring the tables up to what this station has. Raises SharedDownError and SharedRefusedError."""
        head = self._head = self._head or await self._reports.head()
        if head.format != report_format():
            raise SharedRefusedError(
                "The tables for reports are not those of this program: they are not kept.",
                "Install the newest Lineside and ask IT to run: lineside db init URL",
            )
        merge = self._merge()
        place, chained = merge.place, merge.place_hash
        if place > head.place:
            await self._write(head, place, chained, merge.changed(head.place))
        self.place = self._head.place
        self._said = ""

    async def _write(self, head: ReportHead, place: int, chained: str, changes: Sequence[Change]) -> None:
        """Oldest first, in parts; what came meanwhile is for the next round."""
        ordered = changes[::-1]
        for at in range(0, max(1, len(ordered)), AT_ONCE):
            rows = await asyncio.to_thread(written, ordered[at : at + AT_ONCE])
            final = at + AT_ONCE >= len(ordered)
            self._head = await self._reports.project(head, place, chained, rows, complete=final)

    async def _leave(self) -> None:
        if self._head is not None:
            self._head = None
            await self._reports.aclose()

    def _say(self, error: KnownError) -> None:
        if str(error) != self._said:
            self._said = str(error)
            log.warning("the reports: %s", error)

    async def aclose(self) -> None:
        """Let go of the tables."""
        await self._reports.aclose()
