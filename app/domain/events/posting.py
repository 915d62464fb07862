"""Postings to the ERP: queued, sent, and what the ERP made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingEvent(Event):
    key: str

    @property
    def stream(self) -> str:
        return f"posting/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingQueued(PostingEvent):
    """A confirmed outcome waits for the ERP. `command` is the ErpCommand as JSON values under its table name."""

    command_kind: str
    command: Mapping[str, object]
    lane: str
    subject: str
    cause: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingSent(PostingEvent):
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingOutcomeLost(PostingEvent):
    """Sent, but no answer came: it may or may not have happened there."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingBackedOff(PostingEvent):
    words: str
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingConfirmed(PostingEvent):
    refs: Mapping[str, str] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingParked(PostingEvent):
    words: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRejected(PostingEvent):
    words: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRetried(PostingEvent):
    answer: str = ""
