"""The window over a desk without a core: it opens, walks, takes keys, keeps its place, and tells what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain import commands as c
from app.domain.people import Person
from tests.ui.desk import FakeDesk, night_desk
from tests.ui.plant import make_plant
from ui.catalog import SHOWN_BY, VIEWS, Side
from ui.desk import Answer
from ui.forms import Choice, Field, FieldKind, Form
from ui.icons import ICONS
from ui.keyboard import is_chord, name_of
from ui.pictures import grab_screens
from ui.steering import STEERING
from ui.theme import DAY, NIGHT, TOUCH, Look
from ui.window import Window, compose

Open = Callable[..., Window]

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise)")
"""The offscreen platform has no window manager to tell."""


class Seat:
    """Sits people down at the fake desk."""

    def __init__(self, desk: FakeDesk) -> None:
        self._desk = desk
        self.answer = Answer(ok=True)

    def sit(self, person: Person, done: Callable[[Answer], None] | None = None) -> None:
        if self.answer.ok:
            self._desk.person = person
        if done is not None:
            done(self.answer)

    def leave(self) -> None:
        self._desk.person = None


@pytest.fixture
def desk() -> FakeDesk:
    return night_desk()


@pytest.fixture
def open_window(qtbot: QtBot, desk: FakeDesk) -> Iterator[Open]:
    look = Look()
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    look.apply(application)

    def opened(layout: Path | None = None, at: FakeDesk = desk) -> Window:
        window = compose(look, at, seat=Seat(at), layout=layout)
        qtbot.addWidget(window)
        window.resize(1600, 900)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield opened
    application.setStyleSheet("")


@pytest.fixture
def window(open_window: Open) -> Window:
    return open_window()


# --- views and levels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", VIEWS, ids=lambda row: row.id)
def test_every_view_opens_shows_and_takes_the_keyboard(window: Window, row: object) -> None:
    view = next(r for r in VIEWS if r is row)
    window.visit(view.id)
    assert window.docks.visible(view.id)
    assert window.docks.holding(QApplication.focusWidget()) == view.id
    assert not window.strip.bad, window.strip.text


def test_views_have_their_own_icon_key_and_kinds() -> None:
    assert len({row.shortcut for row in VIEWS}) == len({row.icon for row in VIEWS}) == len(VIEWS)
    assert {row.icon for row in VIEWS} <= set(ICONS)
    kinds = [kind for row in VIEWS for kind in row.shows]
    assert len(kinds) == len(set(kinds)) == len(SHOWN_BY)


def test_a_thing_is_shown_in_the_view_made_for_it(window: Window) -> None:
    window.go("case/c5")
    assert window.docks.visible("cases")
    assert window.selected(frozenset({"case"})) == "case/c5"


def test_an_unknown_thing_changes_nothing(window: Window) -> None:
    window.go("nothing/at-all")
    window.go("")
    assert window.docks.visible("overview")


def test_views_are_made_only_when_they_are_opened(window: Window) -> None:
    assert set(window.docks.visible_names()) == {"overview", "queue"}


def test_a_view_with_a_queue_of_its_own_takes_the_whole_width(window: Window) -> None:
    window.visit("cases")
    assert not window.docks.visible("queue")
    window.home()
    assert window.docks.visible("queue")


@pytest.mark.expects_error_log
def test_a_view_that_fails_is_said_and_does_not_stop_the_others(
    window: Window, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(window.stage.opened["queue"].presenter, "refresh", fail)
    window.refresh()
    window.refresh()
    assert re.match(r"Internal fault [0-9A-F]{4} in Now", window.strip.text)
    assert len([r for r in caplog.records if r.exc_info]) == 1


# --- keys -----------------------------------------------------------------------------------------------------------


def test_a_key_acts_on_the_selected_case(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.visit("queue")
    window.stage.opened["queue"].presenter.show("case/c3")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_A)
    assert desk.sent == [c.AcknowledgeCase(case_id="c3")]


def test_a_key_that_does_not_apply_to_what_has_the_keyboard_says_so_and_acts_on_nothing_else(
    qtbot: QtBot, window: Window, desk: FakeDesk
) -> None:
    window.visit("queue")
    window.stage.opened["queue"].presenter.show("case/c1")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_A)
    assert not desk.sent
    assert window.strip.bad


def test_after_signing_in_nothing_is_selected_by_itself_and_the_first_key_means_the_case_on_top(
    qtbot: QtBot, open_window: Open, desk: FakeDesk
) -> None:
    desk.plant, okafor, desk.person = replace(desk.plant, demo=True), desk.person, None
    window = open_window()
    qtbot.waitUntil(window.sign_in_panel.isVisible)
    assert okafor is not None
    window._sit(okafor)
    window.refresh()
    qtbot.waitUntil(window.sign_in_panel.isHidden)
    assert window.stage.selected_in("overview") == ""
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_O)
    assert [type(sent).__name__ for sent in desk.sent] == ["OwnCase"]


def test_j_and_k_go_through_the_queue_from_wherever_the_keyboard_is(window: Window) -> None:
    window.visit("overview")
    window.stage.opened["queue"].presenter.show("case/c1")
    window.press("J")
    assert window.stage.opened["queue"].presenter.selected == "case/c7"
    window.press("K")
    assert window.stage.opened["queue"].presenter.selected == "case/c1"


def test_after_j_the_next_key_means_the_case_that_was_walked_to(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.visit("overview")
    window.stage.opened["queue"].presenter.show("case/c1")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_J)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_O)
    assert desk.sent == [c.OwnCase(case_id="c7")]


def test_while_a_hold_is_placed_no_key_acts_behind_the_panel(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.go("holds:case/c1")
    for key in (Qt.Key.Key_T, Qt.Key.Key_O, Qt.Key.Key_E, Qt.Key.Key_A, Qt.Key.Key_J):
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert not desk.sent
    assert window.stage.front == "holds"
    assert window.form.isHidden()


def test_typing_into_a_form_is_not_acting(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.act("case.note", "case/c1")
    qtbot.keyClicks(QApplication.focusWidget(), "a note")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert desk.sent == [c.AddNote(case_id="c1", text="a note")]


def test_a_report_is_two_keys_and_a_sentence(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.act("report", "machine/L2.filler")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    qtbot.keyClicks(QApplication.focusWidget(), "belt squeals")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert desk.sent == [c.ReportException(what="1", text="belt squeals", machine="L2.filler", line="L2")]


def test_the_window_has_a_method_of_every_steering_row_and_no_key_twice(window: Window) -> None:
    keys = [*(row.key for row in STEERING), *(row.shortcut for row in VIEWS)]
    assert len(keys) == len(set(keys))
    assert all(callable(getattr(window, row.id)) for row in STEERING)
    chords = [key for key in keys if is_chord(key)]
    assert all(not QKeySequence(key).isEmpty() for key in chords)


@pytest.mark.parametrize(
    ("key", "modifier", "name"),
    [
        (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "A"),
        (Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier, "Shift+E"),
        (Qt.Key.Key_F2, Qt.KeyboardModifier.NoModifier, "F2"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier, "Return"),
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier, "Esc"),
        (Qt.Key.Key_Shift, Qt.KeyboardModifier.ShiftModifier, ""),
    ],
)
def test_a_key_event_is_named_as_the_tables_write_it(
    qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier, name: str
) -> None:
    seen: list[str] = []

    class Catcher(QWidget):
        def keyPressEvent(self, event: object) -> None:
            seen.append(name_of(event))  # type: ignore[arg-type]

    widget = Catcher()
    qtbot.addWidget(widget)
    qtbot.keyClick(widget, key, modifier)
    assert seen[-1] == name


def test_keys_work_in_a_floating_window_too(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.docks._docks["queue"].setFloating()
    window.visit("queue")
    window.stage.opened["queue"].presenter.show("case/c3")
    qtbot.keyClick(window.stage.opened["queue"].widget.focusProxy(), Qt.Key.Key_A)
    assert desk.sent == [c.AcknowledgeCase(case_id="c3")]


# --- who sits here --------------------------------------------------------------------------------------------------


def test_locking_asks_who_works_here_and_a_pick_seats_them(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.act("sign_in")
    assert desk.person is None
    assert window.sign_in_panel.isVisible()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    assert desk.person is desk.plant.people["okafor"]
    assert window.strip.text == "Mary Okafor works here now."


def test_a_sign_in_that_is_refused_is_said(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    seat = window._seat
    assert isinstance(seat, Seat)
    seat.answer = Answer(ok=False, message="The disk refuses.", todo="Call IT.")
    window.act("sign_in")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_1)
    assert desk.person is None
    assert window.strip.text == "The disk refuses. Call IT."


def test_the_panel_goes_when_somebody_was_seated_otherwise(window: Window, desk: FakeDesk) -> None:
    window.act("sign_in")
    desk.person = desk.plant.people["silva"]
    window.refresh()
    assert window.sign_in_panel.isHidden()


def test_an_empty_station_asks_at_once_who_works_here(qtbot: QtBot, open_window: Open, desk: FakeDesk) -> None:
    desk.person = None
    window = open_window()
    qtbot.waitUntil(window.sign_in_panel.isVisible, timeout=10_000)
    window.visit("overview")
    assert window.sign_in_panel.isHidden()


# --- forms ----------------------------------------------------------------------------------------------------------


def ask(window: Window, form: Form) -> list[object]:
    got: list[object] = []
    window.ask(form, got.append)
    return got


def test_enter_in_the_last_field_confirms(qtbot: QtBot, window: Window) -> None:
    got = ask(window, Form(title="t", fields=(Field(id="a", label="A"), Field(id="b", label="B"))))
    for word in ("one", "two"):
        qtbot.keyClicks(QApplication.focusWidget(), word)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert got == [{"a": "one", "b": "two"}]


def test_enter_in_the_last_field_of_a_form_with_danger_never_confirms(qtbot: QtBot, window: Window) -> None:
    got = ask(window, Form(title="t", fields=(Field(id="a", label="A"),), danger=True))
    qtbot.keyClicks(QApplication.focusWidget(), "one")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not got
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert got == [None]


@pytest.mark.parametrize("form", [Form(title="t", danger=True), Form(title="t", careful=True)])
def test_a_guarded_form_without_fields_starts_on_cancel(qtbot: QtBot, window: Window, form: Form) -> None:
    got = ask(window, form)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert got == [None]


def test_control_enter_confirms_a_form_with_danger(qtbot: QtBot, window: Window) -> None:
    got = ask(window, Form(title="t", danger=True))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert got == [{}]


def test_control_enter_in_a_field_confirms_too(qtbot: QtBot, window: Window) -> None:
    got = ask(window, Form(title="t", fields=(Field(id="a", label="A"), Field(id="b", label="B", required=False))))
    qtbot.keyClicks(QApplication.focusWidget(), "one")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert got == [{"a": "one", "b": ""}]


def test_what_is_missing_is_said_and_the_form_stays(qtbot: QtBot, window: Window) -> None:
    got = ask(window, Form(title="t", fields=(Field(id="a", label="Reason"),)))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not got
    assert window.form.isVisible()


def test_escape_cancels_and_the_keyboard_goes_back(qtbot: QtBot, window: Window) -> None:
    before = QApplication.focusWidget()
    got = ask(window, Form(title="t", fields=(Field(id="a", label="A"),)))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert got == [None]
    assert QApplication.focusWidget() is before


def test_a_second_form_cancels_the_first(window: Window) -> None:
    first = ask(window, Form(title="one"))
    second = ask(window, Form(title="two"))
    assert (first, second) == ([None], [])


def test_every_kind_of_field_can_be_filled_in_from_the_keyboard(qtbot: QtBot, window: Window) -> None:
    people = tuple(window._desk.plant.people)
    shelf = Form(
        title="t",
        fields=(
            Field(id="choice", label="C", kind=FieldKind.CHOICE, choices=_choices("x", "y")),
            Field(id="person", label="P", kind=FieldKind.PERSON, choices=_choices(*people)),
            Field(id="minutes", label="M", kind=FieldKind.MINUTES, choices=_choices("15", "60")),
            Field(id="number", label="N", kind=FieldKind.NUMBER),
        ),
    )
    got = ask(window, shelf)
    for keys in ("2", "w\r", "2", "1,200\r"):
        for key in keys:
            if key == "\r":
                qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            else:
                qtbot.keyClicks(QApplication.focusWidget(), key)
    assert got == [{"choice": "y", "person": "weiss", "minutes": "60", "number": "1,200"}]


def _choices(*values: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, label=value) for value in values)


# --- banner, strip, status ------------------------------------------------------------------------------------------


def test_bad_news_stay_until_they_are_dismissed(qtbot: QtBot, window: Window) -> None:
    window.say("The disk refuses.", bad=True)
    window.refresh()
    assert window.strip.text == "The disk refuses."
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.strip.text == ""


def test_the_status_bar_tells_the_parts_apart(window: Window) -> None:
    text = window.status.text()
    for words in (
        "Controllers 7 of 8 L3 Labeller lost since 02:14:07",
        "Acquisition running",
        "Stored here no.",
        "ERP ",
    ):
        assert words in text
    assert text.endswith("Sun 22 Nov 2026 02:14:31 CET")
    assert "REPLAYED" not in text


def test_a_replayed_plant_says_so_all_the_time(open_window: Open) -> None:
    desk = FakeDesk(replace(make_plant(), replayed=True))
    desk.status = replace(desk.status, replay_at=datetime(2019, 6, 12, 2, 10, tzinfo=UTC))
    assert "REPLAYED Wed 12 Jun 2019 04:10:00 CEST" in open_window(at=desk).status.text()


def test_nothing_in_the_frame_moves_when_what_it_says_changes(window: Window, desk: FakeDesk) -> None:
    def places() -> list[tuple[int, int, int, int]]:
        found = (
            window.banner.counts,
            window.banner.top,
            window.banner.person,
            window.strip,
            window.status,
            window.rail,
        )
        return [w.geometry().getRect() for w in found]  # type: ignore[misc]

    before = places()
    desk.person = None
    window.say("a long sentence " * 40, bad=True)
    window.refresh()
    assert places() == before


def test_everything_pressed_in_the_frame_is_named_and_large_enough(window: Window) -> None:
    pieces = [
        w
        for w in window.findChildren(QAbstractButton)
        if w.isVisible() and w.parentWidget() in (window.banner, window.rail)
    ]
    assert pieces
    assert not [w for w in pieces if not w.accessibleName()]
    assert not [w for w in pieces if w.height() < TOUCH]


# --- themes and layouts ---------------------------------------------------------------------------------------------


def test_day_and_night_switch_at_run_time(window: Window) -> None:
    window.switch_theme()
    assert window._look.theme is NIGHT
    window.switch_theme()
    assert window._look.theme is DAY


def test_the_window_comes_back_where_it_was(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    first = open_window(file)
    first.visit("work")
    first.visit("cases")
    first.switch_theme()
    first.close()
    first._look.set_theme(DAY)
    again = open_window(file)
    assert again._look.theme is NIGHT
    assert [name for name, dock in again.docks._docks.items() if not dock.isClosed()] == [
        "overview",
        "cases",
        "work",
        "queue",
    ]


def test_a_spoilt_layout_opens_the_window_as_the_first_time(open_window: Open, tmp_path: Path) -> None:
    file = tmp_path / "window.json"
    file.write_text("{spoilt", encoding="utf-8")
    window = open_window(file)
    assert set(window.docks.visible_names()) == {"overview", "queue"}


def test_pictures_of_every_view_are_made(window: Window, tmp_path: Path) -> None:
    made = grab_screens(window, tmp_path / "screens", "day")
    assert len(made) == len([row for row in VIEWS if row.side is Side.CENTRE])
    assert all(file.stat().st_size > 10_000 for file in made)


def test_to_open_something_else_is_asked_for_carefully_and_closes_the_window(window: Window, qtbot: QtBot) -> None:
    left: list[bool] = []
    window.left.connect(lambda: left.append(True))
    window.elsewhere()
    assert window.form.form is not None
    assert window.form.form.guarded
    window.form.leave()
    assert not left
    assert window.isVisible()
    window.elsewhere()
    window.form.confirm()
    assert left == [True]
    assert not window.isVisible()
