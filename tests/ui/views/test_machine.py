"""The machine's screen: signals, the way up and sideways, names, both themes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import night_desk
from tests.ui.shell import FakeShell
from ui.opened import Opened
from ui.theme import DAY, NIGHT, TOUCH, Look
from ui.views.machine import open_machine
from ui.widgets.forms import Button, ChoiceChips
from ui.widgets.hatch import StaleBox
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def machine(qtbot: QtBot, look: Look, shell: FakeShell | None = None, ref: str = "machine/L2.filler") -> Opened:
    opened = open_machine(look, night_desk(), shell or FakeShell())
    qtbot.addWidget(opened.widget)
    opened.widget.resize(1490, 1000)
    opened.presenter.show(ref)
    opened.widget.show()
    return opened


def test_every_list_holds_the_machines_rows(qtbot: QtBot, look: Look) -> None:
    opened = machine(qtbot, look)
    counts = {t.accessibleName(): t.count for t in opened.widget.findChildren(PaintedTable)}
    assert counts == {"Signals": 21, "Alarms": 3, "Open cases": 1, "Holds": 1, "Quality checks": 3, "Commands": 0}


def test_a_stale_machine_is_hatched_and_says_since_when(qtbot: QtBot, look: Look) -> None:
    opened = machine(qtbot, look, ref="machine/L3.labeller")
    box = opened.widget.findChild(StaleBox)
    assert isinstance(box, StaleBox)
    assert box.isVisible()
    assert box.accessibleName() == "no data since 02:14:07"
    opened.presenter.show("machine/L3.filler")
    assert not box.isVisible()


def test_number_keys_go_along_the_line_and_the_button_goes_up(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = machine(qtbot, look, shell)
    chips = opened.widget.findChild(ChoiceChips)
    button = opened.widget.findChild(Button)
    assert isinstance(chips, ChoiceChips)
    assert isinstance(button, Button)
    qtbot.keyClick(chips, Qt.Key.Key_3)
    assert opened.presenter.selected == "machine/L2.capper"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert shell.gone == ["line/L2"]
    assert button.height() >= TOUCH


def test_enter_opens_a_case_and_a_hold(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = machine(qtbot, look, shell)
    for table in opened.widget.findChildren(PaintedTable):
        if table.accessibleName() in ("Open cases", "Holds"):
            qtbot.keyClick(table, Qt.Key.Key_J)
            qtbot.keyClick(table, Qt.Key.Key_Return)
    assert shell.gone == ["case/c1", "hold/h1"]


def test_it_paints_in_both_themes_at_a_small_and_a_large_size(qtbot: QtBot, look: Look) -> None:
    opened = machine(qtbot, look)
    for theme in (NIGHT, DAY):
        look.set_theme(theme)
        for size in ((900, 600), (3840, 2000)):
            opened.widget.resize(*size)
            assert not opened.widget.grab().isNull()


def test_whatever_takes_the_focus_has_a_name(qtbot: QtBot, look: Look) -> None:
    opened = machine(qtbot, look)
    focusable = [w for w in opened.widget.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert focusable
    assert [w for w in focusable if not w.accessibleName() and w.isVisible()] == []
