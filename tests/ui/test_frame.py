"""The window's frame says what is known, which is little, and then holds the program."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from ui.frame import Frame
from ui.statusbar import StatusBar
from ui.theme import Look

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


class Program(QWidget):
    """What is put into the frame."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.keys: list[int] = []
        self.may_close = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.keys.append(event.key())

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.may_close)


@pytest.fixture
def frame(qtbot: QtBot) -> Frame:
    made = Frame(Look(), "Riverside", "Europe/Berlin")
    qtbot.addWidget(made)
    made.show()
    return made


def said(frame: Frame) -> list[str]:
    """Everything that a screen reader would say of its buttons."""
    return [button.accessibleName() for button in frame.findChildren(QAbstractButton)]


def test_before_the_program_is_there_nothing_is_said_of_cases(frame: Frame) -> None:
    words = said(frame)
    assert "Starting: what is open is not known yet" in words
    assert "Open cases: not known yet" in words
    assert not [word for word in words if "acknowledged" in word]


def test_the_status_bar_says_that_it_starts(frame: Frame) -> None:
    assert frame.findChildren(StatusBar)[0].text().startswith("Lineside starting; ")


def test_it_bears_the_plants_name(frame: Frame) -> None:
    assert frame.windowTitle() == "Lineside · Riverside"


def test_the_program_takes_the_whole_frame(frame: Frame, qtbot: QtBot) -> None:
    program = Program(frame)
    frame.hold(program)
    qtbot.waitUntil(lambda: program.size() == frame.size())
    assert program.isVisible()


def test_keys_that_nothing_in_it_has_reach_the_program(frame: Frame, qtbot: QtBot) -> None:
    program = Program(frame)
    frame.hold(program)
    qtbot.keyClick(frame, Qt.Key.Key_F9)
    assert program.keys == [Qt.Key.Key_F9]


@pytest.mark.parametrize("may", [True, False])
def test_the_program_decides_whether_it_is_closed(frame: Frame, may: bool) -> None:
    program = Program(frame)
    frame.hold(program)
    program.may_close = may
    assert frame.close() is may
    assert frame.closed is may
    program.may_close = True


def test_it_can_be_closed_while_the_program_is_loaded(frame: Frame) -> None:
    assert frame.close()
    assert frame.closed
