"""An alarm of a controller as it stands now (ISA-18.2): the controller's own truth, kept for the screens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.lifecycles import AlarmState


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One condition, or a branch of one. `severity` is OPC UA's 1…1000; `count` how often it was raised so far.

    `event_id` names the last event of it to its controller. `active` also while a shelf or a suppression hides it.
    `earlier`: a branch, an occurrence before the present one that still waits. `unconfirmed`: the controller wants a
    confirmation too. `by` and `comment`: who acted on it last at the controller, and said what. `sure_clock`: its
    times may be believed.
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
    active: bool = True
    earlier: bool = False
    unconfirmed: bool = False
    by: str = ""
    comment: str = ""
    sure_clock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a controller says of a condition (OPC 10000-9): its states are independent of one another there."""

    active: bool
    acknowledged: bool
    shelved: bool = False
    suppressed: bool = False
    out_of_service: bool = False
    retained: bool = True


def standing(told: Told) -> AlarmState:
    """The one ISA-18.2 state of it: what hides an alarm goes before what it hides, maintenance first, a person last.

    What is neither hidden nor retained is of no interest any more, whatever else is said of it.
    """
    if told.out_of_service:
        return AlarmState.OUT_OF_SERVICE
    if told.suppressed:
        return AlarmState.SUPPRESSED_BY_DESIGN
    if told.shelved:
        return AlarmState.SHELVED
    if not told.retained:
        return AlarmState.NORMAL
    if told.active:
        return AlarmState.ACKNOWLEDGED if told.acknowledged else AlarmState.UNACKNOWLEDGED
    return AlarmState.NORMAL if told.acknowledged else AlarmState.RETURNED_UNACKNOWLEDGED
