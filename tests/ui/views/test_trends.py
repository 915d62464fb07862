"""The trends view as a person uses it: find a signal, move the cursor, pan and zoom, all by keys."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.desk import FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.theme import DAY, NIGHT, Look, Theme
from ui.views.trends import open_trends
from ui.views.trends.presenter import TrendsPresenter
from ui.views.trends.strips import StripStack
from ui.views.trends.view import TrendsWidget
from ui.widgets.forms import LineEdit
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

K = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Bench:
    """The opened view at a usual size."""

    def __init__(self, qtbot: QtBot, size: tuple[int, int] = (1856, 1006), theme: Theme = DAY) -> None:
        self.qtbot = qtbot
        self.desk: FakeDesk = night_desk()
        self.shell = FakeShell()
        opened = open_trends(Look(theme), self.desk, self.shell)
        assert isinstance(opened.widget, TrendsWidget)
        assert isinstance(opened.presenter, TrendsPresenter)
        self.widget, self.presenter = opened.widget, opened.presenter
        qtbot.addWidget(self.widget)
        self.widget.resize(*size)
        self.widget.show()
        self.widget.activateWindow()
        qtbot.waitUntil(self.widget.isActiveWindow)
        self.strips = self.widget.findChild(StripStack)
        self.tree = self.widget.findChild(PaintedTable)
        self.strips.setFocus()

    def press(self, *keys: Qt.Key, shift: bool = False) -> None:
        modifier = SHIFT if shift else Qt.KeyboardModifier.NoModifier
        for key in keys:
            self.qtbot.keyClick(QApplication.focusWidget() or self.widget, key, modifier)

    def window(self) -> tuple[float, float]:
        axis = self.strips.axis
        assert axis is not None
        return axis.from_s, axis.to_s


def test_a_signal_is_found_by_typing_and_shown_by_enter(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_Slash)
    assert QApplication.focusWidget() is bench.widget.findChild(LineEdit)
    qtbot.keyClicks(QApplication.focusWidget(), "torque valve")
    bench.press(K.Key_Return)
    assert QApplication.focusWidget() is bench.tree
    bench.press(K.Key_Return)
    assert bench.presenter.chosen[-1] == "L1.filler.torque_valve_block_3"
    bench.press(K.Key_J, K.Key_Space)
    assert bench.presenter.chosen[-1] == "L2.filler.torque_valve_block_3"
    bench.press(K.Key_Escape)
    assert QApplication.focusWidget() is bench.strips


def test_branches_open_and_close_by_the_arrows(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.tree.setFocus()
    bench.press(K.Key_J, K.Key_Right)
    assert bench.tree.count == 3 + 6
    bench.press(K.Key_J, K.Key_Left)
    assert bench.tree.current == "line/L1"
    bench.press(K.Key_Left)
    assert bench.tree.count == 3


def test_pan_zoom_and_live_by_keys(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    live = bench.window()
    bench.press(K.Key_Left, shift=True)
    assert bench.window()[1] == pytest.approx(live[1] - 150, abs=1)
    bench.press(K.Key_Minus)
    assert bench.window()[1] - bench.window()[0] == 1200
    bench.press(K.Key_Plus)
    assert bench.window()[1] - bench.window()[0] == 600
    bench.press(K.Key_L)
    assert bench.window() == live


def test_strips_are_walked_and_hidden_by_keys(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(K.Key_J)
    assert bench.presenter.selected == "machine/L1.case_packer"
    bench.press(K.Key_Delete)
    assert bench.presenter.selected == "machine/L2.filler"


def test_the_keys_of_the_view_do_not_reach_the_window_and_others_do(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    taken = []
    for key, modifier in ((K.Key_L, False), (K.Key_Plus, False), (K.Key_L, True), (K.Key_H, False)):
        with_control = Qt.KeyboardModifier.ControlModifier if modifier else Qt.KeyboardModifier.NoModifier
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, with_control)
        event.ignore()
        QApplication.sendEvent(bench.strips, event)
        taken.append(event.isAccepted())
    assert taken == [True, True, False, False]


def test_pointing_moves_the_one_cursor_of_all_strips(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    before = bench.strips.grab().toImage()
    qtbot.mouseClick(bench.strips, Qt.MouseButton.LeftButton, pos=QPoint(400, 220))
    assert bench.presenter.selected == "machine/L1.case_packer"
    assert bench.strips.grab().toImage() != before


def wheel(bench: Bench) -> QWheelEvent:
    middle = QPointF(300, 200)
    nothing = Qt.KeyboardModifier.NoModifier
    phase = Qt.ScrollPhase.NoScrollPhase
    return QWheelEvent(
        middle,
        bench.strips.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        nothing,
        phase,
        False,
    )


def test_the_wheel_zooms_only_with_the_focus(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.tree.setFocus()
    QApplication.sendEvent(bench.strips, wheel(bench))
    assert bench.window()[1] - bench.window()[0] == 600
    bench.strips.setFocus()
    QApplication.sendEvent(bench.strips, wheel(bench))
    assert bench.window()[1] - bench.window()[0] == 300


@pytest.mark.parametrize("size", [(1856, 1006), (1302, 694)])
@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_it_paints_in_both_themes_and_sizes(qtbot: QtBot, size: tuple[int, int], theme: Theme) -> None:
    bench = Bench(qtbot, size, theme)
    bench.presenter.show("case/c1")
    image = bench.widget.grab().toImage()
    assert image.pixelColor(2, 2) == theme.ground


def test_without_any_signal_it_says_how_to_get_one(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    bench.press(*[K.Key_Delete] * 6)
    assert bench.presenter.chosen == ()
    bench.widget.grab()


def test_a_second_of_live_values_paints_new_columns(qtbot: QtBot) -> None:
    bench = Bench(qtbot)
    before = bench.strips.grab().toImage()
    bench.desk.pass_time(1)
    bench.presenter.refresh()
    assert bench.strips.grab().toImage() != before
