"""The health page: a table of what is wrong with what to do, and all there is to read of the selected row. Passive."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.health.rows import HealthRow, Page
from ui.widgets.forms import Button
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Cell, Column, PaintedTable, TableRow

_WIDE, _NARROW = 520, 340
ROW_HEIGHT = 52
MOST_LINES = 24
"""Of what is well so much is read at once."""


class HealthView(QWidget):
    """`save_pressed`: somebody wants the diagnostics."""

    save_pressed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._page = Page(summary="", priority=0, rows=())
        self._summary = text_label(px=17, soft=True, elide=True)
        self._save = Button(look, t("Save diagnostics"))
        self._save.clicked.connect(self.save_pressed)
        columns = (
            Column(title="", width=34),
            Column(title=t("where"), width=130, spare=1),
            Column(title=t("what"), width=190, stretch=1),
            Column(title=t("how it stands, and what to do"), width=380, stretch=4),
        )
        self._table = PaintedTable(look, columns, row_height=ROW_HEIGHT, empty=t("Nothing has been looked at yet."))
        self._table.setAccessibleName(t("Checks"))
        self._table.selected.connect(self._explain)
        self._list = Panel(look)
        self._side = Panel(look, t("The selected check"))
        self._title = text_label(px=17, bold=True, wrap=True)
        self._said = text_label(px=14, wrap=True)
        self._head = text_label(t("What to do next"), px=13, bold=True, soft=True)
        self._next = text_label(px=15, wrap=True)
        self._lines = [text_label(px=14, soft=True, wrap=True) for _ in range(MOST_LINES)]
        self._build()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(text_label(t("Health"), px=26, bold=True))
        head.addWidget(self._summary, 1)
        head.addWidget(self._save)
        self._list.body.addWidget(self._table, 1)
        for widget in (self._title, self._said, self._head, self._next, *self._lines):
            self._side.body.addWidget(widget)
        self._side.body.addStretch(1)
        body = QHBoxLayout()
        body.setSpacing(10)
        body.addWidget(self._list, 1)
        body.addWidget(self._side)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 10, 12, 10)
        outer.setSpacing(10)
        outer.addLayout(head)
        outer.addLayout(body, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self._table)
        self._explain("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(_WIDE if self.width() >= 1500 else _NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._look.theme.ground)

    def show_page(self, page: Page) -> None:
        """Show these checks; the selected one stays selected."""
        if page == self._page:
            return
        first = not self._page.rows
        self._page = page
        self._summary.setText(page.summary)
        self._table.set_rows([_row(row) for row in page.rows])
        if first and page.rows:
            self._table.select(page.rows[0].key)
        self._explain(self._table.current)

    def _explain(self, key: str) -> None:
        row = next((row for row in self._page.rows if row.key == key), None)
        self._side.set_priority(row.priority if row is not None else 0)
        self._title.setText(f"{row.group}: {row.title}" if row is not None else "")
        self._said.setText(row.said if row is not None else t("Select a row to read all of it."))
        for widget in (self._head, self._next):
            widget.setVisible(row is not None and bool(row.next))
        self._next.setText(row.next if row is not None else "")
        lines = row.lines[:MOST_LINES] if row is not None else ()
        for place, label in enumerate(self._lines):
            label.setVisible(place < len(lines))
            label.setText(lines[place] if place < len(lines) else "")


def _row(row: HealthRow) -> TableRow:
    return TableRow(
        key=row.key,
        cells=(
            Cell(priority=row.priority),
            Cell(text=row.group, soft=True),
            Cell(text=row.title, bold=bool(row.priority), soft=row.soft),
            Cell(text=row.said, detail=row.next, soft=row.soft),
        ),
    )
