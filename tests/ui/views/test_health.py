"""The health page: what is wrong first, with what to do; grey when all is well; diagnostics on a press."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.checks.facts import CrashFacts, DiskFacts, JournalFacts, LocalFacts
from app.domain.status import Health
from tests.ui.desk import NOW, FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.desk import Answer
from ui.opened import Opened
from ui.theme import DAY, NIGHT, Look
from ui.views.health import open_health
from ui.widgets.forms import Button
from ui.widgets.labels import TextLabel
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

LOCAL = LocalFacts(
    at=NOW,
    journal=JournalFacts(operations=31_240, size=48_000_000, tail=1000, grown_day=3e6),
    disk=DiskFacts(folder="/data", free=77_000_000_000, total=270_000_000_000),
)


def page(qtbot: QtBot, look: Look, desk: FakeDesk, shell: FakeShell | None = None) -> Opened:
    opened = open_health(look, desk, shell or FakeShell())
    qtbot.addWidget(opened.widget)
    opened.widget.resize(1490, 1000)
    opened.widget.show()
    return opened


def words(opened: Opened) -> str:
    return "\n".join(label.text() for label in opened.widget.findChildren(TextLabel) if label.isVisible())


def table(opened: Opened) -> PaintedTable:
    return opened.widget.findChildren(PaintedTable)[0]


def broken() -> FakeDesk:
    desk = night_desk()
    desk.join()
    status = desk.status
    desk.status = replace(
        status,
        local=replace(LOCAL, disk=replace(LOCAL.disk, free=50_000_000), crashes=CrashFacts(at=(NOW,), careful=True)),
        store=replace(status.store, health=Health.DOWN, reason="The journal refuses: disk full."),
        shared=replace(
            status.shared, joined=True, health=Health.DOWN, waiting=12, oldest_at=NOW - timedelta(minutes=4), reason="x"
        ),
    )
    return desk


def test_when_all_is_well_there_is_one_grey_line_a_group(qtbot: QtBot, look: Look) -> None:
    desk = FakeDesk()
    desk.status = replace(desk.status, local=LOCAL)
    opened = page(qtbot, look, desk)
    assert table(opened).count == 4
    assert words(opened).count(" well") > 0
    assert "bad" not in words(opened)


def test_what_is_wrong_comes_first_with_what_to_do(qtbot: QtBot, look: Look) -> None:
    opened = page(qtbot, look, broken())
    assert "4 bad, " in words(opened)
    assert "What to do next" in words(opened)
    assert "Look at its power, its cable" in words(opened)
    shown = table(opened)
    seen = []
    for _ in range(shown.count):
        qtbot.keyClick(shown, Qt.Key.Key_J)
        seen.append(words(opened))
    everything = "\n".join(seen)
    for said in (
        "Make room now",
        "Nothing is stored",
        "12 operations are only stored",
        "left out the kept layout",
    ):
        assert said in everything


def test_it_follows_the_station_and_keeps_what_is_selected(qtbot: QtBot, look: Look) -> None:
    desk = broken()
    opened = page(qtbot, look, desk)
    shown = table(opened)
    qtbot.keyClick(shown, Qt.Key.Key_J)
    before = shown.current
    desk.status = replace(desk.status, shared=replace(desk.status.shared, waiting=13))
    desk.pass_time(1.5)
    opened.presenter.refresh()
    assert shown.current == before


def test_diagnostics_are_saved_where_somebody_says_and_without_names_unless_wanted(qtbot: QtBot, look: Look) -> None:
    desk, shell = FakeDesk(), FakeShell({"file": " /tmp/d.zip "}, None)
    desk.answer = Answer(ok=True, message="saved")
    opened = page(qtbot, look, desk, shell)
    (save,) = opened.widget.findChildren(Button)
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)  # and somebody who thinks better of it
    assert shell.forms[0].fields[0].value == "diagnostics.zip"
    assert desk.saved == [("/tmp/d.zip", False)]
    assert shell.said[-1][0] == "saved"


def test_it_paints_in_both_themes_at_a_small_and_a_large_size(qtbot: QtBot, look: Look) -> None:
    opened = page(qtbot, look, broken())
    for theme in (NIGHT, DAY):
        look.set_theme(theme)
        for size in ((900, 600), (3840, 2000)):
            opened.widget.resize(*size)
            assert not opened.widget.grab().isNull()
