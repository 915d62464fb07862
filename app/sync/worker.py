"""Keeps a station in step with the plant's log: connects, exchanges, notices that it is gone, and comes back.

Says how it stands as a `SharedStatus`. Knows no database; everything it does may be done twice.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.errors import KnownError, SharedDownError, SharedRefusedError, StoreError
from app.domain.operation import SharedHead
from app.domain.presence import Presence
from app.domain.status import Health, SharedStatus
from app.ports import Clock, SharedLog
from app.sync.exchange import DOWN, Exchange

log = logging.getLogger("lineside.sync")

POLL_S = 2.0
"""A hint may be lost; this is how often the log is asked all the same, and how soon a dead link is noticed."""
DUTY_S = 4.0
"""How often the duties are asked for; each answer is good for ten seconds."""
PLANT_S = 20.0
"""How often it is asked what the plant's settings are and which stations were heard; also with each new session."""
RETRY_S, LONGEST_RETRY_S = 0.25, 2.0
"""Until the next try: doubled each time, and spread so that a hundred stations do not come back at once."""
TELL_S = 0.5
"""How often it is said how much is only stored here, also while a call has no answer."""


class Sync:
    """`run` until cancelled; `poke` after each commit of this station."""

    def __init__(
        self,
        *,
        log: SharedLog,
        exchange: Exchange,
        clock: Clock,
        waiting: Callable[[], tuple[int, datetime | None]],
        told: Callable[[SharedStatus], None],
        heard: Callable[[Sequence[Presence]], None] = lambda presences: None,
    ) -> None:
        """`waiting` says how many operations are only stored here, and since when; `heard` who looks at what."""
        self._log = log
        self._exchange = exchange
        self._clock = clock
        self._waiting = waiting
        self._told = told
        self._heard = heard
        self._wake = asyncio.Event()
        self._asked_s = self._duty_s = self._plant_s = -math.inf
        self._stirred = True
        self._reading = False
        self.status = SharedStatus(joined=True)

    @property
    def unreachable(self) -> str:
        """Why the plant's log can't be asked now; empty while it can."""
        if self.status.health is Health.UP:
            return ""
        return self.status.reason or "it has not answered yet."

    @property
    def dutiful(self) -> bool:
        """Whether this station does what one of all has to: it was given the duties, or it is on its own.

        It is not on its own while it reads what it missed: what is due in that past was done long ago.
        """
        return self.status.duty or (self.status.health is not Health.UP and not self._reading)

    def poke(self) -> None:
        """There is something new to send, and until it is sent it is only stored here."""
        self._stirred = True
        self._wake.set()
        self._tell(self.status)

    async def run(self) -> None:
        """Exchange until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._telling(), name="telling")
            tasks.create_task(self._sessions(), name="sessions")

    async def _telling(self) -> None:
        while True:
            self._tell(self.status)
            await asyncio.sleep(TELL_S)

    async def _sessions(self) -> None:
        """One session with the log after another."""
        wait_s = RETRY_S
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._hints(), name="hints")
                    tasks.create_task(self._session(), name="exchange")
            except* (SharedDownError, SharedRefusedError, StoreError) as group:
                first = group.exceptions[0]
                wait_s = RETRY_S if self.status.health is Health.UP else min(wait_s * 2, LONGEST_RETRY_S)
                self._lost(first if isinstance(first, KnownError) else KnownError(str(first)))
            await asyncio.sleep(wait_s * random.uniform(0.7, 1.0))

    async def _hints(self) -> None:
        while True:
            hint = await self._log.hint(POLL_S)
            if hint.place is None or hint.place > self._exchange.place:
                self._stirred = True
            if hint.settings:
                self._asked_s = self._plant_s = -math.inf
            self._heard(hint.presences)
            self._wake.set()

    async def _session(self) -> None:
        """From the head that the log has now until it is lost."""
        head = await self._log.status()
        self._reading = True
        before = self._exchange.again
        if lost := await self._exchange.begin(head):
            again = self._exchange.again - before
            log.warning("the plant's log lost %d places; %d operations of this station go up again", lost, again)
        self._stirred = True
        while True:
            self._wake.clear()
            while self._stirred:
                self._stirred = False
                await self._round()
                self._tell(self.status)
            if self._due():
                head = await self._ask(head)
                if head.place > self._exchange.place:
                    self._stirred = True
            if not self._stirred:
                await self._wake.wait()

    async def _round(self) -> None:
        """All there is, both ways. A log that takes nothing from this station is read all the same."""
        try:
            while await self._exchange.up():
                self._tell(self.status)
        except SharedRefusedError:
            await self._exchange.down()
            raise
        await self._exchange.down()

    def _due(self) -> bool:
        """Whether the log was not asked how it stands for the length of a poll, or never since it was lost."""
        return self.status.health is not Health.UP or self._loop_s() - self._asked_s >= POLL_S

    async def _ask(self, before: SharedHead) -> SharedHead:
        """How the log stands, and whether the duties are here. Another log than before is another session."""
        head = await self._log.status()
        self._asked_s, duty = self._loop_s(), self.status.duty
        if self._asked_s - self._duty_s >= DUTY_S:
            self._duty_s, duty = self._asked_s, await self._log.duty()
        plant = self.status.plant
        if self._asked_s - self._plant_s >= PLANT_S:
            self._plant_s, plant = self._asked_s, await self._log.plant()
        if (head.system, head.timeline) != (before.system, before.timeline) or head.place < self._exchange.place:
            raise SharedDownError("The shared store was switched over; its log is compared with what this station has.")
        now = self._clock.now()
        self._tell(
            replace(
                self.status,
                health=Health.UP,
                since=self.status.since if self.status.health is Health.UP else now,
                reason="",
                synced_at=now,
                offset_s=round((now - head.server_at).total_seconds(), 1),
                duty=duty,
                plant=plant,
            )
        )
        return head

    @staticmethod
    def _loop_s() -> float:
        return asyncio.get_running_loop().time()

    def _lost(self, error: KnownError) -> None:
        """Say why; what is known of the plant from now on is what was last downloaded."""
        if self.status.health is Health.UP or str(error) != self.status.reason:
            log.warning("the plant's log: %s", error)
        since = self._clock.now() if self.status.health is not Health.DOWN else self.status.since
        self._duty_s = self._plant_s = -math.inf
        self._reading = False
        self._tell(replace(self.status, health=Health.DOWN, since=since, reason=str(error), duty=False))

    def _tell(self, status: SharedStatus) -> None:
        count, oldest = self._waiting()
        place, end = self._exchange.place, self._exchange.end
        place, end = (place, end) if end - place > DOWN else (0, 0)
        healed = self._exchange.again
        status = replace(status, waiting=count, oldest_at=oldest, healed=healed, place=place, end=end)
        if status != self.status:
            self.status = status
            self._told(status)
