"""Sitting down: picked in the demo, with a password elsewhere; who somebody is, is asked of the core."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Person, Role
from app.domain.signing import Prove
from ui.desk import Answer
from ui.signin import LONGEST_PAUSE_S, SignIn, pause_s
from ui.theme import Look

WEISS = Person(id="weiss", name="Jan Weiss", roles=frozenset({Role.MAINTENANCE}))
HOFF = Person(id="hoff", name="Petra Hoff", roles=frozenset({Role.MAINTENANCE}))
NO = Answer(ok=False, message="Name and password do not fit.", todo="The shift lead can help.")


class Gate:
    """The core's place: keeps what was asked; the test answers when it likes."""

    def __init__(self) -> None:
        self.asked: list[Prove] = []
        self.waiting: list[Callable[[Answer], None]] = []
        self.seated: list[Person] = []

    def ask(self, asked: Prove, done: Callable[[Answer], None]) -> None:
        self.asked.append(asked)
        self.waiting.append(done)

    def answer(self, answer: Answer) -> None:
        self.waiting.pop(0)(answer)


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1000, 800)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def panel(host: QWidget, gate: Gate, demo: bool = False) -> SignIn:
    made = SignIn(Look(), host, (WEISS, HOFF), demo, gate.ask, gate.seated.append)
    made.open()
    return made


def test_in_the_demo_a_number_key_picks_a_person_who_gives_no_password(qtbot: QtBot, host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate, demo=True)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_2)
    assert gate.asked == [Prove(person="hoff", password="")]
    gate.answer(Answer(ok=True))
    assert gate.seated == [HOFF]
    assert made.isHidden()


def test_in_the_demo_arrows_and_enter_pick_a_person(qtbot: QtBot, host: QWidget) -> None:
    gate = Gate()
    panel(host, gate, demo=True)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    gate.answer(Answer(ok=True))
    assert gate.seated == [WEISS]


def test_who_is_who_they_say_sits_down_and_nobody_before_the_answer(host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate)
    made.enter("weiss", "correct horse")
    assert gate.asked == [Prove(person="weiss", password="correct horse")]
    assert (gate.seated, made.said) == ([], "Checking…")
    gate.answer(Answer(ok=True))
    assert gate.seated == [WEISS]
    assert made.isHidden()


def test_a_refusal_is_told_in_its_own_words_and_seats_nobody(host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate)
    made.enter("weiss", "wrong")
    gate.answer(NO)
    assert made.said == "Name and password do not fit. The shift lead can help. Try again in 1 s."
    assert not gate.seated
    assert made.isVisible()


def test_while_the_pause_after_a_failure_lasts_nothing_is_asked(host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate)
    made.enter("weiss", "wrong")
    gate.answer(NO)
    made.enter("weiss", "another")
    assert len(gate.asked) == 1


def test_while_one_answer_is_waited_for_nothing_else_is_asked(host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate)
    made.enter("weiss", "one")
    made.enter("hoff", "two")
    assert [asked.person for asked in gate.asked] == ["weiss"]


def test_while_it_is_checked_the_keyboard_stays_in_the_panel(qtbot: QtBot, host: QWidget) -> None:
    behind = QLineEdit(host)
    behind.show()
    made = panel(host, Gate())
    made._name.choose("weiss")
    made._word.setFocus()
    made._word.setText("one")
    qtbot.keyClick(made._word, Qt.Key.Key_Return)
    held = QApplication.focusWidget()
    assert held is not None
    assert made.isAncestorOf(held)


def test_without_a_name_nothing_is_asked(host: QWidget) -> None:
    gate = Gate()
    made = panel(host, gate)
    made.enter("nobody", "x")
    assert made.said == "Pick a name first."
    assert not gate.asked


def test_the_password_does_not_stay_in_the_field(host: QWidget) -> None:
    made = panel(host, Gate())
    made.enter("weiss", "wrong")
    assert made._word.text() == ""


def test_each_failure_in_a_row_makes_the_next_try_wait_longer() -> None:
    pauses = [pause_s(failures) for failures in range(9)]
    assert pauses[:4] == [0.0, 1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE_S
