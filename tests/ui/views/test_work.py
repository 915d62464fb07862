"""The work view as a person uses it: keys only, over the night of the pictures."""

from typing import ClassVar

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.commands import ProposeAssignment
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.theme import DAY, NIGHT, Look, Theme
from ui.views.work import open_work
from ui.views.work.board import LaneBoard
from ui.views.work.move_panel import MovePanel
from ui.views.work.presenter import WorkPresenter
from ui.views.work.view import WorkWidget
from ui.widgets.forms import Button, LineEdit

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

K = Qt.Key


class Bench:
    """The opened view at a usual size."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1856, 1006), theme: Theme = DAY) -> None:
        self.qtbot = qtbot
        self.desk: FakeDesk = night_desk()
        self.shell = FakeShell()
        opened = open_work(Look(theme), self.desk, self.shell)
        assert isinstance(opened.widget, WorkWidget)
        assert isinstance(opened.presenter, WorkPresenter)
        self.widget, self.presenter = opened.widget, opened.presenter
        qtbot.addWidget(self.widget)
        self.widget.resize(*size)
        self.widget.show()
        self.widget.activateWindow()
        qtbot.waitUntil(self.widget.isActiveWindow)
        self.board = self.widget.findChild(LaneBoard)
        self.board.setFocus()

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            self.qtbot.keyClick(QApplication.focusWidget() or self.widget, key)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(QApplication.focusWidget(), text)


def test_j_and_k_walk_through_all_orders_and_stop_at_the_ends(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_K, K.Key_K, K.Key_K)
    seen = [bench.presenter.selected.removeprefix("order/")]
    for _ in range(6):
        bench.press(K.Key_J)
        seen.append(bench.presenter.selected.removeprefix("order/"))
    assert seen == ["WO-10482", "WO-10483", "WO-10479", "WO-10480", "WO-10491", "WO-10492", "WO-10492"]
    bench.press(K.Key_K)
    assert bench.presenter.selected == "order/WO-10491"


def test_the_arrows_reach_the_people_of_the_lane(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10480")
    bench.press(K.Key_Right)
    assert bench.presenter.selected == "person/silva"
    bench.press(K.Key_J)
    assert bench.presenter.selected == "order/WO-10479"


def test_an_order_is_moved_by_keys_alone(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10479")
    bench.press(K.Key_R, K.Key_2)
    assert bench.desk.sent == []
    bench.type("filler is down")
    bench.press(K.Key_Return)
    assert bench.desk.sent == []
    bench.press(K.Key_Return)
    (command,) = bench.desk.sent
    assert isinstance(command, ProposeAssignment)
    assert (command.subject_id, command.to_line, command.reason) == ("WO-10479", "L3", "filler is down")
    assert QApplication.focusWidget() is bench.board


def test_escape_gives_a_move_up_and_the_lanes_have_the_focus_again(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10479")
    bench.press(K.Key_R)
    assert bench.widget.findChild(MovePanel).isVisible()
    bench.press(K.Key_Escape)
    assert not bench.widget.findChild(MovePanel).isVisible()
    assert QApplication.focusWidget() is bench.board
    assert bench.desk.sent == []


def test_what_is_written_survives_a_second_in_which_the_plant_moves_on(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10479")
    bench.press(K.Key_R, K.Key_1)
    bench.type("half a sen")
    bench.desk.pass_time(1)
    bench.presenter.refresh()
    reason = bench.widget.findChild(LineEdit)
    assert reason.text() == "half a sen"
    assert QApplication.focusWidget() is reason


def test_r_is_the_lanes_own_key_and_c_is_left_to_the_window(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10479")
    taken = []
    for key in (K.Key_R, K.Key_C):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(bench.board, event)
        taken.append(event.isAccepted())
    assert taken == [True, False]


def test_a_click_selects_an_order_and_nothing_moves_for_new_values(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    qtbot.mouseClick(bench.board.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 90))
    assert bench.presenter.selected == "order/WO-10482"
    bench.desk.pass_time(1)
    bench.presenter.refresh()
    assert bench.board.current == "order/WO-10482"


def test_selecting_a_posting_gives_its_list_the_focus(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("posting/p2")
    assert bench.presenter.selected == "posting/p2"
    assert QApplication.focusWidget() is not bench.board


def test_opening_shows_no_window_of_its_own(qtbot: QtBot) -> None:
    class Watch(QObject):
        shown: ClassVar[list[QObject]] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                self.shown.append(watched)
            return False

    app = QApplication.instance()
    assert app is not None
    watch = Watch()
    app.installEventFilter(watch)
    opened = open_work(Look(DAY), night_desk(), FakeShell())
    qtbot.addWidget(opened.widget)
    app.removeEventFilter(watch)
    assert watch.shown == []


def test_keys_act_on_what_is_marked_in_the_part_that_has_the_focus(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("posting/p2")
    bench.presenter.show("order/WO-10479")
    assert bench.presenter.selected == "order/WO-10479"
    bench.press(K.Key_Tab, K.Key_Tab)
    assert bench.presenter.selected == "posting/p2"


@pytest.mark.parametrize("size", [(1856, 1006), (1302, 694)])
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_it_paints_in_both_themes_and_sizes(qtbot: QtBot, size: tuple[int, int], theme: Theme) -> None:
    bench = Bench(qtbot, size, theme)
    bench.presenter.show("order/WO-10479")
    image = bench.widget.grab().toImage()
    assert image.pixelColor(2, 2) == theme.ground
    assert not image.isNull()


def test_everything_that_is_pressed_is_tall_enough_and_named(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.presenter.show("order/WO-10479")
    bench.press(K.Key_R)
    for button in bench.widget.findChildren(Button):
        assert button.height() >= 44
        assert button.accessibleName()
    assert bench.board.accessibleDescription().startswith("WO-10479")
