"""The work view: lanes above, assignments and postings below, the selected thing at the right. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.work.board import LaneBoard
from ui.views.work.lag_strip import LagStrip
from ui.views.work.move_panel import MovePanel
from ui.views.work.rows import LagRow, LaneRow, ListRow, MoveSheet, Say, Sheet
from ui.views.work.sheet_view import SheetView
from ui.widgets.glyphs import Mark
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Align, Cell, Column, PaintedTable, TableRow

_FOCUS_IN = QEvent.Type.FocusIn
_WIDE, _NARROW = 420, 330
"""Width of the side panel, px, on a wide and on a narrow screen."""
_LISTS = 158
"""The least height of the lists, px; they get what the lanes do not need."""


class WorkWidget(QWidget):
    """Signals: `selected`, `activated` and `move_asked` carry a ref, `act` an action's id."""

    selected = Signal(str)
    activated = Signal(str)
    move_asked = Signal(str)
    act = Signal(str)
    line_chosen = Signal(str)
    move_confirmed = Signal(str)
    move_cancelled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._moving = False
        self._board = LaneBoard(look)
        self._assignments = PaintedTable(look, _assignment_columns(), empty=t("Nobody and nothing is on its way."))
        self._postings = PaintedTable(look, _posting_columns(), empty=t("Nothing was posted yet."))
        self._assignments.setAccessibleName(t("Assignments"))
        self._postings.setAccessibleName(t("Postings to the ERP"))
        self._lags = LagStrip(look)
        self._lists = QWidget()
        self._side = Panel(look)
        self._sheet = _SheetSide(look)
        self._move_panel = MovePanel(look)
        self._stack = QStackedLayout()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        moves, posts = Panel(self._look, t("Assignments")), Panel(self._look, t("Postings to the ERP"))
        moves.body.addWidget(self._assignments)
        posts.body.addWidget(self._lags)
        posts.body.addWidget(self._postings, 1)
        below = QHBoxLayout(self._lists)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(10)
        below.addWidget(moves, 4)
        below.addWidget(posts, 5)
        left = QVBoxLayout()
        left.setSpacing(10)
        self._lists.setMinimumHeight(_LISTS)
        left.addWidget(self._board, 20)
        left.addWidget(self._lists, 1)
        self._side.body.addLayout(self._stack)  # before its widgets: a stack without a parent shows them as windows
        self._stack.addWidget(self._sheet)
        self._stack.addWidget(self._move_panel)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 6, 12, 12)
        outer.setSpacing(10)
        outer.addLayout(left, 1)
        outer.addWidget(self._side)
        self.setFocusProxy(self._board)

    def _connect(self) -> None:
        self._board.selected.connect(self.selected)
        self._board.activated.connect(self.activated)
        self._board.move_asked.connect(self.move_asked)
        for table in (self._assignments, self._postings):
            table.selected.connect(self.selected)
            table.activated.connect(self.activated)
            table.installEventFilter(self)
        self._sheet.pressed.connect(self.act)
        self._move_panel.line_chosen.connect(self.line_chosen)
        self._move_panel.confirmed.connect(self.move_confirmed)
        self._move_panel.cancelled.connect(self.move_cancelled)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A list that gets the focus is what keys act on from then on."""
        if event.type() == _FOCUS_IN and isinstance(watched, PaintedTable) and watched.current:
            self.selected.emit(watched.current)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(_WIDE if self.width() >= 1500 else _NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._look.theme.ground)

    # --- setters ----------------------------------------------------------------------------------------------------

    def show_lanes(self, rows: Sequence[LaneRow]) -> None:
        """Show the lanes."""
        self._board.set_lanes(rows)

    def show_assignments(self, rows: Sequence[ListRow]) -> None:
        """Show the assignments."""
        self._assignments.set_rows([_table_row(row, mark=2) for row in rows])

    def show_postings(self, rows: Sequence[ListRow], lags: Sequence[LagRow]) -> None:
        """Show the postings and the posting lag."""
        self._postings.set_rows([_table_row(row, mark=1) for row in rows])
        self._lags.set_rows(lags)

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show what is selected; None: nothing is."""
        self._sheet.set_sheet(sheet)

    def show_move(self, move: MoveSheet | None) -> None:
        """Show a move that is being made; None: none is. Afterwards the lanes have the focus again."""
        if move is not None:
            fresh, self._moving = not self._moving, True
            self._stack.setCurrentWidget(self._move_panel)
            self._move_panel.set_move(move, fresh=fresh)
        elif self._moving:
            self._moving = False
            self._stack.setCurrentWidget(self._sheet)
            self._board.setFocus()

    @property
    def moving(self) -> bool:
        """Whether the keyboard is in the panel that makes a move."""
        return self._moving and self._move_panel.isAncestorOf(self.focusWidget())

    def mark(self, ref: str) -> None:
        """Mark an order or a person, and leave the keyboard where it is."""
        self._board.select(ref)

    def select(self, ref: str) -> None:
        """Mark a thing where it stands and give its list the focus."""
        owner: QWidget = self._board
        for kind, table in (("assignment", self._assignments), ("posting", self._postings)):
            if ref.startswith(f"{kind}/") and table.select(ref):
                owner = table
        if owner is self._board:
            self._board.select(ref)
        owner.setFocus()


class _SheetSide(QWidget):
    """The selected thing: title, blocks, and the keys that act on it."""

    pressed = Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._mark = Mark(look, hold=True)
        self._title = text_label(px=18, bold=True, elide=True)
        self._subtitle = text_label(px=13, soft=True, elide=True)
        self._blocks = SheetView(look)
        self._keys = KeyStrip(look)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._mark)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._subtitle)
        column.addWidget(self._blocks, 1)
        column.addWidget(self._keys)
        self._keys.pressed.connect(self.pressed)
        self.set_sheet(None)

    def set_sheet(self, sheet: Sheet | None) -> None:
        """Show a sheet, or how to come by one."""
        self._mark.setVisible(sheet is not None and sheet.held)
        self._title.setText(sheet.title if sheet else t("Nothing selected"))
        self._subtitle.setText(sheet.subtitle if sheet else "")
        hint = Say(text=t("J and K walk through the orders, the arrows to the people, Tab to the lists."), soft=True)
        self._blocks.set_blocks(sheet.blocks if sheet else (hint,))
        self._keys.set_keys([(k.action, k.key, k.text) for k in sheet.keys] if sheet else [])


def _table_row(row: ListRow, *, mark: int) -> TableRow:
    """A list's row as the table's; its mark stands before the state in column `mark`."""
    cells = (
        Cell(
            text=text,
            detail=detail,
            bold=place == 0,
            priority=row.priority if place == mark else 0,
            tags=row.tags if place == 0 else (),
        )
        for place, (text, detail) in enumerate(row.cells)
    )
    return TableRow(key=row.key, cells=tuple(cells))


def _assignment_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("who or what"), width=110, stretch=2),
        Column(title=t("from, to"), width=130, stretch=1),
        Column(title=t("state"), width=150, stretch=3),
    )


def _posting_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("what"), width=150, stretch=3),
        Column(title=t("state"), width=100, stretch=1),
        Column(title=t("ERP: document or words"), width=130, stretch=4),
        Column(title=t("age, lag"), width=100, align=Align.RIGHT),
    )
