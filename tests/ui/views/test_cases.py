"""The cases view as a person uses it: real widgets, real presenter, a desk of plain objects."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.commands import AddNote
from tests.ui.desk import NOW, FakeDesk
from tests.ui.shell import FakeShell
from tests.ui.views.night import hold_night
from ui.theme import DAY, NIGHT, Look
from ui.views.cases import open_cases
from ui.views.cases.presenter import CasesPresenter
from ui.views.cases.view import View

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


class Opened:
    def __init__(self, qtbot: QtBot, desk: FakeDesk, width: int = 1856, height: int = 1006) -> None:
        self.desk, self.shell, self.look = desk, FakeShell(), Look()
        opened = open_cases(self.look, desk, self.shell)
        assert isinstance(opened.widget, View)
        assert isinstance(opened.presenter, CasesPresenter)
        self.view, self.presenter = opened.widget, opened.presenter
        qtbot.addWidget(self.view)
        self.view.resize(width, height)
        self.view.show()
        qtbot.waitExposed(self.view)
        self.view.activateWindow()
        self.view.setFocus()
        self.presenter.refresh()
        qtbot.waitUntil(self.view.queue.table.hasFocus)


@pytest.fixture
def night(qtbot: QtBot) -> Opened:
    return Opened(qtbot, hold_night())


def press(night: Opened, *keys: Qt.Key) -> None:
    """Strike keys where the keyboard is."""
    for key in keys:
        target = QApplication.focusWidget()
        assert target is not None
        text = chr(key.value).lower() if key.value < 0x1000 else ""
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(target, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def test_j_and_k_walk_the_queue_and_the_case_follows(night: Opened) -> None:
    press(night, Qt.Key.Key_J)
    assert night.presenter.selected == "case/c7"
    assert night.view.detail._detail is not None
    assert night.view.detail._detail.ref == "case/c7"
    press(night, Qt.Key.Key_K)
    assert night.presenter.selected == "case/c1"


def test_slash_filters_and_escape_gives_the_whole_queue_back(night: Opened) -> None:
    press(night, Qt.Key.Key_Slash)
    for letter in "web":
        press(night, Qt.Key(ord(letter.upper())))
    assert night.view.queue.table.count == 2, "the open case keeps its place beside what was found"
    press(night, Qt.Key.Key_Escape)
    assert night.view.queue.table.count == 8
    assert night.view.queue.table.hasFocus()


def test_letters_typed_into_the_text_filter_are_not_keys(night: Opened) -> None:
    press(night, Qt.Key.Key_Slash, Qt.Key.Key_N, Qt.Key.Key_1)
    assert night.presenter.selected == "case/c1"
    assert night.view.queue._search.text() == "n1"


def test_number_keys_choose_the_filter(night: Opened) -> None:
    press(night, Qt.Key.Key_5)
    assert night.view.queue.table.count == 6, "five resolved ones and the open case"
    press(night, Qt.Key.Key_2)
    assert night.view.queue.table.count == 8
    assert night.view.queue.table.hasFocus()


def test_n_writes_a_note_and_enter_stores_it_once(night: Opened, qtbot: QtBot) -> None:
    press(night, Qt.Key.Key_N)
    note = night.view.detail._note
    assert note.hasFocus()
    note.setText("smells of rubber")
    press(night, Qt.Key.Key_Return)
    assert night.view.queue.table.hasFocus()
    press(night, Qt.Key.Key_Return)
    assert night.desk.sent == [AddNote(case_id="c1", text="smells of rubber")]
    assert note.text() == ""


def test_the_views_own_keys_are_claimed_before_the_windows(night: Opened) -> None:
    for key, claimed in ((Qt.Key.Key_N, True), (Qt.Key.Key_Slash, True), (Qt.Key.Key_3, True), (Qt.Key.Key_E, False)):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        night.view.event(event)
        assert event.isAccepted() is claimed


def test_right_gives_the_keyboard_to_the_parts_and_left_gives_it_back(night: Opened) -> None:
    press(night, Qt.Key.Key_Right)
    assert night.presenter.selected == "task/c1/c1-1"
    press(night, Qt.Key.Key_J)
    assert night.presenter.selected == "task/c1/c1-2"
    press(night, Qt.Key.Key_Left)
    assert night.presenter.selected == "case/c1"


def test_an_action_is_pressed_by_mouse_too_and_a_disabled_one_is_not(night: Opened, qtbot: QtBot) -> None:
    keys = night.view.detail._head._keys
    boxes = {k.id: box for k, box in zip(keys._keys, keys.boxes(keys.width()), strict=True)}
    for action in ("case.resolve", "case.acknowledge"):
        where = boxes[action].center().toPoint()
        qtbot.mouseClick(keys, Qt.MouseButton.LeftButton, pos=QPoint(where))  # type: ignore[no-untyped-call]
    assert night.shell.acted == [("case.resolve", "case/c1")]


def test_the_clocks_move_without_a_new_row_or_a_new_case(night: Opened) -> None:
    rows, head = night.view.queue.table._rows, night.view.detail._head
    before = head._clock.text()
    night.desk.pass_time(5)
    night.presenter.refresh()
    assert (before, head._clock.text()) == ("2:47", "2:52")
    assert night.view.queue.table._rows is rows
    assert night.view.queue.table._cells(rows[0])[4].text == "2:52"  # type: ignore[union-attr]
    assert "0:35 left" in head._chips.accessibleName()


def test_a_new_case_above_does_not_move_the_row_under_the_hand(night: Opened) -> None:
    table = night.view.queue.table
    press(night, Qt.Key.Key_J, Qt.Key.Key_J)
    chosen = table.current
    event = e.CaseOpened(
        case_id="c9", kind="breakdown", priority=1, title="L1 Filler aborted", occurrence="o9", happened_at=NOW,
        machine="L1.filler", line="L1", accountable="okafor",
    )  # fmt: skip
    night.desk.record(event)
    night.presenter.refresh()
    assert table.current == chosen == night.presenter.selected
    assert table.count == 9


def test_every_label_is_plain_text(night: Opened) -> None:
    assert {label.textFormat() for label in night.view.findChildren(QLabel)} == {Qt.TextFormat.PlainText}


@pytest.mark.parametrize("size", [(1856, 1006), (1302, 692), (1000, 600)])
def test_it_fits_every_screen_by_day_and_night(qtbot: QtBot, size: tuple[int, int]) -> None:
    night = Opened(qtbot, hold_night(), *size)
    for theme in (DAY, NIGHT):
        night.look.set_theme(theme)
        night.view.grab()
    assert night.view.width() == size[0], "nothing forces the window wider"
    assert night.view.detail.horizontalScrollBar().maximum() == 0


def many(cases: int) -> FakeDesk:
    """A plant that has had a very bad week."""
    desk = hold_night()
    numbers = count()
    for _ in range(cases):
        number = next(numbers)
        event = e.CaseOpened(
            case_id=f"m{number}", kind="unplanned_stop", priority=1 + number % 4, title=f"L1 Filler stopped {number}",
            occurrence=f"om{number}", happened_at=NOW - timedelta(seconds=number), machine="L1.filler", line="L1",
            accountable="okafor",
        )  # fmt: skip
        desk.record(event, when=NOW - timedelta(seconds=number))
    return desk


def settle(night: Opened) -> None:
    """As the window does between two refreshes: a piece at a time, until all of the list is placed."""
    count = -1
    while count != night.view.queue.table.count:
        count = night.view.queue.table.count
        for _ in range(100):
            night.presenter.follow()


def test_ten_thousand_cases_are_queued_without_making_ten_thousand_rows(qtbot: QtBot) -> None:
    night = Opened(qtbot, many(10_000))
    settle(night)
    night.view.grab()
    made = [row for row in night.view.queue.table._rows if row.made]  # type: ignore[attr-defined]
    assert night.view.queue.table.count == 10_008
    assert len(made) < 100
    started = perf_counter()
    for _ in range(10):
        night.presenter.refresh()
    assert (perf_counter() - started) / 10 < 0.25, "a refresh without a change costs next to nothing"
