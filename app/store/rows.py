"""Operations as database rows and back. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from app.domain.operation import Operation


def to_row(op: Operation) -> dict[str, Any]:
    """The row of an operation."""
    return {
        "seq": op.seq,
        "opid": op.opid,
        "workstation": op.workstation,
        "person": op.person,
        "kind": op.kind,
        "stream": op.stream,
        "base_version": op.base_version,
        "strand": op.strand,
        "base_opid": op.base_opid,
        "payload": op.payload,
        "cause": op.cause,
        "source_at": op.source_at.isoformat(),
        "recorded_at": op.recorded_at.isoformat(),
        "monotonic_ns": op.monotonic_ns,
        "prev_hash": op.prev_hash,
        "hash": op.hash,
        "server_at": op.server_at.isoformat() if op.server_at else None,
    }


def to_operation(row: RowMapping) -> Operation:
    """The operation of a row; raises ValueError for times that are none."""
    fields: dict[str, Any] = {str(name): value for name, value in row.items()}
    for name in ("source_at", "recorded_at"):
        fields[name] = datetime.fromisoformat(fields[name])
    if fields["server_at"] is not None:
        fields["server_at"] = datetime.fromisoformat(fields["server_at"])
    return Operation(**fields)
