"""History's rows in columns: a sample of a tag, or the mark that a tag's line breaks off. Pure arithmetic; no files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.reading import Quality

Places = NDArray[np.uint32]
Times = NDArray[np.int64]
Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]

US = 1_000_000
EARLIEST_US = -(2**60)
LATEST_US = 2**60
"""About 36,500 years around 1970: what lies outside is held to this, so that no sum of times overflows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """n rows. `places` number the tags of one file; times are µs since 1970 UTC by the controller's clock."""

    places: Places
    times_us: Times
    values: Floats
    qualities: Codes

    def __len__(self) -> int:
        return len(self.places)

    def of(self, place: int) -> Rows:
        """The rows of one tag, in the order that they came."""
        return self.chosen(np.flatnonzero(self.places == place))

    def chosen(self, which: NDArray[np.intp] | slice) -> Rows:
        """Some of the rows."""
        return Rows(
            places=self.places[which],
            times_us=self.times_us[which],
            values=self.values[which],
            qualities=self.qualities[which],
        )

    def by_time(self) -> Rows:
        """The same rows by source time; what came at one instant stays in the order that it came."""
        if bool(np.all(self.times_us[1:] >= self.times_us[:-1])):
            return self
        return self.chosen(np.argsort(self.times_us, kind="stable"))


NO_ROWS = Rows(
    places=np.empty(0, np.uint32),
    times_us=np.empty(0, np.int64),
    values=np.empty(0, np.float64),
    qualities=np.empty(0, np.uint8),
)


def joined(parts: Sequence[Rows]) -> Rows:
    """All rows of all parts, in order."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return NO_ROWS
    return Rows(
        places=np.concatenate([part.places for part in parts]),
        times_us=np.concatenate([part.times_us for part in parts]),
        values=np.concatenate([part.values for part in parts]),
        qualities=np.concatenate([part.qualities for part in parts]),
    )


def breaks(places: Places, times_us: Times) -> Rows:
    """A row for each tag that says: from here on nothing is known."""
    return Rows(
        places=places,
        times_us=times_us,
        values=np.full(len(places), np.nan),
        qualities=np.full(len(places), Quality.LOST, np.uint8),
    )


def shown(values: Floats, qualities: Codes) -> Floats:
    """The values that may be drawn: finite and at least uncertain; NaN for the others."""
    return np.where((qualities <= Quality.UNCERTAIN) & np.isfinite(values), values, np.nan)


def micros(seconds: Floats) -> Times:
    """Seconds as whole µs. What is no number becomes the earliest time."""
    held = np.clip(np.nan_to_num(seconds * US, nan=EARLIEST_US), EARLIEST_US, LATEST_US)
    return np.rint(held).astype(np.int64)


def micro(seconds: float) -> int:
    """One instant in whole µs; it may lie before or behind everything that rows have."""
    return round(min(max(seconds * US, 2.0 * EARLIEST_US), 2.0 * LATEST_US))
