"""From an operation of a log to the event and circumstances that the fold takes. Pure."""

from __future__ import annotations

from app.domain.operation import Operation, Recorded
from app.domain.value import maker
from app.event_codec import decode

_recorded = maker(Recorded)
"""By position: this is done for every operation of a plant's past."""


def recorded(op: Operation, seq: int | None = None, version: int | None = None) -> Recorded:
    """The event of an operation with its circumstances; raises UnreadableError.

    `seq` and `version`: as the plant's log has them, where they are not the station's own.
    """
    return _recorded(
        decode(op.kind, op.payload),
        op.opid,
        op.seq if seq is None else seq,
        op.person,
        op.recorded_at,
        op.source_at,
        op.base_version + 1 if version is None else version,
        op.cause,
        op.base_opid,
    )
