"""One posting's way to the ERP, one journaled step at a time; only steps of the POSTING table.

Knows the port and the journal's callable; nothing of lanes, waiting or other postings.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from app.domain.erp import ErpCommand, Outcome, Receipt
from app.domain.erp_errors import (
    ErpActionRequiredError,
    ErpAuthError,
    ErpConflictError,
    ErpError,
    ErpOutcomeUnknownError,
    ErpProtocolError,
    ErpRejectedError,
    ErpUnavailableError,
    ErpUnsupportedError,
)
from app.domain.events import (
    Event,
    PostingBackedOff,
    PostingConfirmed,
    PostingOutcomeLost,
    PostingParked,
    PostingRejected,
    PostingSent,
)
from app.domain.lifecycles import PostingState
from app.domain.posting import DIFFERS, Posting
from app.erp.backoff import Backoff
from app.erp.codec import decode
from app.erp.differing import difference
from app.ports import Clock, Erp

MOST_CONFLICTS = 3
"""How often an order may have changed under a posting before a person is asked."""

Record = Callable[[Event], Awaitable[None]]


class Stop(Enum):
    """Why a lane rests after a step."""

    DONE = "done"
    STUCK = "stuck"
    WAIT = "wait"
    ERP_DOWN = "erp_down"
    AUTH = "auth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What came of an attempt: why the lane rests, from when on it may go on, and the reason in words."""

    stop: Stop
    again_at: datetime | None = None
    reason: str = ""


class Delivery:
    """Brings postings to the ERP. One call of `attempt` at a time for one posting."""

    def __init__(self, erp: Erp, record: Record, clock: Clock, backoff: Backoff) -> None:
        self._erp = erp
        self._record = record
        self._clock = clock
        self._backoff = backoff
        self._conflicts: dict[str, int] = {}

    async def attempt(self, posting: Posting) -> Step:
        """Go as far as one request brings it. Raises KnownError only when the journal refuses.

        What is found sent or unknown may have happened: it is looked for before it is sent again.
        """
        if posting.state is PostingState.SENT:
            await self._record(PostingOutcomeLost(key=posting.id, words="Lineside ended before the answer."))
        try:
            command = decode(posting.command_kind, posting.command)
        except ErpProtocolError as error:
            return await self._park(posting, error.message)
        if posting.state in (PostingState.SENT, PostingState.UNKNOWN):
            found = await self._look(posting, command)
            if found is not None:
                return found
        return await self._send(posting, command)

    async def _look(self, posting: Posting, command: ErpCommand) -> Step | None:
        """Ask the ERP for a posting whose outcome is unknown; None when it is certainly not there."""
        try:
            receipt = await self._erp.find(posting.id)
        except ErpAuthError as error:
            return Step(stop=Stop.AUTH, reason=error.message)
        except (ErpUnavailableError, ErpOutcomeUnknownError) as error:
            return Step(stop=Stop.ERP_DOWN, again_at=self._later(posting.attempts), reason=error.message)
        except ErpError as error:
            return await self._park_with(posting, error)
        return None if receipt is None else await self._received(posting, command, receipt, found=True)

    async def _send(self, posting: Posting, command: ErpCommand) -> Step:
        attempt = posting.attempts + 1
        asked = posting.token not in ("", DIFFERS)
        answer = {posting.token: posting.answer} if asked and posting.answer else {}
        await self._record(PostingSent(key=posting.id, attempt=attempt))
        try:
            receipt = await self._erp.post(command, answer)
        except ErpError as error:
            return await self._failed(posting, attempt, error)
        return await self._received(posting, command, receipt, found=False)

    async def _received(self, posting: Posting, command: ErpCommand, receipt: Receipt, found: bool) -> Step:
        """Confirm what is booked; what is only taken in stays unknown until `find` says it is booked.

        A document that says something else than the posting goes to a person, who may take it as it is.
        """
        if receipt.outcome is Outcome.ACCEPTED:
            if not found:
                text = receipt.message or "Taken in by the ERP, not yet booked."
                await self._record(PostingOutcomeLost(key=posting.id, words=text))
            return Step(stop=Stop.WAIT, again_at=self._later(posting.attempts + 1))
        differs = difference(command, receipt)
        if differs and not (posting.token == DIFFERS and posting.answer):
            return await self._park(posting, differs, DIFFERS)
        repeated = receipt.outcome is Outcome.ALREADY_APPLIED
        await self._record(PostingConfirmed(key=posting.id, refs=receipt.refs, repeated=repeated))
        self._conflicts.pop(posting.id, None)
        return Step(stop=Stop.DONE)

    async def _failed(self, posting: Posting, attempt: int, error: ErpError) -> Step:
        match error:
            case ErpUnavailableError():
                return await self._back_off(posting, attempt, error, Stop.ERP_DOWN, error.retry_after_s)
            case ErpOutcomeUnknownError():
                await self._record(PostingOutcomeLost(key=posting.id, words=error.message))
                return Step(stop=Stop.WAIT, again_at=self._later(attempt - 1), reason=error.message)
            case ErpAuthError():
                return await self._back_off(posting, attempt, error, Stop.AUTH)
            case ErpConflictError():
                return await self._conflicted(posting, attempt, error)
            case ErpRejectedError():
                await self._record(PostingRejected(key=posting.id, words=error.message, code=error.code))
                return Step(stop=Stop.STUCK, reason=error.message)
            case _:
                return await self._park_with(posting, error)

    async def _conflicted(self, posting: Posting, attempt: int, error: ErpConflictError) -> Step:
        count = self._conflicts.get(posting.id, 0) + 1
        self._conflicts[posting.id] = count
        if count < MOST_CONFLICTS:
            return await self._back_off(posting, attempt, error, Stop.WAIT)
        del self._conflicts[posting.id]
        return await self._park(posting, f"{error.message} ({count} times)")

    async def _back_off(
        self, posting: Posting, attempt: int, error: ErpError, stop: Stop, asked_s: float = 0.0
    ) -> Step:
        retry_at = self._clock.now() + timedelta(seconds=self._backoff.delay_s(attempt, asked_s))
        await self._record(PostingBackedOff(key=posting.id, words=error.message, retry_at=retry_at))
        return Step(stop=stop, again_at=retry_at, reason=error.message)

    async def _park_with(self, posting: Posting, error: ErpError) -> Step:
        """Park with the ERP's words, its question's token, and what to do about what it can't do at all."""
        token = error.token if isinstance(error, ErpActionRequiredError) else ""
        todo = error.todo if isinstance(error, ErpUnsupportedError) else ""
        return await self._park(posting, f"{error.message} {todo}".strip(), token)

    async def _park(self, posting: Posting, words: str, token: str = "") -> Step:
        await self._record(PostingParked(key=posting.id, words=words, token=token))
        return Step(stop=Stop.STUCK, reason=words)

    def _later(self, attempt: int) -> datetime:
        """When to ask again; at once after the first loss, since the answer is most often simply gone."""
        wait_s = self._backoff.delay_s(attempt) if attempt > 0 else 0.0
        return self._clock.now() + timedelta(seconds=wait_s)
