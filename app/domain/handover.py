"""A shift handover as it stands: drafted by the program, signed by the outgoing, accepted item by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.events import HandoverItem
from app.domain.lifecycles import HandoverState


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """Who took an item over, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """One handover between two shifts; frozen once closed."""

    id: str
    version: int
    state: HandoverState
    shift: str
    next_shift: str
    shift_start: datetime
    drafted_at: datetime
    items: tuple[HandoverItem, ...]
    figures: Mapping[str, str] = field(default_factory=dict)
    signed_by: str = ""
    signed_at: datetime | None = None
    note: str = ""
    accepted: Mapping[str, Acceptance] = field(default_factory=dict)
    closed_at: datetime | None = None

    @property
    def closed(self) -> bool:
        """Whether every item was taken over and the handover is frozen."""
        return self.state is HandoverState.CLOSED

    @property
    def open_items(self) -> tuple[HandoverItem, ...]:
        """The items that nobody has accepted yet."""
        return tuple(item for item in self.items if item.item_id not in self.accepted)
