"""The browse view: servers at the left, what one has in the middle, the tags picked out of it at the right. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.browse.rows import NodeRow, PickPanel, PickRow, ServerRow, ServerState
from ui.widgets.forms import Button, ChoiceChips, LineEdit, Tone
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Cell, Column, PaintedTable, TableRow

_OVERRIDE = QEvent.Type.ShortcutOverride
_CONTROL = Qt.KeyboardModifier.ControlModifier
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_K = Qt.Key
_ENTER = (_K.Key_Return, _K.Key_Enter)
_LEFT_PX, _RIGHT_PX = 330, 470
_ROW, _NODE_ROW = 46, 28
_INDENT = "    "
_OWN_KEYS = frozenset({_K.Key_Slash, _K.Key_Space, _K.Key_Delete, _K.Key_Left, _K.Key_Right, _K.Key_Escape})
"""Keys that mean something here and must not reach an action of the window."""
DEMANDED, NONE = "demanded", "none"


class BrowseWidget(QWidget):
    """Signals say what the person wants; nodes and picks are named by their keys."""

    server_chosen = Signal(str)
    url_entered = Signal(str, str)
    cancelled = Signal()
    activated = Signal(str)
    branched = Signal(str, bool)
    searched = Signal(str, str)
    machine_chosen = Signal(str)
    pick_opened = Signal(str)
    pick_removed = Signal(str)
    write_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._busy = self._searching = False
        self._branch = ""
        self._build_server(look)
        self._build_nodes(look)
        self._build_picks(look)
        self._keys = KeyStrip(look, row_height=34)
        self._keys.set_keys(_keys())
        self._lay_out(look)
        self._connect()
        self.setFocusProxy(self._servers)

    # --- building ---------------------------------------------------------------------------------------------------

    def _build_server(self, look: Look) -> None:
        self._servers = PaintedTable(
            look,
            (Column(title=t("controller"), width=200, stretch=1),),
            row_height=_ROW,
            empty=t("The plant file has no OPC UA controller."),
        )
        self._servers.setAccessibleName(t("Controllers"))
        self._url = LineEdit(look, t("opc.tcp://host:port/path"), name=t("Address of a server"))
        choices = ((DEMANDED, t("Encrypted")), (NONE, t("Not secured")))
        self._security = ChoiceChips(look, choices, name=t("Security"), keys=False)
        self._security.choose(DEMANDED, tell=False)
        self._to_url = Button(look, t("Connect"), key="↵")
        self._stop = Button(look, t("Cancel"), key="Esc")
        self._words = text_label(px=15, bold=True, wrap=True)
        self._todo = text_label(px=13, soft=True, wrap=True)

    def _build_nodes(self, look: Look) -> None:
        self._find = LineEdit(
            look, t("Search below the selected folder, then Enter"), key="/", name=t("Search by name")
        )
        self._nodes = PaintedTable(
            look,
            (
                Column(title=t("name"), width=240, stretch=3),
                Column(title=t("type"), width=90),
                Column(title=t("value now"), width=130, stretch=1),
                Column(title=t("status"), width=70, spare=1),
                Column(title=t("tag"), width=110, stretch=1),
            ),
            row_height=_NODE_ROW,
            empty=t("Nothing is shown yet."),
        )
        self._nodes.setAccessibleName(t("What the server has"))

    def _build_picks(self, look: Look) -> None:
        self._machines = ChoiceChips(look, name=t("Machine"), keys=False)
        self._picks = PaintedTable(
            look,
            (Column(title=t("tag"), width=200, stretch=2), Column(title=t("value now"), width=120, stretch=1)),
            row_height=_ROW,
            empty=t("Nothing is picked."),
        )
        self._picks.setAccessibleName(t("Picked"))
        self._lines = QPlainTextEdit()
        self._lines.setReadOnly(True)
        self._lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._lines.setFont(look.font(13, mono=True))
        self._lines.setAccessibleName(t("Lines that will be written"))
        self._lines.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._missing = text_label(px=14, bold=True, wrap=True)
        self._write = Button(look, t("Write"), key="Ctrl+↵", tone=Tone.PRIMARY)

    def _lay_out(self, look: Look) -> None:
        server, nodes = Panel(look, t("Server")), Panel(look, t("What it has"))
        picks, lines = Panel(look, t("Tags to add")), Panel(look, t("Lines that will be written"))
        other = text_label(t("Another server"), px=13, bold=True, soft=True)
        self._words.setMinimumHeight(2 * _NODE_ROW)
        for widget, stretch in (
            (self._words, 0), (self._todo, 0), (self._servers, 1), (other, 0), (self._url, 0), (self._security, 0),
        ):  # fmt: skip
            server.body.addWidget(widget, stretch)
        row = QHBoxLayout()
        row.addWidget(self._to_url)
        row.addWidget(self._stop)
        row.addStretch(1)
        server.body.addLayout(row)
        nodes.body.addWidget(self._find)
        nodes.body.addWidget(self._nodes, 1)
        picks.body.addWidget(self._machines)
        picks.body.addWidget(self._picks, 1)
        lines.body.addWidget(self._lines, 1)
        lines.body.addWidget(self._missing)
        lines.body.addWidget(self._write)
        server.setFixedWidth(_LEFT_PX)
        right = QVBoxLayout()
        right.setSpacing(10)
        right.addWidget(picks, 1)
        right.addWidget(lines, 1)
        side = QWidget()
        side.setFixedWidth(_RIGHT_PX)
        side.setLayout(right)
        right.setContentsMargins(0, 0, 0, 0)
        middle = QHBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(server)
        middle.addWidget(nodes, 1)
        middle.addWidget(side)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 10, 12, 6)
        outer.addLayout(middle, 1)
        outer.addWidget(self._keys)

    def _connect(self) -> None:
        self._servers.activated.connect(self.server_chosen)
        self._url.returnPressed.connect(self._enter_url)
        self._to_url.clicked.connect(self._enter_url)
        self._stop.clicked.connect(self.cancelled)
        self._find.returnPressed.connect(self._search)
        self._nodes.activated.connect(self.activated)
        self._nodes.selected.connect(self._selected)
        self._machines.chosen.connect(self.machine_chosen)
        self._picks.activated.connect(self.pick_opened)
        self._write.clicked.connect(self.write_wanted)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._look.theme.ground)

    # --- setters ----------------------------------------------------------------------------------------------------

    def show_servers(self, rows: Sequence[ServerRow]) -> None:
        """The controllers of the plant file."""
        self._servers.set_rows([TableRow(key=r.key, cells=(Cell(text=r.name, detail=r.detail),)) for r in rows])

    def show_state(self, state: ServerState) -> None:
        """How the connection stands."""
        self._busy = state.busy
        self._words.setText(f"! {state.words}" if state.bad else state.words)
        self._todo.setText(state.todo)
        self._stop.setEnabled(state.busy)
        for widget in (self._servers, self._url, self._security, self._to_url, self._find, self._nodes):
            widget.setEnabled(state.allowed)

    def show_nodes(self, rows: Sequence[NodeRow], searched: bool) -> None:
        """The tree, or what the search found."""
        self._searching = searched
        self._nodes.set_rows([_node_line(row) for row in rows])

    def show_picks(self, panel: PickPanel) -> None:
        """What is picked, and what would be written."""
        self._machines.set_choices(panel.machines)
        self._machines.setVisible(bool(panel.machines))
        if panel.machine != self._machines.value:
            self._machines.choose(panel.machine, tell=False)
        self._picks.set_rows([_pick_line(row) for row in panel.rows])
        text = "\n".join(panel.lines)
        if text != self._lines.toPlainText():
            self._lines.setPlainText(text)
        self._missing.setText(panel.missing)
        self._missing.setVisible(bool(panel.missing))
        self._write.set_text(panel.button)
        self._write.setEnabled(panel.ready)

    def select_node(self, key: str) -> None:
        """Mark a node."""
        if key:
            self._nodes.select(key)

    # --- what the person does -----------------------------------------------------------------------------------------

    def _enter_url(self) -> None:
        self.url_entered.emit(self._url.text(), "none" if self._security.value == NONE else "")
        self._nodes.setFocus()

    def _search(self) -> None:
        self.searched.emit(self._find.text(), self._branch)
        self._nodes.setFocus()

    def _selected(self, key: str) -> None:
        """The branch below which the next search goes: hits are none."""
        if not self._searching:
            self._branch = key

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """The keys of this view are its own while it has the focus; typing stays with the lines."""
        if isinstance(event, QKeyEvent) and event.type() == _OVERRIDE and self._own(event):
            event.accept()
            return True
        return super().event(event)

    def _own(self, event: QKeyEvent) -> bool:
        if event.modifiers() & _CHORD:
            return bool(event.modifiers() & _CONTROL) and event.key() in _ENTER
        return event.key() in _OWN_KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & _CONTROL and event.key() in _ENTER:
            self.write_wanted.emit()
        elif event.modifiers() & _CHORD:
            event.ignore()
        elif event.key() == _K.Key_Escape:
            self._escape(event)
        elif event.key() == _K.Key_Slash:
            self._find.setFocus()
            self._find.selectAll()
        elif self._nodes.hasFocus():
            self._key_in_nodes(event)
        elif self._picks.hasFocus() and event.key() in (_K.Key_Delete, _K.Key_Backspace) and self._picks.current:
            self.pick_removed.emit(self._picks.current)
        else:
            event.ignore()

    def _escape(self, event: QKeyEvent) -> None:
        """First what is under way ends, then the search; after that it is the window's."""
        if self._busy:
            self.cancelled.emit()
        elif self._searching or self._find.hasFocus():
            self._find.clear()
            self.searched.emit("", "")
            self._nodes.setFocus()
        else:
            event.ignore()

    def _key_in_nodes(self, event: QKeyEvent) -> None:
        if event.key() in (_K.Key_Right, _K.Key_Left) and self._nodes.current:
            self.branched.emit(self._nodes.current, event.key() == _K.Key_Right)
        elif event.key() == _K.Key_Space and self._nodes.current:
            self.activated.emit(self._nodes.current)
        else:
            event.ignore()


def _node_line(row: NodeRow) -> TableRow:
    if row.plain:
        return TableRow(key=row.key, cells=(Cell(text=f"{_INDENT * row.depth}! {row.name}", bold=True), "", "", "", ""))
    sign = "" if row.open is None else "– " if row.open else "+ "
    dot = "● " if row.picked else ""
    name = f"{row.name}  ({row.detail})" if row.detail else row.name
    return TableRow(
        key=row.key,
        cells=(
            Cell(text=f"{_INDENT * row.depth}{dot}{sign}{name}", bold=row.picked),
            Cell(text=row.type, soft=True),
            Cell(text=row.value),
            Cell(text=row.status, soft=row.status == "Good", bold=row.status not in ("", "Good")),
            Cell(text=row.mark, soft=True),
        ),
    )


def _pick_line(row: PickRow) -> TableRow:
    return TableRow(key=row.key, cells=(Cell(text=row.tag, detail=row.name, bold=True), Cell(text=row.value)))


def _keys() -> tuple[tuple[str, str, str], ...]:
    return (
        ("connect", "↵", t("connect, open")),
        ("open", "→ ←", t("open, close")),
        ("pick", "Space", t("pick")),
        ("find", "/", t("search")),
        ("remove", "Del", t("put a pick back")),
        ("edit", "↵", t("name a pick")),
        ("tab", "Tab", t("next part")),
        ("cancel", "Esc", t("cancel")),
    )
