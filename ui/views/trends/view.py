"""The trends view: the machine tree with its search at the left, the strips with their values at the right. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.trends.rows import Axis, Strip, TreeRow
from ui.views.trends.strips import StripStack
from ui.widgets.forms import LineEdit
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Cell, Column, PaintedTable, TableRow

_OVERRIDE = QEvent.Type.ShortcutOverride
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_K = Qt.Key
_ENTER = (_K.Key_Return, _K.Key_Enter)
_WIDE, _NARROW = 340, 270
_INDENT = "    "

_OWN_KEYS = frozenset(
    {_K.Key_J, _K.Key_K, _K.Key_L, _K.Key_Plus, _K.Key_Minus, _K.Key_Equal, _K.Key_Delete, _K.Key_Backspace,
     _K.Key_Slash, _K.Key_Home, _K.Key_End, _K.Key_Escape}
)  # fmt: skip
"""Keys that mean something here and must not reach an action of the window."""


class TrendsWidget(QWidget):
    """Signals say what the person wants; shares are of the span: `panned(-0.25)` is a quarter back."""

    searched = Signal(str)
    toggled = Signal(str)
    branched = Signal(str, bool)
    strip_picked = Signal(str)
    stepped = Signal(int)
    removed = Signal()
    zoomed = Signal(int)
    panned = Signal(float)
    cursor_moved = Signal(float)
    pointed = Signal(float)
    followed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._find = LineEdit(look, t("Find a signal"), key="/", name=t("Find a signal"))
        self._tree = PaintedTable(look, _tree_columns(), row_height=30, empty=t("Nothing is called that."))
        self._tree.setAccessibleName(t("Machines and signals"))
        self._side = Panel(look, t("Signals"))
        self._live = text_label(px=14, bold=True)
        self._span = text_label(px=14, soft=True, elide=True)
        self._strips = StripStack(look)
        self._strips.setAccessibleName(t("Trends"))
        self._keys = KeyStrip(look, row_height=34)
        self._keys.set_keys(_keys())
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self._side.body.addWidget(self._find)
        self._side.body.addWidget(self._tree, 1)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self._live)
        head.addWidget(self._span, 1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(head)
        right.addWidget(self._strips, 1)
        right.addWidget(self._keys)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(12, 10, 12, 6)
        outer.setSpacing(12)
        outer.addWidget(self._side)
        outer.addLayout(right, 1)
        self.setFocusProxy(self._strips)

    def _connect(self) -> None:
        self._find.textChanged.connect(self.searched)
        self._tree.activated.connect(self.toggled)
        self._strips.picked.connect(self.strip_picked)
        self._strips.pointed.connect(self.pointed)
        self._strips.zoomed.connect(self.zoomed)
        self._keys.pressed.connect(self._pressed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(_WIDE if self.width() >= 1500 else _NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._look.theme.ground)

    # --- setters ----------------------------------------------------------------------------------------------------

    def show_tree(self, rows: Sequence[TreeRow]) -> None:
        """Show the tree, or what the search found."""
        self._tree.set_rows([_tree_row(row) for row in rows])

    def show_strips(self, strips: Sequence[Strip], axis: Axis, selected: str) -> None:
        """Show the strips and their common time."""
        self._live.setText(t("Live") if axis.live else t("Past"))
        at = t("the last {span}", span=axis.span) if axis.live else t("{span}, L goes back to live", span=axis.span)
        words = t("{span} · cursor at {at}", span=at, at=axis.cursor)
        self._span.setText(t("{words} · reading…", words=words) if axis.reading else words)
        self._strips.set_strips(strips, axis, selected)

    def select_row(self, key: str) -> None:
        """Mark a row of the tree."""
        self._tree.select(key)

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """The keys of this view are its own while it has the focus; typing stays with the search."""
        if isinstance(event, QKeyEvent) and event.type() == _OVERRIDE and _own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & _CHORD:
            event.ignore()
        elif self._find.hasFocus():
            self._key_in_search(event)
        elif event.key() == _K.Key_Slash:
            self._find.setFocus()
            self._find.selectAll()
        elif self._tree.hasFocus():
            self._key_in_tree(event)
        else:
            self._key_in_strips(event)

    def _key_in_search(self, event: QKeyEvent) -> None:
        """Down or Enter goes to what was found; Esc clears it."""
        if event.key() in (_K.Key_Down, *_ENTER):
            self._tree.setFocus()
            if not self._tree.current:
                self._tree.step(1)
        elif event.key() == _K.Key_Escape:
            self._find.clear()
            self._strips.setFocus()
        else:
            event.ignore()

    def _key_in_tree(self, event: QKeyEvent) -> None:
        if event.key() in (_K.Key_Right, _K.Key_Left) and self._tree.current:
            self.branched.emit(self._tree.current, event.key() == _K.Key_Right)
        elif event.key() == _K.Key_Space and self._tree.current:
            self.toggled.emit(self._tree.current)
        elif event.key() == _K.Key_Escape:
            self._strips.setFocus()
        else:
            event.ignore()

    def _key_in_strips(self, event: QKeyEvent) -> None:
        key, shift = event.key(), bool(event.modifiers() & _SHIFT)
        if key in (_K.Key_Left, _K.Key_Right):
            sign = 1 if key == _K.Key_Right else -1
            (self.panned if shift else self.cursor_moved).emit(sign * (0.25 if shift else 0.01))
        elif key in (_K.Key_J, _K.Key_Down, _K.Key_K, _K.Key_Up):
            self.stepped.emit(1 if key in (_K.Key_J, _K.Key_Down) else -1)
        elif key in (_K.Key_Plus, _K.Key_Equal, _K.Key_Minus):
            self.zoomed.emit(1 if key == _K.Key_Minus else -1)
        elif key in (_K.Key_L, _K.Key_End, _K.Key_Escape):
            self.followed.emit()
        elif key == _K.Key_Home:
            self.panned.emit(-1e6)
        elif key in (_K.Key_Delete, _K.Key_Backspace):
            self.removed.emit()
        else:
            event.ignore()

    def _pressed(self, action: str) -> None:
        """A key cap was pressed with the mouse."""
        self._strips.setFocus()
        does = {
            "back": lambda: self.panned.emit(-0.25),
            "on": lambda: self.panned.emit(0.25),
            "near": lambda: self.zoomed.emit(-1),
            "far": lambda: self.zoomed.emit(1),
            "live": self.followed.emit,
            "hide": self.removed.emit,
            "find": self._find.setFocus,
        }
        does.get(action, lambda: None)()


def _own(event: QKeyEvent) -> bool:
    return event.key() in _OWN_KEYS and not event.modifiers() & _CHORD


def _keys() -> tuple[tuple[str, str, str], ...]:
    return (
        ("find", "/", t("find a signal")),
        ("cursor", "← →", t("cursor")),
        ("back", "Shift ←", t("back")),
        ("on", "Shift →", t("on")),
        ("near", "+", t("nearer")),
        ("far", "−", t("farther")),
        ("live", "L", t("live")),
        ("strip", "J K", t("signal")),
        ("hide", "Del", t("hide it")),
    )


def _tree_columns() -> tuple[Column, ...]:
    return (Column(title=t("signal"), width=150, stretch=3), Column(title=t("normal"), width=90, stretch=1))


def _tree_row(row: TreeRow) -> TableRow:
    sign = "" if row.open is None else "– " if row.open else "+ "
    dot = "● " if row.chosen else ""
    text = f"{_INDENT * row.depth}{dot}{sign}{row.text}"
    return TableRow(
        key=row.key, cells=(Cell(text=text, bold=row.chosen or row.depth == 0), Cell(text=row.detail, soft=True))
    )
