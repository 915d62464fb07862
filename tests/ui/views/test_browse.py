"""The browse view as an engineer uses it: hands on the keyboard, from a controller to the lines of its tags."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.people import Role
from app.domain.survey import Connected, Proposal, Seen, Target
from tests.ui.desk import night_desk
from tests.ui.shell import FakeShell
from tests.ui.survey import FakeSurvey, folder, variable
from ui.survey import Refusal
from ui.theme import DAY, NIGHT, Look
from ui.views.browse import open_browse
from ui.views.browse.presenter import BrowsePresenter
from ui.views.browse.view import BrowseWidget

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

K = Qt.Key
_NONE, _CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


class Opened:
    """The view over a fake survey; an engineer sits at the desk."""

    def __init__(self, qtbot: QtBot) -> None:
        self.desk, self.shell, self.look, self.survey = night_desk(), FakeShell(), Look(), FakeSurvey()
        self.desk.survey = self.survey
        self.desk.person = replace(self.desk.plant.people["weiss"], roles=frozenset({Role.ADMIN}))
        opened = open_browse(self.look, self.desk, self.shell)
        assert isinstance(opened.widget, BrowseWidget)
        assert isinstance(opened.presenter, BrowsePresenter)
        self.view, self.presenter = opened.widget, opened.presenter
        qtbot.addWidget(self.view)
        self.view.resize(1856, 1006)
        self.view.show()
        self.view.activateWindow()
        self.view.setFocus()
        qtbot.waitUntil(self.view._servers.hasFocus)

    def press(self, *keys: Qt.Key, modifiers: Qt.KeyboardModifier = _NONE) -> None:
        """Strike keys where the keyboard is."""
        for key in keys:
            target = QApplication.focusWidget()
            assert target is not None
            text = chr(key.value).lower() if key.value < 0x1000 else ""
            QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))

    def connected(self) -> None:
        """Enter on the second controller; its server has a folder with a variable."""
        self.press(K.Key_J, K.Key_J, K.Key_Return)
        self.survey.answer(Connected(identity="urn:l2", secured=True))
        self.survey.answer(Seen(nodes=(folder("Labeller"), variable("Speed"))))
        self.view._nodes.setFocus()


@pytest.fixture
def browse(qtbot: QtBot) -> Opened:
    return Opened(qtbot)


def test_enter_on_a_controller_connects_to_it(browse: Opened) -> None:
    browse.press(K.Key_J, K.Key_Return)
    assert browse.survey.last == ("connect", Target(controller="C-L1"))
    assert browse.view._stop.isEnabled()
    browse.press(K.Key_Escape)
    assert browse.survey.cancelled == 1


def test_an_address_is_connected_to_with_the_security_chosen(browse: Opened) -> None:
    browse.view._url.setFocus()
    for letter in "opc.tcp://h:1":
        browse.press(K(ord(letter.upper())))
    browse.view._url.setText("opc.tcp://h:1")
    browse.view._security.choose("none")
    browse.press(K.Key_Return)
    assert browse.survey.last == ("connect", Target(url="opc.tcp://h:1", security="none"))


def test_the_tree_is_walked_and_picked_from_by_keys(browse: Opened) -> None:
    browse.connected()
    browse.press(K.Key_J, K.Key_Right)
    browse.survey.answer(Seen(nodes=(variable("Torque"),)))
    assert browse.view._nodes.count == 3
    browse.press(K.Key_J, K.Key_Space)
    assert browse.view._picks.count == 1
    browse.press(K.Key_Left)
    browse.press(K.Key_Left)
    assert browse.view._nodes.count == 2


def test_the_lines_are_shown_before_they_are_written_with_control_enter(browse: Opened) -> None:
    browse.connected()
    browse.press(K.Key_J, K.Key_J, K.Key_Space)
    assert not browse.view._write.isEnabled()
    browse.survey.answer(Proposal(machine="L2.filler", tags=1, lines=("[[machine.tag]]", 'name = "speed"')))
    assert browse.view._lines.toPlainText() == '[[machine.tag]]\nname = "speed"'
    assert browse.view._write.isEnabled()
    browse.press(K.Key_Return, modifiers=_CTRL)
    assert browse.survey.last[0] == "write"


def test_a_search_is_typed_and_left_with_escape(browse: Opened) -> None:
    browse.connected()
    browse.press(K.Key_Slash)
    assert browse.view._find.hasFocus()
    browse.view._find.setText("tor")
    browse.press(K.Key_Return)
    assert browse.survey.last == ("find", ("i=85", "tor"))
    browse.survey.answer(Seen(nodes=(variable("Torque", path="Labeller"),)))
    assert browse.view._nodes.count == 1
    assert browse.view._nodes.hasFocus()
    browse.press(K.Key_Escape)
    assert browse.view._nodes.count == 2


def test_a_pick_is_put_back_with_delete(browse: Opened) -> None:
    browse.connected()
    browse.press(K.Key_J, K.Key_J, K.Key_Space)
    browse.view._picks.setFocus()
    browse.press(K.Key_J, K.Key_Delete)
    assert browse.view._picks.count == 0


def test_a_refusal_is_marked_and_says_what_to_do(browse: Opened) -> None:
    browse.press(K.Key_J, K.Key_Return)
    browse.survey.answer(Refusal(message="The certificate is not trusted.", todo="Run lineside trust add 12ab."))
    assert browse.view._words.text().startswith("! ")
    assert "not trusted" in browse.view._words.text()
    assert "trust add" in browse.view._todo.text()


def test_who_may_not_finds_nothing_to_press(browse: Opened) -> None:
    browse.desk.person = browse.desk.plant.people["silva"]
    browse.presenter.refresh()
    assert not browse.view._servers.isEnabled()
    assert not browse.view._to_url.isEnabled()
    assert not browse.view._write.isEnabled()


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_it_is_painted_by_day_and_by_night(browse: Opened, theme: object) -> None:
    browse.connected()
    browse.look.set_theme(DAY if theme is DAY else NIGHT)
    assert not browse.view.grab().isNull()
