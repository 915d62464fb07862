"""A small chip beside a thing: that it is only stored here, who else is at it. A value; no Qt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """`dashed`: not so for the others yet. `words` is what assistive technology reads, and what a page says in full."""

    text: str
    words: str
    dashed: bool = False
