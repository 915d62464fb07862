"""From raw values of a protocol to samples of tags: scale, state map, finiteness, time, text. Pure.

Owns the rules by which a number that a controller sent becomes a trusted value or not. Must not know protocols.
"""

from __future__ import annotations

import math

import numpy as np

from app.domain.packml import MachineState
from app.domain.plant import Tag
from app.domain.reading import Quality
from app.domain.text import safe
from app.ports import Samples

EARLIEST_S = 631_152_000.0
"""1990: no controller's clock means an earlier moment (an unset one says 1601 or 1970)."""
AHEAD_S = 3_600.0
"""A clock that is so far ahead of this station's is wrong."""

Valued = tuple[float, Quality]
BAD: Valued = (math.nan, Quality.BAD)
NOTHING: Valued = (math.nan, Quality.NO_DATA)


def engineering(tag: Tag, raw: float) -> Valued:
    """The tag's value for a raw number: mapped state, or raw × scale + offset. BAD for NaN, infinity, overflow.

    A whole number beyond 2**53 becomes the nearest float; a tag that must be exact carries text (TEXT_SIGNALS).
    """
    if not math.isfinite(raw):
        return BAD
    if tag.state_map is not None:
        state = tag.state_map.get(int(raw), MachineState.UNDEFINED) if raw == int(raw) else MachineState.UNDEFINED
        return float(state), Quality.GOOD
    value = raw * tag.scale + tag.offset
    return (value + 0.0, Quality.GOOD) if math.isfinite(value) else BAD


def plausible_s(source_s: float | None, received_s: float) -> tuple[float, bool]:
    """The source time to use and whether it is the controller's own: an impossible clock gives the received time."""
    if source_s is None or not EARLIEST_S <= source_s <= received_s + AHEAD_S:
        return received_s, False
    return source_s, True


class Batch:
    """Collects samples of one answer of a controller and gives them up as one `Samples`."""

    def __init__(self, received_s: float) -> None:
        self._received_s = received_s
        self._tags: list[int] = []
        self._values: list[float] = []
        self._qualities: list[int] = []
        self._source_s: list[float] = []
        self._texts: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._tags)

    def number(self, tag: Tag, valued: Valued, source_s: float) -> None:
        """Add a number and its quality."""
        self._tags.append(tag.index)
        self._values.append(valued[0])
        self._qualities.append(valued[1])
        self._source_s.append(source_s)

    def text(self, tag: Tag, text: str, quality: Quality, source_s: float) -> None:
        """Add a text as the controller sent it; it is made safe here."""
        self._texts[len(self._tags)] = safe(text)
        self.number(tag, (math.nan, quality), source_s)

    def samples(self) -> Samples:
        """What was collected, in columns."""
        return Samples(
            tags=np.array(self._tags, dtype=np.int32),
            values=np.array(self._values, dtype=np.float64),
            qualities=np.array(self._qualities, dtype=np.uint8),
            source_s=np.array(self._source_s, dtype=np.float64),
            received_s=self._received_s,
            texts=self._texts,
        )
