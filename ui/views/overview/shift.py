"""The shift so far: what each line did, minute by minute, and the shift's figures. No Qt.

Minutes come from what the board still remembers, from what this station has seen, and from the cases of the log; what
nobody saw stays unknown and is said as coverage.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.domain.case import ExceptionCase
from app.domain.packml import RUNNING
from app.domain.plant import Line, Signal
from app.domain.shifts import ShiftSpan, shift_at
from app.readmodel import kpi
from app.readmodel.model import all_cases, all_proposals, open_cases, open_postings
from ui.desk import Desk
from ui.text import DASH, Formats, amount, t
from ui.views.overview.rows import Ran, ShiftLine, ShiftRow, Stretch

Minutes = NDArray[np.int8]
_RUNNING = tuple(int(state) for state in RUNNING)
_STOPS = {"breakdown": Ran.STOPPED, "unplanned_stop": Ran.STOPPED, "rate_loss": Ran.SLOW}
WATCH_EVERY_S = 15
"""How often the board's past is read for the minutes of the shift."""


class ShiftWatch:
    """Keeps the minutes of the running shift per line; `row` is cheap between two minutes."""

    def __init__(self, desk: Desk, formats: Formats) -> None:
        self._desk, self._formats = desk, formats
        self._span: ShiftSpan | None = None
        self._minutes: dict[str, Minutes] = {}
        self._seen_at: datetime | None = None

    def row(self) -> ShiftRow:
        """The shift as it stands now."""
        now = self._desk.now()
        span = shift_at(self._desk.plant.shifts, self._desk.plant.zone, now)
        if span is None:
            return ShiftRow(title=t("No shift is planned now"), figures=self._figures(now - timedelta(hours=8), now))
        if span != self._span:
            self._begin(span)
        if self._seen_at is None or abs((now - self._seen_at).total_seconds()) >= WATCH_EVERY_S:
            self._watch(span, now)
        start, end = self._formats.minute(span.start_at), self._formats.minute(span.end_at)
        return ShiftRow(
            title=t("{shift} {start} – {end}", shift=span.shift.name, start=start, end=end),
            figures=self._figures(span.start_at, now),
            lines=tuple(self._line(line, span, now) for line in self._desk.plant.lines.values()),
            now=round((now - span.start_at) / span.length, 3),
        )

    # --- minutes ----------------------------------------------------------------------------------------------------

    def _begin(self, span: ShiftSpan) -> None:
        count = max(1, round(span.length.total_seconds() / 60))
        self._span, self._seen_at = span, None
        self._minutes = {line: np.zeros(count, dtype=np.int8) for line in self._desk.plant.lines}

    def _watch(self, span: ShiftSpan, now: datetime) -> None:
        """Take in what the board remembers since the last look."""
        since = max(span.start_at, self._seen_at - timedelta(minutes=2)) if self._seen_at else span.start_at
        self._seen_at = now
        for line in self._desk.plant.lines.values():
            tag = self._desk.plant.tag(line.feed, Signal.STATE)
            if tag is not None:
                times, states = self._desk.values.recent(tag.index, (now - since).total_seconds() + 1)
                self._take(self._minutes[line.id], times - span.start_at.timestamp(), states)

    @staticmethod
    def _take(minutes: Minutes, seconds: NDArray[np.float64], states: NDArray[np.float64]) -> None:
        """A minute ran when most of what was seen of it ran."""
        known = np.isfinite(states) & (seconds >= 0) & (seconds < minutes.size * 60)
        places = (seconds[known] // 60).astype(np.int64)
        if not places.size:
            return
        seen = np.bincount(places, minlength=minutes.size)
        ran = np.bincount(places, weights=np.isin(states[known], _RUNNING), minlength=minutes.size)
        looked = seen > 0
        minutes[looked] = np.where(ran[looked] * 2 >= seen[looked], int(Ran.RAN), int(Ran.STOOD))

    def _line(self, line: Line, span: ShiftSpan, now: datetime) -> ShiftLine:
        minutes, priorities = (
            self._minutes[line.id].copy(),
            np.zeros(self._minutes[line.id].size, dtype=np.int8),
        )
        for case in reversed(all_cases(self._desk.view)):
            ran = _STOPS.get(case.kind)
            if case.line == line.id and ran is not None and _end(case, now) > span.start_at:
                a = max(0, int((case.happened_at - span.start_at).total_seconds() // 60))
                b = int((_end(case, now) - span.start_at).total_seconds() // 60) + 1
                minutes[a:b] = int(ran)
                priorities[a:b] = case.priority
        passed = min(minutes.size, max(1, int((now - span.start_at).total_seconds() // 60) + 1))
        known = float(np.count_nonzero(minutes[:passed])) / passed
        return ShiftLine(
            key=line.id,
            name=line.id,
            stretches=stretches(minutes[:passed], priorities[:passed], minutes.size),
            coverage="" if known > 0.995 else t("{percent} % seen", percent=round(known * 100)),
        )

    # --- figures ----------------------------------------------------------------------------------------------------

    def _figures(self, since: datetime, now: datetime) -> tuple[tuple[str, str], ...]:
        cases = [c for c in all_cases(self._desk.view) if c.opened_at >= since]
        waiting = open_postings(self._desk.view)
        held = self._desk.view.units_held()
        return (
            (t("exceptions"), amount(len(cases))),
            (t("still open"), amount(len(open_cases(self._desk.view)))),
            (t("owned within 2 min"), _percent(kpi.owned_within(cases, now))),
            (t("resolved p50"), _minutes(kpi.resolution_s(cases))),
            (t("on hold"), t("{units} units", units=amount(held))),
            (t("waiting for the ERP"), amount(len(waiting))),
            (t("evidence to change p50"), _days(kpi.days_to_change(all_proposals(self._desk.view)))),
        )


def _end(case: ExceptionCase, now: datetime) -> datetime:
    return case.cleared_at or case.resolved_at or now


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{round(100 * share)} %"


def _days(days: float | None) -> str:
    return DASH if days is None else t("{days} days", days=f"{days:.1f}")


def _minutes(seconds: float | None) -> str:
    return DASH if seconds is None else t("{minutes} min", minutes=max(1, round(seconds / 60)))


def stretches(minutes: Minutes, priorities: Minutes, whole: int) -> tuple[Stretch, ...]:
    """Runs of equal minutes as shares of the whole shift."""
    if not minutes.size:
        return ()
    both = minutes.astype(np.int16) * 10 + priorities
    edges = [0, *(np.flatnonzero(np.diff(both)) + 1).tolist(), minutes.size]
    return tuple(
        Stretch(start=a / whole, end=b / whole, ran=Ran(int(minutes[a])), priority=int(priorities[a]))
        for a, b in pairwise(edges)
    )
