"""The wall form of the handover, painted to be read from five metres: figures, items, who has accepted what.

Everything scales with the screen; what does not fit comes in turns. Nothing can be done here.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.text import t
from ui.theme import RADIUS, Look
from ui.views.handover.rows import ItemRow, Page
from ui.widgets.glyphs import draw_hold, draw_priority

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_FULL = (1920.0, 1080.0)
_MARGIN, _TOP, _TILES, _HEAD, _ITEM, _NOTE, _FOOT = 34.0, 100.0, 108.0, 54.0, 86.0, 44.0, 64.0
"""Heights at 1920 × 1080, px."""


def draw_figures(
    painter: QPainter, box: QRectF, figures: Sequence[tuple[str, str]], look: Look, *, label: int, value: int
) -> None:
    """Figures as tiles side by side: a soft name over its value."""
    if not figures:
        return
    theme, gap = look.theme, 10.0
    width = (box.width() - gap * (len(figures) - 1)) / len(figures)
    for place, (name, text) in enumerate(figures):
        tile = QRectF(box.x() + place * (width + gap), box.y(), width, box.height())
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(theme.line)
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(tile.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        inner = tile.adjusted(label * 0.8, label * 0.5, -label * 0.4, -label * 0.4)
        painter.setPen(theme.soft)
        painter.setFont(look.font(label))
        head = QRectF(inner.x(), inner.y(), inner.width(), label * 1.4)
        painter.drawText(head, _LEFT, look.elided(name, label, inner.width()))
        painter.setPen(theme.ink)
        painter.setFont(look.font(value))
        body = QRectF(inner.x(), head.bottom(), inner.width(), inner.bottom() - head.bottom())
        painter.drawText(body, _LEFT, look.elided(text, value, inner.width()))


class HandoverWall(QWidget):
    """`set_page` shows a handover; `turn` counts up and changes the part that is shown when not all fits."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._page: Page | None = None
        self._turn = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        look.changed.connect(self.update)

    def set_page(self, page: Page, turn: int) -> None:
        """Show a page; the same one again costs nothing."""
        if (page, turn) != (self._page, self._turn):
            self._page, self._turn = page, turn
            self.setAccessibleName(f"{page.title} {page.subtitle}. {page.state}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(1280, 720)

    def _scale(self) -> float:
        return max(0.4, min(self.width() / _FULL[0], self.height() / _FULL[1]))

    def _fits(self, scale: float) -> int:
        """How many items stand on the wall at once."""
        note = _NOTE if self._page and self._page.note else 0.0
        used = (_MARGIN + _TOP + _TILES + 22 + _HEAD + _FOOT + note) * scale
        return max(1, int((self.height() - used) // (_ITEM * scale)))

    def shown_items(self) -> tuple[tuple[ItemRow, ...], int, int]:
        """(the items on the wall now, which part, of how many)."""
        items = self._page.items if self._page else ()
        fit = self._fits(self._scale())
        parts = max(1, -(-len(items) // fit))
        each = -(-len(items) // parts)
        part = self._turn % parts
        return items[part * each : (part + 1) * each], part + 1, parts

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._look.theme.ground)
        page, s = self._page, self._scale()
        if page is None:
            return
        margin = _MARGIN * s
        area = QRectF(margin, margin * 0.4, self.width() - 2 * margin, self.height() - margin)
        self._paint_top(painter, QRectF(area.x(), area.y(), area.width(), _TOP * s * 0.8), page, s)
        y = area.y() + _TOP * s * 0.85
        if page.figures:
            tiles = QRectF(area.x(), y, area.width(), _TILES * s)
            draw_figures(painter, tiles, page.figures, self._look, label=self._px(24), value=self._px(42))
            y += (_TILES + 22) * s
        items, part, parts = self.shown_items()
        frame = QRectF(area.x(), y, area.width(), (_HEAD + _ITEM * len(items)) * s)
        self._paint_items(painter, frame, page, items, s)
        below = frame.bottom() + 4 * s
        if page.note:
            note = QRectF(area.x(), below, area.width(), _NOTE * s)
            self._text(painter, note, t("Note: {note}", note=page.note), self._px(24))
            below = note.bottom()
        foot = QRectF(area.x(), below, area.width(), _FOOT * s)
        self._paint_foot(painter, foot, page, part, parts)

    def _px(self, px: int) -> int:
        return max(9, round(px * self._scale()))

    def _paint_top(self, painter: QPainter, box: QRectF, page: Page, s: float) -> None:
        title = self._px(46)
        self._text(painter, box, page.title, title, bold=True)
        width = self._look.width(page.title, title, True) + 26 * s
        clock = self._look.width(page.clock, title) + 20 * s
        sub = box.adjusted(width, 6 * s, -clock, 6 * s)
        self._text(painter, sub, page.subtitle, self._px(30), soft=True)
        self._text(painter, box, page.clock, title, right=True)

    def _paint_items(self, painter: QPainter, frame: QRectF, page: Page, items: Sequence[ItemRow], s: float) -> None:
        theme = self._look.theme
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(theme.line)
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        head = QRectF(frame.x() + 20 * s, frame.y(), frame.width() - 40 * s, _HEAD * s)
        self._text(painter, head.adjusted(0, 0, -head.width() * 0.45, 0), page.state, self._px(24), soft=True)
        self._text(
            painter, head.adjusted(head.width() * 0.5, 0, 0, 0), page.checked, self._px(24), soft=True, right=True
        )
        for place, item in enumerate(items):
            y = frame.y() + (_HEAD + place * _ITEM) * s
            painter.fillRect(QRectF(frame.x() + 1, y, frame.width() - 2, 1), theme.line)
            self._paint_item(painter, QRectF(head.x(), y, head.width(), _ITEM * s), item, s)

    def _paint_item(self, painter: QPainter, box: QRectF, item: ItemRow, s: float) -> None:
        size = 34 * s
        mark = QRectF(box.x(), box.center().y() - size / 2, size, size)
        if item.held:
            draw_hold(painter, mark, self._look.theme)
        elif item.priority:
            draw_priority(painter, mark, item.priority, self._look.theme)
        what = QRectF(box.x() + 56 * s, box.y(), box.width() * 0.62 - 56 * s, box.height())
        if item.detail:
            upper = QRectF(what.x(), what.y() + 8 * s, what.width(), what.height() / 2)
            lower = QRectF(what.x(), what.center().y() + 2 * s, what.width(), what.height() / 2 - 8 * s)
            self._text(painter, upper, item.text, self._px(27), bold=True)
            self._text(painter, lower, item.detail, self._px(24), soft=True)
        else:
            self._text(painter, what, item.text, self._px(27), bold=True)
        owner = QRectF(box.x() + box.width() * 0.64, box.y(), box.width() * 0.16, box.height())
        self._text(painter, owner, item.owner, self._px(24))
        done = QRectF(box.x() + box.width() * 0.8, box.y(), box.width() * 0.2, box.height())
        px = self._px(24)
        self._text(painter, done, item.done, px, bold=not item.accepted, soft=item.accepted, right=True)
        if item.accepted:
            x = done.right() - min(done.width(), self._look.width(item.done, px)) - px * 1.2
            draw_tick(painter, QRectF(x, box.center().y() - px * 0.4, px * 0.8, px * 0.8), self._look.theme.soft)

    def _paint_foot(self, painter: QPainter, box: QRectF, page: Page, part: int, parts: int) -> None:
        px = self._px(24)
        self._text(painter, box.adjusted(0, 0, -box.width() * 0.35, 0), page.foot, px, soft=True)
        words = t("view only · sign at a workstation")
        if parts > 1:
            words = t("part {part} of {parts} · {words}", part=part, parts=parts, words=words)
        self._text(painter, box.adjusted(box.width() * 0.6, 0, 0, 0), words, px, soft=True, right=True)

    def _text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        px: int,
        *,
        bold: bool = False,
        soft: bool = False,
        right: bool = False,
    ) -> None:
        look = self._look
        painter.setPen(look.theme.soft if soft else look.theme.ink)
        painter.setFont(look.font(px, bold))
        painter.drawText(box, _RIGHT if right else _LEFT, look.elided(text, px, box.width(), bold))


def draw_tick(painter: QPainter, box: QRectF, colour: QColor) -> None:
    """A tick, drawn: the font has none."""
    points = ((0.05, 0.55), (0.38, 0.9), (0.95, 0.1))
    painter.setRenderHint(_ANTIALIAS)
    painter.setPen(QPen(colour, max(1.5, box.height() / 8)))
    painter.setBrush(_NO_BRUSH)
    painter.drawPolyline(QPolygonF([QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y in points]))
