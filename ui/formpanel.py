"""Any Form as a panel inside the window, from the keyboard alone. Knows nothing of what the answers are for.

Enter goes to the next field and from the last one confirms; in a form with danger it goes to Cancel instead, and only
Ctrl+Enter or the pressed button confirms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.fields import ENTRIES, Entry
from ui.forms import Form, first_fault
from ui.overlay import Overlay
from ui.shell import Answers
from ui.text import t
from ui.theme import Look
from ui.widgets.forms import Button, Tone
from ui.widgets.labels import TextLabel, text_label
from ui.widgets.panel import Panel

WIDTH = 760
FACTS_MOST = 16
PAPER_MOST = 14
"""Lines of what is signed that stand there at once."""
_ENTERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_CONTROL = Qt.KeyboardModifier.ControlModifier

Done = Callable[[Answers | None], None]


class FormPanel(Overlay):
    """One form at a time; asking another cancels the one before."""

    def __init__(self, look: Look, host: QWidget) -> None:
        super().__init__(look, host, width=WIDTH, low=True)
        self._form: Form | None = None
        self._done: Done | None = None
        self._entries: dict[str, Entry] = {}
        self._body: QWidget | None = None
        self._fault: TextLabel | None = None
        self._confirm: Button | None = None
        self._cancel: Button | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(2, 2, 2, 2)

    @property
    def form(self) -> Form | None:
        """The form on show."""
        return self._form

    def ask(self, form: Form, done: Done) -> None:
        """Show a form; `done` is called exactly once."""
        self._finish(None)
        self._form, self._done = form, done
        self._build(form)
        self.open()
        self._begin(form)

    def _begin(self, form: Form) -> None:
        """The first field, or Cancel where there is danger or nothing to fill in that could be got wrong."""
        first = self._entries.get(form.begin) or next(iter(self._entries.values()), None)
        if first is not None:
            first.begin()
        elif form.guarded and self._cancel is not None:
            self._cancel.setFocus()
        elif self._confirm is not None:
            self._confirm.setFocus()

    # --- building ---------------------------------------------------------------------------------------------------

    def _build(self, form: Form) -> None:
        if self._body is not None:
            self._body.hide()
            self._body.deleteLater()
        self._body = QWidget(self)
        box = QVBoxLayout(self._body)
        box.setContentsMargins(18, 14, 18, 14)
        box.setSpacing(8)
        box.addWidget(text_label(form.title, px=18, bold=True, elide=True))
        if form.text:
            box.addWidget(text_label(form.text, px=14, soft=True, wrap=True))
        self._add_facts(box, form)
        if form.document:
            box.addWidget(paper(self.look, form.document, form.heading or t("This is what you sign")))
        self._add_fields(box, form)
        self._fault = text_label(form.fault, px=14, bold=True, wrap=True)
        box.addWidget(self._fault)
        box.addLayout(self._buttons(form))
        layout = self.layout()
        if layout is not None:
            layout.addWidget(self._body)
        self.setAccessibleName(form.title)

    def _add_facts(self, box: QVBoxLayout, form: Form) -> None:
        rows = QVBoxLayout()
        rows.setSpacing(3)
        for fact in form.facts[:FACTS_MOST]:
            rows.addWidget(text_label(f"–  {fact}", px=14, wrap=True))
        more = len(form.facts) - FACTS_MOST
        if more > 0:
            rows.addWidget(text_label(t("and {count} more", count=more), soft=True))
        box.addLayout(rows)

    def _add_fields(self, box: QVBoxLayout, form: Form) -> None:
        self._entries = {}
        for field in form.fields:
            label = field.label if field.required else t("{label} (if you like)", label=field.label)
            entry = ENTRIES[field.kind](self.look, field)
            entry.advance.connect(lambda name=field.id: self._advance(name))
            self._entries[field.id] = entry
            box.addSpacing(2)
            box.addWidget(text_label(label, px=13, bold=True, soft=True))
            box.addWidget(entry)

    def _buttons(self, form: Form) -> QHBoxLayout:
        self._cancel = None if form.told else Button(self.look, t("Cancel"), key="Esc")
        tone = Tone.DANGER if form.danger else Tone.PRIMARY
        self._confirm = Button(self.look, form.confirm, key="Ctrl Enter" if form.guarded else "Enter", tone=tone)
        self._confirm.clicked.connect(self.confirm)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addStretch(1)
        if self._cancel is not None:
            self._cancel.clicked.connect(self.leave)
            row.addWidget(self._cancel)
        row.addWidget(self._confirm)
        return row

    # --- going through it -------------------------------------------------------------------------------------------

    def answers(self) -> dict[str, str]:
        """The answers as they stand."""
        return {name: entry.answer().strip() for name, entry in self._entries.items()}

    def _advance(self, name: str) -> None:
        """On to the next field; after the last one confirm, or (danger) stop at Cancel."""
        names = list(self._entries)
        place = names.index(name) + 1
        if place < len(names):
            self._entries[names[place]].begin()
        elif self._form is not None and self._form.guarded and self._cancel is not None:
            self._cancel.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.confirm()

    def confirm(self) -> None:
        """Hand the answers over, or say what is wrong and go there."""
        if self._form is None:
            return
        wrong = first_fault(self._form, self.answers())
        if wrong is not None:
            if self._fault is not None:
                self._fault.setText(wrong[1])
            self._entries[wrong[0]].begin()
            return
        answers = self.answers()
        self._finish(answers)

    def leave(self) -> None:
        """Cancelled."""
        self._finish(None)

    def _finish(self, answers: Answers | None) -> None:
        """Close first, so that `done` may ask again."""
        done, self._done, self._form = self._done, None, None
        for entry in self._entries.values():
            entry.forget()
        super().leave()
        if done is not None:
            done(answers)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTERS:
            self._enter(bool(event.modifiers() & _CONTROL))
            event.accept()
        else:
            super().keyPressEvent(event)

    def _enter(self, control: bool) -> None:
        """Enter presses the button that has the keyboard; Ctrl+Enter confirms from everywhere."""
        if control:
            self.confirm()
        elif self._cancel is not None and self._cancel.hasFocus():
            self.leave()
        elif self._confirm is not None and self._confirm.hasFocus():
            self.confirm()


def paper(look: Look, lines: Sequence[str], heading: str) -> QWidget:
    """What is signed or listed, every line of it, the first one bold; a long one scrolls with the arrows."""
    frame = Panel(look, heading, raised=True)
    inner = QWidget()
    inner.setAutoFillBackground(False)
    rows = QVBoxLayout(inner)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(4)
    for place, line in enumerate(lines):
        rows.addWidget(text_label(line, px=15 if place == 0 else 14, bold=place == 0, wrap=True))
    if len(lines) <= PAPER_MOST:
        frame.body.addWidget(inner)
        return frame
    area = QScrollArea()
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.viewport().setAutoFillBackground(False)
    area.setFixedHeight(24 * PAPER_MOST)
    area.setAccessibleName(heading)
    area.setWidget(inner)
    frame.body.addWidget(area)
    return frame
