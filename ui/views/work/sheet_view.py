"""A sheet of plain blocks painted under one another: headings, facts, sentences, small tables. Scrolls, never jumps."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.theme import Look, metrics
from ui.views.work.rows import Block, Fact, Grid, Heading, Say
from ui.widgets.glyphs import draw_hold, draw_priority

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_WRAP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)
_MARK = 18.0
_LABEL = 0.36
"""The share of the width that a fact's label takes."""


class SheetView(QAbstractScrollArea):
    """`set_blocks` shows them; J, K and the arrows stay with who has the focus."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._blocks: tuple[Block, ...] = ()
        self._heights: list[float] = []
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        look.changed.connect(self.viewport().update)

    def set_blocks(self, blocks: Sequence[Block]) -> None:
        """Show other blocks; the same ones again cost nothing."""
        if tuple(blocks) != self._blocks:
            self._blocks = tuple(blocks)
            self._measure()
            self.setAccessibleDescription(" ".join(_words(b) for b in self._blocks)[:2000])
            self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(320, 300)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def _measure(self) -> None:
        width = float(self.viewport().width())
        self._heights = [self._height(block, width) for block in self._blocks]
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, int(sum(self._heights)) - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(24)

    def _height(self, block: Block, width: float) -> float:
        if isinstance(block, Heading):
            return 38.0
        if isinstance(block, Fact):
            room = width * (1 - _LABEL) - (_MARK + 6 if block.priority or block.held else 0)
            return max(24.0, _wrapped(block.value, room) + 5)
        if isinstance(block, Say):
            return _wrapped(block.text, width - (_MARK + 8 if block.priority else 0)) + 8
        return 24.0 * (len(block.rows) + 1) + 4

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        width, high = float(self.viewport().width()), self.viewport().height()
        y = -float(self.verticalScrollBar().value())
        for block, height in zip(self._blocks, self._heights, strict=True):
            if y + height > 0 and y < high:
                self._paint(painter, block, QRectF(0, y, width, height))
            y += height

    def _paint(self, painter: QPainter, block: Block, box: QRectF) -> None:
        if isinstance(block, Heading):
            self._paint_heading(painter, block, box)
        elif isinstance(block, Fact):
            self._paint_fact(painter, block, box)
        elif isinstance(block, Say):
            self._paint_sentence(painter, block, box)
        else:
            self._paint_grid(painter, block, box)

    def _paint_heading(self, painter: QPainter, block: Heading, box: QRectF) -> None:
        theme = self._look.theme
        painter.setPen(theme.soft)
        painter.setFont(self._look.font(13, bold=True))
        painter.drawText(box.adjusted(0, 12, 0, -4), _LEFT, self._look.elided(block.text, 13, box.width(), True))
        painter.fillRect(QRectF(box.x(), box.bottom() - 4, box.width(), 1), theme.line)

    def _paint_fact(self, painter: QPainter, block: Fact, box: QRectF) -> None:
        theme, look = self._look.theme, self._look
        label = QRectF(box.x(), box.y(), box.width() * _LABEL - 8, 22)
        painter.setPen(theme.soft)
        painter.setFont(look.font(13))
        painter.drawText(label, _LEFT, look.elided(block.label, 13, label.width()))
        value = QRectF(box.x() + box.width() * _LABEL, box.y(), box.width() * (1 - _LABEL), box.height())
        value = self._marked(painter, value, block.priority, block.held)
        painter.setPen(theme.ink)
        painter.setFont(look.font(14))
        painter.drawText(value.adjusted(0, 2, 0, 0), _WRAP, block.value)

    def _paint_sentence(self, painter: QPainter, block: Say, box: QRectF) -> None:
        theme = self._look.theme
        room = self._marked(painter, box, block.priority, False)
        painter.setPen(theme.soft if block.soft else theme.ink)
        painter.setFont(self._look.font(14))
        painter.drawText(room.adjusted(0, 2, 0, 0), _WRAP, block.text)

    def _marked(self, painter: QPainter, box: QRectF, priority: int, held: bool) -> QRectF:
        """Draw the mark before a text and return what is left."""
        if not priority and not held:
            return box
        mark = QRectF(box.x(), box.y() + 2, _MARK, _MARK)
        if held:
            draw_hold(painter, mark, self._look.theme)
        else:
            draw_priority(painter, mark, priority, self._look.theme)
        return box.adjusted(_MARK + 8, 0, 0, 0)

    def _paint_grid(self, painter: QPainter, block: Grid, box: QRectF) -> None:
        theme, look = self._look.theme, self._look
        first = box.width() * 0.26
        each = (box.width() - first) / max(1, len(block.titles) - 1)
        for number, row in enumerate((block.titles, *block.rows)):
            y = box.y() + number * 24
            head = number == 0
            painter.setPen(theme.soft if head else theme.ink)
            painter.setFont(look.font(12 if head else 14, bold=number == 1))
            for column, text in enumerate(row):
                x, width = (box.x(), first) if column == 0 else (box.x() + first + (column - 1) * each, each)
                cell = QRectF(x, y, width, 24)
                if column == 0 and number - 1 in block.held:
                    draw_hold(painter, QRectF(x + width - 20, y + 4, 16, 16), theme)
                px = 12 if head else 14
                painter.drawText(cell, _LEFT if column == 0 else _RIGHT, look.elided(text, px, width - 4))
            painter.fillRect(QRectF(box.x(), y + 23, box.width(), 1), theme.line)


def _wrapped(text: str, width: float) -> float:
    """The height of a text of 14 px wrapped to a width."""
    return metrics(14).boundingRect(QRectF(0, 0, max(40.0, width), 1e5), _WRAP, text).height()


def _words(block: Block) -> str:
    """A block for assistive technology."""
    if isinstance(block, Fact):
        return f"{block.label}: {block.value}."
    if isinstance(block, Grid):
        return "; ".join(" ".join(row) for row in block.rows)
    return block.text
