"""What a detector found, its occurrence key, and the context capsule that is frozen with it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """RAISED opens or joins a case, MEMBER adds to one, CLEARED says the condition went away."""

    RAISED = "raised"
    MEMBER = "member"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One tag's samples in the capsule: `at_s[i]` seconds relative to the event (negative before), ascending."""

    tag: str
    name: str
    unit: str
    low: float | None
    high: float | None
    at_s: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capsule:
    """The frozen context of an event: traces of −120 … +30 s, and what stood at the moment it happened."""

    at: datetime
    traces: tuple[Trace, ...] = ()
    state: str = ""
    mode: str = ""
    order: str = ""
    lot: str = ""
    counters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One statement of a detector. `values` fill the kind's title; `first_out` is the stop reason in the plant's words.

    `source_at` is the controller's time of the sample, `received_at` this station's.
    """

    kind: str
    phase: Phase
    occurrence: str
    rule: str
    rule_version: int
    source_at: datetime
    received_at: datetime
    machine: str | None = None
    controller: str | None = None
    line: str | None = None
    first_out: str = ""
    values: Mapping[str, str | float] = field(default_factory=dict)
    capsule: Capsule | None = None
    replayed: bool = False


_CASES = uuid.UUID("5e1c62a8-6f0b-5d0e-9f3a-3a54d3b1c0de")


def case_id_of(occurrence: str) -> str:
    """The id of the case that an occurrence opens: equal on every station, so that they open one and the same."""
    return str(uuid.uuid5(_CASES, occurrence))


def task_id_of(case_id: str, function: str, place: int) -> str:
    """The id of a case's task, `place` being how many it had before: equal on every station that offers it."""
    return str(uuid.uuid5(_CASES, f"{case_id}/{function}/{place}"))


def occurrence_key(site: str, identity: str, rule: str, version: int, discriminator: str) -> str:
    """The deterministic key of one occurrence (DESIGN section 4): equal on every station that saw the same event.

    `identity` is the controller's own (ApplicationUri, serial), never its network address; `discriminator` is an
    event id, a latched counter or the source time of the latched value, in that order of preference.
    """
    text = "\x1f".join((site, identity, rule, str(version), discriminator))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
