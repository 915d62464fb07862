"""A queue of postings for tests of the outbox: folds its events by the POSTING table and remembers what was illegal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.domain.erp import ErpCommand
from app.domain.errors import IllegalStepError, KnownError
from app.domain.events import (
    Event,
    PostingBackedOff,
    PostingConfirmed,
    PostingEvent,
    PostingOutcomeLost,
    PostingParked,
    PostingRejected,
    PostingRetried,
    PostingSent,
)
from app.domain.lifecycles import POSTING, PostingState, PostingTrigger
from app.domain.posting import Posting
from app.erp.codec import encode

TRIGGERS = {
    PostingSent: PostingTrigger.SEND,
    PostingOutcomeLost: PostingTrigger.LOSE,
    PostingBackedOff: PostingTrigger.BACK_OFF,
    PostingConfirmed: PostingTrigger.CONFIRM,
    PostingParked: PostingTrigger.PARK,
    PostingRejected: PostingTrigger.REJECT,
    PostingRetried: PostingTrigger.RETRY,
}


class PostingQueue:
    """The journal and fold of postings, in memory. `refuse` may raise KnownError instead of journaling an event."""

    def __init__(self, commands: Iterable[ErpCommand], refuse: Callable[[int], bool] = lambda _: False) -> None:
        self.postings: dict[str, Posting] = {}
        self.events: list[PostingEvent] = []
        self.illegal: list[str] = []
        self.confirmed = 0
        self._refuse = refuse
        self._tries = 0
        self._changed = asyncio.Condition()
        for command in commands:
            self.add(command)

    def add(self, command: ErpCommand) -> None:
        kind, values = encode(command)
        self.postings[command.key] = Posting(
            id=command.key, version=1, seq=len(self.postings) + 1, state=PostingState.PENDING, command_kind=kind,
            command=values, lane=command.lane, subject="", cause="", occurred_at=command.occurred_at,
            queued_at=command.occurred_at,
        )  # fmt: skip

    def pending(self) -> list[Posting]:
        return [posting for posting in self.postings.values() if not posting.closed]

    async def record(self, event: Event) -> None:
        self._tries += 1
        await asyncio.sleep(0)
        if self._refuse(self._tries):
            raise KnownError("The disk is full.")
        assert isinstance(event, PostingEvent)
        self.apply(event)
        async with self._changed:
            self._changed.notify_all()

    def apply(self, event: PostingEvent) -> None:
        posting = self.postings[event.key]
        try:
            state = POSTING.step(posting.state, TRIGGERS[type(event)])
        except IllegalStepError as error:
            self.illegal.append(f"{event.key}: {error}")
            raise
        self.events.append(event)
        self.confirmed += state is PostingState.CONFIRMED
        self.postings[event.key] = replace(posting, state=state, version=posting.version + 1, **changes(event))

    async def until(self, condition: Callable[[], bool], within_s: float = 60.0) -> None:
        """Wait for a condition that some event brings about."""
        async with asyncio.timeout(within_s), self._changed:
            await self._changed.wait_for(condition)

    def of(self, key: str, kind: type[PostingEvent]) -> list[Any]:
        return [event for event in self.events if event.key == key and type(event) is kind]

    @property
    def states(self) -> dict[str, PostingState]:
        return {key: posting.state for key, posting in self.postings.items()}

    @property
    def all_confirmed(self) -> bool:
        return self.confirmed == len(self.postings)


CHANGES: Mapping[type[PostingEvent], Mapping[str, str]] = {
    PostingSent: {"attempts": "attempt"},
    PostingOutcomeLost: {"words": "words"},
    PostingBackedOff: {"words": "words", "retry_at": "retry_at"},
    PostingConfirmed: {"refs": "refs"},
    PostingParked: {"words": "words", "token": "token"},
    PostingRejected: {"words": "words"},
    PostingRetried: {"answer": "answer"},
}
"""What an event changes beside the state: the posting's field, and the event's that it takes."""


def changes(event: PostingEvent) -> dict[str, Any]:
    """The posting's new values; a wait ends with whatever follows it."""
    return {"retry_at": None} | {ours: getattr(event, its) for ours, its in CHANGES[type(event)].items()}
