"""The holds view as a person uses it: following holds, and placing one with the hands on the keyboard."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.commands import PlaceHold
from tests.ui.desk import NOW, FakeDesk, at
from tests.ui.shell import FakeShell
from tests.ui.views.interlocked import guarded_night
from tests.ui.views.night import hold_night, second_hold
from ui.theme import DAY, NIGHT, TOUCH, Look
from ui.views.holds import open_holds
from ui.views.holds.presenter import HoldsPresenter
from ui.views.holds.view import View

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

_NONE, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
K = Qt.Key


class Opened:
    def __init__(self, qtbot: QtBot, desk: FakeDesk, width: int = 1856, height: int = 1006) -> None:
        self.desk, self.shell, self.look = desk, FakeShell(), Look()
        desk.person = desk.plant.people["brandt"]
        opened = open_holds(self.look, desk, self.shell)
        assert isinstance(opened.widget, View)
        assert isinstance(opened.presenter, HoldsPresenter)
        self.view, self.presenter = opened.widget, opened.presenter
        self.page, self.table = self.view.place, self.view.list.table
        qtbot.addWidget(self.view)
        self.view.resize(width, height)
        self.view.show()
        self.view.activateWindow()
        self.view.setFocus()
        self.presenter.refresh()
        qtbot.waitUntil(self.table.hasFocus)

    @property
    def held(self) -> str:
        return self.page._hold.text()

    def type(self, text: str) -> None:
        """Strike letters where the keyboard is."""
        for letter in text:
            self.press(Qt.Key(ord(letter.upper())), text=letter)

    def press(self, *keys: Qt.Key, shift: bool = False, text: str = "") -> None:
        """Strike keys where the keyboard is."""
        for key in keys:
            target = QApplication.focusWidget()
            assert target is not None
            said = text or (chr(key.value).lower() if key.value < 0x1000 else "")
            event = QKeyEvent(QEvent.Type.KeyPress, key, _SHIFT if shift else _NONE, said)
            QApplication.sendEvent(target, event)


@pytest.fixture
def night(qtbot: QtBot) -> Opened:
    return Opened(qtbot, hold_night())


# --- following ------------------------------------------------------------------------------------------------------


def test_j_and_k_walk_the_list_and_the_hold_follows(night: Opened) -> None:
    second_hold(night.desk)
    night.presenter.refresh()
    night.press(K.Key_J)
    assert night.presenter.selected == "hold/h2"
    assert night.view.list.pane._title.text() == "96 units of 4471-B"


def test_slash_and_numbers_filter_the_list(night: Opened) -> None:
    second_hold(night.desk)
    night.presenter.refresh()
    night.press(K.Key_Slash)
    night.type("skewed")
    assert night.table.count == 2, "the open hold keeps its place beside what was found"
    night.press(K.Key_Escape)
    night.press(K.Key_5)
    assert night.table.count == 1


def test_the_age_moves_without_a_new_row(night: Opened) -> None:
    rows = night.table._rows
    night.desk.pass_time(9)
    night.presenter.refresh()
    assert night.table._rows is rows
    assert night.table._cells(rows[0])[6].text == "9:40"  # type: ignore[union-attr]
    assert night.view.list.pane._age.text() == "9:40"


def test_a_step_is_pressed_and_a_step_that_is_not_legal_is_not(night: Opened, qtbot: QtBot) -> None:
    keys = night.view.list.pane._keys
    boxes = {k.id: box for k, box in zip(keys._keys, keys.boxes(keys.width()), strict=True)}
    for action in ("hold.dispose", "hold.release", "hold.review"):
        where = boxes[action].center().toPoint()
        qtbot.mouseClick(keys, Qt.MouseButton.LeftButton, pos=QPoint(where))  # type: ignore[no-untyped-call]
    assert night.shell.acted == [("hold.dispose", "hold/h1")]


# --- placing --------------------------------------------------------------------------------------------------------


def test_a_suspect_window_is_held_with_four_strokes_and_a_sentence(night: Opened) -> None:
    night.presenter.show("case/c1")
    assert night.held == "Hold 1,152 units"
    night.press(K.Key_1)
    night.type("underfilled")
    night.press(K.Key_Return, K.Key_Return)
    (sent,) = night.desk.sent
    assert isinstance(sent, PlaceHold)
    assert (sent.reason_code, sent.reason) == ("underfill", "underfilled")
    assert sum(u.quantity for u in sent.units) == 1152
    assert not night.view.placing


def test_enter_without_a_reason_says_what_is_missing(night: Opened) -> None:
    night.presenter.show("case/c1")
    night.press(K.Key_Return)
    assert night.desk.sent == []
    assert night.shell.said == [("Choose a reason (1 – 5).", True)]


def test_escape_gives_the_list_back(night: Opened) -> None:
    night.presenter.show("case/c1")
    night.press(K.Key_2)
    night.press(K.Key_Escape)
    assert not night.view.placing
    assert night.table.hasFocus()
    assert night.desk.sent == []


def test_arrows_move_an_end_and_shift_moves_it_by_minutes(night: Opened) -> None:
    night.presenter.show("case/c1")
    bar = night.page._bar
    bar.setFocus()
    night.press(K.Key_Right)
    night.press(K.Key_Right, shift=True)
    assert bar._scale is not None
    assert bar._scale.from_at == at("01:39:05")
    night.press(K.Key_Down)
    night.press(K.Key_Left, shift=True)
    assert bar._scale.to_at == at("02:10:43.218")
    assert night.held != "Hold 1,152 units"


def drag(widget: object, start: float, end: float) -> None:
    """Press, move and release at half height."""
    for kind, x in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, end),
        (QEvent.Type.MouseButtonRelease, end),
    ):
        place = QPointF(x, 40)
        button = Qt.MouseButton.LeftButton
        QApplication.sendEvent(widget, QMouseEvent(kind, place, place, button, button, _NONE))  # type: ignore[arg-type]


def test_an_end_is_dragged_and_a_press_between_the_ends_moves_nothing(night: Opened) -> None:
    night.presenter.show("case/c1")
    bar = night.page._bar
    assert bar._scale is not None
    drag(bar, bar.x_of(at("01:55")), bar.x_of(at("02:10")))
    assert bar._scale.from_at == at("01:38")
    drag(bar, bar.x_of(bar._scale.from_at) + 3, bar.x_of(at("02:05")))
    assert abs(bar._scale.from_at - at("02:05")) <= timedelta(seconds=1)


def test_n_holds_a_lot_by_its_number(night: Opened) -> None:
    night.press(K.Key_N)
    assert night.page._lot_form.lot.hasFocus()
    night.type("4471-B")
    assert night.held == "Hold 6,000 units"
    night.page._reasons.setFocus()
    night.press(K.Key_4)
    night.type("skewed")
    night.press(K.Key_Return)
    (sent,) = night.desk.sent
    assert isinstance(sent, PlaceHold)
    assert sent.units[0].lot == "4471-B"


def test_a_completion_names_the_lot_it_stands_for(night: Opened) -> None:
    night.presenter.show("new")
    form = night.page._lot_form
    texts = [form._model.index(row).data() for row in range(form._model.rowCount())]
    form.lot.setText(next(text for text in texts if text.startswith("4471-C")))
    assert night.presenter.placer.draft is not None
    assert night.presenter.placer.draft.lot == "4471-C"


def test_a_range_of_units_is_typed(night: Opened) -> None:
    night.presenter.show("lot/4480-A")
    form = night.page._lot_form
    assert not form._first.isEnabled()
    form._which.choose("range")
    form._first.setText("1,000")
    form._last.setText("1,099")
    assert night.held == "Hold 100 units"


def test_the_next_hold_starts_empty(night: Opened) -> None:
    night.presenter.show("case/c1")
    night.press(K.Key_1)
    night.type("underfilled")
    night.press(K.Key_Escape)
    night.presenter.show("case/c1")
    assert night.page._sentence.text() == ""
    assert night.page._reasons.value == ""
    assert not night.page._hold.isEnabled()


# --- looks ----------------------------------------------------------------------------------------------------------


def test_every_label_is_plain_text_and_every_button_is_big_enough(night: Opened) -> None:
    night.presenter.show("case/c1")
    assert {label.textFormat() for label in night.view.findChildren(QLabel)} == {Qt.TextFormat.PlainText}
    assert all(b.height() >= TOUCH for b in night.page.findChildren(QAbstractButton) if b.isVisible() and b.text())


@pytest.mark.parametrize("size", [(1856, 1006), (1302, 692), (1100, 600)])
@pytest.mark.parametrize("ref", ["hold/h1", "case/c1", "new"])
def test_it_fits_every_screen_by_day_and_night(qtbot: QtBot, size: tuple[int, int], ref: str) -> None:
    night = Opened(qtbot, hold_night(), *size)
    night.presenter.show(ref)
    for theme in (DAY, NIGHT):
        night.look.set_theme(theme)
        night.view.grab()
    assert night.view.width() == size[0], "nothing forces the window wider"


def settle(night: Opened) -> None:
    """As the window does between two refreshes: a piece at a time, until all of the list is placed."""
    count = -1
    while count != night.table.count:
        count = night.table.count
        for _ in range(100):
            night.presenter.follow()


def test_ten_thousand_holds_are_listed_without_making_ten_thousand_rows(qtbot: QtBot) -> None:
    desk = hold_night()
    for number in range(10_000):
        units = (e.HeldUnits(lot=f"L-{number}", quantity=Decimal(1)),)
        placed = e.HoldPlaced(hold_id=f"m{number}", units=units, reason_code="seal", reason="old")
        desk.record(placed, person="amsel", when=NOW - timedelta(minutes=number))
    night = Opened(qtbot, desk)
    settle(night)
    night.view.grab()
    made = [row for row in night.table._rows if row.made]  # type: ignore[attr-defined]
    assert night.table.count == 10_001
    assert len(made) < 100
    assert (night.table.current, night.table.above) == ("hold/m9999", 0), "the oldest is on top when all stand"


def test_an_interlock_is_written_or_left_as_the_person_chooses(qtbot: QtBot) -> None:
    opened = Opened(qtbot, guarded_night())
    opened.presenter.show("case/c1")
    line = opened.page._interlocks[0]
    assert line.isVisible()
    assert not opened.page._interlocks[1].isVisible()
    assert opened.held.endswith("write to L2 Labeller")
    line._chips.choose("leave")
    assert opened.held == "Hold 1,152 units"
    line._chips.choose("write")
    assert opened.held.endswith("write to L2 Labeller")


def test_without_an_interlock_nothing_is_said_of_one(night: Opened) -> None:
    night.presenter.show("case/c1")
    assert not night.page._interlock_panel.isVisible()
    assert not night.view.list.pane._interlock_panel.isVisible()
