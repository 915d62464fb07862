"""What the handover view shows, as plain values. No Qt, no aggregates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item to take over. `done` says who accepted it and when, or that it is open."""

    key: str
    text: str
    detail: str
    owner: str
    done: str
    accepted: bool
    priority: int
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A whole handover as it is read: from the desk and from five metres."""

    ref: str
    title: str
    subtitle: str
    clock: str
    state: str
    checked: str
    figures: tuple[tuple[str, str], ...]
    items: tuple[ItemRow, ...]
    note: str
    foot: str
    frozen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRow:
    """A handover in the list of all of them, the newest first."""

    key: str
    shift: str
    day: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An action that applies, with its key."""

    action: str
    key: str
    text: str
