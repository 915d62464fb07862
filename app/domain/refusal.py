"""A step of a person that the plant's log did not take: it waits for somebody's decision, and never vanishes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRefused:
    """`id` is the opid of the operation, `kind` the event it would have been, `stream` what it was about.

    `reason` says who was first and what now stands; `payload` is the step itself, so that it can be done anew.
    """

    id: str
    version: int
    kind: str
    stream: str
    person: str
    station: str
    at: datetime
    reason: str
    payload: str
    settled_by: str = ""
    note: str = ""

    @property
    def closed(self) -> bool:
        """Whether somebody decided."""
        return bool(self.settled_by)
