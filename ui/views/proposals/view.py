"""The proposals as cards: what was found, drawn; what that means; what will happen. Passive: rows in, signals out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ui.text import t
from ui.theme import Look
from ui.views.proposals.rows import Card, Strip
from ui.widgets.chips import chip_size, draw_chip
from ui.widgets.keystrip import KeyStrip
from ui.widgets.labels import text_label
from ui.widgets.panel import Panel
from ui.widgets.table import Column, PaintedTable, Row

ROW = 172
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_PEN, _DASH, _SOLID = Qt.PenStyle.NoPen, Qt.PenStyle.DashLine, Qt.PenStyle.SolidLine
_NO_BRUSH = Qt.BrushStyle.NoBrush
_PAD = 16.0
_STRIP_SHARE = 0.42
"""Of a card's width that its drawing takes."""
_DOT = 3.0


class Axis:
    """Values to pixels; whatever is drawn lies on it, with some air at both ends."""

    def __init__(self, strip: Strip, box: QRectF) -> None:
        told = [*strip.values, *strip.after, strip.low, strip.high, strip.standard]
        low, high = min(told), max(told)
        air = (high - low) * 0.08 or max(abs(high) * 0.01, 1e-6)
        self._low, self._span, self._box = low - air, high - low + 2 * air, box

    def x(self, value: float) -> float:
        """Where a value lies."""
        return self._box.x() + (value - self._low) / self._span * self._box.width()


def draw_strip(painter: QPainter, box: QRectF, strip: Strip, look: Look) -> None:
    """Dots, the interval about their middle, the standard as a line; below it what was measured after the change."""
    theme, axis = look.theme, Axis(strip, box.adjusted(8, 0, -8, 0))
    painter.setRenderHint(_ANTIALIAS)
    body = box.adjusted(0, 26, 0, -26)
    rows = 2 if strip.after else 1
    high = body.height() / rows
    interval = QRectF(axis.x(strip.low), body.y(), max(2.0, axis.x(strip.high) - axis.x(strip.low)), high)
    painter.fillRect(interval, theme.band)
    painter.setPen(QPen(theme.track, 1, _SOLID))
    for row in range(rows):
        y = body.y() + high * (row + 0.5)
        painter.drawLine(QPointF(box.x(), y), QPointF(box.right(), y))
    _dots(painter, axis, strip.values, QRectF(box.x(), body.y(), box.width(), high), look)
    _dots(painter, axis, strip.after, QRectF(box.x(), body.y() + high, box.width(), high), look)
    _line(painter, axis.x(strip.middle), body, look, strong=False)
    _line(painter, axis.x(strip.standard), body, look, strong=True, dashed=strip.becomes is not None)
    if strip.becomes is not None:
        _line(painter, axis.x(strip.becomes), body, look, strong=True)
    _label(painter, axis.x(strip.standard), QRectF(box.x(), box.y(), box.width(), 24), strip.standard_text, look)
    foot = QRectF(box.x(), body.bottom() + 2, box.width(), 24)
    below = f"{strip.middle_text} {strip.unit}"
    _label(painter, axis.x(strip.middle), foot, f"{below} · {strip.after_text}" if strip.after_text else below, look)


def _dots(painter: QPainter, axis: Axis, values: Sequence[float], box: QRectF, look: Look) -> None:
    """One dot a measurement, in order from top to bottom, so that a trend is seen and none hides another."""
    painter.setPen(_NO_PEN)
    painter.setBrush(look.theme.strong)
    for place, value in enumerate(values):
        y = box.y() + box.height() * (place + 0.5) / len(values)
        painter.drawEllipse(QPointF(axis.x(value), y), _DOT, _DOT)
    painter.setBrush(_NO_BRUSH)


def _line(painter: QPainter, x: float, box: QRectF, look: Look, *, strong: bool, dashed: bool = False) -> None:
    theme = look.theme
    painter.setPen(QPen(theme.ink if strong else theme.soft, 2 if strong else 1, _DASH if dashed else _SOLID))
    painter.drawLine(QPointF(x, box.y() - 2), QPointF(x, box.bottom() + 2))


def _label(painter: QPainter, x: float, row: QRectF, words: str, look: Look) -> None:
    """Words centred under or over a place of the axis, within the row."""
    wide = min(row.width(), look.width(words, 13) + 8)
    left = min(max(row.x(), x - wide / 2), row.right() - wide)
    painter.setPen(look.theme.ink)
    painter.setFont(look.font(13))
    painter.drawText(QRectF(left, row.y(), wide, row.height()), _CENTER, look.elided(words, 13, wide))


class Cards(PaintedTable):
    """The shared table with cards as rows; selection, keys and steadiness are its."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        column = Column(title=t("what runs otherwise than it is planned"), width=400, stretch=1)
        empty = t("Everything runs as it is planned, as far as the evidence goes.")
        super().__init__(look, (column,), row_height=ROW, empty=empty, parent=parent)
        self.look = look
        self.setAccessibleName(t("Proposals"))

    def _reads(self, row: Row) -> object:
        return row

    def _paint_row(self, painter: QPainter, row: Row, y: int, spans: Sequence[tuple[int, int]]) -> None:
        if not isinstance(row, Card):
            return
        width = self.viewport().width()
        drawn = width * _STRIP_SHARE  # also without a drawing: the ages stand below one another
        box = QRectF(_PAD, y + 10.0, width - drawn - 2 * _PAD, ROW - 20.0)
        painter.setOpacity(0.65 if row.ended else 1.0)
        self._paint_words(painter, row, box)
        painter.setOpacity(1.0)
        if row.strip is not None:
            draw_strip(painter, QRectF(width - drawn, y + 10.0, drawn - _PAD, ROW - 20.0), row.strip, self.look)

    def _paint_words(self, painter: QPainter, row: Card, box: QRectF) -> None:
        """The sentence, how sure it is, what follows, what will happen; at the foot who decides, and since when."""
        y = box.y()
        self._line(painter, box, y, row.title, 16, bold=True)
        self._line(painter, box, y + 26, row.sureness, 13, soft=True)
        for place, fact in enumerate(row.facts[:2]):
            self._line(painter, box, y + 46 + place * 20, fact, 13, soft=True)
        self._line(painter, box, y + 92, row.becoming, 14, bold=row.open)
        foot, x = y + 122, box.x()
        for words, dashed in ((row.state, row.open), (row.who, False)):
            if words:
                wide, high = chip_size(words, 13)
                wide = min(wide, box.right() - x)
                draw_chip(painter, QRectF(x, foot, wide, high), words, self.look, px=13, dashed=dashed)
                x += wide + 8
        painter.setPen(self.look.theme.soft)
        painter.setFont(self.look.font(13))
        painter.drawText(QRectF(x, foot, max(0.0, box.right() - x), 24), _RIGHT, row.age)

    def _line(
        self, painter: QPainter, box: QRectF, y: float, words: str, px: int, *, bold: bool = False, soft: bool = False
    ) -> None:
        painter.setPen(self.look.theme.soft if soft else self.look.theme.ink)
        painter.setFont(self.look.font(px, bold=bold))
        row = QRectF(box.x(), y, box.width(), px + 8)
        painter.drawText(row, _LEFT, self.look.elided(words, px, box.width(), bold=bold))


class ProposalsWidget(QWidget):
    """The cards under a head with the figure that counts, the keys at the foot."""

    selected = Signal(str)
    activated = Signal(str)
    act = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cards, self._keys = Cards(look), KeyStrip(look)
        self._head = text_label(px=20, bold=True, elide=True)
        self._figure = text_label(px=15, elide=True)
        self._figure.setAlignment(_RIGHT)
        self._cards.selected.connect(self.selected)
        self._cards.activated.connect(self.activated)
        self._keys.pressed.connect(self.act)
        self.setFocusProxy(self._cards)
        top, head = Panel(look), QHBoxLayout()
        head.addWidget(self._head, 1)
        head.addWidget(self._figure, 2)
        top.body.addLayout(head)
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 10, 12, 8)
        box.setSpacing(8)
        box.addWidget(top)
        box.addWidget(self._cards, 1)
        box.addWidget(self._keys)

    def show_cards(self, cards: Sequence[Card]) -> None:
        """The cards, in order."""
        self._cards.set_rows(tuple(cards))

    def show_head(self, head: str, figure: str) -> None:
        """How many wait, and how long changes take."""
        self._head.setText(head)
        self._figure.setText(figure)

    def show_keys(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """What can be done to the selected card."""
        self._keys.set_keys(keys)

    def mark(self, key: str) -> None:
        """Select a card without being asked by the person."""
        self._cards.select(key)
