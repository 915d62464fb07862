"""A posting to the ERP as it stands: what, on whose behalf, how often tried, and what the ERP said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.lifecycles import PostingState

DIFFERS = "lineside.differs"
"""The token of a posting whose document in the ERP says something else: any answer takes it as it stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One command for the ERP with its idempotency key (I6)."""

    id: str
    version: int
    seq: int
    state: PostingState
    command_kind: str
    command: Mapping[str, object]
    lane: str
    subject: str
    cause: str
    occurred_at: datetime
    queued_at: datetime
    attempts: int = 0
    words: str = ""
    token: str = ""
    answer: str = ""
    retry_at: datetime | None = None
    refs: Mapping[str, str] = field(default_factory=dict)
    confirmed_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether the ERP has it."""
        return self.state is PostingState.CONFIRMED

    @property
    def stuck(self) -> bool:
        """Whether a person must act before its lane moves on."""
        return self.state in (PostingState.PARKED, PostingState.REJECTED)

    @property
    def lag_s(self) -> float | None:
        """Posting lag: seconds from the event on the floor to the ERP's confirmation; None while it is out."""
        return None if self.confirmed_at is None else (self.confirmed_at - self.occurred_at).total_seconds()
