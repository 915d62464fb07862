"""The guided start: three ways from the keyboard, what is missing in a sentence each, and what is opened then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import resources
from app.domain.errors import KnownError
from app.domain.readiness import Finding, Grade
from ui.choice import Choice, Kind, Remembered
from ui.guide import Guide
from ui.opening import Work
from ui.theme import Look

Tell = Callable[[Finding], None]
WELL, MISSING, NEEDED = Grade.WELL, Grade.MISSING, Grade.NEEDED


class Site:
    """What looks and joins, as the test wants it; `tell` is that of the last look."""

    def __init__(self) -> None:
        self.looked: list[str] = []
        self.joined: list[tuple[str, str, str]] = []
        self.refusal = ""
        self.published = False
        self.tell: Tell = lambda _finding: None

    def demo(self, tell: Tell) -> None:
        """Looked for the demo."""
        self.looked.append("demo")
        self.tell = tell

    def plant(self, path: Path, tell: Tell) -> None:
        """Looked for a plant file."""
        self.looked.append(str(path))
        self.tell = tell

    def cancel(self) -> None:
        """Nothing runs here."""

    def join(self, url: str, station: str, password: str) -> tuple[str, bool]:
        """Joins, or is refused."""
        self.joined.append((url, station, password))
        if self.refusal:
            raise KnownError(self.refusal)
        return f"{station} has joined.", self.published


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def guide(qtbot: QtBot, look: Look, site: Site) -> Iterator[Guide]:
    made = Guide(look, site, Remembered(recent=(Path("/plants/a.toml"), Path("/plants/b.toml"))), "press-1")
    qtbot.addWidget(made.window)
    made.window.show()
    made.presenter.begin(Kind.DEMO)
    yield made
    made.window.close()


def found(guide: Guide, qtbot: QtBot, site: Site, *findings: Finding) -> None:
    """Tell what was found, and wait until it is on the screen."""
    for finding in findings:
        site.tell(finding)
    qtbot.waitUntil(lambda: all(guide.presenter.found.get(finding.id) is finding for finding in findings))


def one(grade: Grade, text: str = "It is so.", key: str = "plant") -> Finding:
    return Finding(id=key, name=key, grade=grade, text=text)


def test_enter_starts_the_demo_without_waiting_for_anything(guide: Guide, qtbot: QtBot, site: Site) -> None:
    assert site.looked == ["demo"]
    qtbot.keyClick(guide.window.ways[Kind.DEMO], Qt.Key.Key_Return)
    assert guide.chosen == Choice(kind=Kind.DEMO)
    assert guide.window.isHidden()


def test_what_comes_once_it_has_ended_is_dropped(guide: Guide, site: Site) -> None:
    guide.presenter.start()
    assert guide.chosen == Choice(kind=Kind.DEMO)
    site.tell(one(WELL, key="local"))
    QApplication.processEvents()
    assert guide.presenter.found == {}


def test_a_demo_that_cannot_start_here_is_not_started(guide: Guide, qtbot: QtBot, site: Site) -> None:
    found(guide, qtbot, site, one(NEEDED, key="local"))
    qtbot.keyClick(guide.window.ways[Kind.DEMO], Qt.Key.Key_Return)
    assert guide.chosen is None


def test_a_number_chooses_and_the_file_of_last_time_is_looked_at(guide: Guide, qtbot: QtBot, site: Site) -> None:
    qtbot.keyClick(guide.window.ways[Kind.DEMO], Qt.Key.Key_2)
    assert site.looked[-1] == "/plants/a.toml"
    assert guide.window.path.text() == "/plants/a.toml"


def test_what_is_needed_keeps_start_shut_and_what_is_only_missing_does_not(
    guide: Guide, qtbot: QtBot, site: Site
) -> None:
    guide.presenter.choose(Kind.PLANT)
    found(guide, qtbot, site, one(WELL), one(Grade.LOOKING, key="controller/C"))
    assert guide.window.start.text() == "Start without waiting"
    found(guide, qtbot, site, one(MISSING, key="controller/C"))
    qtbot.waitUntil(lambda: guide.window.start.text() == "Start anyway")
    found(guide, qtbot, site, one(NEEDED, key="folder"))
    qtbot.waitUntil(lambda: not guide.window.start.isEnabled())
    guide.presenter.start()
    assert guide.chosen is None


def test_start_pressed_too_early_waits_for_the_file_and_not_for_controllers(
    guide: Guide, qtbot: QtBot, site: Site
) -> None:
    guide.presenter.choose(Kind.PLANT)
    guide.presenter.start()
    assert guide.chosen is None
    site.tell(one(WELL))
    qtbot.waitUntil(lambda: guide.chosen is not None)


def test_start_pressed_in_vain_says_why(guide: Guide, qtbot: QtBot, site: Site) -> None:
    guide.presenter.choose(Kind.PLANT)
    guide.presenter.start()
    site.tell(one(NEEDED))
    qtbot.waitUntil(lambda: guide.window.said.text() == "First mend what is marked red.")
    guide.presenter.set_path("")
    guide.presenter.start()
    assert guide.window.said.text() == "First choose a plant file."
    assert guide.chosen is None


def test_findings_of_an_earlier_choice_are_dropped(guide: Guide, qtbot: QtBot, site: Site) -> None:
    late = site.tell
    guide.presenter.choose(Kind.PLANT)
    late(one(WELL, key="late"))
    found(guide, qtbot, site, one(WELL))
    assert set(guide.window.findings._rows) == {"plant"}


def test_a_file_is_dropped_and_started(guide: Guide, qtbot: QtBot, site: Site) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/plants/c.toml")])
    none = Qt.KeyboardModifier.NoModifier
    guide.window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none))
    found(guide, qtbot, site, one(WELL))
    qtbot.keyClick(guide.window.path, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    guide.presenter.start()
    assert guide.chosen == Choice(kind=Kind.PLANT, plant=Path("/plants/c.toml"))


def test_joining_keeps_no_password_and_goes_on_to_the_plant_file(guide: Guide, qtbot: QtBot, site: Site) -> None:
    qtbot.keyClick(guide.window.ways[Kind.DEMO], Qt.Key.Key_3)
    qtbot.keyClicks(guide.window.url, "postgresql://pg/plant")
    qtbot.keyClicks(guide.window.password, "s3cret")
    qtbot.keyClick(guide.window.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: guide.window.said.text() == "press-1 has joined.")
    assert site.joined == [("postgresql://pg/plant", "press-1", "s3cret")]
    assert guide.window.password.text() == ""
    assert site.looked[-1] == "/plants/a.toml"


def test_a_plant_file_that_came_with_it_is_started_at_once(guide: Guide, qtbot: QtBot, site: Site) -> None:
    site.published = True
    guide.presenter.choose(Kind.JOIN)
    assert not guide.window.start.isEnabled()
    guide.presenter.join("postgresql://pg/plant", "press-1", "s3cret")
    qtbot.waitUntil(guide.window.start.isEnabled)
    guide.presenter.start()
    assert guide.chosen == Choice(kind=Kind.JOIN)


def test_a_refusal_to_join_is_said_and_the_password_asked_for_again(guide: Guide, qtbot: QtBot, site: Site) -> None:
    site.refusal = "The plant's log does not take the password."
    guide.presenter.choose(Kind.JOIN)
    guide.presenter.join("postgresql://pg/plant", "press-1", "wrong")
    qtbot.waitUntil(lambda: guide.window.said.text() == site.refusal)
    assert guide.window.password.isEnabled()
    guide.presenter.join("", "press-1", "")
    assert "needed" in guide.window.said.text()
    assert len(site.joined) == 1


def test_closing_it_chooses_nothing(guide: Guide) -> None:
    guide.window.close()
    assert guide.chosen is None


def test_f1_explains_it_beside_it(guide: Guide, qtbot: QtBot) -> None:
    guide.window.explain()
    assert guide.window.manual is not None
    assert guide.window.manual.page.textCursor().block().text() == "The first start"
    qtbot.keyClick(guide.window.manual.page, Qt.Key.Key_Escape)
    assert guide.window.manual.isHidden()


def test_with_all_that_is_real_a_plant_file_is_typed_looked_at_and_started(
    qtbot: QtBot, look: Look, tmp_path: Path
) -> None:
    guide = Guide(look, Work(tmp_path), Remembered(), "press-1")
    qtbot.addWidget(guide.window)
    guide.window.show()
    guide.presenter.begin(Kind.DEMO)
    qtbot.keyClick(guide.window.ways[Kind.DEMO], Qt.Key.Key_2)
    qtbot.keyClicks(guide.window.path, str(resources.path("plants/example.toml")))
    qtbot.keyClick(guide.window.path, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: guide.window.start.text() == "Start anyway", timeout=30_000)
    names = [finding.name for finding in guide.presenter.found.values()]
    assert names == ["Plant file", "Data folder", "Line controller P1", "ERP"]
    guide.window.start.setFocus()
    qtbot.keyClick(guide.window.start, Qt.Key.Key_Return)
    assert guide.chosen == Choice(kind=Kind.PLANT, plant=resources.path("plants/example.toml"))
