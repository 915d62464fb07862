"""Who sits down here: in the demo a list of people to pick, otherwise a name and its password.

Who somebody is, is asked of the core; after each failure in a row the next try waits longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.people import Person
from app.domain.signing import Prove
from app.domain.text import safe
from ui.desk import Answer
from ui.fields import ListEntry
from ui.forms import Choice, Field, FieldKind
from ui.overlay import Overlay
from ui.roles import works_as
from ui.text import t
from ui.theme import Look
from ui.widgets.forms import Button, LineEdit, Tone
from ui.widgets.labels import text_label
from ui.widgets.table import HEADER, Align, Cell, Column, PaintedTable, TableRow

WIDTH, ROW = 620, 44
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
_DIGITS = {Qt.Key(Qt.Key.Key_1.value + n): n for n in range(9)}


Ask = Callable[[Prove, Callable[[Answer], None]], None]
"""As `Desk.ask`: who somebody is."""


def pause_s(failures: int) -> float:
    """How long to wait before the next try after so many failures in a row: it doubles with each."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (failures - 1)) if failures else 0.0


class PeopleList(PaintedTable):
    """The table, in which a number key picks at once."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = _DIGITS.get(Qt.Key(event.key()))
        if place is not None and place < len(self._rows):
            self.activated.emit(self._rows[place].key)
        else:
            super().keyPressEvent(event)


class SignIn(Overlay):
    """The panel. `ask` says whether the person is who they say; then `seated` gets them. A demo gives no password."""

    def __init__(
        self,
        look: Look,
        host: QWidget,
        people: Sequence[Person],
        demo: bool,
        ask: Ask,
        seated: Callable[[Person], None],
    ) -> None:
        super().__init__(look, host, width=WIDTH)
        self._people = {person.id: person for person in people}
        self._ask, self._seated, self._demo = ask, seated, demo
        self.setAccessibleName(t("Sign in"))
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(20, 16, 20, 18)
        self._box.setSpacing(8)
        self._box.addWidget(text_label(t("Who works here now?"), px=20, bold=True))
        self._said = text_label("", px=14, soft=True, wrap=True)
        self._checking: Person | None = None
        self._failures = 0
        if demo:
            self._build_list()
        else:
            self._build_form()

    # --- the demo picks ---------------------------------------------------------------------------------------------

    def _build_list(self) -> None:
        self._hint = t("This is a demo plant: pick anybody. Everything is stored under that name.")
        self._said.setText(self._hint)
        columns = (
            Column(title=t("name"), width=200, stretch=1),
            Column(title=t("works as"), width=240, stretch=1),
            Column(title=t("key"), width=60, align=Align.RIGHT),
        )
        self._list = PeopleList(self.look, columns, row_height=ROW)
        self._list.setFixedHeight(HEADER + ROW * min(12, max(1, len(self._people))))
        self._list.setAccessibleName(t("People"))
        self._list.set_rows([person_row(n, person) for n, person in enumerate(self._people.values())])
        self._list.activated.connect(lambda key: self._prove(self._people[key], ""))
        self.setFocusProxy(self._list)
        self._box.addWidget(self._said)
        self._box.addWidget(self._list)

    # --- the plant asks ---------------------------------------------------------------------------------------------

    def _build_form(self) -> None:
        self._hint = ""
        choices = tuple(Choice(value=p.id, label=p.name, detail=works_as(p)) for p in self._people.values())
        self._name = ListEntry(self.look, Field(id="name", label=t("Name"), kind=FieldKind.PERSON, choices=choices))
        self._word = LineEdit(self.look, name=t("Password"))
        self._word.setEchoMode(QLineEdit.EchoMode.Password)
        self._go = Button(self.look, t("Sign in"), key="Enter", tone=Tone.PRIMARY)
        self._name.advance.connect(self._word.setFocus)
        self._word.returnPressed.connect(self._try)
        self._go.clicked.connect(self._try)
        self.setFocusProxy(self._name)
        for widget in (
            text_label(t("Name"), px=13, bold=True, soft=True),
            self._name,
            text_label(t("Password"), px=13, bold=True, soft=True),
            self._word,
            self._said,
            self._go,
        ):
            self._box.addWidget(widget)

    def enter(self, person_id: str, word: str) -> None:
        """As if a person had filled it in and pressed Enter."""
        self._name.choose(person_id)
        self._word.setText(word)
        self._try()

    @property
    def said(self) -> str:
        """What the panel says below the fields."""
        return self._said.text()

    def _try(self) -> None:
        person = self._people.get(self._name.answer())
        if person is None:
            self._said.setText(t("Pick a name first."))
        elif self._go.isEnabled():
            word = self._word.text()
            self._word.clear()
            self._prove(person, word)

    def _prove(self, person: Person, word: str) -> None:
        """Ask once; what is asked meanwhile is not."""
        if self._checking is not None:
            return
        self._checking = person
        self._enable(False)
        self._said.setText(t("Checking…"))
        self._ask(Prove(person=person.id, password=word), self._answered)

    def _answered(self, answer: Answer) -> None:
        person, self._checking = self._checking, None
        if person is None:
            return
        if answer.ok:
            self._failures = 0
            self._said.setText(self._hint)
            self._enable(True)
            self._sit(person)
            return
        self._failures += 1
        wait_s = pause_s(self._failures)
        why = safe(f"{answer.message} {answer.todo}".strip())
        self._said.setText(t("{why} Try again in {s} s.", why=why, s=int(wait_s)))
        QTimer.singleShot(int(wait_s * 1000), self, lambda: self._enable(True))

    def _enable(self, on: bool) -> None:
        if self._demo:
            return
        if not on and self._word.hasFocus():  # else Qt tabs on by itself, into the screens behind
            self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        self._go.setEnabled(on)
        self._word.setEnabled(on)
        if on and self.isVisible():
            self._word.setFocus()

    def _sit(self, person: Person) -> None:
        self.leave()
        self._seated(person)


def person_row(place: int, person: Person) -> TableRow:
    """A person as the list shows them; the first nine have a number key."""
    key = str(place + 1) if place < 9 else ""
    cells = (Cell(text=person.name, bold=True), Cell(text=works_as(person), soft=True), Cell(text=key, soft=True))
    return TableRow(key=person.id, cells=cells)
