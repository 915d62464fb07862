"""The right of the cases view: one case, whole. Passive: a `Detail` in, signals out. What stood stays untouched."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.cases.panels import HeadPanel, MembersPanel, MomentPanel, NoteLine, TasksPanel
from ui.views.cases.rows import Detail
from ui.widgets.labels import text_label
from ui.widgets.lines import Lines
from ui.widgets.panel import Panel

STACKED = 700
"""Below this width, px, the right column goes below the left one."""

_OFF = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
_KEY_LEFT, _KEY_RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right


class DetailPane(QScrollArea):
    """One case. `pressed` carries an action and the ref it is for ("" the case)."""

    pressed = Signal(str, str)
    task_focused = Signal(str)
    noted = Signal(str)
    note_left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._now: datetime | None = None
        self._detail: Detail | None = None
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(_OFF)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._make(look)
        self._place()
        self._head.pressed.connect(lambda action: self.pressed.emit(action, ""))
        self._tasks.pressed.connect(self.pressed)
        self._tasks.focused.connect(self.task_focused)
        self._note.returnPressed.connect(lambda: self.noted.emit(self._note.text()))
        self._note.left.connect(self.note_left)
        self.set_detail(None)

    def _make(self, look: Look) -> None:
        self._head, self._moment, self._tasks = HeadPanel(look), MomentPanel(look), TasksPanel(look)
        self._timeline_panel, self._timeline = Panel(look, t("What happened since")), Lines(look, when_px=80)
        self._note = NoteLine(look, t("Say what you see…"), key="N", name=t("Note"))
        self._timeline_panel.body.addWidget(self._timeline)
        self._timeline_panel.body.addWidget(self._note)
        self._timeline_panel.body.addStretch(1)
        self._impact_panel = Panel(look, t("What it endangers"))
        self._impacts = Lines(look, when_px=56, empty=t("Nothing that the ERP's plan knows of."))
        self._impact_panel.body.addWidget(self._impacts)
        self._past_panel = Panel(look, t("Last times, and what fixed them"))
        empty = t("No similar case has been resolved here yet.")
        self._past = Lines(look, when_px=64, ruled=True, lead=True, empty=empty)
        self._advice = text_label(px=14, wrap=True)
        self._past_panel.body.addWidget(self._past)
        self._past_panel.body.addWidget(self._advice)
        self._member_panel = MembersPanel(look)
        self._posting_panel, self._postings = Panel(look, t("In the ERP")), Lines(look, when_px=76)
        self._posting_panel.body.addWidget(self._postings)

    def _place(self) -> None:
        inner = QWidget()
        inner.setAutoFillBackground(False)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(10)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        left = (self._moment, self._timeline_panel, self._member_panel, self._posting_panel)
        right = (self._impact_panel, self._tasks, self._past_panel)
        for layout, panels in ((self._left, left), (self._right, right)):
            layout.setSpacing(10)
            for panel in panels:
                layout.addWidget(panel)
            layout.addStretch(1)
        self._columns.addLayout(self._left, 62)
        self._columns.addLayout(self._right, 38)
        outer = QVBoxLayout(inner)
        outer.setContentsMargins(12, 10, 12, 10)
        outer.setSpacing(10)
        outer.addWidget(self._head)
        outer.addLayout(self._columns)
        outer.addStretch(1)
        self._inner = inner
        self.setWidget(inner)

    def set_detail(self, detail: Detail | None) -> None:
        """Show another case, or none. What did not change is not touched."""
        before, self._detail = self._detail, detail
        self._inner.setVisible(detail is not None)
        if detail is None:
            return
        if before is None or before.ref != detail.ref:
            self._note.clear()
            self.verticalScrollBar().setValue(0)
        self._head.set_head(detail.head, self._now)
        self._moment.set_moment(detail.moment, detail.head.priority)
        self._tasks.set_tasks(detail.tasks, self._now)
        self._impacts.set_rows(detail.impacts)
        self._past.set_rows(detail.past)
        self._advice.setText(detail.guidance)
        self._advice.setVisible(bool(detail.guidance))
        self._timeline.set_rows(detail.timeline)
        self._member_panel.set_members(detail.members, detail.members_title)
        self._postings.set_rows(detail.postings)
        self._posting_panel.setVisible(bool(detail.postings))

    def set_now(self, now: datetime) -> None:
        """Move the clocks."""
        self._now = now
        if self._detail is not None:
            self._head.set_now(now)
            if any(row.deadline for row in self._detail.tasks):
                self._tasks.set_now(now)

    def focus_note(self) -> None:
        """Put the cursor into the note."""
        self.ensureWidgetVisible(self._note)
        self._note.setFocus()

    def clear_note(self) -> None:
        """The note is stored."""
        self._note.clear()

    def focus_tasks(self) -> None:
        """Give the keyboard to the parts."""
        self.ensureWidgetVisible(self._tasks)
        self._tasks.focus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """← and → belong to the view, not to a scroll bar that is never there."""
        if event.key() in (_KEY_LEFT, _KEY_RIGHT):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        stacked = self.viewport().width() < STACKED
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if stacked else QBoxLayout.Direction.LeftToRight)
