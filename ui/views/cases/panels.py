"""The panels of one case: head, parts, frozen moment, members, the note. Passive; clocks move by `set_now` alone."""

from __future__ import annotations

import math
from datetime import datetime

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.domain.finding import Trace
from ui.text import hms, t
from ui.theme import Look
from ui.views.cases.rows import Head, Key, Line, Moment, TaskRow
from ui.widgets.flow import ChipFlow, FactFlow, FlowChip, FlowFact, FlowKey, KeyFlow
from ui.widgets.forms import LineEdit
from ui.widgets.glyphs import Mark, draw_hold
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Cell, Column, PaintedTable, TableRow
from ui.widgets.traces import TracePlot

MEMBER_ROWS = 7
_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_ESCAPE = Qt.Key.Key_Escape
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class HeadLine(QWidget):
    """Title, the hold mark of a held lot, and softly the first-out, on one line; what does not fit is cut."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._title, self._more, self._held = "", "", False
        self.setMinimumSize(160, 30)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set(self, title: str, more: str, held: bool) -> None:
        """Show another title."""
        if (title, more, held) != (self._title, self._more, self._held):
            self._title, self._more, self._held = title, more, held
            self.setAccessibleName(f"{title}, {more}")
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look, high = QPainter(self), self._look, self.height()
        title = look.elided(self._title, 20, self.width(), bold=True)
        x = look.width(title, 20, bold=True) + 12
        painter.setPen(look.theme.ink)
        painter.setFont(look.font(20, bold=True))
        painter.drawText(QRectF(0, 0, x, high), _LEFT, title)
        if self._held:
            draw_hold(painter, QRectF(x + 1, high / 2 - 10, 20, 20), look.theme)
            x += 32
        painter.setPen(look.theme.soft)
        painter.setFont(look.font(15))
        rest = self.width() - x
        painter.drawText(QRectF(x, 1, rest, high), _LEFT, look.elided(self._more, 15, rest) if rest > 30 else "")


class HeadPanel(Panel):
    """Priority, title, first-out, clock; owners; why; keys."""

    pressed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent=parent)
        self._row: Head | None = None
        self._mark, self._headline = Mark(look, size=24), HeadLine(look)
        self._clock = text_label(px=22)
        self._clock.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._clock.setMinimumWidth(90)
        self._state = text_label(px=13, soft=True)
        self._chips, self._why = ChipFlow(look), text_label(px=13, soft=True, wrap=True)
        self._marks, self._keys = text_label(px=14, bold=True, wrap=True), KeyFlow(look)
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self._mark)
        top.addWidget(self._headline, 1)
        top.addWidget(self._state)
        top.addWidget(self._clock)
        self.body.setSpacing(4)
        self.body.addLayout(top)
        for below in (self._marks, self._chips, self._why, self._keys):
            self.body.addWidget(below)
        self._keys.pressed.connect(self.pressed)

    def set_head(self, row: Head, now: datetime | None) -> None:
        """Show another head."""
        self._row = row
        self.set_priority(row.priority)
        self._mark.set(row.priority)
        self._headline.set(row.title, row.first_out, row.held)
        self._state.setText(row.state)
        self._why.setText(row.why)
        self._marks.setText(" · ".join(row.marks))
        self._marks.setVisible(bool(row.marks))
        self._keys.set(flow_keys(row.keys))
        self.setAccessibleName(row.title)
        self.set_now(now)

    def set_now(self, now: datetime | None) -> None:
        """Move the clock and the offers' clocks."""
        row = self._row
        if row is None:
            return
        clock = row.clock
        if row.running_since is not None and now is not None:
            clock = hms((now - row.running_since).total_seconds())
        self._clock.setText(clock)
        self._chips.set([
            FlowChip(text=left(chip.text, chip.deadline, now), dashed=chip.offered, bad=chip.bad) for chip in row.chips
        ])  # fmt: skip


def left(text: str, deadline: datetime | None, now: datetime | None) -> str:
    """ "Customer service · offered, 0:40 left"."""
    if deadline is None or now is None:
        return text
    return t("{text}, {left} left", text=text, left=hms((deadline - now).total_seconds()))


def flow_keys(keys: tuple[Key, ...]) -> tuple[FlowKey, ...]:
    """The actions that are possible, and the usual ones that are not now."""
    return tuple(FlowKey(id=k.action, cap=k.cap, text=k.text, enabled=k.enabled) for k in keys)


class TasksPanel(Panel):
    """The functions' parts with what can be done about the selected one."""

    pressed = Signal(str, str)
    focused = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, t("Who has a part in it"), parent=parent)
        self._rows: tuple[TaskRow, ...] = ()
        self._table = PaintedTable(
            look,
            (
                Column(title=t("function"), width=110, stretch=1),
                Column(title=t("state"), width=120, stretch=2),
            ),
            row_height=44,
            empty=t("Nobody was asked."),
        )
        self._table.setAccessibleName(t("Parts of the case"))
        self._table.setVerticalScrollBarPolicy(_OFF)
        self._table.installEventFilter(self)
        self._keys = KeyFlow(look)
        self.body.addWidget(self._table)
        self.body.addWidget(self._keys)
        self._table.selected.connect(self._select)
        self._keys.pressed.connect(lambda action: self.pressed.emit(action, self._table.current))

    def set_tasks(self, rows: tuple[TaskRow, ...], now: datetime | None) -> None:
        """Show these parts; the selected one stays selected."""
        self._rows = rows
        self.set_now(now)
        if rows and self._table.current not in {row.key for row in rows}:
            self._table.select(rows[0].key)
        self._table.setFixedHeight(32 + 44 * max(1, len(rows)))
        self._show_keys()

    def set_now(self, now: datetime | None) -> None:
        """Move the offers' clocks."""
        self._table.set_rows([self._row(row, now) for row in self._rows])

    def _row(self, row: TaskRow, now: datetime | None) -> TableRow:
        state = left(f"! {row.state}" if row.bad else row.state, row.deadline, now)
        cells = (Cell(text=row.function, bold=True), Cell(text=state, detail=row.who, bold=row.bad))
        return TableRow(key=row.key, cells=cells)

    def focus(self) -> None:
        """Give the keyboard to the parts."""
        self._table.setFocus()

    def _select(self, key: str) -> None:
        self._show_keys()
        if self._table.hasFocus():
            self.focused.emit(key)

    def _show_keys(self) -> None:
        row = next((row for row in self._rows if row.key == self._table.current), None)
        self._keys.set(flow_keys(row.keys) if row else ())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FocusIn:
            self.focused.emit(self._table.current)
        elif event.type() is QEvent.Type.FocusOut:
            self.focused.emit("")
        return super().eventFilter(watched, event)


class MomentPanel(Panel):
    """The frozen capsule as traces, and what stood."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent=parent)
        self._moment: Moment | None = None
        self._plot, self._facts = TracePlot(look), FactFlow(look)
        self._plot.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.body.addWidget(self._plot)
        self.body.addWidget(self._facts)

    def set_moment(self, moment: Moment, priority: int) -> None:
        """Show another frozen moment; the same one again costs nothing."""
        if moment == self._moment:
            return
        self._moment = moment
        self.set_title(moment.title)
        self._plot.setVisible(bool(moment.traces))
        self._plot.setFixedHeight(min(420, max(200, 56 * len(moment.traces) + 26)))
        self._plot.set_traces(
            moment.traces,
            hot=hot(moment.traces),
            priority=priority,
            event=moment.mark,
            from_text=t("−120 s"),
            to_text=t("+30 s"),
            seconds=(-120.0, 30.0),
            more=t("and {count} more", count="{count}"),
        )
        self._facts.set([FlowFact(name=f.name, value=f.value, held=f.held) for f in moment.facts])


def hot(traces: tuple[Trace, ...]) -> str:
    """The trace that left its band farthest before the event; "" when all stayed inside."""
    best, farthest = "", 0.0
    for trace in traces:
        out = max((beyond(trace, v) for at, v in zip(trace.at_s, trace.values, strict=True) if at < 0), default=0.0)
        if out > farthest:
            best, farthest = trace.tag, out
    return best


def beyond(trace: Trace, value: float) -> float:
    """How far a value lies outside its band, in band widths; 0 inside or without a band."""
    if trace.low is None or trace.high is None or trace.high <= trace.low or math.isnan(value):
        return 0.0
    return max(0.0, trace.low - value, value - trace.high) / (trace.high - trace.low)


class NoteLine(LineEdit):
    """One line to say what is seen: Enter stores it, Escape leaves it."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _ESCAPE:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class MembersPanel(Panel):
    """The members of a burst, the first-out first; a table of its own, because there may be hundreds."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent=parent)
        columns = (
            Column(title=t("when"), width=82),
            Column(title=t("what"), width=140, stretch=3),
            Column(title="", width=96, stretch=1),
        )
        self._shown: tuple[Line, ...] = ()
        self._table = PaintedTable(look, columns, row_height=30)
        self._table.setAccessibleName(t("Members of the burst"))
        self.body.addWidget(self._table)

    def set_members(self, rows: tuple[Line, ...], title: str) -> None:
        """Show these members; none hides the panel."""
        self.setVisible(bool(rows))
        self.set_title(title)
        if rows == self._shown:
            return
        self._shown = rows
        self._table.set_rows([TableRow(key=str(at), cells=self._cells(row, at)) for at, row in enumerate(rows)])
        self._table.setFixedHeight(32 + 30 * min(MEMBER_ROWS, max(1, len(rows))))

    def _cells(self, row: Line, at: int) -> tuple[Cell, ...]:
        return Cell(text=row.when, soft=True), Cell(text=row.text, bold=at == 0), Cell(text=row.detail, soft=True)
