"""Ctrl+K: find anything by a few letters and go there or do it. Shows the key that would have done it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.entries import Entry, find
from ui.overlay import Overlay
from ui.text import t
from ui.theme import Look
from ui.widgets.forms import LineEdit
from ui.widgets.table import HEADER, Align, Cell, Column, PaintedTable, TableRow

WIDTH, ROW, ROWS = 820, 44, 11
_ENTERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}


class SearchLine(LineEdit):
    """A line whose up and down keys move the list below."""

    stepped = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)


class Palette(Overlay):
    """A line and what it finds. `picked` gets the entry, after the palette has gone."""

    def __init__(self, look: Look, host: QWidget, picked: Callable[[Entry], None]) -> None:
        super().__init__(look, host, width=WIDTH)
        self._picked = picked
        self._entries: Sequence[Entry] = ()
        self._found: dict[str, Entry] = {}
        self.setAccessibleName(t("Find anything"))
        self._line = SearchLine(look, t("machine, line, case, lot, person, view or action"), name=t("Find"))
        columns = (
            Column(title=t("found"), width=330, stretch=1),
            Column(title="", width=340, stretch=1),
            Column(title=t("key"), width=90, align=Align.RIGHT),
        )
        self._table = PaintedTable(look, columns, row_height=ROW, empty=t("Nothing has such a name."))
        self._table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._table.setFixedHeight(HEADER + ROW * ROWS)
        self._line.textChanged.connect(self._search)
        self._line.stepped.connect(self._table.step)
        self._line.returnPressed.connect(lambda: self._pick(self._table.current))
        self._table.activated.connect(self._pick)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(8)
        box.addWidget(self._line)
        box.addWidget(self._table)

    def search(self, entries: Sequence[Entry]) -> None:
        """Open over these entries, with nothing typed yet."""
        self._entries = entries
        self._line.clear()
        self._search("")
        self.open()
        self._line.setFocus(Qt.FocusReason.PopupFocusReason)

    def type(self, text: str) -> None:
        """As if a person had typed it."""
        self._line.setText(text)

    @property
    def found(self) -> tuple[Entry, ...]:
        """What stands in the list, best first."""
        return tuple(self._found.values())

    def _search(self, query: str) -> None:
        self._found = {entry.id: entry for entry in find(self._entries, query)}
        self._table.set_rows([as_row(entry) for entry in self._found.values()])
        first = next(iter(self._found), "")
        self._table.select(first)

    def _pick(self, key: str) -> None:
        entry = self._found.get(key)
        if entry is not None:
            self.leave()
            self._picked(entry)


def as_row(entry: Entry) -> TableRow:
    """An entry as the table shows it."""
    name = Cell(text=entry.text, bold=True, priority=entry.priority)
    return TableRow(
        key=entry.id,
        cells=(name, Cell(text=entry.detail, soft=True), Cell(text=entry.key.replace("Return", "Enter"), soft=True)),
    )
