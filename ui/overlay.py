"""A panel over the window's centre: one border, keys of its own, the keyboard goes back where it was."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from ui.theme import RADIUS, Look

MARGIN = 16
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_ESCAPE = Qt.Key.Key_Escape
_OPAQUE = Qt.WidgetAttribute.WA_OpaquePaintEvent


class Overlay(QFrame):
    """Non-modal: the screens behind it live on, but their action keys rest while it has the keyboard."""

    closed = Signal()

    def __init__(self, look: Look, host: QWidget, *, width: int, low: bool = False) -> None:
        super().__init__(host)
        self.look = look
        self._host, self._wanted, self._low = host, width, low
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(_OPAQUE)  # what moves behind it is not painted, nor is the panel because of it
        host.installEventFilter(self)
        look.changed.connect(self.update)
        self.hide()

    def open(self) -> None:
        """Show it over the host and remember who had the keyboard."""
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.window().activateWindow()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Hide it and give the keyboard back."""
        if self.isHidden():
            return
        before, self._before = self._before, None
        held = QApplication.focusWidget()
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        elif held is not None and self.isAncestorOf(held):  # else Qt tabs on by itself, and selects what is there
            held.clearFocus()
        self.hide()
        self.closed.emit()

    def place(self) -> None:
        """Centred over the host: hanging from the top, or (`low`) standing at the bottom."""
        room = self._host.size()
        width = min(self._wanted, room.width() - 2 * MARGIN)
        self.resize(width, self.height())
        layout = self.layout()
        if layout is not None:
            layout.activate()
        wanted = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        height = min(wanted, room.height() - 2 * MARGIN)
        top = room.height() - height - MARGIN if self._low else MARGIN
        self.setGeometry(QRect(QPoint((room.width() - width) // 2, max(MARGIN, top)), QPoint(0, 0)))
        self.resize(width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nothing typed here reaches the screens behind."""
        if event.key() == _ESCAPE:
            self.leave()
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self.look.theme, QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        painter.fillRect(self.rect(), theme.ground)
        painter.setPen(QPen(theme.strong, 2))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS, RADIUS)
