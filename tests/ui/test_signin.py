"""Sitting down: picked in the demo, with a password elsewhere; hashing never holds the screen up."""

from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from PySide6.QtCore import Qt, QThread
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.people import Person, Role
from ui.password import LONGEST_PAUSE_S, PasswordCheck, verify
from ui.signin import SignIn
from ui.theme import Look

KEPT = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse")
WEISS = Person(id="weiss", name="Jan Weiss", roles=frozenset({Role.MAINTENANCE}), password_hash=KEPT)
HOFF = replace(WEISS, id="hoff", name="Petra Hoff", password_hash="")


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1000, 800)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def panel(host: QWidget, seated: list[Person], demo: bool = False) -> SignIn:
    made = SignIn(Look(), host, (WEISS, HOFF), demo, seated.append)
    made.open()
    return made


def test_in_the_demo_a_number_key_picks_a_person(qtbot: QtBot, host: QWidget) -> None:
    seated: list[Person] = []
    made = panel(host, seated, demo=True)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_2)
    assert seated == [HOFF]
    assert made.isHidden()


def test_in_the_demo_arrows_and_enter_pick_a_person(qtbot: QtBot, host: QWidget) -> None:
    seated: list[Person] = []
    panel(host, seated, demo=True)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert seated == [WEISS]


def test_the_right_password_seats_the_person(qtbot: QtBot, host: QWidget) -> None:
    seated: list[Person] = []
    made = panel(host, seated)
    made.enter("weiss", "correct horse")
    qtbot.waitUntil(lambda: bool(seated), timeout=20_000)
    assert seated == [WEISS]
    assert made.isHidden()


def test_a_wrong_password_is_told_and_seats_nobody(qtbot: QtBot, host: QWidget) -> None:
    seated: list[Person] = []
    made = panel(host, seated)
    made.enter("weiss", "wrong")
    qtbot.waitUntil(lambda: "do not fit" in made.said, timeout=20_000)
    assert not seated
    assert made.isVisible()


def test_a_person_without_a_password_cannot_sign_in_with_an_empty_one(qtbot: QtBot, host: QWidget) -> None:
    seated: list[Person] = []
    made = panel(host, seated)
    made.enter("hoff", "")
    qtbot.waitUntil(lambda: "no password in the plant file" in made.said, timeout=20_000)
    assert not seated


def test_without_a_name_nothing_is_checked(host: QWidget) -> None:
    made = panel(host, [])
    made.enter("nobody", "x")
    assert made.said == "Pick a name first."


def test_the_password_does_not_stay_in_the_field(qtbot: QtBot, host: QWidget) -> None:
    made = panel(host, [])
    made.enter("weiss", "wrong")
    assert made._word.text() == ""
    qtbot.waitUntil(lambda: "do not fit" in made.said, timeout=20_000)


def test_hashing_runs_beside_the_screen_and_tells_it_on_its_own_thread(qtbot: QtBot) -> None:
    check = PasswordCheck()
    told: list[tuple[bool, bool]] = []
    check.done.connect(lambda fits: told.append((fits, QThread.currentThread() is check.thread())))
    check.check(KEPT, "correct horse")
    assert not told
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert told == [(True, True)]


def test_each_failure_in_a_row_makes_the_next_try_wait_longer() -> None:
    check = PasswordCheck()
    pauses = []
    for _ in range(8):
        check.done.emit(False)
        pauses.append(check.pause_s)
    assert pauses[:3] == [1.0, 2.0, 4.0]
    assert pauses[-1] == LONGEST_PAUSE_S
    check.done.emit(True)
    assert check.pause_s == 0.0


@pytest.mark.parametrize(
    ("kept", "given", "fits"), [(KEPT, "correct horse", True), (KEPT, "x", False), ("", "", False)]
)
def test_a_password_fits_its_hash_only(kept: str, given: str, fits: bool) -> None:
    assert verify(kept, given) is fits


def test_a_hash_that_cannot_be_read_fits_nothing() -> None:
    assert not verify("rubbish", "rubbish")
