"""One tag as a screen shows it: value with unit, band, quality and age. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from app.domain.packml import MachineState, UnitMode
from app.domain.plant import Signal, Tag
from app.domain.reading import Quality, Reading
from ui.desk import Desk
from ui.text import DASH, Formats, amount, duration, t

Floats = NDArray[np.float64]

NONE: Floats = np.empty(0, dtype=np.float64)

QUALITY_WORDS = {
    Quality.GOOD: "good",
    Quality.UNCERTAIN: "uncertain",
    Quality.BAD: "bad",
    Quality.NO_DATA: "no data",
    Quality.LOST: "lost",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRow:
    """A signal in one row. `value` carries no number while `stale` says since when there is none.

    `bottom`…`top` is what a bar should span; `number` None: nothing to draw.
    """

    key: str
    name: str
    value: str
    unit: str
    band: str
    quality: str
    age: str
    stale: str
    out: bool
    number: float | None = None
    low: float | None = None
    high: float | None = None
    bottom: float = 0.0
    top: float = 1.0
    stamp: int = 0
    past: Floats = field(default_factory=lambda: NONE, compare=False)


SPREAD = 0.618034
"""Of neighbours by their index, each has its turn far from the other's (golden section)."""


class Pasts:
    """The last seconds of tags for their sparklines, renewed every few seconds only, and never all at one moment."""

    def __init__(self, desk: Desk, *, seconds: float = 600.0, every_s: int = 5, points: int = 150) -> None:
        self._desk, self._seconds, self._every_s, self._points = desk, seconds, every_s, points
        self._kept: dict[int, tuple[int, Floats]] = {}

    def of(self, tag: Tag) -> tuple[int, Floats]:
        """(stamp, values) of a tag, thinned; values are empty for what says nothing as a line."""
        turn_s = self._every_s * (tag.index * SPREAD % 1.0)
        stamp = int((self._desk.now().timestamp() + turn_s) // self._every_s)
        kept = self._kept.get(tag.index)
        if kept is None or kept[0] != stamp:
            silent = tag.is_text or tag.signal in _COUNTED
            values = NONE if silent else thinned(self._desk.values.recent(tag.index, self._seconds)[1], self._points)
            kept = self._kept[tag.index] = (stamp, values)
        return kept


def thinned(values: Floats, points: int) -> Floats:
    """At most `points` values: means of equal stretches; a stretch without any stays a gap."""
    if values.size <= points:
        return values
    step = -(-values.size // points)
    padded = np.concatenate((np.full(-values.size % step, np.nan), values)).reshape(-1, step)
    known = np.isfinite(padded)
    counts = known.sum(axis=1)
    sums = np.where(known, padded, 0.0).sum(axis=1)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def signal_row(desk: Desk, tag: Tag, formats: Formats, *, past: tuple[int, Floats] | None = None) -> SignalRow:
    """A tag as it stands; `past` is (stamp, values) of `Pasts`."""
    now_s = desk.now().timestamp()
    reading = desk.values.reading(tag.index)
    stale = stale_words(reading, now_s, formats)
    number = None if stale or math.isnan(reading.number) else reading.number
    bottom, top = _range(tag)
    return SignalRow(
        key=tag.id,
        name=tag.name,
        value=DASH if stale else value_text(tag, reading),
        unit=tag.unit,
        band=band_text(tag),
        quality=t(QUALITY_WORDS[reading.quality]),
        age=DASH if reading.received_s <= 0 else duration(reading.age_s(now_s)),
        stale=stale,
        out=number is not None and out_of_band(tag, number),
        number=number if ranged(tag) else None,
        low=tag.low,
        high=tag.high,
        bottom=bottom,
        top=top,
        stamp=0 if past is None else past[0],
        past=NONE if past is None else past[1],
    )


_COUNTED = frozenset(
    {Signal.STATE, Signal.MODE, Signal.CONSUMED, Signal.PRODUCED, Signal.REJECTED, Signal.STOP_REASON,
     Signal.UNIT_SERIAL, Signal.HEARTBEAT, Signal.BLOCKED, Signal.STARVED, Signal.NOMINAL_RATE}
)  # fmt: skip
"""Signals whose past says nothing as a line: counters, states, flags."""


def stale_words(reading: Reading, now_s: float, formats: Formats) -> str:
    """ "no data since 02:14:07", or "" while the value may be shown."""
    if not reading.stale(now_s):
        return ""
    heard_s = max(reading.received_s, reading.alive_s)
    if heard_s <= 0:
        return t("no data yet")
    return t("no data since {at}", at=formats.clock(datetime.fromtimestamp(heard_s, UTC)))


def value_text(tag: Tag, reading: Reading) -> str:
    """The value in words or figures, without its unit."""
    if isinstance(reading.value, str):
        return reading.value or DASH
    number = reading.number
    if math.isnan(number):
        return DASH
    if tag.signal is Signal.STATE:
        return t(MachineState.of(number).text)
    if tag.signal is Signal.MODE:
        return t(UnitMode(int(number)).name.capitalize()) if number in _MODES else amount(number)
    if tag.signal in (Signal.BLOCKED, Signal.STARVED):
        return t("yes") if number else t("no")
    return amount(number, 0 if number == int(number) else tag.decimals)


_MODES = frozenset(int(mode) for mode in UnitMode)


def band_text(tag: Tag) -> str:
    """ "20 – 35": the normal band, in the tag's unit; "" without one."""
    if tag.low is None and tag.high is None:
        return ""
    low, high = (DASH if edge is None else f"{edge:,.6g}" for edge in (tag.low, tag.high))
    return f"{low} – {high}"


def ranged(tag: Tag) -> bool:
    """Whether a bar of the tag says something: it has a band, or is a share."""
    return tag.low is not None or tag.high is not None or tag.unit == "%"


def out_of_band(tag: Tag, number: float) -> bool:
    """Whether a value lies outside its normal band."""
    return (tag.low is not None and number < tag.low) or (tag.high is not None and number > tag.high)


def _range(tag: Tag) -> tuple[float, float]:
    """What a bar of this tag spans: the band with room on both sides; shares from 0 to 100 %."""
    if tag.unit == "%":
        return 0.0, 100.0
    if tag.low is None or tag.high is None:
        edge = tag.high if tag.high is not None else tag.low
        return (0.0, 2.0 * edge) if edge else (0.0, 1.0)
    room = (tag.high - tag.low) * 0.75
    bottom = tag.low - room
    return (0.0 if tag.low >= 0 > bottom else bottom), tag.high + room
