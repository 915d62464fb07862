"""Who is told what the core knows: the screens' bridge, or nobody. Called on the core's thread; must not block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.domain.alarm import Alarm
from app.domain.erp import Reference
from app.domain.presence import Presence
from app.domain.status import StationStatus
from app.readmodel.model import Changes


class Listener(Protocol):
    """Everything is immutable and may be kept."""

    def deliver(self, changes: Changes) -> None: ...
    def deliver_status(self, status: StationStatus) -> None: ...
    def deliver_reference(self, reference: Reference) -> None: ...
    def deliver_alarms(self, alarms: Sequence[Alarm]) -> None: ...
    def deliver_text(self, tag: int, text: str) -> None: ...
    def deliver_presences(self, presences: Sequence[Presence]) -> None: ...


class Nobody:
    """No screens: the agent."""

    def deliver(self, changes: Changes) -> None:
        """Nobody looks."""

    def deliver_status(self, status: StationStatus) -> None:
        """Nobody looks."""

    def deliver_reference(self, reference: Reference) -> None:
        """Nobody looks."""

    def deliver_alarms(self, alarms: Sequence[Alarm]) -> None:
        """Nobody looks."""

    def deliver_text(self, tag: int, text: str) -> None:
        """Nobody looks."""

    def deliver_presences(self, presences: Sequence[Presence]) -> None:
        """Nobody looks."""
