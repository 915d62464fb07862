"""How events change a request to a controller. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.control import Control
from app.domain.lifecycles import CONTROL, ControlTrigger
from app.domain.operation import Recorded
from app.domain.value import changed


def requested(row: None, event: e.ControlRequested, rec: Recorded) -> Control:
    return Control(
        id=event.control_id,
        version=rec.version,
        state=CONTROL.initial,
        station=event.station,
        controller=event.controller,
        machine=event.machine,
        what=event.what,
        command=event.command,
        value=event.value,
        by=rec.person,
        requested_at=rec.at,
        changed_at=rec.at,
        act=event.act,
        subject=event.subject,
        event_id=event.event_id,
        comment=event.comment,
        minutes=event.minutes,
        hold=event.hold,
    )


def _stepped(row: Control, rec: Recorded, trigger: ControlTrigger, **changes: Any) -> Control:
    state = CONTROL.step(row.state, trigger)
    return changed(row, version=rec.version, state=state, changed_at=rec.at, **changes)


def sent(row: Control, event: e.ControlSent, rec: Recorded) -> Control:
    return _stepped(row, rec, ControlTrigger.SEND, sent_at=rec.at)


def settled(row: Control, event: e.ControlSettled, rec: Recorded) -> Control:
    return _stepped(row, rec, ControlTrigger.SETTLE, words=event.note)


def answered(trigger: ControlTrigger) -> Callable[[Control, e.ControlAnswered, Recorded], Control]:
    """The fold of an answer that is this step."""

    def step(row: Control, event: e.ControlAnswered, rec: Recorded) -> Control:
        return _stepped(row, rec, trigger, words=event.words, read_back=event.read_back)

    return step


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {
    e.ControlRequested: requested,
    e.ControlSent: sent,
    e.ControlConfirmed: answered(ControlTrigger.CONFIRM),
    e.ControlRefused: answered(ControlTrigger.REFUSE),
    e.ControlFailed: answered(ControlTrigger.FAIL),
    e.ControlUnknown: answered(ControlTrigger.LOSE),
    e.ControlSettled: settled,
}
