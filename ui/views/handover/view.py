"""The handover view: the desk form with its items and the list of older ones, and the wall form. Passive."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.handover.rows import ItemRow, Key, Page, PastRow
from ui.views.handover.wall import HandoverWall, draw_figures
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Align, Cell, Column, PaintedTable, TableRow

_W, _ESC = Qt.Key.Key_W, Qt.Key.Key_Escape
_OVERRIDE = QEvent.Type.ShortcutOverride
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_WIDE, _NARROW = 420, 300


class HandoverWidget(QWidget):
    """Signals: `item_selected` and `item_opened` carry an item's ref, `chosen` a handover's, `act` an action's id."""

    item_selected = Signal(str)
    item_opened = Signal(str)
    chosen = Signal(str)
    act = Signal(str)
    wall_toggled = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._title = text_label(px=26, bold=True)
        self._subtitle = text_label(px=17, soft=True, elide=True)
        self._figures = _Figures(look)
        self._items_panel = Panel(look)
        self._checked = text_label(px=13, soft=True)
        self._items = PaintedTable(
            look, _item_columns(), row_height=52, empty=t("Nothing is drafted yet: G drafts it.")
        )
        self._items.setAccessibleName(t("Items to take over"))
        self._note = text_label(px=14, wrap=True)
        self._foot = text_label(px=14, soft=True, elide=True)
        self._keys = KeyStrip(look)
        self._past = PaintedTable(look, _past_columns(), empty=t("No handover yet."))
        self._past.setAccessibleName(t("All handovers"))
        self._side = Panel(look, t("All handovers"))
        self._wall = HandoverWall(look)
        self._desk = QWidget()
        self._stack = QStackedLayout(self)
        self._lay_out()
        self._items.selected.connect(self.item_selected)
        self._items.activated.connect(self.item_opened)
        self._past.selected.connect(self.chosen)
        self._keys.pressed.connect(self.act)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(14)
        head.addWidget(self._title)
        head.addWidget(self._subtitle, 1)
        self._items_panel.head.addWidget(self._checked)
        self._items_panel.body.addWidget(self._items, 1)
        self._items_panel.body.addWidget(self._note)
        left = QVBoxLayout()
        left.setSpacing(10)
        left.addLayout(head)
        left.addWidget(self._figures)
        left.addWidget(self._items_panel, 1)
        left.addWidget(self._foot)
        left.addWidget(self._keys)
        self._side.body.addWidget(self._past)
        outer = QHBoxLayout(self._desk)
        outer.setContentsMargins(12, 10, 12, 4)
        outer.setSpacing(10)
        outer.addLayout(left, 1)
        outer.addWidget(self._side)
        self._stack.addWidget(self._desk)
        self._stack.addWidget(self._wall)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self._items)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._side.setFixedWidth(_WIDE if self.width() >= 1500 else _NARROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._look.theme.ground)

    # --- setters ----------------------------------------------------------------------------------------------------

    def show_page(self, page: Page, turn: int) -> None:
        """Show a handover, on the desk and on the wall."""
        self._title.setText(page.title)
        self._subtitle.setText(page.subtitle)
        self._figures.set_figures(page.figures)
        self._items_panel.set_title(page.state)
        self._checked.setText(page.checked)
        self._items.set_rows([_item_row(item) for item in page.items])
        self._note.setVisible(bool(page.note))
        self._note.setText(t("Note: {note}", note=page.note) if page.note else "")
        self._foot.setText(page.foot)
        self._wall.set_page(page, turn)

    def show_past(self, rows: Sequence[PastRow], current: str) -> None:
        """Show the list of handovers, the one on the page marked."""
        self._past.blockSignals(True)
        self._past.set_rows([_past_row(row) for row in rows])
        self._past.select(current, show=False)
        self._past.blockSignals(False)

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Show what can be done now."""
        self._keys.set_keys([(k.action, k.key, k.text) for k in keys])

    def select(self, key: str) -> None:
        """Mark an item."""
        self._items.select(key)

    def show_wall(self, wall: bool) -> None:
        """Hang it on the wall, or take it down."""
        self._stack.setCurrentWidget(self._wall if wall else self._desk)
        self.setFocusProxy(self._wall if wall else self._items)
        self.setFocus()

    @property
    def on_the_wall(self) -> bool:
        """Whether the wall form is shown."""
        return self._stack.currentWidget() is self._wall

    # --- keys -------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """W belongs to this view, wherever in it the focus is."""
        if isinstance(event, QKeyEvent) and event.type() == _OVERRIDE and event.key() == _W and _plain(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        leaves = event.key() == _ESC and self.on_the_wall
        if _plain(event) and (event.key() == _W or leaves):
            self.wall_toggled.emit()
        else:
            event.ignore()


def _plain(event: QKeyEvent) -> bool:
    return not event.modifiers() & _CHORD


class _Figures(QWidget):
    """The shift's figures as tiles."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._figures: tuple[tuple[str, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_figures(self, figures: Sequence[tuple[str, str]]) -> None:
        """Show these; none takes no room."""
        self._figures = tuple(figures)
        self.setAccessibleName(", ".join(f"{name} {value}" for name, value in figures))
        self.setVisible(bool(figures))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(600, 74)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_figures(QPainter(self), QRectF(self.rect()), self._figures, self._look, label=13, value=28)


def _item_row(item: ItemRow) -> TableRow:
    what = Cell(text=item.text, detail=item.detail, bold=True, priority=item.priority, hold=item.held)
    done = Cell(text=item.done, bold=not item.accepted, soft=item.accepted)
    return TableRow(key=item.key, cells=(what, Cell(text=item.owner), done))


def _past_row(row: PastRow) -> TableRow:
    return TableRow(key=row.key, cells=(Cell(text=row.shift, detail=row.day), Cell(text=row.state, detail=row.detail)))


def _item_columns() -> tuple[Column, ...]:
    return (
        Column(title=t("item"), width=320, stretch=6),
        Column(title=t("owner"), width=140, stretch=1),
        Column(title=t("accepted by"), width=170, align=Align.RIGHT),
    )


def _past_columns() -> tuple[Column, ...]:
    return (Column(title=t("shift"), width=130, stretch=1), Column(title=t("state"), width=120, stretch=1))
