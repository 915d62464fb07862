"""What was found when it was looked whether a station could start: one sentence a thing, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """How a thing stands: still looked at, well, missing though one can start, or missing and needed."""

    LOOKING = "looking"
    WELL = "well"
    MISSING = "missing"
    NEEDED = "needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `id` stays the same from LOOKING to what came of it."""

    id: str
    name: str
    grade: Grade = Grade.LOOKING
    text: str = ""
    todo: str = ""


def worst(findings: Iterable[Finding]) -> Grade:
    """How they stand together: what is needed and missing counts most, then what is still looked at."""
    grades = {finding.grade for finding in findings}
    order = (Grade.NEEDED, Grade.LOOKING, Grade.MISSING)
    return next((grade for grade in order if grade in grades), Grade.WELL)
