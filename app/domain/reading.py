"""One reading is one value: tag, value, quality, source time, received time. Stale is not a value but an age."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

Scalar = float | str
"""What a tag carries: a number (booleans are 0 and 1) or a text."""


class Quality(IntEnum):
    """How far a value may be trusted, worst last. LOST is set for every tag of a controller that is lost."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2
    NO_DATA = 3
    LOST = 4


STALE_AFTER_S = 3.0
"""I4: a value of a lost controller looks stale this soon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value of a tag. Times are seconds since 1970 UTC: `source_s` the controller's, `received_s` this station's.

    `alive_s` is when the controller was last heard at all: an unchanged value of a live subscription is not stale.
    """

    value: Scalar
    quality: Quality
    source_s: float
    received_s: float
    alive_s: float

    def age_s(self, now_s: float) -> float:
        """Seconds since the controller last confirmed this value, by this station's clock; never negative."""
        return max(0.0, now_s - max(self.received_s, self.alive_s))

    def stale(self, now_s: float, after_s: float = STALE_AFTER_S) -> bool:
        """Whether the value must not be shown as live."""
        return self.quality >= Quality.NO_DATA or self.age_s(now_s) > after_s

    @property
    def number(self) -> float:
        """The value as a number; NaN for a text or a value without good quality."""
        if isinstance(self.value, str) or self.quality > Quality.UNCERTAIN:
            return math.nan
        return self.value


NOTHING = Reading(value=math.nan, quality=Quality.NO_DATA, source_s=0.0, received_s=0.0, alive_s=0.0)
"""The reading of a tag that never had a value."""
