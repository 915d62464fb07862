"""An operation: one event of one stream as it is journaled, chained to the one before by its hash (I7).

Hash input is the canonical text of all fields but `hash` and `server_at`, so that a changed byte anywhere is found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from app.domain.events import Event

GENESIS = "0" * 64
"""`prev_hash` of the first operation of a workstation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`seq` is gap-free on its workstation from 1. `base_version` is the version of the stream that the actor saw.

    Three times: `source_at` when it happened at its source, `recorded_at` and `monotonic_ns` at this workstation,
    `server_at` when the shared store committed it. `payload` is the event as canonical JSON text.
    """

    opid: str
    workstation: str
    seq: int
    person: str
    kind: str
    stream: str
    base_version: int
    payload: str
    cause: str
    source_at: datetime
    recorded_at: datetime
    monotonic_ns: int
    prev_hash: str
    hash: str
    server_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event with the circumstances the fold may use."""

    event: Event
    opid: str
    seq: int
    person: str
    at: datetime
    source_at: datetime
    version: int


def chain_hash(op: Operation) -> str:
    """SHA-256 over the operation's fields and the hash of the one before."""
    fields = (
        op.prev_hash,
        op.opid,
        op.workstation,
        str(op.seq),
        op.person,
        op.kind,
        op.stream,
        str(op.base_version),
        op.cause,
        op.source_at.isoformat(),
        op.recorded_at.isoformat(),
        str(op.monotonic_ns),
        op.payload,
    )
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()
