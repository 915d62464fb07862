"""How a refused step comes about, and how it is settled. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.domain import events as e
from app.domain.operation import Operation, Recorded
from app.domain.refusal import StepRefused
from app.domain.value import changed


def refused(op: Operation, reason: str) -> StepRefused:
    """The step that an operation would have been."""
    return StepRefused(
        id=op.opid,
        version=1,
        kind=op.kind,
        stream=op.stream,
        person=op.person,
        station=op.workstation,
        at=op.recorded_at,
        reason=reason,
        payload=op.payload,
    )


def settled(row: StepRefused, event: e.RefusalSettled, rec: Recorded) -> StepRefused:
    return changed(row, version=rec.version, settled_by=rec.person, note=event.note)


EVOLVE: Mapping[type[e.Event], Callable[[Any, Any, Recorded], Any]] = {e.RefusalSettled: settled}
