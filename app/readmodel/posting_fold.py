"""How events change a posting. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.lifecycles import POSTING, PostingTrigger
from app.domain.operation import Recorded
from app.domain.posting import Posting
from app.domain.value import changed


def queued(row: None, event: e.PostingQueued, rec: Recorded) -> Posting:
    return Posting(
        id=event.key,
        version=rec.version,
        seq=rec.seq,
        state=POSTING.initial,
        command_kind=event.command_kind,
        command=event.command,
        lane=event.lane,
        subject=event.subject,
        cause=event.cause,
        occurred_at=event.occurred_at,
        queued_at=rec.at,
    )


def _stepped(row: Posting, rec: Recorded, trigger: PostingTrigger, **changes: Any) -> Posting:
    return changed(row, version=rec.version, state=POSTING.step(row.state, trigger), **changes)


def sent(row: Posting, event: e.PostingSent, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.SEND, attempts=event.attempt, retry_at=None)


def lost(row: Posting, event: e.PostingOutcomeLost, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.LOSE, words=event.words)


def backed_off(row: Posting, event: e.PostingBackedOff, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.BACK_OFF, words=event.words, retry_at=event.retry_at)


def confirmed(row: Posting, event: e.PostingConfirmed, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.CONFIRM, refs=event.refs, confirmed_at=rec.at, words="")


def parked(row: Posting, event: e.PostingParked, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.PARK, words=event.words, token=event.token)


def rejected(row: Posting, event: e.PostingRejected, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.REJECT, words=event.words)


def retried(row: Posting, event: e.PostingRetried, rec: Recorded) -> Posting:
    return _stepped(row, rec, PostingTrigger.RETRY, answer=event.answer, words="", retry_at=None)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.PostingQueued: queued,
    e.PostingSent: sent,
    e.PostingOutcomeLost: lost,
    e.PostingBackedOff: backed_off,
    e.PostingConfirmed: confirmed,
    e.PostingParked: parked,
    e.PostingRejected: rejected,
    e.PostingRetried: retried,
}
