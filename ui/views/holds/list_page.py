"""The page of the holds: the list left, one hold right. Passive: rows in, signals out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from app.domain.text import safe
from ui.text import hms, t
from ui.theme import RADIUS, Look
from ui.views.holds.rows import FilterChip, HoldDetail, HoldItem, HoldRow, LotRow, Step
from ui.widgets.flow import ChipFlow, FlowChip, FlowKey, KeyFlow
from ui.widgets.forms import Button, ChoiceChips, LineEdit
from ui.widgets.glyphs import Mark
from ui.widgets.labels import text_label
from ui.widgets.lines import Detail, Lines
from ui.widgets.panel import Panel
from ui.widgets.table import Align, Cell, Column, PaintedTable, TableRow

_CENTER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_ESCAPE, _RETURN, _ENTER, _DOWN = Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down
_ROW = 50


def cells_of(row: HoldRow, at: datetime | None) -> Sequence[Cell | str]:
    """A hold in the table; its age is that of the instant."""
    age = hms((at - row.since).total_seconds()) if at and row.since else row.age
    return (
        Cell(hold=row.since is not None),
        Cell(text=row.lots, detail=row.lots_detail, bold=True),
        Cell(text=row.units),
        Cell(text=row.state, detail=row.disposition),
        Cell(text=row.reason, detail=row.reason_detail, tags=row.tags),
        Cell(text=row.placed, detail=row.placed_detail),
        Cell(text=age),
    )


class FilterLine(LineEdit):
    """The text filter: Escape empties it and gives the list back, Enter and ↓ go to the list."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _ESCAPE:
            self.clear()
            self.left.emit()
        elif event.key() in (_RETURN, _ENTER, _DOWN):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Steps(QWidget):
    """The hold's life as a bar of steps: done, now, to come."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._steps: tuple[Step, ...] = ()
        self.setFixedHeight(66)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set(self, steps: Sequence[Step]) -> None:
        """Show these steps."""
        if tuple(steps) == self._steps:
            return
        self._steps = tuple(steps)
        now = next((step.text for step in steps if step.now), "")
        self.setAccessibleName(now)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 66)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, look = QPainter(self), self._look.theme, self._look
        painter.setRenderHint(_ANTIALIAS)
        wide = self.width() / max(1, len(self._steps))
        for place, step in enumerate(self._steps):
            box = QRectF(place * wide + 1, 4, wide - 6, 10)
            painter.setPen(QPen(theme.line, 1))
            painter.setBrush(theme.strong if step.done else theme.hold if step.now else theme.track)
            painter.drawRoundedRect(box, RADIUS, RADIUS)
            painter.setPen(theme.ink if step.done or step.now else theme.soft)
            painter.setFont(look.font(14, bold=step.now))
            text = look.elided(step.text, 14, wide - 8, bold=step.now)
            painter.drawText(QRectF(box.x(), 20, box.width(), 22), _CENTER, text)
            painter.setPen(theme.soft)
            painter.setFont(look.font(12))
            detail = look.elided(safe(step.detail), 12, wide - 8)
            painter.drawText(QRectF(box.x(), 42, box.width(), 20), _CENTER, detail)


class HoldPane(QScrollArea):
    """One hold, whole."""

    pressed = Signal(str)
    gone = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._detail: HoldDetail | None = None
        self._now: datetime | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(_OFF)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._make(look)
        self._lay_out(look)
        self._keys.pressed.connect(self.pressed)
        self._case.clicked.connect(self._go)
        self.set_detail(None)

    def _make(self, look: Look) -> None:
        self._title, self._age = text_label(px=20, bold=True, elide=True), text_label(px=20)
        self._mark = Mark(look, hold=True, size=24)
        self._marks, self._warning = ChipFlow(look), text_label(px=15, bold=True, wrap=True)
        self._reason, self._origin = text_label(px=15, wrap=True), text_label(px=13, soft=True, wrap=True)
        self._steps, self._keys = Steps(look), KeyFlow(look)
        self._case = Button(look, t("Show the case"))
        self._lots = PaintedTable(
            look,
            (
                Column(title=t("lot"), width=128),
                Column(title=t("quantity"), width=78, align=Align.RIGHT),
                Column(title=t("on the floor"), width=120, stretch=2),
                Column(title=t("in Lineside"), width=120, stretch=2),
                Column(title=t("in the ERP"), width=130, stretch=3),
            ),
            row_height=_ROW,
        )
        self._lots.setAccessibleName(t("Lots of the hold"))
        self._release = Lines(look, when_px=0, detail=Detail.BELOW)
        self._interlocks = Lines(look, when_px=78, detail=Detail.BELOW)
        self._timeline = Lines(look, when_px=128)
        self._signatures = Lines(look, when_px=128)

    def _lay_out(self, look: Look) -> None:
        head, top = Panel(look), QHBoxLayout()
        self._head = head
        top.setSpacing(10)
        top.addWidget(self._mark)
        top.addWidget(self._title, 1)
        top.addWidget(self._age)
        head.body.addLayout(top)
        foot = QHBoxLayout()
        foot.addWidget(self._keys, 1)
        foot.addWidget(self._case)
        for widget in (self._warning, self._marks, self._reason, self._origin, self._steps):
            head.body.addWidget(widget)
        head.body.addLayout(foot)
        lots, history = Panel(look, t("Floor, Lineside and ERP")), Panel(look, t("What happened since"))
        self._release_panel = Panel(look, t("What a release of this hold does"))
        lots.body.addWidget(self._lots)
        self._release_panel.body.addWidget(self._release)
        self._interlock_panel = Panel(look, t("Written to controllers for this hold"))
        self._interlock_panel.body.addWidget(self._interlocks)
        self._signature_panel = Panel(look, t("Signatures"))
        self._signature_panel.body.addWidget(self._signatures)
        history.body.addWidget(self._timeline)
        self._inner = QWidget()
        self._inner.setAutoFillBackground(False)
        body = QVBoxLayout(self._inner)
        body.setContentsMargins(12, 10, 12, 10)
        body.setSpacing(10)
        for panel in (head, self._interlock_panel, lots, self._release_panel, self._signature_panel, history):
            body.addWidget(panel)
        body.addStretch(1)
        self.setWidget(self._inner)

    def set_detail(self, detail: HoldDetail | None) -> None:
        """Show another hold, or none."""
        self._detail = detail
        self._inner.setVisible(detail is not None)
        if detail is None:
            return
        self._mark.set(hold=detail.since is not None)
        self._title.setText(detail.title)
        self._head.set_priority(2 if detail.warning else 0)
        self._warning.setText(detail.warning)
        self._warning.setVisible(bool(detail.warning))
        self._marks.set([FlowChip(text=mark.words, dashed=mark.dashed) for mark in detail.marks])
        self._marks.setVisible(bool(detail.marks))
        self._reason.setText(detail.reason)
        self._origin.setText(detail.origin)
        self._steps.set(detail.steps)
        self._keys.set([FlowKey(id=k.action, cap=k.cap, text=k.text, enabled=k.enabled) for k in detail.keys])
        self._case.setVisible(bool(detail.case_ref))
        self._lots.set_rows([lot_line(row) for row in detail.lots])
        self._lots.setFixedHeight(32 + _ROW * min(6, len(detail.lots)))
        self._release.set_rows(detail.release)
        self._release_panel.setVisible(bool(detail.release))
        self._interlocks.set_rows(detail.interlocks)
        self._interlock_panel.setVisible(bool(detail.interlocks))
        self._signatures.set_rows(detail.signatures)
        self._signature_panel.setVisible(bool(detail.signatures))
        self._timeline.set_rows(detail.timeline)
        self._tick()

    def _go(self) -> None:
        if self._detail is not None:
            self.gone.emit(self._detail.case_ref)

    def set_now(self, now: datetime) -> None:
        """Move the age."""
        self._now = now
        self._tick()

    def _tick(self) -> None:
        detail, at = self._detail, self._now
        if detail is not None:
            self._age.setText(hms((at - detail.since).total_seconds()) if at and detail.since else detail.age)


def lot_line(row: LotRow) -> TableRow:
    """A held lot as a row: the units below its number."""
    erp = f"! {row.erp}" if row.erp_bad else row.erp
    lineside, _, others = row.lineside.partition(" · ")
    good, _, scrap = row.floor.partition(", ")
    cells = (
        Cell(text=row.lot, bold=True, detail=row.units),
        Cell(text=row.quantity),
        Cell(text=good, detail=scrap),
        Cell(text=lineside, detail=others),
        Cell(text=erp, detail=row.erp_detail, bold=row.erp_bad),
    )
    return TableRow(key=row.lot, cells=cells)


class ListPage(QWidget):
    """`picked` carries the key of the selected hold."""

    picked = Signal(str)
    filter_chosen = Signal(str)
    searched = Signal(str)
    new_wanted = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: datetime | None = None
        self._chips = ChoiceChips(look, name=t("Filter"))
        self._chips.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._chips.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self._search = FilterLine(look, t("filter"), key="/", name=t("Text filter"))
        new = Button(look, t("Hold a lot"), key="N")
        self.table = PaintedTable(
            look,
            (
                Column(title="", width=36),
                Column(title=t("lots"), width=136, stretch=2),
                Column(title=t("units"), width=72, align=Align.RIGHT),
                Column(title=t("state"), width=112, stretch=1),
                Column(title=t("reason"), width=104, stretch=4),
                Column(title=t("placed by"), width=104),
                Column(title=t("age"), width=84, align=Align.RIGHT),
            ),
            row_height=_ROW,
            empty=t("No hold here."),
            cells=lambda item: cells_of(item.row, self._now),
        )
        self.table.setAccessibleName(t("Holds"))
        self.pane = HoldPane(look)
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(10, 8, 0, 0)
        layout.setSpacing(6)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._search, 1)
        top.addWidget(new)
        layout.addWidget(self._chips)
        layout.addLayout(top)
        layout.addWidget(self.table, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(4)
        for widget, share in ((left, 52), (self.pane, 48)):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, share)
        splitter.setSizes([520, 480])
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self._chips.chosen.connect(self.filter_chosen)
        self._search.textChanged.connect(self.searched)
        self._search.left.connect(self.table.setFocus)
        self.table.selected.connect(self.picked)
        new.clicked.connect(self.new_wanted)

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        """The filters with how many holds each takes."""
        self._chips.set_choices([(chip.id, f"{chip.text} {chip.count}") for chip in chips])
        chosen = next((chip.id for chip in chips if chip.chosen), "")
        if chosen != self._chips.value:
            self._chips.choose(chosen, tell=False)

    def set_holds(self, items: Sequence[HoldItem], selected: str) -> None:
        """Other rows; the selected one stays where it is. Nothing is selected while the list is being filled."""
        self.table.blockSignals(True)
        self.table.set_rows(items, filling=not selected)
        if selected != self.table.current:
            self.table.select(selected)
        self.table.blockSignals(False)

    def set_now(self, now: datetime) -> None:
        """Move the ages: only their column is painted again."""
        self._now = now
        x, width = self.table.column_spans()[-1]
        view = self.table.viewport()
        view.update(QRect(x, 0, width, view.height()))
        self.pane.set_now(now)

    def set_search(self, words: str) -> None:
        """The text filter from outside."""
        if words != self._search.text():
            self._search.setText(words)

    def focus_search(self) -> None:
        """Put the cursor into the text filter."""
        self._search.setFocus()
        self._search.selectAll()

    def choose(self, place: int, filters: Sequence[str]) -> None:
        """The filter at a place, as its number key does."""
        if place < len(filters):
            self._chips.choose(filters[place])
