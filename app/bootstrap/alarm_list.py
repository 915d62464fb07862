"""The controllers' alarms as they stand, folded from their events by the ISA-18.2 table. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.domain.alarm import Alarm
from app.domain.lifecycles import ALARM, AlarmState, AlarmTrigger
from app.ports import AlarmEvent

MOST = 5000
"""Alarms listed at the most; of more, those that returned to normal go first, then the oldest."""


class AlarmList:
    """Take events in; `rows` gives what is not normal, newest first."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}

    def take(self, event: AlarmEvent) -> None:
        """One event of a controller."""
        key = f"{event.controller}/{event.key}"
        old = self._alarms.get(key)
        state = old.state if old else ALARM.initial
        for trigger in _triggers(event, state):
            state = ALARM.step(state, trigger) if ALARM.may(state, trigger) else state
        at = datetime.fromtimestamp(event.source_s, UTC)
        raised = event.active and (old is None or old.state in (AlarmState.NORMAL, AlarmState.RETURNED_UNACKNOWLEDGED))
        self._alarms.pop(key, None)
        self._alarms[key] = replace(
            old or _new(key, event, at),
            state=state,
            message=event.message,
            severity=event.severity,
            raised_at=at if raised or old is None else old.raised_at,
            changed_at=at,
            count=(old.count if old else 0) + int(raised or old is None),
            recorded_at=event.recorded_at,
            event_id=event.event_id,
        )
        if len(self._alarms) > MOST:
            self._trim()

    def _trim(self) -> None:
        normal = next((key for key, alarm in self._alarms.items() if alarm.state is AlarmState.NORMAL), None)
        del self._alarms[normal or next(iter(self._alarms))]

    def rows(self) -> tuple[Alarm, ...]:
        """What is not normal, the newest change first."""
        return tuple(a for a in reversed(self._alarms.values()) if a.state is not AlarmState.NORMAL)


def _triggers(event: AlarmEvent, state: AlarmState) -> tuple[AlarmTrigger, ...]:
    """The steps that an event means for an alarm in a state."""
    if event.shelved:
        return (AlarmTrigger.RAISE, AlarmTrigger.SHELVE) if event.active else (AlarmTrigger.SHELVE,)
    if state is AlarmState.SHELVED:
        ended = (AlarmTrigger.SHELF_EXPIRES,) if event.active else (AlarmTrigger.SHELF_EXPIRES, AlarmTrigger.RETURN)
        return (*ended, AlarmTrigger.ACKNOWLEDGE) if event.acknowledged else ended
    first = AlarmTrigger.RAISE if event.active else AlarmTrigger.RETURN
    if event.active and state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED):
        return (AlarmTrigger.ACKNOWLEDGE,) if event.acknowledged else ()
    return (first, AlarmTrigger.ACKNOWLEDGE) if event.acknowledged else (first,)


def _new(key: str, event: AlarmEvent, at: datetime) -> Alarm:
    return Alarm(
        key=key,
        controller=event.controller,
        machine=event.machine,
        code=event.code,
        message=event.message,
        severity=event.severity,
        state=ALARM.initial,
        raised_at=at,
        changed_at=at,
        count=0,
        replayed=event.replayed,
    )
