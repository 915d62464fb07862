"""The manual beside the screens: a page, where one was before, and a search through all pages.

The screens live on beside it; while it has the keyboard their plain keys rest. Loaded at the first F1.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QPainter, QPaintEvent, QPen, QTextDocument
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.text import safe
from ui.manual.book import FIRST, Book, headings, split
from ui.manual.page import PageView
from ui.text import t
from ui.theme import Look
from ui.widgets.forms import LineEdit
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label

LEAST_PX, MOST_PX, SHARE = 420, 620, 0.36
_BACKWARD = QTextDocument.FindFlag.FindBackward
_ALT = Qt.KeyboardModifier.AltModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_WEB = ("http:", "https:")

KEYS = (("begin_search", "/", "find"), ("back", "Backspace", "back"), ("contents", "Home", "contents"),
        ("leave", "Esc", "close"))  # fmt: skip
"""Method, key, words."""


class ManualPanel(QWidget):
    """Open it at a place ("page.md#section"); it gives the keyboard back when it is left."""

    closed = Signal()

    def __init__(self, look: Look, book: Book | None = None) -> None:
        super().__init__()
        self._look, self.book = look, book or Book()
        self._back: list[tuple[str, int]] = []
        self._forward: list[tuple[str, int]] = []
        self._before: QWidget | None = None
        self.name = ""
        self.setAccessibleName(t("Manual"))
        self._title = text_label("", px=14, bold=True, elide=True)
        self.search = LineEdit(look, t("find in the manual"), key="/", name=t("Find in the manual"))
        self.search.returnPressed.connect(self._find_next)
        self.page = PageView(look, self.book.folder)
        self.page.anchorClicked.connect(lambda url: self.follow(url.toString()))
        self.setFocusProxy(self.page)
        self._build()
        look.changed.connect(self.update)
        self.hide()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 8, 8)
        head.setSpacing(12)
        head.addWidget(self._title, 1)
        self.search.setFixedWidth(240)
        head.addWidget(self.search)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(self.page, 1)
        strip = KeyStrip(self._look)
        strip.set_keys([(verb, key, t(words)) for verb, key, words in KEYS])
        strip.pressed.connect(lambda verb: getattr(self, verb)())
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 0, 16, 0)
        foot.addWidget(strip)
        box.addLayout(foot)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.theme.panel)
        painter.setPen(QPen(self._look.theme.line, 1))
        painter.drawLine(0, 0, 0, self.height())

    # --- open and leave ---------------------------------------------------------------------------------------------

    def open(self, place: str) -> None:
        """Show it at a place, and remember who had the keyboard."""
        if self.isHidden():
            self._before = QApplication.focusWidget()
        host = self.parentWidget()
        if host is not None:
            self.setFixedWidth(round(min(MOST_PX, max(LEAST_PX, SHARE * host.width()))))
        self.show()
        self.follow(place)
        self.page.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Hide it and give the keyboard back."""
        self.hide()
        before, self._before = self._before, None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    # --- from page to page ------------------------------------------------------------------------------------------

    def follow(self, target: str) -> None:
        """Go where a link leads; an address on the web opens in the browser."""
        if target.startswith(_WEB):
            QDesktopServices.openUrl(QUrl(target))
            return
        if self.name:
            self._back.append(self._here())
        self._forward.clear()
        name, section = split(target)
        self._turn_to(name or self.name or FIRST, section)

    def _here(self) -> tuple[str, int]:
        return self.name, self.page.verticalScrollBar().value()

    def _turn_to(self, name: str, section: str = "") -> None:
        text = self.book.text(name)
        self.name = name
        self._title.setText(next((heading.text for heading in headings(text)), name))
        self.page.show_page(text, section)

    def back(self) -> None:
        """To the page before."""
        self._step(self._back, self._forward)

    def forward(self) -> None:
        """To the page after."""
        self._step(self._forward, self._back)

    def _step(self, taken: list[tuple[str, int]], given: list[tuple[str, int]]) -> None:
        if taken:
            given.append(self._here())
            name, place = taken.pop()
            self._turn_to(name)
            self.page.verticalScrollBar().setValue(place)

    def contents(self) -> None:
        """To the first page."""
        self.follow(FIRST)

    # --- finding ----------------------------------------------------------------------------------------------------

    def begin_search(self) -> None:
        """Give the field the keyboard."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def seek(self, words: str, *, backward: bool = False) -> bool:
        """The next place with these words: on this page, else on the next one that has them; False where none has."""
        if not words:
            return False
        if self.page.find(words, _BACKWARD) if backward else self.page.find(words):
            return True
        name = self.book.next_with(words, self.name)
        if not name:
            return False
        if name == self.name:
            self.page.show_page(self.book.text(name))
        else:
            self.follow(name)
        return self.page.find(words)

    def _find_next(self) -> None:
        words = self.search.text().strip()
        if self.seek(words):
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        elif words:
            self._title.setText(t("No page has “{words}”", words=safe(words, 60)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Nothing typed here reaches the screens beside it."""
        key, modifiers = event.key(), event.modifiers()
        if key == Qt.Key.Key_Escape and self.search.hasFocus():
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Qt.Key.Key_Escape:
            self.leave()
        elif event.text() == "/":
            self.begin_search()
        elif key == Qt.Key.Key_N:
            self.seek(self.search.text().strip(), backward=bool(modifiers & _SHIFT))
        elif key == Qt.Key.Key_Backspace or (modifiers & _ALT and key == Qt.Key.Key_Left):
            self.back()
        elif modifiers & _ALT and key == Qt.Key.Key_Right:
            self.forward()
        elif key == Qt.Key.Key_Home:
            self.contents()
        event.accept()
