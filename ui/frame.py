"""The program's window on the screen: while the program is being loaded its frame, then the program in it.

Owns what is seen first, and says nothing that is not known yet. Must stay light: neither views nor read model nor
anything of the core is loaded before it has been painted.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.banner import BannerBar
from ui.catalog import VIEWS
from ui.crumb import HOME, Crumb
from ui.headline import Banner
from ui.part import Part
from ui.place import kept, put
from ui.rail import Rail, RailItem
from ui.statusbar import MessageStrip, StatusBar
from ui.text import Formats, t
from ui.theme import Look

_CENTER = Qt.AlignmentFlag.AlignCenter
_EXPANDING = QSizePolicy.Policy.Expanding


def rail(look: Look) -> Rail:
    """The rail of all views."""
    return Rail(look, [RailItem(id=r.id, title=t(r.title), icon=r.icon, key=r.shortcut) for r in VIEWS])


def around(
    middle: QWidget, *, above: QWidget, left: QWidget, below: tuple[QWidget, ...], inside: QWidget
) -> QHBoxLayout:
    """Lay out `inside`: the banner above, the rail at the left, the strip and the status bar below; the middle row."""
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(left)
    row.addWidget(middle, 1)
    column = QVBoxLayout(inside)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(above)
    column.addLayout(row, 1)
    for widget in below:
        column.addWidget(widget)
    return row


class Nothing(QWidget):
    """Where the views will be: the ground, and that they are being loaded."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setSizePolicy(_EXPANDING, _EXPANDING)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._look.theme
        painter.fillRect(self.rect(), theme.ground)
        painter.setPen(theme.soft)
        painter.setFont(self._look.font(16))
        painter.drawText(QRectF(self.rect()), _CENTER, t("Lineside is starting …"))


class Starting(QWidget):
    """The frame of a plant that nothing is known of yet but its name."""

    def __init__(self, look: Look, plant: str, zone: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        now, formats = datetime.now(UTC), Formats(zone)
        banner, side, strip, status = BannerBar(look, formats), rail(look), MessageStrip(look), StatusBar(look)
        banner.set_crumbs((Crumb(text=plant, ref=HOME),))
        banner.set_state(Banner(known=False), now)
        status.set_state((Part(id="start", head=t("Lineside"), text=t("starting")),), (), formats.stamp(now))
        side.mark(HOME)
        side.setEnabled(False)
        around(Nothing(look), above=banner, left=side, below=(strip, status), inside=self)


class Frame(QWidget):
    """One window. `layout` is the file that keeps where it was."""

    def __init__(self, look: Look, plant: str, zone: str, layout: Path | None = None) -> None:
        super().__init__()
        self.setWindowTitle(t("Lineside · {plant}", plant=plant))
        self.closed = False
        self._held: QWidget = Starting(look, plant, zone)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.addWidget(self._held)
        put(self, look, kept(layout))

    def hold(self, window: QWidget) -> None:
        """Show the program instead; it is closed with the frame, and may refuse to be."""
        before, self._held = self._held, window
        self._box.replaceWidget(before, window)
        before.hide()
        before.deleteLater()
        window.show()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed = self._held.close()
        event.setAccepted(self.closed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys while nothing in it has the keyboard are the program's."""
        if QApplication.focusWidget() in (None, self):
            self._held.keyPressEvent(event)
        else:
            super().keyPressEvent(event)
