"""PNG pictures of the window's views, for smoke runs and reviews."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from ui.catalog import VIEWS, Side
from ui.crumb import HOME
from ui.window import Window

SIZE = (1920, 1080)
PNG_QUALITY = 50
"""Half the time of Qt's default, at the same size of file."""


def grab_screens(window: Window, folder: Path, theme: str) -> list[Path]:
    """A picture of every view in the centre, visited in turn, 1920×1080; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    window.window().resize(*SIZE)
    made = []
    for row in VIEWS:
        if row.side is Side.CENTRE:
            window.visit(row.id)
            QApplication.sendPostedEvents()
            window.refresh()
            made.append(folder / f"{row.id}-{theme}.png")
            window.grab().save(str(made[-1]), "PNG", PNG_QUALITY)
    window.visit(HOME)
    return made
