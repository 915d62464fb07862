"""An operation: one event of one stream as it is journaled, chained to the one before by its hash (I7).

Hash input is the canonical text of all fields but `hash` and `server_at`, so that a changed byte anywhere is found.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from app.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`seq` is gap-free on its workstation from 1. `base_version` is the version of the stream that the actor saw.

    `strand` is what it can collide on, `base_opid` the last strict operation of that strand that was known here
    ("" for none): the shared log takes a strict one only on top of it (app.domain.merging).
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
    strand: str
    base_opid: str
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
    cause: str = ""
    base_opid: str = ""


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
        op.strand,
        op.base_opid,
        op.cause,
        *_instants(op),
        str(op.monotonic_ns),
        op.payload,
    )
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def _instants(op: Operation) -> tuple[str, str]:
    """Both as ISO 8601. What a person does is recorded at its source, and to write an instant is half of a hash."""
    source, recorded = op.source_at, op.recorded_at
    text = source.isoformat()
    same = recorded is source or (recorded == source and recorded.tzinfo is source.tzinfo is UTC)
    return text, text if same else recorded.isoformat()


class Outcome(StrEnum):
    """What the shared log made of an operation. Only an applied one changes anything; all of them stay in the log."""

    APPLIED = "applied"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    """Its occurrence was there already: the observation is kept, and nobody has to decide anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOperation:
    """An operation in the plant's log. `place` is gap-free from 1 in the order of commits.

    `version` is that of its stream after it (0 when it was not applied); `reason` says to a person why it was not, who
    was first and what stands. `place_hash` chains the log itself (see `place_hash`).
    """

    operation: Operation
    place: int
    outcome: Outcome
    reason: str
    version: int
    server_at: datetime
    place_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedHead:
    """How the plant's log stands: whose it is (`system`, `timeline`), its last place, and what it has of us.

    `history_until`: what this station had before it joined, up to this number, is taken without a proof.
    """

    system: str
    timeline: int
    schema: str
    place: int
    place_hash: str
    last_seq: int
    server_at: datetime
    history_until: int = 0


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_hash(prev: str, row: SharedOperation) -> str:
    """SHA-256 that chains a place of the shared log, all of it, to the one before (GENESIS before the first).

    The instant goes in as microseconds since 1970, which the server's SQL and Python write alike.
    """
    at = row.server_at - EPOCH
    at_us = (at.days * 86_400 + at.seconds) * 1_000_000 + at.microseconds
    fields = (prev, str(row.place), row.operation.hash, row.outcome, str(row.version), str(at_us), row.reason)
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()
