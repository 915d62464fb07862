"""The screen of one line: its machines big, then its orders, lots and open cases. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.models.cases import CaseLine
from ui.models.orders import OrderRow
from ui.models.signals import SignalRow
from ui.text import t
from ui.theme import Look
from ui.views.line.rows import LineState, LotRow, MachineRow
from ui.widgets.bars import ProgressBar
from ui.widgets.forms import ChoiceChips
from ui.widgets.glyphs import Mark
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import HATCHED, Align, Band, Cell, Column, PaintedTable, TableRow

_RIGHT = Align.RIGHT


class View(QWidget):
    """Setters in, signals out. `selected` and `opened` carry refs ("machine/…", "order/…", "lot/…", "case/…")."""

    selected = Signal(str)
    opened = Signal(str)
    chosen = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = ChoiceChips(look, name=t("Line"))
        self._lines.chosen.connect(self.chosen)
        self._head = _Head(look)
        self._machines = self._table(
            look, "machine", _machine_columns(), row_height=58, most_height=84, name=t("Machines")
        )
        self._orders = self._table(look, "order", _order_columns(), name=t("Orders"), empty=t("No order is planned"))
        self._lots = self._table(look, "lot", _lot_columns(), name=t("Lots"), empty=t("Nothing is counted yet"))
        self._cases = self._table(look, "case", _case_columns(), name=t("Open cases"), empty=t("Nothing is open here"))
        below = QHBoxLayout()
        below.setSpacing(10)
        for title, table, share in (
            (t("Running order and queue"), self._orders, 5),
            (t("Lots of the running order"), self._lots, 4),
            (t("Open cases of the line"), self._cases, 5),
        ):
            below.addWidget(_framed(look, title, table), share)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self._lines)
        layout.addWidget(self._head)
        layout.addWidget(_framed(look, "", self._machines), 3)
        layout.addLayout(below, 2)
        self.setFocusProxy(self._machines)
        self.setAccessibleName(t("Line"))

    def _table(
        self,
        look: Look,
        kind: str,
        columns: Sequence[Column],
        *,
        name: str,
        empty: str = "",
        row_height: int = 46,
        most_height: int = 0,
    ) -> PaintedTable:
        table = PaintedTable(look, columns, row_height=row_height, most_height=most_height, empty=empty)
        table.setAccessibleName(name)
        table.selected.connect(lambda key: self.selected.emit(f"{kind}/{key}" if key else ""))
        table.activated.connect(lambda key: self.opened.emit(f"{kind}/{key}"))
        return table

    def set_choices(self, lines: Sequence[tuple[str, str]], chosen: str) -> None:
        """The lines of the plant, and the one that is shown."""
        self._lines.set_choices(lines)
        self._lines.choose(chosen, tell=False)
        self._lines.setVisible(len(lines) > 1)

    def set_line(self, state: LineState) -> None:
        """Show a line."""
        self._head.set_line(state)
        self._machines.set_rows([machine_row(row) for row in state.machines])
        self._orders.set_rows([order_row(row, first=place == 0) for place, row in enumerate(state.queue)])
        self._lots.set_rows([lot_row(row) for row in state.lots])
        self._cases.set_rows([case_row(row) for row in state.cases])

    def select(self, ref: str) -> None:
        """Select a machine of the line."""
        kind, _, key = ref.partition("/")
        if kind == "machine":
            self._machines.select(key)


class _Head(Panel):
    """Name, order, progress and outlook of the line, and who is on it."""

    def __init__(self, look: Look) -> None:
        super().__init__(look)
        self._mark, self._hold = Mark(look, size=22), Mark(look, hold=True, size=22)
        self._name = text_label(px=22, bold=True)
        self._order = text_label(px=16)
        self._item = text_label(px=16, soft=True)
        self._bar = ProgressBar(look, height=16)
        self._bar.setMaximumWidth(420)
        self._quantity = text_label(px=16)
        self._due = text_label(px=16, soft=True)
        self._warn = Mark(look, size=18)
        self._outlook = text_label(px=16, elide=True)
        self._people = text_label(px=14, soft=True, elide=True)
        row = QHBoxLayout()
        row.setSpacing(12)
        for widget in (self._mark, self._name, self._hold, self._order, self._item):
            row.addWidget(widget)
        row.addWidget(self._bar, 2)
        for widget in (self._quantity, self._due, self._warn):
            row.addWidget(widget)
        row.addWidget(self._outlook, 3)
        self.body.addLayout(row)
        self.body.addWidget(self._people)

    def set_line(self, state: LineState) -> None:
        """Show the head of a line."""
        order = state.order
        self.set_priority(state.priority if state.priority in (1, 2) else 0)
        self._mark.set(state.priority)
        self._mark.setVisible(bool(state.priority))
        self._hold.setVisible(state.hold)
        self._name.setText(state.name)
        self._order.setText(order.number or t("No order"))
        self._item.setText(order.item)
        self._bar.set(order.done, order.plan)
        self._quantity.setText(order.quantity)
        self._due.setText(order.due)
        self._warn.set(order.priority)
        self._warn.setVisible(bool(order.priority))
        self._outlook.setText(order.outlook)
        self._people.setText(state.people)


def _framed(look: Look, title: str, table: PaintedTable) -> Panel:
    panel = Panel(look, title)
    panel.body.addWidget(table)
    table.setMinimumHeight(120)
    return panel


def _machine_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("machine"), width=190, stretch=2),
        Column(title=t("state"), width=190, stretch=3),
        Column(title=t("rate"), width=190, stretch=3),
        Column(title=t("made"), width=110, align=_RIGHT),
        Column(title=t("rejects"), width=120, align=_RIGHT),
        Column(title=t("buffer before"), width=130, stretch=1, spare=2),
        Column(title=t("material"), width=140, stretch=1, spare=3),
        Column(title=t("key value"), width=210, stretch=2, spare=1),
        Column(title=t("who has it"), width=120, stretch=1, spare=4),
    )


def machine_row(row: MachineRow) -> TableRow:
    """A machine as the table paints it; a stale one hatches every value."""
    name = Cell(
        text=row.name,
        detail=row.lot and t("lot {lot}", lot=row.lot),
        bold=True,
        priority=row.priority,
        hold=row.hold,
    )
    if row.stale:
        gone = Cell(stale=HATCHED)
        cells = (name, Cell(stale=row.stale), gone, gone, gone, gone, gone, gone, Cell(text=row.owner))
        return TableRow(key=row.key, cells=cells)
    out = row.rate_value is not None and not row.low <= row.rate_value <= row.high
    rate = Band(value=row.rate_value, low=row.low, high=row.high, top=row.top, priority=row.priority if out else 0)
    buffer = None if row.fill is None else Band(value=row.fill, low=0.05, high=0.95)
    return TableRow(
        key=row.key,
        cells=(
            name,
            Cell(text=row.state, detail=row.clock and t("for {clock}", clock=row.clock), soft=not row.loud),
            Cell(text=row.rate, band=rate),
            Cell(text=row.made, detail=row.made_unit),
            Cell(text=row.rejects, detail=row.rejects_detail),
            Cell(text="–" if row.fill is None else f"{row.fill * 100:.0f} %", band=buffer),
            value_cell(row.material),
            value_cell(row.key_value, named=True),
            Cell(text=row.owner),
        ),
    )


def value_cell(row: SignalRow | None, *, named: bool = False) -> Cell:
    """A value with its unit over its band; a value out of its band is bold."""
    if row is None:
        return Cell(text="–", soft=True)
    if row.stale:
        return Cell(stale=row.stale)
    words = f"{row.value} {row.unit}".strip()
    band = Band(value=row.number, low=row.low, high=row.high, bottom=row.bottom, top=row.top)
    return Cell(text=f"{row.name} {words}" if named else words, bold=row.out, band=band)


def _order_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("order"), width=150, stretch=2),
        Column(title=t("made / quantity"), width=150, stretch=3),
        Column(title=t("due"), width=90),
        Column(title=t("outlook"), width=120, stretch=4, spare=1),
    )


def order_row(row: OrderRow, *, first: bool) -> TableRow:
    """An order; the running one is bold."""
    band = Band(value=row.done, plan=row.plan if first else None, progress=True)
    return TableRow(
        key=row.number,
        cells=(
            Cell(text=row.number, detail=row.item, bold=first),
            Cell(text=row.quantity, band=band),
            row.due,
            Cell(text=row.outlook, priority=row.priority, soft=not row.priority),
        ),
    )


def _lot_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("lot"), width=130, stretch=3),
        Column(title=t("good"), width=80, align=_RIGHT),
        Column(title=t("scrap"), width=70, align=_RIGHT),
        Column(title=t("from – to"), width=110, spare=1),
    )


def lot_row(row: LotRow) -> TableRow:
    """A lot with its hold mark."""
    lot = Cell(text=row.key, detail=row.hold_words, bold=row.hold, hold=row.hold)
    return TableRow(key=row.key, cells=(lot, row.good, row.scrap, Cell(text=row.span, soft=True)))


def _case_columns() -> tuple[Column, ...]:
    return (
        Column(title="", width=38),
        Column(title=t("what"), width=150, stretch=3),
        Column(title=t("clock"), width=80, align=_RIGHT),
        Column(title=t("who has it"), width=110, stretch=1),
    )


def case_row(row: CaseLine) -> TableRow:
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
