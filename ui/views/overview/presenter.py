"""What the overview shows: plain rows of every line and machine, made from the desk. No Qt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.case import ExceptionCase
from app.domain.plant import Line, Signal
from app.readmodel.model import open_cases
from ui.desk import Desk
from ui.mirror import Mirror
from ui.models.cases import owner_words
from ui.models.machine import MachineNow, MachineWatch, rate_text, state_words
from ui.models.orders import NO_ORDER, line_orders
from ui.models.signals import Pasts
from ui.shell import Shell, id_of, kind_of
from ui.text import Formats, hms, t
from ui.views.overview.rows import NO_SPARK, SEGMENTS, BufferRow, Floats, LineRow, ShiftRow, TileRow
from ui.views.overview.shift import ShiftWatch

SPARK_S = 600.0
SPARK_POINTS = 60
SHIFT_EVERY_S = 2
TURNS = 2
"""Calls of `follow` in which every rate has its turn: two short pieces of work block less than a long one."""
SLICES = 10
"""Calls of `follow` in which every line is renewed after a `tick`."""
PIECE = 4
"""So many machines of a line are renewed at once then; the first of them with what the line says of itself."""


class OverviewView(Protocol):
    """What the presenter needs of its view."""

    def set_lines(self, lines: Sequence[LineRow]) -> None: ...
    def set_shift(self, shift: ShiftRow) -> None: ...
    def select(self, machine: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What the log says that tiles show: open cases in their order, the worst of each machine, what is held."""

    cases: list[ExceptionCase]
    worst: Mapping[str, ExceptionCase]
    lots: AbstractSet[str]
    marked: AbstractSet[str]

    @classmethod
    def of(cls, view: Mirror) -> _Standing:
        """What the log says now."""
        cases = open_cases(view)
        return cls(cases=cases, worst=worst_by_machine(cases), lots=view.held(), marked=view.held_machines())


class Presenter:
    """Turns the desk into rows; opens machines and lines through the shell."""

    def __init__(self, view: OverviewView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._watch = MachineWatch(desk)
        self._shift = ShiftWatch(desk, self._formats)
        self._pasts = Pasts(desk, seconds=SPARK_S, points=SPARK_POINTS)
        self._shift_at: datetime | None = None
        self._machine = ""
        self._lines: tuple[LineRow, ...] = ()
        self._nominals: dict[str, float] = {}
        machines = [line.machines for line in desk.plant.lines.values()]
        self._rates = [_Moving(self._watch, chain(*machines[turn::TURNS]), Signal.RATE) for turn in range(TURNS)]
        self._states = _Moving(self._watch, desk.plant.machines, Signal.STATE)
        self._turn = 0
        self._standing = _Standing.of(desk.view)
        pieces = [(i, at) for i, line in enumerate(machines) for at in range(0, max(1, len(line)), PIECE)]
        self._pieces, self._due = pieces, deque[tuple[int, int]]()

    @property
    def selected(self) -> str:
        """The selected machine."""
        return f"machine/{self._machine}" if self._machine else ""

    def show(self, ref: str) -> None:
        """Select a machine, or the machine of a line or case; unknown refs change nothing."""
        plant, key = self._desk.plant, id_of(ref)
        machine = key if kind_of(ref) == "machine" else ""
        if kind_of(ref) == "line" and key in plant.lines:
            machine = plant.lines[key].machines[0]
        if machine in plant.machines:
            self._machine = machine
            self._view.select(machine)

    def select(self, machine: str) -> None:
        """The person moved the selection."""
        self._machine = machine

    def open_machine(self, machine: str) -> None:
        """Enter or double click on a tile."""
        self._shell.go(f"machine/{machine}")

    def open_line(self, line: str) -> None:
        """L, or a click on a line's header."""
        self._shell.go(f"line/{line}")

    def refresh(self) -> None:
        """Show what stands now, all of it at once."""
        standing = _Standing.of(self._desk.view)
        self._lines = tuple(self._line(line, standing) for line in self._desk.plant.lines.values())
        self._due.clear()
        self._view.set_lines(self._lines)
        self._show_shift()

    def tick(self) -> None:
        """Time has passed: the lines are renewed one after the other by the calls of `follow` that come."""
        self._standing = _Standing.of(self._desk.view)
        self._due = deque(self._pieces)
        self._show_shift()

    def follow(self) -> None:
        """Between two refreshes: rates as they move, half of the lines at a time, and lines that are to be renewed.

        A machine that changes its state is a refresh.
        """
        stamps = self._desk.values.stamps()
        if self._states.moved(stamps):
            self.refresh()
            return
        self._turn = (self._turn + 1) % TURNS
        lines = list(self._lines)
        moved = self._rates[self._turn].moved(stamps)
        for i in range(self._turn, len(lines) if moved else 0, TURNS):
            lines[i] = self._with_rates(lines[i], moved)
        for i, at in self._due_now():
            lines[i] = self._renewed(lines[i], at, at + PIECE, self._standing)
        if any(new is not old for new, old in zip(lines, self._lines, strict=True)):
            self._lines = tuple(lines)
            self._view.set_lines(self._lines)

    def _due_now(self) -> list[tuple[int, int]]:
        """The (line, first machine) to renew in this call: few, and all of them within SLICES calls."""
        count = min(len(self._due), -(-len(self._pieces) // SLICES))
        return [self._due.popleft() for _ in range(count)]

    def _show_shift(self) -> None:
        now = self._desk.now()
        if self._shift_at is None or abs((now - self._shift_at).total_seconds()) >= SHIFT_EVERY_S:
            self._shift_at = now
            self._view.set_shift(self._shift.row())

    # --- rows -------------------------------------------------------------------------------------------------------

    def _line(self, line: Line, standing: _Standing) -> LineRow:
        return self._renewed(LineRow(key=line.id, name=line.name), 0, len(line.machines), standing)

    def _renewed(self, row: LineRow, first: int, end: int, standing: _Standing) -> LineRow:
        """A line with its machines from `first` to `end` as they stand now; with the first one also what is of it."""
        line = self._desk.plant.lines[row.key]
        nows = [self._watch.now(machine) for machine in line.machines[first:end]]
        tiles = (*row.tiles[:first], *(self._shown(now, standing) for now in nows), *row.tiles[end:])
        if first:
            return replace(row, tiles=tiles)
        orders = line_orders(self._desk, line.id, standing.cases, self._watch.now(line.output), self._formats)
        return replace(
            row,
            order=orders[0] if orders else NO_ORDER,
            hold=any(self._watch.lot(machine) in standing.lots for machine in line.machines if standing.lots),
            tiles=tiles,
            buffers=tuple(self._buffer(a, b) for a, b in pairwise(line.machines)),
        )

    def _shown(self, now: MachineNow, standing: _Standing) -> TileRow:
        machine = now.machine.id
        hold = machine in standing.marked or now.lot in standing.lots
        return self._tile(now, standing.worst.get(machine), hold=hold)

    def _with_rates(self, line: LineRow, machines: frozenset[str]) -> LineRow:
        """The line with what these machines do now; the same line if it looks the same."""
        tiles = tuple(self._with_rate(tile) if tile.key in machines else tile for tile in line.tiles)
        moved = any(new is not old for new, old in zip(tiles, line.tiles, strict=True))
        return replace(line, tiles=tiles) if moved else line

    def _with_rate(self, tile: TileRow) -> TileRow:
        """What is stale stays so until the next refresh."""
        rate = math.nan if tile.stale else self._watch.rate(tile.key)
        if tile.stale or tile.rate == rounded(rate):
            return tile
        return replace(tile, rate=rounded(rate), value=rate_text(rate, self._nominals[tile.key]))

    def _buffer(self, before: str, after: str) -> BufferRow:
        fill = self._watch.between(before, after)
        return BufferRow(level=None if math.isnan(fill) else round(min(1.0, max(0.0, fill)) * SEGMENTS))

    def _tile(self, now: MachineNow, case: ExceptionCase | None, *, hold: bool) -> TileRow:
        chip, dashed = ("", False) if case is None else owner_words(self._desk, case, self._formats)
        stamp, spark = self._spark(now)
        rated = self._watch.rate_tag(now.machine.id) is not None
        self._nominals[now.machine.id] = now.nominal
        return TileRow(
            key=now.machine.id,
            name=now.machine.name,
            state=state_words(now, case),
            clock=self._clock(now, case),
            value=rate_text(now.rate, now.nominal) if rated else "",
            unit=t("/min") if rated else "",
            nominal=t("of {nominal}", nominal=rate_text(now.nominal, now.nominal)) if rated else "",
            rate=rounded(now.rate),
            top=now.nominal * 1.1 if rated else 0.0,
            low=now.low,
            high=now.high,
            spark_at=stamp,
            spark=spark,
            priority=0 if case is None else case.priority,
            chip=chip,
            chip_dashed=dashed,
            hold=hold,
            stale=self._stale(now),
            quiet=not now.running and case is None,
        )

    def _stale(self, now: MachineNow) -> str:
        if not now.stale:
            return ""
        if now.heard_at is None:
            return t("no data yet")
        return t("no data since {at}", at=self._formats.clock(now.heard_at))

    def _clock(self, now: MachineNow, case: ExceptionCase | None) -> str:
        """How long it has not been normal: the state's clock, or the case's while the machine runs on."""
        since = now.since_at if not now.running and not now.stale else None
        if since is None and case is not None:
            since = case.happened_at
        return "" if since is None else hms((self._desk.now() - since).total_seconds())

    def _spark(self, now: MachineNow) -> tuple[int, Floats]:
        """The last ten minutes of the rate."""
        tag = self._watch.rate_tag(now.machine.id)
        return (0, NO_SPARK) if tag is None else self._pasts.of(tag)


def worst_by_machine(cases: Sequence[ExceptionCase]) -> dict[str, ExceptionCase]:
    """The most urgent, oldest open case of each machine; `cases` come in that order."""
    found: dict[str, ExceptionCase] = {}
    for case in cases:
        if case.machine is not None:
            found.setdefault(case.machine, case)
    return found


def rounded(rate: float) -> float | None:
    """A rate to what the bar can show; None while it is not known."""
    return None if math.isnan(rate) else round(rate, 1)


class _Moving:
    """Which machines have a new reading of one signal."""

    def __init__(self, watch: MachineWatch, machines: Iterable[str], signal: Signal) -> None:
        tags = [tag for tag in (watch.tag(machine, signal) for machine in machines) if tag is not None]
        self._machines = [tag.machine for tag in tags]
        self._places = np.array([tag.index for tag in tags], np.intp)
        self._seen = np.zeros(len(tags), np.uint32)

    def moved(self, stamps: NDArray[np.uint32]) -> frozenset[str]:
        """The machines whose reading is another than at the last call."""
        now = stamps[self._places]
        moved = np.flatnonzero(now != self._seen).tolist()
        self._seen = now
        return frozenset(self._machines[place] for place in moved)
