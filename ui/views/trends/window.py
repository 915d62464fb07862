"""The stretch of time that all strips share, and the cursor in it. Pure: every step gives a new window.

`end_s` None follows the newest; `cursor_s` None stands at the newest value. Seconds since 1970 UTC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

HOUR_S, DAY_S = 3600.0, 86400.0
KEPT_S = 2 * HOUR_S
"""What the station keeps at hand; older values are read from the history."""
SPANS_S = (60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, HOUR_S, KEPT_S,
           4 * HOUR_S, 8 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S)  # fmt: skip
"""The zooms, from near to far."""
LONGEST_S = SPANS_S[-1]
COLUMNS = 1000
"""A live window moves on by one of so many parts of its span: less than a pixel is not worth a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """What is looked at. `now_s` of every step is the station's clock; `reach_s` is how far back there is something."""

    span_s: float = 600.0
    end_s: float | None = None
    cursor_s: float | None = None
    reach_s: float = LONGEST_S

    @property
    def live(self) -> bool:
        """Whether it follows the newest."""
        return self.end_s is None

    @property
    def in_past(self) -> bool:
        """Whether the cursor stands at a past instant; else it is at the newest value."""
        return self.cursor_s is not None or self.end_s is not None

    @property
    def part_s(self) -> float:
        """The steps that a live window moves on in."""
        return max(1.0, self.span_s / COLUMNS)

    def bounds(self, now_s: float) -> tuple[float, float]:
        """(from, to); live it moves on in steps of about a pixel."""
        end_s = self.end_s if self.end_s is not None else math.floor(now_s / self.part_s) * self.part_s
        return end_s - self.span_s, end_s

    def cursor(self, now_s: float) -> float:
        """Where the cursor is."""
        return self.bounds(now_s)[1] if self.cursor_s is None else self.cursor_s

    def zoomed(self, by: int, now_s: float) -> TimeWindow:
        """Nearer (−1) or farther (+1); in the past the cursor keeps its place."""
        place = SPANS_S.index(self.span_s) + by
        span_s = SPANS_S[min(max(place, 0), len(SPANS_S) - 1)]
        end_s = self.end_s
        if end_s is not None and self.cursor_s is not None:
            end_s = self.cursor_s + (end_s - self.cursor_s) / self.span_s * span_s
        return replace(self, span_s=span_s, end_s=end_s)._kept(now_s)

    def panned(self, share: float, now_s: float) -> TimeWindow:
        """Moved by a share of the span; back at the newest it follows again."""
        end_s = self.end_s if self.end_s is not None else now_s
        return replace(self, end_s=end_s + share * self.span_s)._kept(now_s)

    def around(self, at_s: float, now_s: float) -> TimeWindow:
        """About an instant with the cursor on it; unchanged where the station has nothing from then."""
        if not 0 <= now_s - at_s < self.reach_s - self.span_s:
            return self
        return replace(self, end_s=at_s + self.span_s / 2, cursor_s=at_s)._kept(now_s)

    def followed(self) -> TimeWindow:
        """Live again, window and cursor."""
        return replace(self, end_s=None, cursor_s=None)

    def pointed(self, at_s: float, now_s: float) -> TimeWindow:
        """The cursor at an instant within the window."""
        from_s, to_s = self.bounds(now_s)
        return replace(self, cursor_s=min(max(at_s, from_s), to_s))

    def stepped(self, share: float, now_s: float) -> TimeWindow:
        """The cursor moved by a share of the span; out of sight it takes the window along."""
        moved_s = self.cursor(now_s) + share * self.span_s
        if moved_s >= now_s:
            return self.followed()
        found = replace(self, cursor_s=max(moved_s, now_s - self.reach_s))
        from_s, to_s = found.bounds(now_s)
        if from_s <= moved_s <= to_s:
            return found
        return found.panned(-0.5 if moved_s < from_s else 0.5, now_s)

    def _kept(self, now_s: float) -> TimeWindow:
        """Within what the station has at hand; live at its newest end."""
        if self.end_s is None:
            return self
        end_s = max(self.end_s, now_s - self.reach_s + self.span_s)
        return replace(self, end_s=None if end_s >= now_s else end_s)
