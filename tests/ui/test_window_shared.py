"""The window while other stations are there: warnings that stand, how the station stands, what the others are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain import events as e
from app.domain.status import Health, SharedPlant, SharedStatus, StationSeen
from tests.ui.desk import FakeDesk, at, night_desk
from ui.desk import Answer
from ui.entries import gather
from ui.forms import Field, FieldKind, Form
from ui.theme import Look
from ui.widgets.forms import Button
from ui.window import Window, compose

UP = SharedStatus(joined=True, health=Health.UP, since=at("21:40"), synced_at=at("02:14:31"))
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise)")


@pytest.fixture
def desk() -> FakeDesk:
    return night_desk()


@pytest.fixture
def window(qtbot: QtBot, desk: FakeDesk, look: Look) -> Window:
    made = compose(look, desk)
    qtbot.addWidget(made)
    made.resize(1600, 900)
    with qtbot.waitExposed(made):
        made.show()
    return made


def press(qtbot: QtBot, key: Qt.Key) -> None:
    qtbot.keyClick(QApplication.focusWidget(), key)


def hold_alone(desk: FakeDesk) -> None:
    desk.record(
        e.HoldPlaced(hold_id="h9", units=(), reason_code="seal", reason="loose caps"),
        person="brandt",
        when=at("02:13:40"),
    )
    desk.leave_alone(at("02:13:30"), "hold/h9")


def test_a_warning_stands_whatever_is_said_and_goes_when_it_is_over(window: Window, desk: FakeDesk) -> None:
    assert window.strip.warning == ""
    hold_alone(desk)
    window.refresh()
    window.say("Acknowledged: something")
    assert "tag the pallets" in window.strip.warning
    window.dismiss()
    assert "tag the pallets" in window.strip.warning
    desk.only_here.clear()
    desk.join()
    window.refresh()
    assert window.strip.warning == ""


def test_f8_leads_to_what_is_warned_of(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    hold_alone(desk)
    window.refresh()
    press(qtbot, Qt.Key.Key_F8)
    assert window.docks.visible("holds")
    assert window.selected(frozenset({"hold"})) == "hold/h9"


def test_a_warning_about_the_station_leads_to_how_it_stands(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    desk.leave_alone(at("02:13:30"))
    window.refresh()
    press(qtbot, Qt.Key.Key_F8)
    assert window.form.form is not None
    assert window.form.form.title == "How this station stands"


def test_f9_lists_the_other_stations_and_what_of_a_silent_one_is_not_known(
    qtbot: QtBot, window: Window, desk: FakeDesk
) -> None:
    stations = (
        StationSeen(name="desk-2", heard_at=at("02:14"), shared=1204, shared_at=at("02:13")),
        StationSeen(name="desk-3", heard_at=at("02:01"), shared=7, shared_at=at("01:58")),
    )
    desk.join(replace(UP, plant=SharedPlant(stations=stations, asked_at=at("02:14:20"))))
    press(qtbot, Qt.Key.Key_F9)
    assert window.form.form is not None
    assert window.form.form.document == (
        "1 of 2 not heard for 10 minutes.",
        "desk-3: last heard 02:01; what was done there since is not known here. It has shared up to 01:58 (7 steps).",
        "desk-2: last heard 02:14. It has shared up to 02:13 (1,204 steps).",
    )


def test_f9_says_how_every_part_stands_and_what_to_do(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    desk.leave_alone(at("02:13:30"))
    press(qtbot, Qt.Key.Key_F9)
    assert window.form.form is not None
    facts = " ".join(window.form.form.facts)
    for said in ("Controllers 7 of 8", "The shared store is away since 02:13", "tell plant IT", "ERP"):
        assert said in facts, said
    press(qtbot, Qt.Key.Key_Return)
    assert window.form.isHidden()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_what_is_only_told_has_one_button_and_both_keys_close_it(qtbot: QtBot, window: Window, key: Qt.Key) -> None:
    press(qtbot, Qt.Key.Key_F9)
    assert [button.text() for button in window.form.findChildren(Button)] == ["Close"]
    press(qtbot, key)
    assert window.form.isHidden()


def test_the_status_bar_tells_the_shared_store_apart(window: Window, desk: FakeDesk) -> None:
    assert "Alone no shared store" in window.status.text()
    desk.join()
    window.refresh()
    assert "Shared up since 21:40" in window.status.text()


# --- presence ---------------------------------------------------------------------------------------------------------


def test_the_others_are_told_which_case_is_looked_at_once_for_each_change(window: Window, desk: FakeDesk) -> None:
    window.go("case/c5")
    assert desk.attended[-1] == ("case/c5", False)
    count = len(desk.attended)
    window.refresh()
    assert len(desk.attended) == count
    window.go("hold/h1")
    assert desk.attended[-1] == ("hold/h1", False)


def test_the_others_are_told_while_a_form_about_it_is_open(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    window.go("case/c5")
    window.act("case.note", "case/c1")
    assert desk.attended[-1] == ("case/c1", True)
    press(qtbot, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: desk.attended[-1] == ("case/c5", False), timeout=10_000)


def test_who_leaves_looks_at_nothing(window: Window, desk: FakeDesk) -> None:
    window.go("case/c5")
    desk.person = None
    window.refresh()
    assert desk.attended[-1] == ("", False)


# --- decisions and signatures -----------------------------------------------------------------------------------------


def test_a_refused_step_is_walked_to_and_let_be_from_the_keyboard(qtbot: QtBot, window: Window, desk: FakeDesk) -> None:
    ref = desk.refuse("HoldReleased", "hold/h1", person="okafor")
    window.refresh()
    window.go(ref)
    assert window.selected(frozenset({"refusal"})) == ref
    press(qtbot, Qt.Key.Key_L)
    qtbot.keyClicks(QApplication.focusWidget(), "Ana did it")
    press(qtbot, Qt.Key.Key_Return)
    assert [type(command).__name__ for command in desk.sent] == ["SettleRefusal"]


def test_a_disposition_is_signed_from_the_keyboard_and_a_wrong_password_keeps_the_rest(
    qtbot: QtBot, window: Window, desk: FakeDesk
) -> None:
    desk.plant = replace(desk.plant, demo=False)
    desk.person = desk.plant.people["brandt"]
    window.go("hold/h1")
    press(qtbot, Qt.Key.Key_D)
    press(qtbot, Qt.Key.Key_2)
    qtbot.keyClicks(QApplication.focusWidget(), "relabel")
    press(qtbot, Qt.Key.Key_Return)
    press(qtbot, Qt.Key.Key_2)
    qtbot.keyClicks(QApplication.focusWidget(), "wrong")
    desk.answer = Answer(ok=False, message="Name and password do not fit.")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    form = window.form.form
    assert form is not None
    assert (form.fault, window.form.answers()["password"]) == ("Name and password do not fit.", "")
    assert window.form.answers()["meaning"] == "Decided with quality management, recorded by me"
    desk.answer = Answer(ok=True)
    qtbot.keyClicks(QApplication.focusWidget(), "word")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert [type(command).__name__ for command in desk.sent] == ["DisposeHold"]


def test_a_long_paper_is_shown_whole_and_scrolls(window: Window) -> None:
    lines = tuple(f"Lot {n}" for n in range(60))
    window.ask(Form(title="Release", document=lines), lambda _answers: None)
    shown = [label.text() for label in window.form.findChildren(type(window.form._fault))]
    assert set(lines) <= set(shown)
    assert window.form.height() <= window.docks.height()


def test_a_password_does_not_stay_in_the_form(qtbot: QtBot, window: Window) -> None:
    got: list[object] = []
    field = Field(id="password", label="Password", kind=FieldKind.SECRET)
    window.ask(Form(title="t", fields=(field,)), got.append)
    qtbot.keyClicks(QApplication.focusWidget(), "word")
    press(qtbot, Qt.Key.Key_Return)
    assert got == [{"password": "word"}]
    assert window.form.answers() == {"password": ""}


def test_placing_a_hold_from_a_case_is_editing_that_case(window: Window, desk: FakeDesk) -> None:
    window.go("case/c1")
    window.act("case.hold", "case/c1")
    window.refresh()
    assert desk.attended[-1] == ("case/c1", True)


def test_refused_steps_are_found_by_the_palette(window: Window, desk: FakeDesk) -> None:
    ref = desk.refuse("HoldReleased", "hold/h1", person="okafor")
    found = gather(desk, (), (), "")
    assert next(entry.go for entry in found if entry.kind == "refusal") == ref
