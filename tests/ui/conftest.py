"""What every test of a screen starts from: the look, applied to Qt's application."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.theme import DAY, Look


@pytest.fixture
def look(qtbot: QtBot) -> Look:
    """The day look, applied."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    made = Look(DAY, app)
    made.apply(app)
    return made
