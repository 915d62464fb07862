"""What the screen of one line shows, made from the desk. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from app.domain.case import ExceptionCase
from app.domain.plant import Line, Signal, Tag
from app.domain.shifts import crew
from app.readmodel.model import case, hold, open_assignments, open_cases, progress
from ui.desk import Desk
from ui.models.cases import case_line, owner_words
from ui.models.machine import MachineNow, MachineWatch, rate_text, state_words
from ui.models.orders import NO_ORDER, OrderRow, line_orders
from ui.models.signals import SignalRow, signal_row
from ui.sharing import holds_doubt
from ui.shell import Shell, id_of, kind_of
from ui.text import DASH, Formats, amount, hms, t
from ui.views.line.rows import LineState, LotRow, MachineRow

READ = 200
"""So many holds of a lot are asked why."""


class LineView(Protocol):
    """What the presenter needs of its view."""

    def set_choices(self, lines: Sequence[tuple[str, str]], chosen: str) -> None: ...
    def set_line(self, state: LineState) -> None: ...
    def select(self, ref: str) -> None: ...


class Presenter:
    """Shows one line of the plant, the first one until told otherwise."""

    def __init__(self, view: LineView, desk: Desk, shell: Shell) -> None:
        self._view, self._desk, self._shell = view, desk, shell
        self._formats = Formats(desk.plant.zone)
        self._watch = MachineWatch(desk)
        self._line = next(iter(desk.plant.lines), "")
        self._ref = ""
        self._shown: LineState | None = None
        self._choose()

    @property
    def selected(self) -> str:
        """The machine, order, lot or case selected last; else the line itself."""
        return self._ref or (f"line/{self._line}" if self._line else "")

    def show(self, ref: str) -> None:
        """A line, or the line of a machine or case; unknown refs change nothing."""
        line = self._line_of(ref)
        if not line:
            return
        if line != self._line:
            self.choose(line)
        if kind_of(ref) == "machine":
            self.select(ref)
            self._view.select(ref)

    def choose(self, line: str) -> None:
        """Another line of the plant."""
        if line in self._desk.plant.lines and line != self._line:
            self._line, self._ref = line, ""
            self._choose()
            self.refresh()

    def select(self, ref: str) -> None:
        """The person selected a row."""
        self._ref = ref

    def open(self, ref: str) -> None:
        """Enter or a double click on a row."""
        self._shell.go(ref)

    def refresh(self) -> None:
        """Show what stands now; an unchanged line is not shown again."""
        line = self._desk.plant.lines.get(self._line)
        if line is None:
            return
        state = self._state(line)
        if state != self._shown:
            self._shown = state
            self._view.set_line(state)

    def _choose(self) -> None:
        lines = [(line.id, line.name) for line in self._desk.plant.lines.values()]
        self._view.set_choices(lines, self._line)

    def _line_of(self, ref: str) -> str:
        plant, key = self._desk.plant, id_of(ref)
        if kind_of(ref) == "line":
            return key if key in plant.lines else ""
        if kind_of(ref) == "case":
            found = case(self._desk.view, key)
            return (found.line or "") if found else ""
        if kind_of(ref) == "hold":
            placed = hold(self._desk.view, key)
            return (placed.line or "") if placed else ""
        machine = plant.machines.get(key)
        return machine.line if machine is not None and kind_of(ref) == "machine" else ""

    # --- rows -------------------------------------------------------------------------------------------------------

    def _state(self, line: Line) -> LineState:
        everywhere = open_cases(self._desk.view)
        cases = [c for c in everywhere if c.line == line.id]
        lots = self._desk.view.held()
        machines = [self._watch.now(m) for m in line.machines]
        output = next(now for now in machines if now.machine.id == line.output)
        orders = line_orders(self._desk, line.id, everywhere, output, self._formats)
        return LineState(
            key=line.id,
            name=line.name,
            priority=min((c.priority for c in cases), default=0),
            hold=any(now.lot in lots for now in machines),
            order=orders[0] if orders else NO_ORDER,
            people=self._people(line),
            machines=tuple(self._machine(now, cases) for now in machines),
            queue=tuple(orders),
            lots=self._lots(orders),
            cases=tuple(case_line(self._desk, c, self._formats) for c in cases),
        )

    def _people(self, line: Line) -> str:
        people = crew(self._desk.plant, open_assignments(self._desk.view), line.id, self._desk.now())
        names = ", ".join(p.name for p in people)
        return t("On the line: {names}", names=names) if names else t("Nobody is named for this line now")

    def _machine(self, now: MachineNow, cases: Sequence[ExceptionCase]) -> MachineRow:
        found = next((c for c in cases if c.machine == now.machine.id), None)
        owner = "" if found is None else owner_words(self._desk, found, self._formats)[0]
        rejects, rejects_detail = self._rejects(now)
        mirror = self._desk.view
        held = bool(mirror.holds_on(now.lot) or mirror.holds_at(now.machine.id))
        return MachineRow(
            key=now.machine.id,
            name=now.machine.name,
            lot=now.lot,
            hold=held,
            state=state_words(now, found),
            clock="" if now.since_at is None else hms((self._desk.now() - now.since_at).total_seconds()),
            loud=not now.running,
            priority=0 if found is None else found.priority,
            owner=owner,
            stale=self._stale(now),
            rate=t(
                "{rate} of {nominal} {unit}/min",
                rate=rate_text(now.rate, now.nominal),
                nominal=rate_text(now.nominal, now.nominal),
                unit=t(now.machine.unit),
            ),
            rate_value=None if math.isnan(now.rate) else now.rate,
            low=now.low,
            high=now.high,
            top=now.nominal * 1.1,
            made=self._counted(now, Signal.PRODUCED),
            made_unit=t(now.machine.unit),
            rejects=rejects,
            rejects_detail=rejects_detail,
            material=self._signal(now, Signal.MATERIAL),
            fill=None if math.isnan(now.fill) else round(now.fill, 2),
            key_value=self._key_value(now),
        )

    def _stale(self, now: MachineNow) -> str:
        if not now.stale:
            return ""
        if now.heard_at is None:
            return t("no data yet")
        return t("no data since {at}", at=self._formats.clock(now.heard_at))

    def _number(self, now: MachineNow, signal: Signal) -> float:
        tag = self._watch.tag(now.machine.id, signal)
        return math.nan if tag is None or now.stale else self._desk.values.reading(tag.index).number

    def _counted(self, now: MachineNow, signal: Signal) -> str:
        number = self._number(now, signal)
        return DASH if math.isnan(number) else amount(number)

    def _rejects(self, now: MachineNow) -> tuple[str, str]:
        """Rejected units, and their share of what was made on the machine's counters."""
        rejected, made = self._number(now, Signal.REJECTED), self._number(now, Signal.PRODUCED)
        if math.isnan(rejected):
            return DASH, ""
        share = t("{share} % of made", share=f"{100 * rejected / made:.2f}") if made > 0 else ""
        return amount(rejected), share

    def _signal(self, now: MachineNow, signal: Signal) -> SignalRow | None:
        tag = self._watch.tag(now.machine.id, signal)
        return None if tag is None else signal_row(self._desk, tag, self._formats)

    def _key_value(self, now: MachineNow) -> SignalRow | None:
        """The first process value out of its band, else the first one that has a band."""
        tags: list[Tag] = [t for t in self._desk.plant.tags_of(now.machine.id) if t.signal is Signal.PROCESS]
        rows = [row for row in (signal_row(self._desk, tag, self._formats) for tag in tags) if row.band]
        return next((row for row in rows if row.out), rows[0] if rows else None)

    def _lots(self, orders: Sequence[OrderRow]) -> tuple[LotRow, ...]:
        """The lots of the running order, the newest first."""
        counted = progress(self._desk.view, orders[0].number) if orders else None
        doubt = holds_doubt(self._desk, self._formats)
        minute = self._formats.minute
        return tuple(
            LotRow(
                key=lot.lot,
                good=amount(lot.good),
                scrap=amount(lot.scrap),
                span=f"{minute(lot.from_at)} – {minute(lot.to_at)}",
                hold=bool(self._desk.view.holds_on(lot.lot)),
                hold_words=self._reasons(lot.lot) or doubt,
            )
            for lot in reversed(counted.lots if counted else ())
        )

    def _reasons(self, lot: str) -> str:
        """What the holds of a lot say, each once; of very many the oldest."""
        return ", ".join(dict.fromkeys(hold.reason for hold in islice(self._desk.view.holds_on(lot).values(), READ)))
