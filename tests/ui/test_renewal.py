"""A new plant file at a desk: told, asked, and only then the program begins anew. A pinned theme stays."""

from dataclasses import replace

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from tests.ui.desk import FakeDesk, night_desk
from tests.unit.ui.test_plant_words import NEWER
from ui.theme import DAY, NIGHT, Look
from ui.window import Window, compose

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise)")


@pytest.fixture(name="window")
def _window(qtbot: QtBot, look: Look) -> Window:
    made = compose(look, night_desk())
    qtbot.addWidget(made)
    made.show()
    return made


def test_the_program_begins_anew_once_somebody_has_said_so(window: Window) -> None:
    desk = window._desk
    assert isinstance(desk, FakeDesk)
    asked = QSignalSpy(window.restarting)
    window.renew()
    assert window.form.isHidden(), "there is nothing newer"
    desk.status = replace(desk.status, plant_file=replace(NEWER, ready=True))
    window.renew()
    assert not window.form.isHidden()
    window.dismiss()
    assert asked.count() == 0
    window.renew()
    window.form.confirm()
    assert asked.count() == 1


def test_a_theme_that_is_group_policy_stays(window: Window) -> None:
    window.theme_pinned = True
    window.switch_theme()
    assert window._look.theme is DAY
    window.theme_pinned = False
    window.switch_theme()
    assert window._look.theme is NIGHT
