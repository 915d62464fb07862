"""From an operation of a log to the event and circumstances that the fold takes. Pure."""

from __future__ import annotations

from app.codec import decode
from app.domain.operation import Operation, Recorded


def recorded(op: Operation, seq: int | None = None, version: int | None = None) -> Recorded:
    """The event of an operation with its circumstances; raises UnreadableError.

    `seq` and `version`: as the plant's log has them, where they are not the station's own.
    """
    return Recorded(
        event=decode(op.kind, op.payload),
        opid=op.opid,
        seq=op.seq if seq is None else seq,
        person=op.person,
        at=op.recorded_at,
        source_at=op.source_at,
        version=op.base_version + 1 if version is None else version,
        cause=op.cause,
        base_opid=op.base_opid,
    )
