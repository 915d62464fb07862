"""The overview's widget: the sheet of lines, scrolled when they are too many, over the shift strip. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.overview.rows import LineRow, ShiftRow
from ui.views.overview.sheet import Sheet
from ui.views.overview.shiftstrip import ShiftStrip


class View(QWidget):
    """Setters in, signals out; signals carry the id of a machine or line."""

    machine_selected = Signal(str)
    machine_opened = Signal(str)
    line_opened = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sheet = Sheet(look)
        self._sheet.setAccessibleName(t("Lines and machines"))
        self._strip = ShiftStrip(look)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._sheet)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._strip)
        self.setFocusProxy(self._sheet)
        self.setAccessibleName(t("Overview"))
        self._sheet.machine_selected.connect(self.machine_selected)
        self._sheet.machine_opened.connect(self.machine_opened)
        self._sheet.line_opened.connect(self.line_opened)
        self._sheet.shown_at.connect(self._bring)

    def set_lines(self, lines: Sequence[LineRow]) -> None:
        """Show these lines."""
        self._sheet.set_lines(lines)

    def set_shift(self, shift: ShiftRow) -> None:
        """Show the shift so far."""
        self._strip.set_shift(shift)

    def select(self, machine: str) -> None:
        """Select a machine and bring its line into sight."""
        self._sheet.select(machine)

    def _bring(self, frame: QRect) -> None:
        self._scroll.ensureVisible(frame.center().x(), frame.top(), 0, 8)
        self._scroll.ensureVisible(frame.center().x(), frame.bottom(), 0, 8)
