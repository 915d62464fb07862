"""The panel of a move: where to, what it breaks, why, and one button that says what it does."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.work.rows import MoveSheet
from ui.views.work.sheet_view import SheetView
from ui.widgets.forms import Button, ChoiceChips, LineEdit, Tone
from ui.widgets.labels import text_label

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class MovePanel(QWidget):
    """`line_chosen` carries a line, `confirmed` the reason. Enter in the reason goes to the button; Esc gives up."""

    line_chosen = Signal(str)
    confirmed = Signal(str)
    cancelled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = text_label(px=18, bold=True, elide=True)
        self._subtitle = text_label(px=13, soft=True, elide=True)
        self._lines = ChoiceChips(look, name=t("To which line"))
        self._breaks = SheetView(look)
        self._breaks.setAccessibleName(t("What it breaks"))
        self._reason = LineEdit(look, t("Why, in one sentence"))
        self._confirm = Button(look, t("Choose a line"), key="Enter", tone=Tone.PRIMARY)
        self._cancel = Button(look, t("Cancel"), key="Esc")
        self._lay_out()
        self._lines.chosen.connect(self._chosen)
        self._confirm.clicked.connect(self._press)
        self._cancel.clicked.connect(self.cancelled)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._confirm, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._title, self._subtitle, text_label(t("To"), px=13, bold=True, soft=True), self._lines):
            column.addWidget(widget)
        column.addWidget(text_label(t("What it breaks"), px=13, bold=True, soft=True))
        column.addWidget(self._breaks, 1)
        column.addWidget(self._reason)
        column.addLayout(buttons)

    def set_move(self, move: MoveSheet, *, fresh: bool) -> None:
        """Show a move; a fresh one starts empty with the focus on the lines."""
        self._title.setText(move.title)
        self._subtitle.setText(move.subtitle)
        self._lines.set_choices(move.lines)
        self._lines.choose(move.line, tell=False)
        self._breaks.set_blocks(move.blocks)
        self._confirm.set_text(move.confirm)
        self._confirm.setEnabled(bool(move.line))
        self._confirm.set_tone(Tone.DANGER if move.grave else Tone.PRIMARY)
        if fresh:
            self._reason.clear()
            self._lines.setFocus()

    def _chosen(self, line: str) -> None:
        self.line_chosen.emit(line)
        self._reason.setFocus()

    def _press(self) -> None:
        if self._reason.text().strip():
            self.confirmed.emit(self._reason.text())
        else:
            self._reason.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
        elif event.key() in _ENTER and self._confirm.hasFocus():
            self._press()
        elif event.key() in _ENTER and self._confirm.isEnabled() and self._reason.text().strip():
            self._confirm.setFocus()
        else:
            event.ignore()
