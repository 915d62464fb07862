"""Sizes and spans of time as the checks say them. Pure."""

from __future__ import annotations

from datetime import datetime


def size(count: float) -> str:
    """ "812 MB", "2.0 GB"."""
    return (
        f"{count / 1e9:.1f} GB"
        if count >= 1e9
        else f"{count / 1e6:.0f} MB"
        if count >= 1e6
        else f"{count / 1e3:.0f} kB"
    )


def span(seconds: float) -> str:
    """ "41 s", "12 min", "3 h", "2 days"."""
    for limit, unit_s, word in ((120, 1, "s"), (7200, 60, "min"), (172_800, 3600, "h")):
        if seconds < limit:
            return f"{max(0, round(seconds / unit_s))} {word}"
    return f"{round(seconds / 86_400)} days"


def ago(at: datetime, now: datetime) -> str:
    """How long ago; the future counts as now."""
    return f"{span(max(0.0, (now - at).total_seconds()))} ago"


def off(seconds: float) -> str:
    """ "2.4 s ahead", "3 min behind"."""
    far = f"{abs(seconds):.1f} s" if abs(seconds) < 10 else span(abs(seconds))
    return f"{far} {'ahead' if seconds > 0 else 'behind'}"
