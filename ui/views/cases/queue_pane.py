"""The left of the cases view: filters, the text filter and the queue. Passive: rows in, signals out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.text import hms, t
from ui.theme import Look
from ui.views.cases.rows import FilterChip, QueueItem, QueueRow
from ui.widgets.forms import ChoiceChips, LineEdit
from ui.widgets.table import Align, Cell, Column, PaintedTable

NARROW = 660
"""Below this width, px, the queue drops the column that says since when: the clock says as much."""

_ESCAPE, _RETURN, _ENTER, _DOWN = Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down


def columns(wide: bool) -> tuple[Column, ...]:
    """The queue's columns; fixed widths, so that nothing moves for its content."""
    since = (Column(title=t("since"), width=84),) if wide else ()
    return (
        Column(title="", width=36),
        *since,
        Column(title=t("where"), width=126 if wide else 118),
        Column(title=t("what"), width=150, stretch=3),
        Column(title=t("clock"), width=72 if wide else 64, align=Align.RIGHT),
        Column(title=t("owner"), width=128 if wide else 116, stretch=1),
    )


def cells_of(row: QueueRow, at: datetime | None, wide: bool) -> Sequence[Cell | str]:
    """A case in the table; its clocks are those of the instant."""
    running = hms((at - row.running_since).total_seconds()) if at and row.running_since else row.clock
    detail = row.owner_detail
    if at and row.deadline:
        detail = f"{detail} {hms((row.deadline - at).total_seconds())}"
    since = (Cell(text=row.since, soft=row.faint),) if wide else ()
    return (
        Cell(priority=row.priority),
        *since,
        Cell(text=row.where),
        Cell(text=row.what, detail=row.detail, bold=True, hold=row.held, tags=row.tags),
        Cell(text=running),
        Cell(text=row.owner, detail=detail),
    )


class FilterLine(LineEdit):
    """The text filter: Escape empties it and gives the queue back, Enter and ↓ go to the queue."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _ESCAPE:
            self.clear()
            self.left.emit()
        elif event.key() in (_RETURN, _ENTER, _DOWN):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class QueuePane(QWidget):
    """`picked` carries a row's key when it is selected, `opened` when Enter is struck on it."""

    picked = Signal(str)
    opened = Signal(str)
    filter_chosen = Signal(str)
    searched = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: datetime | None = None
        self._wide = True
        self._chips = ChoiceChips(look, name=t("Filter"))
        self._chips.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._chips.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._search = FilterLine(look, t("filter"), key="/", name=t("Text filter"))
        self.table = PaintedTable(
            look,
            columns(True),
            row_height=48,
            empty=t("Nothing open here."),
            cells=lambda item: cells_of(item.row, self._now, self._wide),
        )
        self.table.setAccessibleName(t("Cases"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._chips)
        layout.addWidget(self._search)
        layout.addWidget(self.table, 1)
        self._chips.chosen.connect(self.filter_chosen)
        self._search.textChanged.connect(self.searched)
        self._search.left.connect(self.table.setFocus)
        self.table.selected.connect(self.picked)
        self.table.activated.connect(self.opened)

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        """The filters with how many cases each takes."""
        self._chips.set_choices([(chip.id, f"{chip.text} {chip.count}") for chip in chips])
        chosen = next((chip.id for chip in chips if chip.chosen), "")
        if chosen != self._chips.value:
            self._chips.choose(chosen, tell=False)

    def set_queue(self, items: Sequence[QueueItem], selected: str) -> None:
        """Other rows; the selected one stays where it is. Nothing is selected while the queue is being filled."""
        self.table.blockSignals(True)
        self.table.set_rows(items, filling=not selected)
        if selected != self.table.current:
            self.table.select(selected)
        self.table.blockSignals(False)

    def set_search(self, words: str) -> None:
        """The text filter from outside."""
        if words != self._search.text():
            self._search.setText(words)

    def set_now(self, now: datetime) -> None:
        """Move the clocks: only their columns are painted again."""
        self._now = now
        view = self.table.viewport()
        for x, width in self.table.column_spans()[-2:]:
            view.update(QRect(x, 0, width, view.height()))

    def focus_search(self) -> None:
        """Put the cursor into the text filter."""
        self._search.setFocus()
        self._search.selectAll()

    def choose(self, place: int) -> None:
        """The filter at a place counted from 0, as its number key does."""
        self._chips.setFocus()
        press = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_1.value + place, Qt.KeyboardModifier.NoModifier)
        self._chips.keyPressEvent(press)
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= NARROW
        if wide is not self._wide:
            self._wide = wide
            self.table.set_columns(columns(wide))
