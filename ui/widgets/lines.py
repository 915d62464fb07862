"""A list of lines in one painted widget: when, what, and softly what more; long texts wrap. Not for long tables."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import Look

_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_WRAP_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_TALL = 10_000
_PX = 14


class Line(Protocol):
    """What the list needs of a line."""

    @property
    def when(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def bad(self) -> bool: ...


class Detail(Enum):
    """Where the detail stands: behind the text in its own column, at the right edge, or below it."""

    BESIDE = "beside"
    RIGHT = "right"
    BELOW = "below"


class Lines(QWidget):
    """`when_px` is the width of the first column, 0 for none. Lines marked bad are bold with a mark before them."""

    def __init__(
        self,
        look: Look,
        *,
        when_px: int = 76,
        detail: Detail = Detail.BELOW,
        ruled: bool = False,
        lead: bool = False,
        empty: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._when_px, self._detail = look, when_px, detail
        self._ruled, self._lead, self._empty = ruled, lead, empty
        self._rows: tuple[Line, ...] = ()
        self._laid: tuple[int, list[tuple[QRect, QRect, QRect]]] = (-1, [])
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.changed.connect(self.update)

    def set_rows(self, rows: Sequence[Line]) -> None:
        """Show these lines; the same lines again cost nothing."""
        if tuple(rows) == self._rows:
            return
        before = self.heightForWidth(self.width())
        self._rows = tuple(rows)
        self._laid = (-1, [])
        self.setAccessibleDescription("; ".join(f"{r.when} {r.text} {r.detail}".strip() for r in self._rows[:50]))
        if self.heightForWidth(self.width()) != before:  # all around it is laid out anew by it
            self.updateGeometry()
        self.update()

    # --- layout -----------------------------------------------------------------------------------------------------

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        laid = self._lay(width)
        return laid[-1][0].bottom() + 1 if laid else 22 if self._empty else 0

    def sizeHint(self) -> QSize:
        return QSize(320, self.heightForWidth(self.width() or 320))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def _lay(self, width: int) -> list[tuple[QRect, QRect, QRect]]:
        """(row, text, detail) rectangles at a width; remembered."""
        if self._laid[0] == width:
            return self._laid[1]
        rows, y = [], 0
        for row in self._rows:
            text, detail = self._lay_row(row, y + 4, width)
            bottom = max(text.bottom(), detail.bottom()) + 4
            rows.append((QRect(0, y, width, bottom - y + 1), text, detail))
            y = bottom + 1
        self._laid = (width, rows)
        return rows

    def _lay_row(self, row: Line, y: int, width: int) -> tuple[QRect, QRect]:
        x = self._when_px
        text_width = width - x
        if row.detail and self._detail is Detail.BESIDE:
            text_width = int(text_width * 0.46)
        elif row.detail and self._detail is Detail.RIGHT:
            text_width = int(text_width * 0.38)
        text = _wrapped(self._font(row.bad), safe(row.text), QRect(x, y, text_width, _TALL))
        if not row.detail:
            return text, QRect(x, y, 0, 0)
        if self._detail is Detail.BELOW:
            under = QRect(0 if self._lead else x, text.bottom() + 2, width - (0 if self._lead else x), _TALL)
            return text, _wrapped(self._font(False), safe(row.detail), under)
        left = x + text_width + 10
        beside = _wrapped(self._font(False), safe(row.detail), QRect(left, y, width - left, _TALL))
        beside.setRight(width - 1)
        return text, beside

    def _font(self, bold: bool) -> QFont:
        return self._look.font(_PX, bold=bold)

    # --- paint ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._look.theme
        if not self._rows:
            painter.setPen(theme.soft)
            painter.setFont(self._font(False))
            painter.drawText(self.rect(), _WRAP, self._empty)
            return
        seen = event.rect()
        for row, (box, text, detail) in zip(self._rows, self._lay(self.width()), strict=True):
            if box.bottom() < seen.top() or box.top() > seen.bottom():
                continue
            if self._ruled and box.top() > 0:
                painter.fillRect(0, box.top(), self.width(), 1, theme.line)
            self._paint_row(painter, row, text, detail)

    def _paint_row(self, painter: QPainter, row: Line, text: QRect, detail: QRect) -> None:
        theme = self._look.theme
        if row.when:
            painter.setPen(theme.ink if self._lead else theme.soft)
            painter.setFont(self._look.font(_PX, bold=self._lead))
            painter.drawText(QRect(0, text.top(), self._when_px, 22), _WRAP, row.when)
        painter.setPen(theme.soft if self._lead and not row.bad else theme.ink)
        painter.setFont(self._font(row.bad))
        painter.drawText(text, _WRAP, safe(row.text))
        if row.detail:
            painter.setPen(theme.ink if self._lead else theme.soft)
            painter.setFont(self._font(False))
            flags = _WRAP_RIGHT if self._detail is Detail.RIGHT else _WRAP
            painter.drawText(detail, flags, safe(row.detail))


def _wrapped(font: QFont, text: str, within: QRect) -> QRect:
    """The rectangle that the text takes when it wraps at the width of `within`."""
    box = QFontMetrics(font).boundingRect(within, _WRAP, text)
    return QRect(within.x(), within.y(), within.width(), box.height())
