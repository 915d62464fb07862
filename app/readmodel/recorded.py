"""From an operation of a log to the event and circumstances that the fold takes. Pure."""

from __future__ import annotations

from app.codec import decode
from app.domain.operation import Operation, Recorded


def recorded(op: Operation) -> Recorded:
    """The event of an operation with its circumstances; raises UnreadableError."""
    return Recorded(
        event=decode(op.kind, op.payload),
        opid=op.opid,
        seq=op.seq,
        person=op.person,
        at=op.recorded_at,
        source_at=op.source_at,
        version=op.base_version + 1,
        cause=op.cause,
        base_opid=op.base_opid,
    )
