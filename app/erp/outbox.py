"""The outbox worker: lanes side by side, postings of one lane strictly in order, none lost and none twice (I6).

Knows no store and no bus: postings come from one callable, events go to another. Waiting, lanes and the ERP's
absence are its business; what one posting needs is app.erp.delivery's.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from app.domain.erp_errors import ErpAuthError, ErpError
from app.domain.errors import KnownError
from app.domain.posting import Posting
from app.erp.backoff import Backoff
from app.erp.delivery import Delivery, Record, Step, Stop
from app.ports import Clock, Erp

log = logging.getLogger(__name__)

LANES = 8
POLL_S = 5.0
JOURNAL_RETRY_S = 2.0
BUG_RETRY_S = 60.0
LONGEST_PROBE_WAIT_S = 10.0
REST = 10.0
"""How many times as long as a look at the queue took nobody looks again: a long queue is read seldom."""


class Outbox:
    """Sends what `pending()` names, oldest first, and says each step to `record`.

    `pending` returns every posting not confirmed, in queue order, as folded after the last `record`. While the ERP
    is down only `probe` is asked, so that an outage journals nothing. A refused sign-in stops everything until
    `resume`.
    """

    def __init__(
        self,
        *,
        pending: Callable[[], Sequence[Posting]],
        record: Record,
        erp: Erp,
        clock: Clock,
        lanes: int = LANES,
        poll_s: float = POLL_S,
        backoff: Backoff | None = None,
        journal_retry_s: float = JOURNAL_RETRY_S,
    ) -> None:
        self._pending = pending
        self._erp = erp
        self._clock = clock
        self._most = lanes
        self._poll_s = poll_s
        self._journal_retry_s = journal_retry_s
        self._backoff = backoff or Backoff()
        self._delivery = Delivery(erp, record, clock, self._backoff)
        self._ready: dict[str, deque[Posting]] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._later: dict[str, datetime] = {}
        self._missed: set[str] = set()
        self._gate: asyncio.Task[None] | None = None
        self._stopped = ""
        self._stale = True
        self._rest_until_s = 0.0
        self._wake = asyncio.Event()

    @property
    def stopped(self) -> str:
        """Why nothing is sent until `resume`; empty while it works."""
        return self._stopped

    @property
    def erp_down(self) -> bool:
        """Whether the ERP is being waited for."""
        return self._gate is not None

    def poke(self) -> None:
        """Look for new postings now; call it on this worker's loop after queueing or retrying one."""
        self._stale = True
        self._wake.set()

    def resume(self) -> None:
        """Go on after a refused sign-in was mended."""
        self._stopped = ""
        self.poke()

    async def run(self) -> None:
        """Work until cancelled; what was under way is then found as sent, and looked for at the next start."""
        try:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    self._wake.clear()
                    self._refresh_when_rested()
                    self._start_lanes(tasks)
                    await self._wait()
        finally:
            self._busy.clear()
            self._ready.clear()
            self._gate, self._stale = None, True

    def _refresh_when_rested(self) -> None:
        """Look at the queue if it may have changed; whoever pokes for every event costs a tenth of the time at most."""
        began_s = self._loop_s()
        if self._stale and began_s >= self._rest_until_s:
            self._refresh()
            ended_s = self._loop_s()
            self._rest_until_s = ended_s + REST * (ended_s - began_s)

    def _refresh(self) -> None:
        """Sort what is pending into lanes, oldest head first. A stuck or waiting head keeps its whole lane back."""
        self._stale = False
        self._missed.clear()
        lanes: dict[str, deque[Posting]] = {}
        for posting in sorted(self._pending(), key=lambda p: p.seq):
            if posting.closed:
                continue
            if posting.lane in self._busy:
                self._missed.add(posting.lane)
            else:
                lanes.setdefault(posting.lane, deque()).append(posting)
        now_at = self._clock.now()
        self._later = {lane: at for lane, at in self._later.items() if lane in lanes and self._ahead(at, now_at)}
        for lane, postings in lanes.items():
            retry_at = postings[0].retry_at
            if retry_at is not None and self._ahead(retry_at, now_at):
                self._later[lane] = max(retry_at, self._later.get(lane, retry_at))
        self._ready = {n: q for n, q in lanes.items() if n not in self._later and not q[0].stuck}

    def _ahead(self, at: datetime, now_at: datetime) -> bool:
        """Whether an instant is still to come; one further ahead than any wait was made by a clock that jumped."""
        longest_s = max(self._backoff.longest_s, self._backoff.longest_asked_s, BUG_RETRY_S)
        return now_at < at <= now_at + timedelta(seconds=longest_s)

    def _start_lanes(self, tasks: asyncio.TaskGroup) -> None:
        while self._ready and len(self._busy) < self._most and not self._stopped and self._gate is None:
            lane = next(iter(self._ready))
            postings = self._ready.pop(lane)
            self._busy[lane] = tasks.create_task(self._lane(lane, postings, tasks), name=f"erp lane {lane}")

    async def _wait(self) -> None:
        """Until poked, until a lane ends, until the next waiting lane is due or the slow poll."""
        wait_s = self._poll_s
        if self._stale:
            wait_s = min(wait_s, self._rest_until_s - self._loop_s())
        if self._later:
            wait_s = min(wait_s, (min(self._later.values()) - self._clock.now()).total_seconds())
        try:
            async with asyncio.timeout(max(0.0, wait_s)):
                await self._wake.wait()
        except TimeoutError:
            self._stale = True

    @staticmethod
    def _loop_s() -> float:
        return asyncio.get_running_loop().time()

    async def _lane(self, lane: str, postings: deque[Posting], tasks: asyncio.TaskGroup) -> None:
        """Send a lane's postings in order until one of them makes it rest."""
        again_at: datetime | None = None
        try:
            while postings and not postings[0].stuck and not self._stopped and self._gate is None:
                step = await self._delivery.attempt(postings.popleft())
                if step.stop is not Stop.DONE:
                    again_at = step.again_at
                    self._take_in(step, tasks)
                    break
        except KnownError as error:
            log.warning("lane %s rests, the journal refuses: %s", lane, error)
            again_at = self._clock.now() + timedelta(seconds=self._journal_retry_s)
        except Exception:  # the edge of the loop: a bug in one lane must not stop the others
            log.exception("lane %s failed", lane)
            again_at = self._clock.now() + timedelta(seconds=BUG_RETRY_S)
        finally:
            del self._busy[lane]
        if again_at is not None:
            self._later[lane] = again_at
        if again_at is not None or lane in self._missed:
            self._stale = True
        self._wake.set()

    def _take_in(self, step: Step, tasks: asyncio.TaskGroup) -> None:
        if step.stop is Stop.AUTH:
            self._stopped = step.reason
        elif step.stop is Stop.ERP_DOWN and self._gate is None:
            self._gate = tasks.create_task(self._wait_for_erp(), name="erp gate")

    async def _wait_for_erp(self) -> None:
        """Ask the ERP for a sign of life, ever more rarely, until it gives one; lanes rest meanwhile."""
        attempt = 0
        while not await self._alive():
            attempt += 1
            await asyncio.sleep(min(self._backoff.delay_s(attempt), LONGEST_PROBE_WAIT_S))
        self._gate = None
        self.poke()

    async def _alive(self) -> bool:
        try:
            await self._erp.probe()
        except ErpAuthError as error:
            self._stopped = error.message
        except ErpError:
            return False
        except Exception:  # the edge of the loop: a bug in one adapter's probe must not end the worker
            log.exception("the ERP's probe failed")
            return False
        return True
