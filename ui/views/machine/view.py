"""The screen of one machine: signals in their bands, alarms, cases, holds, checks, the link behind it. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.models.cases import CaseLine
from ui.models.controls import ControlLine
from ui.models.signals import SignalRow
from ui.text import t
from ui.theme import Look
from ui.views.machine.rows import AlarmRow, CheckRow, HoldRow, MachineState
from ui.widgets.bars import RateBar
from ui.widgets.forms import Button, ChoiceChips
from ui.widgets.glyphs import Mark
from ui.widgets.hatch import StaleBox
from ui.widgets.labels import TextLabel, text_label
from ui.widgets.panel import Panel
from ui.widgets.table import HATCHED, Align, Band, Cell, Column, PaintedTable, Sparkline, TableRow

_RIGHT = Align.RIGHT
_NO_BAR = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_NO_FOCUS = Qt.FocusPolicy.NoFocus
_PAIR_PX = 18
"""The least height of a pair's row: its words are not cut in a low window."""


class View(QWidget):
    """Setters in, signals out. `selected` and `opened` carry refs ("case/…", "hold/…"); `chosen` a machine's id."""

    selected = Signal(str)
    opened = Signal(str)
    chosen = Signal(str)
    line_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._machines = ChoiceChips(look, name=t("Machine"))
        self._machines.chosen.connect(self.chosen)
        up = Button(look, t("Line"))
        up.clicked.connect(self.line_asked)
        self._head = _Head(look)
        self._signals = PaintedTable(look, _signal_columns(), row_height=44)
        self._signals.setAccessibleName(t("Signals"))
        self._alarms = self._linked(look, "alarm", _alarm_columns(), t("Alarms"), "")
        self._cases = self._linked(look, "case", _case_columns(), t("Open cases"), t("Nothing is open here"))
        self._holds = self._linked(look, "hold", _hold_columns(), t("Holds"), t("Nothing is held here"))
        self._checks = PaintedTable(look, _check_columns(), empty=t("No check is recorded"))
        self._checks.setAccessibleName(t("Quality checks"))
        self._controls = self._linked(look, "control", _control_columns(), t("Commands"), t("X: ask for a command"))
        self._links = _Pairs(look, t("Controller and link"))
        top = QHBoxLayout()
        top.addWidget(self._machines, 1)
        top.addWidget(up)
        self._lay_out(look, top)
        self.setFocusProxy(self._signals)
        self.setAccessibleName(t("Machine"))

    def _lay_out(self, look: Look, top: QHBoxLayout) -> None:
        side = QWidget()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        for title, table, share in (
            (t("Alarms of the controller"), self._alarms, 4),
            (t("Open cases"), self._cases, 3),
            (t("Holds"), self._holds, 2),
            (t("Last quality checks"), self._checks, 3),
        ):
            right.addWidget(_framed(look, title, table), share)
        right.addWidget(self._links)
        body = QHBoxLayout()
        body.setSpacing(8)
        self._asked = _framed(look, t("Commands to the controller"), self._controls)
        self._asked.hide()
        left = QVBoxLayout()
        left.setSpacing(8)
        left.addWidget(_framed(look, t("Signals"), self._signals), 5)
        left.addWidget(self._asked, 1)
        body.addLayout(left, 3)
        body.addWidget(_scrolled(side), 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._head)
        layout.addLayout(body, 1)

    def _linked(self, look: Look, kind: str, columns: Sequence[Column], name: str, empty: str) -> PaintedTable:
        table = PaintedTable(look, columns, empty=empty)
        table.setAccessibleName(name)
        table.selected.connect(lambda key: self.selected.emit(f"{kind}/{key}" if key else ""))
        table.activated.connect(lambda key: self.opened.emit(f"{kind}/{key}"))
        return table

    def set_choices(self, machines: Sequence[tuple[str, str]], chosen: str) -> None:
        """The machines of the line, and the one that is shown."""
        self._machines.set_choices(machines)
        self._machines.choose(chosen, tell=False)

    def set_machine(self, state: MachineState) -> None:
        """Show a machine."""
        self._head.set_machine(state)
        self._signals.set_rows([signal_cells(row) for row in state.signals])
        self._alarms.set_empty(
            t("Not known: {stale}", stale=state.stale) if state.stale else t("The controller reports no alarm")
        )
        self._alarms.set_rows([alarm_cells(row) for row in state.alarms])
        self._cases.set_rows([case_cells(row) for row in state.cases])
        self._holds.set_empty(doubted(state.doubt) or t("Nothing is held here"))
        self._holds.set_rows([hold_cells(row) for row in state.holds])
        self._checks.set_rows([check_cells(row) for row in state.checks])
        self._controls.set_rows([control_cells(row) for row in state.controls])
        self._asked.setVisible(state.commands or bool(state.controls))
        self._links.set_pairs(state.links)


class _Head(Panel):
    """State, clock and rate in large, the headline values beside them; hatched as a whole when stale."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._mark, self._hold = Mark(look, size=24), Mark(look, hold=True, size=24)
        self._name, self._state = text_label(px=22, bold=True), text_label(px=18)
        self._clock, self._rate = text_label(px=18, soft=True), text_label(px=18)
        self._bar = RateBar(look)
        self._bar.setAccessibleName(t("rate"))
        self._stale = StaleBox(look)
        self._facts = _Facts()
        row = QHBoxLayout()
        row.setSpacing(14)
        for widget in (self._mark, self._name, self._hold, self._state, self._clock):
            row.addWidget(widget)
        row.addWidget(self._stale, 1)
        row.addStretch(0)
        row.addWidget(self._rate)
        row.addWidget(self._bar, 1)
        self.body.addLayout(row)
        self.body.addWidget(self._facts)
        self.setMinimumHeight(96)

    def set_machine(self, state: MachineState) -> None:
        """Show the head of a machine."""
        self.set_priority(state.priority)
        self._mark.set(state.priority)
        self._mark.setVisible(bool(state.priority))
        self._hold.setVisible(state.hold)
        self._name.setText(state.name)
        live = not state.stale
        for widget in (self._state, self._clock, self._rate, self._bar):
            widget.setVisible(live)
        self._stale.setVisible(not live)
        self._stale.set(state.stale)
        self._state.setText(state.state)
        self._clock.setText(state.clock)
        self._rate.setText(state.rate)
        value = state.rate_value
        out = value is not None and not state.low <= value <= state.high
        self._bar.set(
            float("nan") if value is None else value,
            top=state.top,
            low=state.low,
            high=state.high,
            priority=state.priority if out else 0,
        )
        self._facts.set_pairs(state.facts)


class _Facts(QWidget):
    """Label and value, side by side in a row."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(22)
        self._row.addStretch(1)
        self._labels: list[tuple[TextLabel, TextLabel]] = []

    def set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these; labels are made once and kept."""
        while len(self._labels) < len(pairs):
            made = text_label(px=14, soft=True), text_label(px=14, bold=True)
            box = QHBoxLayout()
            box.setSpacing(6)
            box.addWidget(made[0])
            box.addWidget(made[1])
            self._row.insertLayout(len(self._labels), box)
            self._labels.append(made)
        for place, (label, value) in enumerate(self._labels):
            shown = pairs[place] if place < len(pairs) else ("", "")
            label.setText(shown[0])
            value.setText(shown[1])


class _Pairs(Panel):
    """Label and value, one pair a row in two columns."""

    def __init__(self, look: Look, title: str) -> None:
        super().__init__(look, title)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self.body.addLayout(self._grid)
        self._labels: list[tuple[TextLabel, TextLabel]] = []

    def set_pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Show these; labels are made once and kept."""
        while len(self._labels) < len(pairs):
            made = text_label(px=13, soft=True), text_label(px=13, elide=True)
            row, side = divmod(len(self._labels), 2)
            self._grid.setRowMinimumHeight(row, _PAIR_PX)
            self._grid.addWidget(made[0], row, side * 2)
            self._grid.addWidget(made[1], row, side * 2 + 1)
            self._labels.append(made)
        for place, (label, value) in enumerate(self._labels):
            shown = pairs[place] if place < len(pairs) else ("", "")
            label.setText(shown[0])
            value.setText(shown[1])


def _scrolled(inner: QWidget) -> QScrollArea:
    """What is all there to see, or in a low window scrolls."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(_NO_BAR)
    area.setFocusPolicy(_NO_FOCUS)
    area.viewport().setAutoFillBackground(False)
    inner.setAutoFillBackground(False)
    area.setWidget(inner)
    return area


def _framed(look: Look, title: str, table: PaintedTable) -> Panel:
    panel = Panel(look, title)
    panel.body.addWidget(table)
    table.setMinimumHeight(82)
    return panel


def _signal_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("signal"), width=140, stretch=2),
        Column(title=t("value"), width=160, stretch=1, align=_RIGHT),
        Column(title=t("in its band"), width=140, stretch=2),
        Column(title=t("last 10 min"), width=120, stretch=2, spare=3),
        Column(title=t("quality"), width=90, spare=2),
        Column(title=t("age"), width=84, align=_RIGHT, spare=1),
    )


def signal_cells(row: SignalRow) -> TableRow:
    """A signal; stale hides its value, a value out of its band is bold."""
    words = f"{row.value} {row.unit}".strip()
    bar = Band(value=row.number, low=row.low, high=row.high, bottom=row.bottom, top=row.top)
    past = Sparkline(stamp=row.stamp, low=row.low, high=row.high, values=row.past)
    normal = t("normal {band}", band=row.band) if row.band else ""
    return TableRow(
        key=row.key,
        cells=(
            Cell(text=row.name, bold=row.out),
            Cell(stale=row.stale) if row.stale else Cell(text=words, bold=row.out),
            Cell(stale=HATCHED)
            if row.stale and row.band
            else Cell(text=normal, soft=True, band=bar if row.band or row.number is not None else None),
            Cell(spark=past if row.past.size else None),
            Cell(text=row.quality, soft=row.quality == t("good"), bold=bool(row.stale)),
            Cell(text=row.age, soft=not row.stale),
        ),
    )


def _alarm_columns() -> tuple[Column, ...]:
    return (
        Column(title="", width=38),
        Column(title=t("alarm"), width=180, stretch=1),
        Column(title=t("at the controller"), width=196),
        Column(title=t("since"), width=84),
    )


def alarm_cells(row: AlarmRow) -> TableRow:
    """An alarm; not acknowledged is bold."""
    detail = f"{row.code} {row.count}".strip()
    return TableRow(
        key=row.key,
        cells=(
            Cell(priority=row.priority),
            Cell(text=row.message, detail=detail, bold=row.unacknowledged),
            Cell(text=row.state, detail=row.owner, soft=not row.unacknowledged),
            Cell(text=row.since, soft=True),
        ),
    )


def _case_columns() -> tuple[Column, ...]:
    return (
        Column(title="", width=38),
        Column(title=t("what"), width=150, stretch=1),
        Column(title=t("clock"), width=80, align=_RIGHT),
        Column(title=t("who has it"), width=120),
    )


def case_cells(row: CaseLine) -> TableRow:
    """A case with its mark, clock and owner."""
    return TableRow(
        key=row.key,
        cells=(
            Cell(priority=row.priority),
            Cell(text=row.title, detail=row.detail, bold=True),
            row.clock,
            Cell(text=row.owner, soft=row.offered),
        ),
    )


def _hold_columns() -> tuple[Column, ...]:
    return (
        Column(title="", width=38),
        Column(title=t("lots"), width=150, stretch=1),
        Column(title=t("units"), width=110, align=_RIGHT),
        Column(title=t("state"), width=120),
    )


def doubted(doubt: str) -> str:
    """ "Hold state unknown since 02:13": what stands where nothing would be said to be held."""
    return f"{doubt[:1].upper()}{doubt[1:]}"


def hold_cells(row: HoldRow) -> TableRow:
    """A hold."""
    lots = Cell(text=row.lots, detail=row.reason, bold=True, tags=row.tags)
    return TableRow(key=row.key, cells=(Cell(hold=True), lots, row.quantity, row.state))


def _control_columns() -> tuple[Column, ...]:
    return (
        Column(title="", width=38),
        Column(title=t("asked at"), width=90),
        Column(title=t("what"), width=240, stretch=3),
        Column(title=t("what became of it"), width=220, stretch=1),
    )


def control_cells(row: ControlLine) -> TableRow:
    """A request to the controller; what is not known yet is bold, an unknown outcome has its mark."""
    return TableRow(
        key=row.key,
        cells=(
            Cell(priority=row.priority),
            Cell(text=row.at, soft=True),
            Cell(text=row.what, detail=row.detail, bold=row.open),
            Cell(text=row.state, bold=row.open, soft=not row.open),
        ),
    )


def _check_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("at"), width=64),
        Column(title=t("check"), width=130, stretch=1),
        Column(title=t("value"), width=100, align=_RIGHT),
        Column(title=t("verdict"), width=90),
    )


def check_cells(row: CheckRow) -> TableRow:
    """A check; a failed one is bold."""
    verdict = Cell(text=row.verdict, bold=not row.passed, soft=row.passed)
    return TableRow(key=row.key, cells=(Cell(text=row.at, soft=True), row.what, row.value, verdict))
