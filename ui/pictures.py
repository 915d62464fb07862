"""PNG pictures of the window's views, for smoke runs and reviews."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ui.catalog import VIEWS, Side

SIZE = (1920, 1080)
PNG_QUALITY = 50
"""Half the time of Qt's default, at the same size of file."""


def grab_views(window: QWidget, visit: Callable[[str], None], folder: Path, theme: str) -> list[Path]:
    """A picture of every view in the centre, visited in turn, 1920×1080; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    window.window().resize(*SIZE)
    made = []
    for row in VIEWS:
        if row.side is Side.CENTRE:
            visit(row.id)
            made.append(grab(window, folder / f"{row.id}-{theme}.png"))
    return made


def grab(window: QWidget, file: Path) -> Path:
    """A picture of the window as it stands."""
    window.grab().save(str(file), "PNG", PNG_QUALITY)
    return file
