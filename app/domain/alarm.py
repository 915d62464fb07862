"""An alarm of a controller as it stands now (ISA-18.2): the controller's own truth, kept for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.lifecycles import AlarmState


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One condition. `severity` is OPC UA's 1…1000; `count` how often it was raised since the start.

    `event_id` names the last event of it to its controller.
    """

    key: str
    controller: str
    machine: str | None
    code: str
    message: str
    severity: int
    state: AlarmState
    raised_at: datetime
    changed_at: datetime
    count: int = 1
    replayed: bool = False
    recorded_at: str = ""
    event_id: str = ""
