"""When each case first stood on the screen: after the repaint that its coming caused. For smoke runs."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, QTimer

from app.readmodel import model as m
from ui.bridge import Bridge


class Sightings(QObject):
    """Make it after the window, so that its views are refreshed first; `at` grows as cases come."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self.at: dict[str, datetime] = {}
        self._waiting: set[str] = set()
        bridge.changed.connect(self._look)

    def _look(self) -> None:
        """The views have been refreshed; what they ask to be painted is painted before the next timer of 0 ms."""
        known = self.at.keys() | self._waiting
        new = {case.id for case in m.all_cases(self._bridge.view)} - known
        if new:
            self._waiting |= new
            QTimer.singleShot(0, self, lambda: self._note(new))

    def _note(self, cases: set[str]) -> None:
        """They have been painted."""
        self._waiting -= cases
        self.at.update(dict.fromkeys(cases, self._bridge.now()))
