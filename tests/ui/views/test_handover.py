"""The handover view as a person uses it: on the desk by keys, on the wall from five metres."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.readmodel.handover_draft import draft_items
from tests.ui.desk import at
from tests.ui.shell import FakeShell
from tests.ui.views.night import drafted_night
from ui.theme import DAY, NIGHT, Look, Theme
from ui.views.handover import open_handover
from ui.views.handover.presenter import HandoverPresenter
from ui.views.handover.view import HandoverWidget
from ui.views.handover.wall import HandoverWall
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

K = Qt.Key


class Bench:
    """The opened view at a usual size."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1856, 1006), theme: Theme = DAY) -> None:
        self.qtbot = qtbot
        self.desk = drafted_night()
        self.shell = FakeShell()
        opened = open_handover(Look(theme), self.desk, self.shell)
        assert isinstance(opened.widget, HandoverWidget)
        assert isinstance(opened.presenter, HandoverPresenter)
        self.widget, self.presenter = opened.widget, opened.presenter
        qtbot.addWidget(self.widget)
        self.widget.resize(*size)
        self.widget.show()
        self.widget.activateWindow()
        qtbot.waitUntil(self.widget.isActiveWindow)
        self.items = self.widget.findChild(PaintedTable)
        self.items.setFocus()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(QApplication.focusWidget() or self.widget, key)


def test_j_walks_through_the_items_and_enter_opens_what_one_stands_for(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_J)
    assert bench.presenter.selected == "item/n1/hold/h1"
    bench.press(K.Key_J, K.Key_Return)
    assert bench.shell.gone == [bench.presenter.selected.removeprefix("item/n1/")]


def test_accepting_goes_on_to_the_next_open_item(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_J)
    bench.desk.record(e.HandoverItemAccepted(handover_id="n1", item_id="hold/h1"), person="lindqvist")
    bench.presenter.refresh()
    assert bench.items.current == bench.presenter.selected
    assert bench.presenter.selected == "item/n1/case/c1"


def test_w_hangs_it_on_the_wall_and_w_or_escape_takes_it_down(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_W)
    assert bench.widget.on_the_wall
    bench.press(K.Key_W)
    assert not bench.widget.on_the_wall
    bench.press(K.Key_W, K.Key_Escape)
    assert not bench.widget.on_the_wall


def test_w_is_the_views_own_key_and_a_is_left_to_the_window(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    taken = []
    for key in (K.Key_W, K.Key_A):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(bench.items, event)
        taken.append(event.isAccepted())
    assert taken == [True, False]


def test_the_wall_shows_every_item_in_turns(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.set_wall(True)
    wall = bench.widget.findChild(HandoverWall)
    seen: list[str] = []
    parts = wall.shown_items()[2]
    for _ in range(parts):
        seen += [item.text for item in wall.shown_items()[0]]
        bench.desk.pass_time(10)
        bench.presenter.refresh()
    assert parts > 1
    assert len(set(seen)) == len(draft_items(bench.desk.view, bench.desk.plant))


@pytest.mark.parametrize("size", [(1920, 1080), (1302, 694)])
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_desk_and_wall_paint_in_both_themes_and_sizes(qtbot: QtBot, size: tuple[int, int], theme: Theme) -> None:
    bench = Bench(qtbot, size, theme)
    desk = bench.widget.grab().toImage()
    bench.presenter.toggle_wall()
    wall = bench.widget.grab().toImage()
    assert desk.pixelColor(2, 2) == wall.pixelColor(2, 2) == theme.ground
    assert desk != wall


def test_an_older_handover_is_looked_at_by_choosing_it(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.desk.record(
        e.HandoverDrafted(
            handover_id="n2", shift="Early", next_shift="Late", shift_start=at("06:00"), items=(), figures={}
        )
    )
    bench.presenter.refresh()
    past = bench.widget.findChildren(PaintedTable)[1]
    assert past.current == "handover/n2"
    past.setFocus()
    bench.press(K.Key_J)
    assert bench.presenter.selected == "handover/n1"
