"""The trends presenter: which signals, which stretch of time, where the cursor is, which cases ran then. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import numpy as np

from app.domain.case import ExceptionCase
from app.domain.packml import MachineState
from app.domain.plant import Signal, Tag
from app.domain.text import safe
from app.readmodel import model
from ui.desk import Desk
from ui.models.machine import BAND
from ui.shell import Shell, id_of, kind_of
from ui.text import DASH, Formats, t
from ui.views.trends import numbers, tree
from ui.views.trends.rows import Axis, Floats, Mark, Strip, TreeRow
from ui.views.trends.source import line_of
from ui.views.trends.window import DAY_S, KEPT_S, LONGEST_S, TimeWindow

MOST = 8
"""Strips at once."""
STATES = (0.0, float(max(MachineState)))
"""The range of a PackML state."""
TICKS = 8
SLACK_S = 600.0
"""A tag's first sample after older history was removed comes at the latest so much later, else it is newer itself."""


class TrendsView(Protocol):
    """What the presenter sets."""

    def show_tree(self, rows: Sequence[TreeRow]) -> None: ...
    def show_strips(self, strips: Sequence[Strip], axis: Axis, selected: str) -> None: ...
    def select_row(self, key: str) -> None: ...


class TrendsPresenter:
    """Keeps the chosen signals, the window of time and what of the tree is open; the window steps by itself."""

    def __init__(self, view: TrendsView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._tags = {tag.id: tag for tag in desk.plant.tags}
        self._chosen: list[str] = list(self._outputs())
        self._strip = self._chosen[0] if self._chosen else ""
        self._opened: set[str] = set()
        self._words = ""
        self._window = TimeWindow()
        self._ranges: dict[str, tuple[float, float]] = {}
        self._second = 0
        self._arrived = 0

    def _outputs(self) -> tuple[str, ...]:
        lines = self._desk.plant.lines.values()
        return tree.rates(self._desk.plant, [machine for line in lines for machine in (line.feed, line.output)], MOST)

    @property
    def selected(self) -> str:
        """The machine of the selected strip: what keys act on."""
        tag = self._tags.get(self._strip)
        return f"machine/{tag.machine}" if tag else ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the tags shown, from above."""
        return tuple(self._chosen)

    def refresh(self) -> None:
        """New samples come about once a second: so does the picture; what is read from the past, when it is there."""
        second = int(self._now_s())
        if second != self._second or self._desk.values.arrived != self._arrived:
            self._second = second
            self._show_strips()

    def open(self) -> None:
        """Show all of it, once the view is there."""
        self._second = int(self._now_s())
        self._show_tree()
        self._show_strips()

    def show(self, ref: str) -> None:
        """Show a machine's, line's or case's signals, or one tag; unknown refs change nothing."""
        plant, key = self._desk.plant, id_of(ref)
        if kind_of(ref) == "machine" and key in plant.machines:
            self._take(tree.first_tags(plant, key, MOST))
        elif kind_of(ref) == "line" and key in plant.lines:
            self._take(tree.rates(plant, plant.lines[key].machines, MOST))
        elif kind_of(ref) == "tag" and key in self._tags:
            self._take((key,))
        elif kind_of(ref) == "case" and (case := model.case(self._desk.view, key)) is not None:
            self._show_case(case)

    def _take(self, tags: Iterable[str]) -> None:
        self._chosen = list(tags)
        self._strip = self._chosen[0] if self._chosen else ""
        self._words = ""
        self._opened = self._branches()
        self._show_tree()
        self._show_strips()

    def _branches(self) -> set[str]:
        """The branches that lead to the chosen tags."""
        machines = {self._tags[tag].machine for tag in self._chosen}
        lines = {self._desk.plant.machines[machine].line for machine in machines if len(machines) == 1}
        return {f"line/{line}" for line in lines} | {f"machine/{machine}" for machine in machines if lines}

    def _show_case(self, case: ExceptionCase) -> None:
        """The signals of the case's machine (or line), the window around its moment, the cursor on it."""
        plant = self._desk.plant
        self._window = self._reached().around(case.happened_at.timestamp(), self._now_s())
        if case.machine in plant.machines:
            self._take(tree.first_tags(plant, case.machine or "", MOST))
        elif case.line in plant.lines:
            self._take(tree.rates(plant, plant.lines[case.line or ""].machines, MOST))

    # --- choosing ---------------------------------------------------------------------------------------------------

    def find(self, words: str) -> None:
        """Type to find: a list of tags instead of the tree; nothing written shows the tree."""
        self._words = words.strip()
        self._show_tree()

    def toggle(self, key: str) -> None:
        """Enter on a row: open or close a branch, show or hide a tag."""
        if kind_of(key) == "tag":
            self._toggle_tag(id_of(key))
        elif key in self._opened:
            self._opened.discard(key)
        else:
            self._opened.add(key)
        self._show_tree()

    def branch(self, key: str, opened: bool) -> None:
        """Right opens a branch; left closes it, or goes up to its parent."""
        if kind_of(key) != "tag" and (key in self._opened) != opened:
            self.toggle(key)
        elif not opened:
            self._view.select_row(self._parent(key))

    def _parent(self, key: str) -> str:
        tag, machine = self._tags.get(id_of(key)), self._desk.plant.machines.get(id_of(key))
        return f"machine/{tag.machine}" if tag else f"line/{machine.line}" if machine else key

    def _toggle_tag(self, tag_id: str) -> None:
        if tag_id in self._chosen:
            self._remove(tag_id)
        elif len(self._chosen) >= MOST:
            self._shell.say(t("{n} signals are the most at once: hide one first.", n=MOST), bad=True)
        elif tag_id in self._tags:
            self._chosen.append(tag_id)
            self._strip = tag_id
        self._show_strips()

    def _remove(self, tag_id: str) -> None:
        place = self._chosen.index(tag_id)
        self._chosen.remove(tag_id)
        self._ranges.pop(tag_id, None)
        if self._strip == tag_id:
            self._strip = self._chosen[min(place, len(self._chosen) - 1)] if self._chosen else ""

    def hide_selected(self) -> None:
        """Del: the selected strip goes."""
        if self._strip in self._chosen:
            self._remove(self._strip)
            self._show_tree()
            self._show_strips()

    def select_strip(self, tag_id: str) -> None:
        """The person pointed at a strip."""
        if tag_id in self._chosen:
            self._strip = tag_id
            self._show_strips()

    def step(self, by: int) -> None:
        """J, K: the strip below or above."""
        if self._chosen:
            place = self._chosen.index(self._strip) + by if self._strip in self._chosen else 0
            self.select_strip(self._chosen[min(max(place, 0), len(self._chosen) - 1)])

    # --- time -------------------------------------------------------------------------------------------------------

    def zoom(self, by: int) -> None:
        """Nearer (−1) or farther (+1)."""
        self._ranges.clear()
        self._look_at(self._reached().zoomed(by, self._now_s()))

    def pan(self, share: float) -> None:
        """Move the window by a share of its span; back at the newest it follows again."""
        self._look_at(self._reached().panned(share, self._now_s()))

    def follow(self) -> None:
        """L: live again, window and cursor."""
        self._look_at(self._window.followed())

    def move_cursor(self, share: float) -> None:
        """Move the cursor by a share of the span; out of sight it takes the window along."""
        self._look_at(self._reached().stepped(share, self._now_s()))

    def point(self, at_s: float) -> None:
        """The mouse points at an instant."""
        self._look_at(self._window.pointed(at_s, self._now_s()))

    def _look_at(self, window: TimeWindow) -> None:
        self._window = window
        self._show_strips()

    def _reached(self) -> TimeWindow:
        """The window, knowing how far back anything is kept of the chosen signals."""
        begins = [self._desk.values.begins_s(self._tags[tag].index) for tag in self._chosen]
        known = [at_s for at_s in begins if at_s is not None]
        reach_s = max(KEPT_S, self._now_s() - min(known)) if begins and len(known) == len(begins) else LONGEST_S
        return replace(self._window, reach_s=reach_s)

    def _now_s(self) -> float:
        return self._desk.now().timestamp()

    # --- showing ----------------------------------------------------------------------------------------------------

    def _show_tree(self) -> None:
        plant = self._desk.plant
        if self._words:
            self._view.show_tree(tree.found_rows(plant, self._words, self._chosen))
        else:
            self._view.show_tree(tree.tree_rows(plant, self._opened, self._chosen))

    def _show_strips(self) -> None:
        self._arrived = self._desk.values.arrived  # before it is drawn: what comes meanwhile is drawn the next time
        from_s, to_s = self._window.bounds(self._now_s())
        cursor_s = self._window.cursor(self._now_s())
        cases = [c for c in model.all_cases(self._desk.view) if _ran(c, from_s, to_s)]
        strips = [self._strip_of(self._tags[tag], from_s, to_s, cursor_s, cases) for tag in self._chosen]
        strips = said_once(strips)
        self._view.show_strips(strips, self._axis(from_s, to_s, cursor_s), self._strip)

    def _axis(self, from_s: float, to_s: float, cursor_s: float) -> Axis:
        step = numbers.tick_step_s(self._window.span_s, TICKS)
        ahead = self._formats.local(_instant(to_s)).utcoffset()
        instants = numbers.tick_instants(from_s, to_s, step, ahead.total_seconds() if ahead else 0.0)
        return Axis(
            from_s=from_s,
            to_s=to_s,
            ticks=tuple((at_s, self._tick(_instant(at_s), step)) for at_s in instants),
            cursor_s=cursor_s,
            cursor=self._moment(cursor_s if self._window.in_past else self._now_s()),
            live=self._window.live,
            span=self._span(self._window.span_s),
            reading=self._desk.values.arriving or self._desk.values.arrived != self._arrived,
        )

    def _tick(self, at: datetime, step_s: int) -> str:
        """A tick's words; where they are hours apart, midnight is the new day."""
        local = self._formats.local(at)
        if step_s >= DAY_S or (step_s > 1800 and not local.hour and not local.minute):
            return self._formats.day(at)
        return self._formats.clock(at) if step_s < 60 else self._formats.minute(at)

    def _moment(self, at_s: float) -> str:
        """ "02:11:43"; of another day "21 Nov 14:02:11"."""
        at = _instant(at_s)
        today = self._formats.day(self._desk.now()) == self._formats.day(at)
        return self._formats.clock(at) if today else f"{self._formats.day(at)} {self._formats.clock(at)}"

    def _span(self, span_s: float) -> str:
        return t("{n} days", n=round(span_s / DAY_S)) if span_s > DAY_S else self._formats.duration(span_s)

    def _strip_of(self, tag: Tag, from_s: float, to_s: float, cursor_s: float, cases: Sequence[ExceptionCase]) -> Strip:
        line = line_of(self._desk.values, tag, self._window, self._now_s())
        values = line.values
        low, high = self._band(tag)
        if tag.signal is Signal.STATE:
            self._ranges[tag.id] = STATES
        else:
            around = np.append(values, self._context(tag))
            self._ranges[tag.id] = numbers.steady_range(around, low, high, self._ranges.get(tag.id))
        bottom, top = self._ranges[tag.id]
        begins_s, begins = self._begins(tag, from_s)
        return Strip(
            key=tag.id,
            where=safe(self._desk.plant.label(tag.machine), 80),
            name=safe(tag.name, 80),
            unit=safe(tag.unit, 20),
            times=line.times,
            values=values,
            bottom=bottom,
            top=top,
            low=low,
            high=high,
            at_cursor=between(tag, *line.at(cursor_s)) if self._window.in_past else value_text(tag, self._newest(tag)),
            spread=_spread(tag, values),
            band=tree.band_words(low, high, tag.unit),
            stale="" if self._window.in_past else self._stale(tag),
            marks=tuple(_mark(c, to_s) for c in cases if c.machine == tag.machine),
            gap_s=line.gap_s,
            version=line.version,
            begins_s=begins_s,
            begins=begins,
        )

    def _begins(self, tag: Tag, from_s: float) -> tuple[float | None, str]:
        """Where the past ends, if that is in sight, in words: ("history begins 21 Nov 14:02")."""
        begins_s, part_s = self._desk.values.begins_s(tag.index), self._window.part_s
        if begins_s is None or begins_s <= from_s + numbers.GAP_S + 2 * part_s:
            return None, ""
        at = f"{self._formats.day(_instant(begins_s))} {self._formats.minute(_instant(begins_s))}"
        place_s = math.floor(begins_s / part_s) * part_s  # where only so much is kept it moves on, but by pixels
        if tag.history:
            return place_s, t(self._beginning(begins_s), at=at)
        return place_s, t("values since {at}: no history is kept", at=at)

    def _beginning(self, begins_s: float) -> str:
        """Whether the past was removed there to keep the bounds of history, or never was."""
        evicted = self._desk.status.history.evicted_until
        removed = evicted is not None and begins_s <= evicted.timestamp() + SLACK_S
        return "older history made room: begins {at}" if removed else "history begins {at}"

    def _band(self, tag: Tag) -> tuple[float | None, float | None]:
        """The normal band: the plant file's, for a rate without one that around the machine's nominal rate."""
        nominal = self._desk.plant.machines[tag.machine].nominal_rate
        if tag.signal is Signal.RATE and tag.low is None and tag.high is None and nominal > 0:
            return BAND[0] * nominal, BAND[1] * nominal
        return tag.low, tag.high

    def _context(self, tag: Tag) -> list[float]:
        """What a picture must hold beside the values: a rate is seen from standstill to nominal."""
        return [0.0, self._desk.plant.machines[tag.machine].nominal_rate] if tag.signal is Signal.RATE else []

    def _newest(self, tag: Tag) -> float:
        reading = self._desk.values.reading(tag.index)
        return math.nan if reading.stale(self._now_s()) else reading.number

    def _stale(self, tag: Tag) -> str:
        """ "no data since 02:14:07" for a tag that is not heard now."""
        reading = self._desk.values.reading(tag.index)
        if not reading.stale(self._now_s()):
            return ""
        heard_s = max(reading.alive_s, reading.received_s)
        return t("no data since {at}", at=self._formats.clock(_instant(heard_s))) if heard_s else t("no data yet")


def said_once(strips: Sequence[Strip]) -> list[Strip]:
    """A case is named in the first strip that it concerns; in the others it is marked only."""
    said: set[Mark] = set()
    found = []
    for strip in strips:
        found.append(replace(strip, marks=tuple(replace(m, text="") if m in said else m for m in strip.marks)))
        said.update(strip.marks)
    return found


def value_text(tag: Tag, value: float) -> str:
    """A value as it is read: a state by its name, a number with the tag's decimals; a dash for none."""
    if math.isnan(value):
        return DASH
    if tag.signal is Signal.STATE:
        return MachineState.of(value).text
    return f"{value:,.{tag.decimals}f}"


def between(tag: Tag, low: float, high: float) -> str:
    """What a column of time holds: one value, or from the least to the greatest."""
    ends = value_text(tag, low), value_text(tag, high)
    return ends[0] if ends[0] == ends[1] else " – ".join(ends)


def _spread(tag: Tag, values: Floats) -> str:
    """The least and the most in sight."""
    known = values[np.isfinite(values)]
    if not known.size or tag.signal is Signal.STATE:
        return ""
    return t(
        "{low} to {high} in sight", low=value_text(tag, float(known.min())), high=value_text(tag, float(known.max()))
    )


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, tz=UTC)


def _end_of(case: ExceptionCase) -> datetime | None:
    return case.cleared_at or case.resolved_at or case.closed_at


def _ran(case: ExceptionCase, from_s: float, to_s: float) -> bool:
    end = _end_of(case)
    return case.happened_at.timestamp() < to_s and (end is None or end.timestamp() > from_s)


def _mark(case: ExceptionCase, to_s: float) -> Mark:
    end = _end_of(case)
    return Mark(
        from_s=case.happened_at.timestamp(),
        to_s=min(end.timestamp(), to_s) if end else to_s,
        text=safe(case.title, 80),
        priority=case.priority,
    )
