"""The controllers' alarms as they stand, by the seven states of ISA-18.2. Pure.

The controller's word counts: each event tells the state outright (`app.domain.alarm.standing`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.domain.alarm import Alarm
from app.domain.lifecycles import ALARM, AlarmState
from app.ports import AlarmEvent

MOST = 5000
"""Alarms listed at the most; of more, those that returned to normal go first, then the oldest."""


class AlarmList:
    """Take events in; `rows` gives what is not normal, newest first."""

    def __init__(self) -> None:
        self._alarms: dict[str, Alarm] = {}
        self._normal: dict[str, None] = {}

    def take(self, event: AlarmEvent) -> None:
        """One event of a controller."""
        key = f"{event.controller}/{event.key}"
        old = self._alarms.pop(key, None)
        alarm = self._alarms[key] = _changed(old or _new(key, event), event, first=old is None)
        self._normal.pop(key, None)
        if alarm.state is AlarmState.NORMAL:
            self._normal[key] = None
        if len(self._alarms) > MOST:
            self._trim()

    def _trim(self) -> None:
        key = next(iter(self._normal), None) or next(iter(self._alarms))
        del self._alarms[key]
        self._normal.pop(key, None)

    def rows(self) -> tuple[Alarm, ...]:
        """What is not normal, the newest change first."""
        return tuple(a for a in reversed(self._alarms.values()) if a.state is not AlarmState.NORMAL)


def _changed(old: Alarm, event: AlarmEvent, *, first: bool) -> Alarm:
    """The alarm after an event of it."""
    at = _moment(event.source_s)
    raised = event.active and not old.active
    return replace(
        old,
        state=event.state,
        message=event.message,
        severity=event.severity,
        active=event.active,
        raised_at=at if raised or first else old.raised_at,
        changed_at=at,
        count=old.count + int(raised or first),
        recorded_at=event.recorded_at,
        event_id=event.event_id,
        unconfirmed=event.unconfirmed,
        by=event.by,
        comment=event.comment,
        sure_clock=event.sure_clock,
    )


def _moment(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)


def _new(key: str, event: AlarmEvent) -> Alarm:
    return Alarm(
        key=key,
        controller=event.controller,
        machine=event.machine,
        code=event.code,
        message=event.message,
        severity=event.severity,
        state=ALARM.initial,
        raised_at=_moment(event.source_s),
        changed_at=_moment(event.source_s),
        count=0,
        replayed=event.replayed,
        active=False,
        earlier=event.earlier,
    )
