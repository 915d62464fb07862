"""How the spool does, as the core and the screens are told. A value only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryState:
    """`reason` says what is wrong since `since_s`; `dropped` samples never reached the disk.

    `size` of at most `most` bytes are used. What is kept begins at `begins_s`, what was spooled until
    `evicted_until_s` was removed to keep the bounds (station's clock); None: nothing was.
    """

    ok: bool = True
    reason: str = ""
    since_s: float = 0.0
    rows: int = 0
    dropped: int = 0
    size: int = 0
    most: int = 0
    begins_s: float | None = None
    evicted_until_s: float | None = None
