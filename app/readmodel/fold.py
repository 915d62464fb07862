"""The fold: one pure function per event, in one table. `evolve` gives a stream's next aggregate.

Knows no I/O, no clock: the event's circumstances come with it. An event that does not fit raises IllegalStepError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.operation import Recorded
from app.readmodel import (
    case_fold,
    control_fold,
    handover_fold,
    hold_fold,
    posting_fold,
    proposal_fold,
    refusal_fold,
    work_fold,
)

Evolve = Callable[[Any, Any, Recorded], Any]

EVOLVE: Mapping[type[e.Event], Evolve] = {
    **case_fold.EVOLVE,
    **hold_fold.EVOLVE,
    **work_fold.EVOLVE,
    **proposal_fold.EVOLVE,
    **handover_fold.EVOLVE,
    **posting_fold.EVOLVE,
    **control_fold.EVOLVE,
    **refusal_fold.EVOLVE,
}
"""Every event that keeps an aggregate; the others (sign-in, gap) are facts of the log only."""


def evolve(row: Any, recorded: Recorded) -> Any:
    """The aggregate after an event, or None if its stream keeps none."""
    step = EVOLVE.get(type(recorded.event))
    return None if step is None else step(row, recorded.event, recorded)
