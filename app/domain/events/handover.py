"""Handovers: drafted, signed, accepted item by item, closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.events.event import Event


class ItemKind(StrEnum):
    """Where an item of a handover comes from."""

    CASE = "case"
    HOLD = "hold"
    SHELVED = "shelved"
    PROMISE = "promise"
    POSTING = "posting"
    ASSIGNMENT = "assignment"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverItem:
    """One thing that the incoming shift must accept. `ref` is the stream it stands for."""

    item_id: str
    kind: ItemKind
    ref: str
    text: str
    detail: str = ""
    owner: str = ""
    priority: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverEvent(Event):
    handover_id: str

    @property
    def stream(self) -> str:
        return f"handover/{self.handover_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDrafted(HandoverEvent):
    """Drafted by the program. `figures` are the shift's numbers by name."""

    shift: str
    next_shift: str
    shift_start: datetime
    items: tuple[HandoverItem, ...]
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def strand(self) -> str:
        return f"shift/{self.shift}/{self.shift_start.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRedrafted(HandoverEvent):
    items: tuple[HandoverItem, ...]
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSigned(HandoverEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverItemAccepted(HandoverEvent):
    item_id: str

    @property
    def strand(self) -> str:
        return f"{self.stream}/item/{self.item_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverClosed(HandoverEvent):
    pass
