"""Which plant file a station runs, as it was at the start, and why another can't be run. A start waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.plant_file import PlantFileStatus, PlantVersion
from app.plant.faults import PlantFileError


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFile:
    """`digest` is of the text that runs, `program` the Lineside that runs it, `check` reads a file, and refuses it."""

    status: PlantFileStatus = field(default_factory=PlantFileStatus)
    digest: str = ""
    program: str = ""
    check: Callable[[Path], object] | None = None


def unfit(record: PlantVersion, error: PlantFileError, program: str) -> str:
    """Why a version that another Lineside had checked can't run here, in a sentence and what to do."""
    if program and record.program != program:
        return f"it was checked by Lineside {record.program}, this is {program}. Install that one on this station."
    first = error.faults[0] if error.faults else None
    return f"{first.where}: {first.message} {first.todo}" if first else error.message
