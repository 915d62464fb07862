"""What the exit codes of `lineside` mean. Others script it."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """One number, one meaning."""

    OK = 0
    FOUND = 1
    """A check found faults: in a plant file, in a journal's chain."""
    REFUSED = 2
    """Wrong usage, or the world refused: the sentence says what to do."""
    ERRORS = 3
    """It ran, and errors were logged while it did (smoke runs)."""
    BUG = 70
    """A fault of Lineside itself; the log has its trace."""
