"""Where a window stands on the screens: as it was kept for them, else in the size that it has the first time."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui import layout_file
from ui.layout_file import Layout, Rect, clamp, fingerprint
from ui.theme import DAY, NIGHT, Look

SIZE = (1600, 960)
_MAXIMIZED = Qt.WindowState.WindowMaximized


def screens() -> list[Rect]:
    """The usable areas of all screens, the primary one first."""
    areas = (screen.availableGeometry() for screen in QGuiApplication.screens())
    return [(area.x(), area.y(), area.width(), area.height()) for area in areas]


def kept(file: Path | None) -> Layout | None:
    """The layout that a file keeps for these screens."""
    return layout_file.load(file, fingerprint(screens())) if file is not None else None


def put(window: QWidget, look: Look, layout: Layout | None) -> None:
    """Put a window and its theme back as they were kept."""
    window.resize(*SIZE)
    if layout is None:
        return
    window.setGeometry(QRect(*clamp(layout.window, screens())))
    look.set_theme(NIGHT if layout.theme == NIGHT.name else DAY)
    if layout.maximized:
        window.setWindowState(window.windowState() | _MAXIMIZED)


def keep(file: Path, window: QWidget, look: Look, docks: bytes) -> None:
    """Keep where a window is, with the state of its docks, for the next start."""
    place = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
    found = Layout(
        window=(place.x(), place.y(), place.width(), place.height()),
        docks=docks,
        theme=look.theme.name,
        maximized=window.isMaximized(),
    )
    layout_file.save(file, fingerprint(screens()), found)
