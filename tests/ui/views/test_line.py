"""The line's screen: what is selected, what opens, what has a name."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import night_desk
from tests.ui.shell import FakeShell
from ui.opened import Opened
from ui.theme import DAY, NIGHT, Look
from ui.views.line import open_line
from ui.widgets.forms import ChoiceChips
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


def line(qtbot: QtBot, look: Look, shell: FakeShell | None = None) -> Opened:
    opened = open_line(look, night_desk(), shell or FakeShell())
    qtbot.addWidget(opened.widget)
    opened.widget.resize(1490, 1000)
    opened.presenter.show("line/L2")
    opened.widget.show()
    return opened


def table(opened: Opened, name: str) -> PaintedTable:
    return next(t for t in opened.widget.findChildren(PaintedTable) if t.accessibleName() == name)


def test_every_list_holds_the_lines_rows(qtbot: QtBot, look: Look) -> None:
    opened = line(qtbot, look)
    counts = {t.accessibleName(): t.count for t in opened.widget.findChildren(PaintedTable)}
    assert counts == {"Machines": 6, "Orders": 2, "Lots": 2, "Open cases": 3}


def test_enter_opens_what_is_selected(qtbot: QtBot, look: Look) -> None:
    shell = FakeShell()
    opened = line(qtbot, look, shell)
    for name, key in (
        ("Machines", "L2.filler"),
        ("Orders", "WO-10480"),
        ("Lots", "4471-B"),
        ("Open cases", "c2"),
    ):
        shown = table(opened, name)
        shown.select(key)
        qtbot.keyClick(shown, Qt.Key.Key_Return)
    assert shell.gone == ["machine/L2.filler", "order/WO-10480", "lot/4471-B", "case/c2"]
    assert opened.presenter.selected == "case/c2"


def test_a_number_key_shows_another_line(qtbot: QtBot, look: Look) -> None:
    opened = line(qtbot, look)
    chips = opened.widget.findChild(ChoiceChips)
    assert isinstance(chips, ChoiceChips)
    qtbot.keyClick(chips, Qt.Key.Key_3)
    assert opened.presenter.selected == "line/L3"
    assert table(opened, "Open cases").count == 2


def test_it_paints_in_both_themes_at_a_small_and_a_large_size(qtbot: QtBot, look: Look) -> None:
    opened = line(qtbot, look)
    for theme in (NIGHT, DAY):
        look.set_theme(theme)
        for size in ((900, 600), (3840, 2000)):
            opened.widget.resize(*size)
            assert not opened.widget.grab().isNull()


def test_whatever_takes_the_focus_has_a_name(qtbot: QtBot, look: Look) -> None:
    opened = line(qtbot, look)
    focusable = [w for w in opened.widget.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert focusable
    nameless = [w for w in focusable if not w.accessibleName() and w.parent() is not None and w.isVisible()]
    assert nameless == []
