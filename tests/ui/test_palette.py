"""Ctrl+K over the night of the pictures: what is found, in which order, and what picking does."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain import events as e
from tests.ui.desk import night_desk
from ui.actions import ACTIONS
from ui.entries import Entry, Named, find, gather
from ui.palette import Palette
from ui.theme import Look

VIEWS = (Named(id="overview", text="Overview", key="Ctrl+1"), Named(id="holds", text="Holds", key="Ctrl+5"))
STEERING = (Named(id="switch_theme", text="day or night", key="Ctrl+D"),)


def everything(selected: str = "") -> list[Entry]:
    return gather(night_desk(), VIEWS, STEERING, selected)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("l2 filler", "machine/L2.filler"),
        ("fil abort", "case/c1"),
        ("4471-b", "lot/4471-B"),
        ("hold 4471", "hold/h1"),
        ("weiss", "person/weiss"),
        ("10479", "order/WO-10479"),
        ("line 3", "line/L3"),
        ("holds", "view:holds"),
        ("night", "steer:switch_theme"),
        ("modbus labeller", "controller/C-L3-4"),
        ("480 bottles", "posting/p2"),
    ],
)
def test_everything_is_found_by_a_few_letters(query: str, first: str) -> None:
    found = [entry.id for entry in find(everything(), query)]
    assert first in found[:3]


def test_names_are_unique_and_everything_leads_somewhere() -> None:
    entries = everything("case/c3")
    assert len({entry.id for entry in entries}) == len(entries)
    assert all(entry.go or entry.act or entry.steer for entry in entries)


def test_only_actions_that_apply_to_what_is_selected_are_offered_with_their_keys() -> None:
    found = {entry.act: entry for entry in everything("case/c3") if entry.act}
    assert {"case.acknowledge", "case.own", "report"} <= set(found)
    assert not {"case.reopen", "hold.release"} & set(found)
    keys = {row.id: row.key for row in ACTIONS}
    assert all(entry.key == keys[name] for name, entry in found.items())
    assert found["case.acknowledge"].detail == "on L3 Labeller labels low: 41 min left"


def test_without_a_query_open_cases_come_first_the_most_urgent_on_top() -> None:
    found = find(everything(), "")
    assert [entry.id for entry in found[:3]] == ["case/c1", "case/c2", "case/c7"]


def test_a_text_from_outside_is_made_safe() -> None:
    desk = night_desk()
    desk.record(
        e.HoldPlaced(hold_id="h9", units=(e.HeldUnits(lot="4471-B"),), reason_code="x", reason="a\u202eb<b>c</b>")
    )
    entry = next(entry for entry in gather(desk, (), (), "") if entry.id == "hold/h9")
    assert "⟨U+202E⟩" in entry.detail


@pytest.fixture
def picked() -> list[Entry]:
    return []


@pytest.fixture
def palette(qtbot: QtBot, picked: list[Entry]) -> Palette:
    host = QWidget()
    host.resize(1200, 800)
    qtbot.addWidget(host)
    made = Palette(Look(), host, picked.append)
    with qtbot.waitExposed(host):
        host.show()
    made.search(everything())
    return made


def test_the_keyboard_alone_finds_and_picks(qtbot: QtBot, palette: Palette, picked: list[Entry]) -> None:
    line = QApplication.focusWidget()
    qtbot.keyClicks(line, "l2 lab")
    assert [entry.id for entry in palette.found[:2]] == ["machine/L2.labeller", "case/c2"]
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert [entry.id for entry in picked] == ["case/c2"]
    assert palette.isHidden()


def test_escape_picks_nothing(qtbot: QtBot, palette: Palette, picked: list[Entry]) -> None:
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    assert palette.isHidden()
    assert not picked


def test_what_has_no_such_name_is_not_picked(qtbot: QtBot, palette: Palette, picked: list[Entry]) -> None:
    palette.type("zzzzzz")
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert not picked
    assert palette.found == ()
