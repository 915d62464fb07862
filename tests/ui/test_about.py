"""The About box: what was collected is listed with its licence text; from source it says that nothing is carried."""

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.desk import night_desk
from ui.about import About
from ui.shipped import Shipped, folder, shipped, text_of, this_version
from ui.theme import Look
from ui.window import compose

QT, IDNA = "pkg:generic/qt@6.11.2", "pkg:pypi/idna@3.20"
ROWS = [
    {"name": "qt", "version": "6.11.2", "licence": "LGPL-3.0-only", "purl": QT, "texts": ["qt-1.txt"]},
    {"name": "idna", "version": "3.20", "licence": "BSD-3-Clause", "purl": IDNA, "texts": ["idna-1.txt"]},
]


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    """What a build leaves among the resources."""
    (tmp_path / "components.json").write_text(json.dumps(ROWS), encoding="utf-8")
    (tmp_path / "qt-1.txt").write_text("GNU LESSER GENERAL PUBLIC LICENSE", encoding="utf-8")
    (tmp_path / "idna-1.txt").write_text("Copyright of idna", encoding="utf-8")
    return tmp_path


def test_components_are_listed_by_name(collected: Path) -> None:
    assert [(one.name, one.licence) for one in shipped(collected)] == [
        ("idna", "BSD-3-Clause"),
        ("qt", "LGPL-3.0-only"),
    ]


def test_from_source_nothing_is_carried(tmp_path: Path) -> None:
    assert shipped(tmp_path) == ()
    assert shipped(folder()) == ()
    assert this_version()


@pytest.mark.parametrize("held", ["", "[1]", '[{"name": "qt"}]', '{"a": 1}'])
def test_a_damaged_list_is_no_list(tmp_path: Path, held: str) -> None:
    (tmp_path / "components.json").write_text(held, encoding="utf-8")
    assert shipped(tmp_path) == ()


def test_only_texts_of_the_folder_are_read(collected: Path) -> None:
    (collected.parent / "secret.txt").write_text("secret", encoding="utf-8")
    one = Shipped(key="k", name="x", version="1", licence="MIT", texts=("../secret.txt", "qt-1.txt"))
    assert text_of(collected, one) == "GNU LESSER GENERAL PUBLIC LICENSE"


def test_the_selected_librarys_licence_text_is_shown(qtbot: QtBot, look: Look, collected: Path) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    about = About(look, host, "1.2.3", shipped(collected), collected)
    assert about.text.toPlainText() == "Copyright of idna"
    about.table.select(QT)
    about.table.selected.emit(QT)
    assert about.text.toPlainText() == "GNU LESSER GENERAL PUBLIC LICENSE"


def test_the_window_opens_it_and_escape_closes_it(qtbot: QtBot, look: Look) -> None:
    window = compose(look, night_desk())
    qtbot.addWidget(window)
    window.about()
    assert window.about_panel is not None
    assert not window.about_panel.isHidden()
    window.dismiss()
    assert window.about_panel.isHidden()
