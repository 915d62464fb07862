"""The docks of a window. The only module that names PySide6QtAds.

Every view has a dock from the start; what is in it is made by `fill` the first time the dock is shown, so that a window
opens at once and views that nobody opens cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import PySide6QtAds
from PySide6.QtCore import QByteArray, QObject, QRect, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.catalog import Side
from ui.layout_file import clamp
from ui.place import screens
from ui.theme import Look, dock_style_sheet

VERSION = 1
"""Raised when docks are added or renamed in a way that old states do not fit."""

_FLAGS = (
    (PySide6QtAds.CDockManager.eConfigFlag.OpaqueSplitterResize, True),
    (PySide6QtAds.CDockManager.eConfigFlag.DockAreaHasCloseButton, False),
    (PySide6QtAds.CDockManager.eConfigFlag.DockAreaHasUndockButton, False),
    (PySide6QtAds.CDockManager.eConfigFlag.DockAreaHasTabsMenuButton, False),
    (PySide6QtAds.CDockManager.eConfigFlag.FocusHighlighting, False),
    (PySide6QtAds.CDockManager.eConfigFlag.ActiveTabHasCloseButton, False),
    (PySide6QtAds.CDockManager.eConfigFlag.MiddleMouseButtonClosesTab, True),
    (PySide6QtAds.CDockManager.eConfigFlag.DisableStylesheet, True),
    (PySide6QtAds.CDockManager.eConfigFlag.XmlCompressionEnabled, True),
    (PySide6QtAds.CDockManager.eConfigFlag.FloatingContainerForceQWidgetTitleBar, True),
)


_AREAS = {Side.CENTRE: PySide6QtAds.CenterDockWidgetArea, Side.RIGHT: PySide6QtAds.RightDockWidgetArea}


class DockHost(QWidget):
    """Docks by view id. `shown` carries the id of a view that came to the front."""

    shown = Signal(str)

    def __init__(self, look: Look, fill: Callable[[str], QWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for flag, on in _FLAGS:
            PySide6QtAds.CDockManager.setConfigFlag(flag, on)
        self._look, self._fill = look, fill
        self._manager: Any = PySide6QtAds.CDockManager(self)
        self._docks: dict[str, Any] = {}
        self._filled: dict[str, QWidget] = {}
        self._keys: QObject | None = None
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._manager)
        self._manager.floatingWidgetCreated.connect(self._floated)
        look.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        self._manager.setStyleSheet(dock_style_sheet(self._look.theme))

    def add(self, name: str, title: str, side: Side = Side.CENTRE) -> None:
        """Add an empty dock; those of the centre become tabs of one area, in order."""
        dock = PySide6QtAds.CDockWidget(self._manager, title)
        dock.setObjectName(name)
        dock.setMinimumSizeHintMode(PySide6QtAds.CDockWidget.eMinimumSizeHintMode.MinimumSizeHintFromDockWidget)
        holder = QWidget()
        box = QVBoxLayout(holder)
        box.setContentsMargins(0, 0, 0, 0)
        dock.setWidget(holder, PySide6QtAds.CDockWidget.eInsertMode.ForceNoScrollArea)
        dock.visibilityChanged.connect(lambda visible, name=name: self._visible(name, visible))
        area = self._centre_area() if side is Side.CENTRE else None
        if area is not None:
            self._manager.addDockWidgetTabToArea(dock, area)
        else:
            self._manager.addDockWidget(_AREAS[side], dock)
        self._docks[name] = dock

    def _centre_area(self) -> Any:
        first = next(iter(self._docks.values()), None)
        return first.dockAreaWidget() if first is not None else None

    def split(self, right_px: int) -> None:
        """Give the right side this width, the centre the rest, also when the window is made wider."""
        area, splitter = self._centre_area(), self._manager.rootSplitter()
        if area is not None and splitter.count() == len(_AREAS):
            self._manager.setSplitterSizes(area, [max(400, self.width() - right_px), right_px])
            splitter.setStretchFactor(0, 1)
            splitter.setStretchFactor(1, 0)

    def show_only(self, *names: str) -> None:
        """Close every dock but these."""
        for name, dock in self._docks.items():
            dock.toggleView(name in names)

    def bring(self, name: str) -> None:
        """Show a view in front of its area; a closed dock opens where it was."""
        dock = self._docks[name]
        if dock.isClosed():
            dock.toggleView(True)
        dock.setAsCurrentTab()
        dock.dockAreaWidget().setVisible(True)
        if dock.isInFloatingContainer():
            dock.floatingDockContainer().raise_()
        self._fill_in(name)
        self.shown.emit(name)

    def fold(self, name: str, away: bool) -> None:
        """Fold a dock's area away for a view that needs the whole width, or back; its size is kept.

        A dock that somebody tabbed with others, floated or closed stays as they put it.
        """
        dock = self._docks[name]
        area = dock.dockAreaWidget()
        if area is None or dock.isClosed() or dock.isInFloatingContainer() or area.openDockWidgetsCount() != 1:
            return
        area.setVisible(not away)

    def _visible(self, name: str, visible: bool) -> None:
        if visible:
            self._fill_in(name)
            self.shown.emit(name)

    def _fill_in(self, name: str) -> None:
        if name not in self._filled:
            widget = self._fill(name)
            self._filled[name] = widget
            self._docks[name].widget().layout().addWidget(widget)
            widget.show()

    def visible(self, name: str) -> bool:
        """Whether a view is to be seen now."""
        widget = self._filled.get(name)
        return widget is not None and widget.isVisible()

    def visible_names(self) -> tuple[str, ...]:
        """The views that are to be seen now."""
        return tuple(name for name in self._filled if self.visible(name))

    def holding(self, widget: QWidget | None) -> str:
        """The view that a widget is part of; "" for none."""
        while widget is not None:
            for name, content in self._filled.items():
                if content is widget:
                    return name
            widget = widget.parentWidget()
        return ""

    # --- where they were --------------------------------------------------------------------------------------------

    def state(self) -> bytes:
        """Where the docks are, for `restore`."""
        return bytes(self._manager.saveState(VERSION).data())

    def restore(self, state: bytes) -> bool:
        """Put the docks where they were; False, and nothing moved, when the state does not fit."""
        if not state or not self._manager.restoreState(QByteArray(state), VERSION):
            return False
        for window in self._manager.floatingWidgets():
            place = window.geometry()
            rect = clamp((place.x(), place.y(), place.width(), place.height()), screens(), least=(200, 150))
            window.setGeometry(QRect(*rect))
        return True

    def watch_keys(self, window: QObject) -> None:
        """Keys pressed in floating windows go through this object's event filter too."""
        self._keys = window

    def _floated(self, container: QWidget) -> None:
        if self._keys is not None:
            container.installEventFilter(self._keys)
