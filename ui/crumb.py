"""A step of the way down from the plant, as the banner shows it. A value; no Qt."""

from __future__ import annotations

from dataclasses import dataclass

HOME = "overview"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """What is read and where it leads."""

    text: str
    ref: str
