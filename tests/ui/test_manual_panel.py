"""F1: the manual beside the screens, at the place of what has the keyboard; found, followed, and left again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

import resources
from tests.ui.desk import night_desk
from tests.ui.manual_pictures import names
from ui.actions import ACTIONS
from ui.catalog import VIEWS
from ui.manual.book import FIRST, Book, headings, split
from ui.manual.panel import ManualPanel
from ui.manual.places import ACTION_PLACES, GUIDE_PLACE, VIEW_PLACES, place_of
from ui.theme import DAY, NIGHT, Look
from ui.window import Window, compose

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (propagateSizeHints|raise)")
K = Qt.Key


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Window]:
    made = compose(Look(DAY), night_desk())
    qtbot.addWidget(made)
    made.resize(1600, 900)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot: QtBot) -> ManualPanel:
    made = ManualPanel(Look(DAY))
    qtbot.addWidget(made)
    made.resize(700, 700)
    made.open(FIRST)
    return made


def test_every_view_and_every_action_has_its_place() -> None:
    book = Book()
    assert {row.id for row in VIEWS} <= set(VIEW_PLACES)
    assert {row.id.partition(".")[0] for row in ACTIONS} <= set(ACTION_PLACES)
    for place in (*VIEW_PLACES.values(), *ACTION_PLACES.values(), GUIDE_PLACE):
        name, section = split(place)
        assert section in {heading.slug for heading in headings(book.text(name))}, place


def test_every_picture_is_there() -> None:
    missing = [name for name in names() if not resources.path(f"manual/pictures/{name}").is_file()]
    assert not missing, f"{missing}: run `make manual`"


def test_f1_opens_it_where_the_keyboard_is_and_closes_it_again(window: Window, qtbot: QtBot) -> None:
    window.go("holds")
    table = window.focusWidget()
    window.manual()
    assert window.manual_panel.name == "quality.md"
    assert window.manual_panel.page.textCursor().block().text() == "Holds"
    assert window.manual_panel.page.hasFocus()
    window.manual()
    assert window.manual_panel.isHidden()
    assert window.focusWidget() is table


def test_f1_in_a_form_explains_what_is_filled_in_and_leaves_it_open(window: Window) -> None:
    window.go("cases")
    window.act("report")
    window.manual()
    assert window.manual_panel.page.textCursor().block().text() == "Report something"
    window.manual()
    assert not window.form.isHidden()
    window.form.leave()
    assert place_of("cases") == "operator.md#cases"


def test_keys_in_it_do_nothing_to_the_plant(window: Window, qtbot: QtBot) -> None:
    window.manual()
    said = window.strip.accessibleName()
    for key in (K.Key_A, K.Key_O, K.Key_J, K.Key_H):
        qtbot.keyClick(window.manual_panel.page, key)
    assert window.form.isHidden()
    assert window.stage.front == "overview"
    assert window.strip.accessibleName() == said
    qtbot.keyClick(window.manual_panel.page, K.Key_Escape)
    assert window.manual_panel.isHidden()


def test_links_lead_on_and_backspace_leads_back(panel: ManualPanel, qtbot: QtBot) -> None:
    panel.page.anchorClicked.emit(QUrl("quality.md#holds"))
    assert panel.name == "quality.md"
    qtbot.keyClick(panel.page, K.Key_Backspace)
    assert panel.name == FIRST
    qtbot.keyClick(panel.page, K.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert panel.name == "quality.md"
    qtbot.keyClick(panel.page, K.Key_Home)
    assert panel.name == FIRST


def test_a_slash_finds_words_on_every_page(panel: ManualPanel, qtbot: QtBot) -> None:
    qtbot.keyClick(panel.page, K.Key_Slash)
    assert panel.search.hasFocus() or not panel.isActiveWindow()
    panel.search.setText("ApplicationUri")
    qtbot.keyClick(panel.search, K.Key_Return)
    assert panel.name in {"controllers.md", "addresses.md", "plant-file.md"}
    assert panel.page.textCursor().selectedText().lower() == "applicationuri"
    assert not panel.seek("there are no such words in it")
    panel.search.setText("there are no such words in it")
    qtbot.keyClick(panel.search, K.Key_Return)
    assert "No page has “there are no such words in it”" in [label.text() for label in panel.findChildren(QLabel)]


def test_a_page_that_is_missing_says_so(panel: ManualPanel) -> None:
    panel.follow("nowhere.md")
    assert "can't be read" in panel.page.toPlainText()
    panel.follow("../../../etc/passwd")
    assert "can't be read" in panel.page.toPlainText()


def test_pictures_follow_the_theme_and_are_never_wider_than_the_page(qtbot: QtBot) -> None:
    look = Look(DAY)
    made = ManualPanel(look)
    qtbot.addWidget(made)
    made.resize(600, 700)
    made.open("lifecycles.md#case")
    image = 2
    day = made.page.loadResource(image, QUrl("lifecycles/case.svg"))
    look.set_theme(NIGHT)
    night = made.page.loadResource(image, QUrl("lifecycles/case.svg"))
    assert day != night
    assert day.width() <= made.page.viewport().width() * made.devicePixelRatioF()
    picture = made.page.loadResource(image, QUrl("pictures/overview.png"))
    assert 0 < picture.width() <= made.page.viewport().width() * made.devicePixelRatioF()
    assert made.page.loadResource(image, QUrl("../../plants/demo.toml")) is None
