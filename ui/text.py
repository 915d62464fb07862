"""Every sentence a person reads passes here, and every time and quantity on a screen. No Qt.

Times are shown in the site's zone. Templates are translated before their values are put in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

_catalogue: dict[str, str] = {}

DASH = "–"
"""Shown where there is no value."""


def translate(catalogue: Mapping[str, str]) -> None:
    """Use these translations (English template → template) from now on; an empty mapping is English."""
    _catalogue.clear()
    _catalogue.update(catalogue)


def t(template: str, /, **values: object) -> str:
    """The sentence of an English template in the language in use, with its values put in by str.format."""
    return _catalogue.get(template, template).format(**values)


def either(names: Sequence[str]) -> str:
    """ "a case, a machine or a task"; "" for none."""
    *most, last = names or ("",)
    return t("{most} or {last}", most=", ".join(most), last=last) if most else last


def hms(seconds: float) -> str:
    """A clock that counts: "0:24", "2:48", "1:02:11"; negative durations count as 0."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def amount(quantity: Decimal | float, decimals: int = 0) -> str:
    """A quantity with thousands marked: "31,240"."""
    return f"{quantity:,.{decimals}f}"


def duration(seconds: float) -> str:
    """A duration in words: "0.3 s", "41 s", "1 min 52 s", "3 h 5 min"."""
    if seconds < 1:
        return f"{max(0.0, seconds):.1f} s"
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        minutes, secs = divmod(whole, 60)
        return f"{minutes} min {secs} s" if secs and minutes < 10 else f"{minutes} min"
    hours, rest = divmod(whole, 3600)
    return f"{hours} h {rest // 60} min"


class Formats:
    """Instants as the site reads them. `zone` is an IANA name ("Europe/Berlin")."""

    hms = staticmethod(hms)
    amount = staticmethod(amount)
    duration = staticmethod(duration)

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)

    def local(self, at: datetime) -> datetime:
        """The instant in the site's zone."""
        return at.astimezone(self.zone)

    def clock(self, at: datetime | None) -> str:
        """ "02:11:43"; a dash for None."""
        return DASH if at is None else f"{self.local(at):%H:%M:%S}"

    def minute(self, at: datetime | None) -> str:
        """ "02:11"; a dash for None."""
        return DASH if at is None else f"{self.local(at):%H:%M}"

    def day(self, at: datetime | None) -> str:
        """ "14 Oct"; a dash for None."""
        return DASH if at is None else f"{self.local(at).day} {self.local(at):%b}"

    def stamp(self, at: datetime) -> str:
        """ "Sun 22 Nov 2026 02:14:31 CET": the site's clock, with its zone."""
        return f"{self.local(at):%a %d %b %Y %H:%M:%S %Z}"
