"""The queue as it is painted: one case a row, its clock counting, who has it below, the keys at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from ui.text import hms, t
from ui.theme import Look
from ui.views.queue.rows import QueueItem, QueueRow
from ui.widgets.chips import chip_size, draw_chip, draw_key, key_width
from ui.widgets.glyphs import draw_hold, draw_priority
from ui.widgets.table import HEADER, Column, PaintedTable, Row

ROW = 88
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WRAP = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
_TEXT_X = 48
_EPOCH = datetime.fromtimestamp(0, UTC)


class QueueTable(PaintedTable):
    """The shared table with rows of our own; selection, keys and steadiness are its."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        columns = (Column(title="", width=200, stretch=1),)
        super().__init__(look, columns, row_height=ROW, cells=lambda item: item.row.cells, parent=parent)
        self.look = look
        self.now, self.title = _EPOCH, ""
        self.setAccessibleName(t("Now"))

    def _paint_header(self, painter: QPainter, spans: Sequence[tuple[int, int]]) -> None:
        """How many there are, and the keys that go through them."""
        theme, look, width = self.look.theme, self.look, self.viewport().width()
        painter.fillRect(0, 0, width, HEADER, theme.panel)
        painter.fillRect(0, HEADER - 1, width, 1, theme.line)
        painter.setPen(theme.soft)
        painter.setFont(look.font(13, bold=True))
        painter.drawText(QRect(14, 0, width - 80, HEADER - 1), _LEFT, self.title)
        x = float(width - 14)
        for key in ("K", "J"):
            x -= key_width(key)
            draw_key(painter, x, 6, key, look)
            x -= 6

    def _reads(self, row: Row) -> object:
        return cast("QueueItem", row).row

    def _paint_row(self, painter: QPainter, row: Row, y: int, spans: Sequence[tuple[int, int]]) -> None:
        said, width = cast("QueueItem", row).row, self.viewport().width()
        draw_priority(painter, QRectF(14, y + 10, 19, 19), said.priority, self.look.theme)
        self._paint_words(painter, said, y, width)
        if said.undecided:
            self._paint_reason(painter, said, y, width)
        else:
            self._paint_owner(painter, said, y, width)

    def _paint_words(self, painter: QPainter, row: QueueRow, y: int, width: int) -> None:
        """Title, clock and detail."""
        theme, look = self.look.theme, self.look
        clock = hms((self.now - row.clock_from).total_seconds())
        painter.setFont(look.font(15, bold=row.fresh))
        painter.setPen(theme.ink)
        painter.drawText(QRect(width - 94, y + 8, 80, 22), _RIGHT, clock)
        painter.setFont(look.font(15, bold=True))
        most = width - 94 - _TEXT_X
        painter.drawText(QRect(_TEXT_X, y + 8, most, 22), _LEFT, look.elided(row.title, 15, most, bold=True))
        if row.undecided:
            return
        painter.setFont(look.font(13))
        painter.setPen(theme.soft)
        most = width - _TEXT_X - 14
        painter.drawText(QRect(_TEXT_X, y + 31, most, 20), _LEFT, look.elided(row.detail, 13, most))

    def _paint_reason(self, painter: QPainter, row: QueueRow, y: int, width: int) -> None:
        """Why it was not taken, over two lines; below it who wanted it, when and where."""
        theme, look, most = self.look.theme, self.look, width - _TEXT_X - 14
        painter.setFont(look.font(13))
        painter.setPen(theme.ink)
        painter.drawText(QRect(_TEXT_X, y + 30, most, 34), _WRAP, look.elided(row.detail, 13, 1.8 * most))
        painter.setPen(theme.soft)
        painter.drawText(QRect(_TEXT_X, y + 65, most, 18), _LEFT, look.elided(row.chip, 13, most))

    def _paint_owner(self, painter: QPainter, row: QueueRow, y: int, width: int) -> None:
        """Who has it, as a chip, and the hold's mark."""
        text = row.chip_at(self.now)
        wide, high = chip_size(text, 13)
        wide = min(wide, width - _TEXT_X - 44)
        draw_chip(painter, QRectF(_TEXT_X, y + 56, wide, high), text, self.look, px=13, dashed=row.offered)
        x = _TEXT_X + wide + 8
        if row.held:
            draw_hold(painter, QRectF(x, y + 58, 17, 17), self.look.theme)
            x += 25
        for tag in row.tags:
            wide, high = chip_size(tag.text, 12)
            if x + wide > width - 8:
                break
            draw_chip(painter, QRectF(x, y + 57, wide, high), tag.text, self.look, px=12, dashed=tag.dashed)
            x += wide + 6


class KeyHints(QWidget):
    """Keys and what they do, flowing over as many lines as the width needs; soft where they don't apply now."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._hints: tuple[tuple[str, str, bool], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)

    def set_hints(self, hints: Sequence[tuple[str, str, bool]]) -> None:
        """(key, text, whether it applies)."""
        if tuple(hints) == self._hints:
            return
        self._hints = tuple(hints)
        self.setAccessibleName(", ".join(f"{key} {text}" for key, text, on in hints if on))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 82)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, look, painter = self._look.theme, self._look, QPainter(self)
        painter.fillRect(self.rect(), theme.panel)
        painter.fillRect(0, 0, self.width(), 1, theme.line)
        x, y = 14.0, 12.0
        for key, text, on in self._hints:
            wide = key_width(key) + 6 + look.width(text, 13)
            if x > 14 and x + wide > self.width() - 10:
                x, y = 14.0, y + 26
            painter.setOpacity(1.0 if on else 0.45)
            end = x + draw_key(painter, x, y, key, look) + 6
            painter.setFont(look.font(13))
            painter.setPen(theme.soft)
            painter.drawText(QRectF(end, y - 2, wide + 4, 22), _LEFT, text)
            x += wide + 18
        painter.setOpacity(1.0)


class NowView(QWidget):
    """The queue with its title and its keys. `selected` and `activated` carry a ref."""

    selected = Signal(str)
    activated = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table, self._hints = QueueTable(look), KeyHints(look)
        self._table.selected.connect(self.selected)
        self._table.activated.connect(self.activated)
        self.setFocusProxy(self._table)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._table, 1)
        box.addWidget(self._hints)
        self._title(0, 0)

    def _title(self, count: int, undecided: int) -> None:
        said = t("{count} open", count=count) if count else t("Nothing open")
        title = f"{t('{count} to decide', count=undecided)} · {said}" if undecided else said
        if title != self._table.title:
            self._table.title = title
            self._table.viewport().update()

    def set_rows(self, rows: Sequence[QueueItem], undecided: int, cases: int) -> None:
        """The steps to decide on and the cases, in order; how many there are of each."""
        self._title(cases, undecided)
        self._table.set_rows(rows, filling=not self._table.current)

    def set_now(self, now: datetime) -> None:
        """Move the clocks on; nothing is painted again within the same second."""
        if int(now.timestamp()) != int(self._table.now.timestamp()):
            self._table.now = now
            self._table.viewport().update()

    def set_hints(self, hints: Sequence[tuple[str, str, bool]]) -> None:
        """The keys at the foot."""
        self._hints.set_hints(hints)

    def select(self, key: str) -> None:
        """Select a case and bring it into sight."""
        self._table.select(key)
