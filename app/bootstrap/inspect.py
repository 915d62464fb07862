"""Looking at a station's journal without running the station."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.domain.operation import Operation
from app.store.verify import Verdict, extent, read_journal, verify_folder


def journal_operations(folder: Path) -> Sequence[Operation]:
    """Every operation of a data folder; raises KnownError where there is no readable journal."""
    return read_journal(folder)


def journal_extent(folder: Path) -> tuple[int, tuple[str, ...]]:
    """The last number in the journal of a data folder, and the stations that wrote it; (0, ()) where there is none."""
    return extent(folder)


def journal_verdict(folder: Path) -> Verdict:
    """Whether the journal of a data folder is whole."""
    return verify_folder(folder)
