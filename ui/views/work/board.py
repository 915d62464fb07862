"""The lanes as one painted widget: a header of columns, and for every line its orders and people. Keys and selection.

Paints plain rows; knows nothing of what an order is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from ui.tag import Tag
from ui.text import t
from ui.theme import RADIUS, Look
from ui.views.work.rows import LaneRow, OrderRow, PersonRow
from ui.widgets.bars import draw_progress
from ui.widgets.chips import chip_size, draw_chip
from ui.widgets.glyphs import draw_hold, draw_priority

HEADER, LANE, ORDER, GAP = 30, 40, 46, 8
"""Heights in px: column titles, a lane's head, an order, the space between lanes."""

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_NO_BRUSH = Qt.BrushStyle.NoBrush
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_STEPS = {Qt.Key.Key_J: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_K: -1, Qt.Key.Key_Up: -1}
_SIDEWAYS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVE = Qt.Key.Key_R
_OVERRIDE = QEvent.Type.ShortcutOverride
_PAD = 8

_COLUMNS: tuple[tuple[str, int, int, bool], ...] = (
    ("order", 140, 3, False),
    ("progress", 120, 4, False),
    ("plan", 108, 1, False),
    ("outlook", 148, 5, False),
    ("floor", 70, 1, True),
    ("confirmed", 86, 1, True),
    ("in ERP", 66, 1, True),
    ("not posted", 88, 1, True),
    ("ERP says", 100, 4, False),
)
"""Title, least width, weight of what is left, whether it stands right."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Something selectable: where it lies in the whole picture, and in which lane."""

    ref: str
    box: QRectF
    lane: int
    person: bool


class LaneBoard(QAbstractScrollArea):
    """`selected` and `activated` carry a ref; `move_asked` asks to move the selected order or person."""

    selected = Signal(str)
    activated = Signal(str)
    move_asked = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._lanes: tuple[LaneRow, ...] = ()
        self._places: tuple[_Place, ...] = ()
        self._ref = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(t("Orders and people by line"))
        look.changed.connect(self.viewport().update)

    # --- rows and selection -----------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The selected ref."""
        return self._ref

    def set_lanes(self, lanes: Sequence[LaneRow]) -> None:
        """Show these lanes; a selection that is gone stays a ref without a mark."""
        if tuple(lanes) != self._lanes:
            self._lanes = tuple(lanes)
            self._lay_out()
            self.setMaximumHeight(self.sizeHint().height())
            self.viewport().update()

    def select(self, ref: str, *, tell: bool = False) -> None:
        """Mark a ref and scroll it into sight; "" marks nothing."""
        if ref != self._ref:
            self._ref = ref
            self._describe()
            if tell:
                self.selected.emit(ref)
        place = self._place(ref)
        if place is not None:
            bar = self.verticalScrollBar()
            bar.setValue(int(min(max(bar.value(), place.box.bottom() - self._body()), place.box.top())))
        self.viewport().update()

    def _place(self, ref: str) -> _Place | None:
        return next((p for p in self._places if p.ref == ref), None)

    def _describe(self) -> None:
        rows = (o for lane in self._lanes for o in lane.orders if o.ref == self._ref)
        order = next(rows, None)
        people = (p.text for lane in self._lanes for p in lane.people if p.ref == self._ref)
        words = f"{order.number} {order.product}, {order.count}, {order.pace}, {order.outlook}" if order else ""
        if order is not None:
            words = ", ".join((words, *(tag.words for tag in order.tags), *((order.doubt,) if order.doubt else ())))
        self.setAccessibleDescription(words or next(people, ""))

    def _step(self, by: int) -> None:
        """To the next order (or, from a person, on to the orders around)."""
        rows = [p for p in self._places if not p.person]
        if not rows:
            return
        here = self._place(self._ref)
        if here is None:
            place = 0 if by > 0 else len(rows) - 1
        elif here.person:
            below = [i for i, p in enumerate(rows) if p.lane >= here.lane]
            place = (below[0] if below else len(rows) - 1) + (0 if by > 0 else -1)
        else:
            place = rows.index(here) + by
        self.select(rows[min(max(place, 0), len(rows) - 1)].ref, tell=True)

    def _sideways(self, by: int) -> None:
        """Among the people of the lane that is selected."""
        here = self._place(self._ref)
        people = [p for p in self._places if p.person and p.lane == (here.lane if here else 0)]
        if people:
            place = people.index(here) + by if here in people else (0 if by > 0 else len(people) - 1)
            self.select(people[min(max(place, 0), len(people) - 1)].ref, tell=True)

    # --- geometry ---------------------------------------------------------------------------------------------------

    def _body(self) -> int:
        return max(1, self.viewport().height() - HEADER)

    def _lane_height(self, lane: LaneRow) -> int:
        return LANE + ORDER * max(1, len(lane.orders)) + 1

    def _lay_out(self) -> None:
        """Where everything selectable lies, below the header and before scrolling."""
        found: list[_Place] = []
        y, width = 0, self.viewport().width()
        for number, lane in enumerate(self._lanes):
            found += self._people_places(lane, number, y, width)
            for place, order in enumerate(lane.orders):
                box = QRectF(0, y + LANE + place * ORDER, width, ORDER)
                found.append(_Place(order.ref, box, number, False))
            y += self._lane_height(lane) + GAP
        self._places = tuple(found)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, y - GAP - self._body()))
        bar.setPageStep(self._body())
        bar.setSingleStep(ORDER)

    def _people_places(self, lane: LaneRow, number: int, y: int, width: int) -> list[_Place]:
        """The chips of a lane's people, right-aligned in its head; the finger's height is the whole head."""
        sizes = [min(chip_size(p.text)[0], width * 0.2) for p in lane.people]
        x = width - _PAD - sum(sizes) - 6 * max(0, len(sizes) - 1)
        found = []
        for person, size in zip(lane.people, sizes, strict=True):
            found.append(_Place(person.ref, QRectF(x, y, size, LANE), number, True))
            x += size + 6
        return found

    def _spans(self) -> list[tuple[float, float]]:
        """(x, width) of every column."""
        spare = max(0, self.viewport().width() - sum(c[1] for c in _COLUMNS))
        weight = sum(c[2] for c in _COLUMNS)
        spans, x = [], 0.0
        for _, least, stretch, _ in _COLUMNS:
            width = least + spare * stretch / weight
            spans.append((x, width))
            x += width
        return spans

    def sizeHint(self) -> QSize:
        return QSize(900, HEADER + sum(self._lane_height(lane) + GAP for lane in self._lanes) - GAP + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    # --- keys and mouse ---------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """R belongs to this board while it has the focus: moving has a panel of its own here."""
        if isinstance(event, QKeyEvent) and event.type() == _OVERRIDE and self._moves(event):
            event.accept()
            return True
        return super().event(event)

    def _moves(self, event: QKeyEvent) -> bool:
        plain = not event.modifiers() & _CHORD
        return plain and event.key() == _MOVE and self._place(self._ref) is not None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & _CHORD:
            event.ignore()
        elif key in _STEPS:
            self._step(_STEPS[Qt.Key(key)])
        elif key in _SIDEWAYS:
            self._sideways(_SIDEWAYS[Qt.Key(key)])
        elif key in _ENTER and self._ref:
            self.activated.emit(self._ref)
        elif key == _MOVE and self._ref:
            self.move_asked.emit(self._ref)
        else:
            event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        ref = self._at(event.position())
        if ref:
            self.select(ref, tell=True)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        ref = self._at(event.position())
        if ref:
            self.activated.emit(ref)

    def _at(self, point: QPointF) -> str:
        if point.y() < HEADER:
            return ""
        inside = QPointF(point.x(), point.y() - HEADER + self.verticalScrollBar().value())
        return next((p.ref for p in self._places if p.box.contains(inside)), "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()
        if self._ref:
            self.selected.emit(self._ref)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    # --- paint ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._look.theme.ground)
        spans = self._spans()
        self._paint_titles(painter, spans)
        painter.setClipRect(0, HEADER, self.viewport().width(), self._body())
        painter.translate(0, HEADER - self.verticalScrollBar().value())
        y = 0
        for lane in self._lanes:
            self._paint_lane(painter, lane, y, spans)
            y += self._lane_height(lane) + GAP

    def _paint_titles(self, painter: QPainter, spans: Sequence[tuple[float, float]]) -> None:
        painter.setPen(self._look.theme.soft)
        painter.setFont(self._look.font(12, bold=True))
        for (title, _, _, right), (x, width) in zip(_COLUMNS, spans, strict=True):
            box = QRectF(x + _PAD, 0, width - 2 * _PAD, HEADER)
            painter.drawText(box, _RIGHT if right else _LEFT, self._look.elided(t(title), 12, box.width(), True))

    def _paint_lane(self, painter: QPainter, lane: LaneRow, y: int, spans: Sequence[tuple[float, float]]) -> None:
        theme, width = self._look.theme, self.viewport().width()
        frame = QRectF(0.5, y + 0.5, width - 1, self._lane_height(lane) - 1)
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(theme.line)
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.setRenderHint(_ANTIALIAS, False)
        self._paint_head(painter, lane, y)
        for place, order in enumerate(lane.orders):
            self._paint_order(painter, order, QRectF(0, y + LANE + place * ORDER, width, ORDER), spans)
        if not lane.orders:
            box = QRectF(_PAD, y + LANE, width, ORDER)
            self._text(painter, box, t("No order is planned here."), soft=True)
        painter.setBrush(_NO_BRUSH)
        painter.setPen(theme.line)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)

    def _paint_head(self, painter: QPainter, lane: LaneRow, y: int) -> None:
        look = self._look
        chips = [p for p in self._places if p.person and p.box.y() == y]
        right = min((p.box.x() for p in chips), default=float(self.viewport().width())) - 12
        x = float(_PAD)
        for text, px, bold, soft in ((lane.name, 16, True, False), (lane.rate, 13, False, True)):
            width = look.width(text, px, bold)
            self._text(painter, QRectF(x, y, width + 4, LANE), text, px=px, bold=bold, soft=soft)
            x += width + 20
        if lane.trouble:
            draw_priority(painter, QRectF(x, y + LANE / 2 - 9, 18, 18), lane.priority, look.theme)
            self._text(painter, QRectF(x + 26, y, right - x - 26, LANE), lane.trouble, bold=True)
        if not lane.people:
            self._text(
                painter, QRectF(right - 200, y, 204, LANE), t("nobody is named for it"), soft=True, px=13, right=True
            )
        for person, place in zip(lane.people, chips, strict=False):
            self._paint_person(painter, person, place.box)

    def _paint_person(self, painter: QPainter, person: PersonRow, box: QRectF) -> None:
        high = chip_size(person.text)[1]
        chip = QRectF(box.x(), box.center().y() - high / 2, box.width(), high)
        draw_chip(painter, chip, person.text, self._look, dashed=person.offered, chosen=person.ref == self._ref)

    def _paint_order(self, painter: QPainter, row: OrderRow, box: QRectF, spans: Sequence[tuple[float, float]]) -> None:
        theme = self._look.theme
        if row.ref == self._ref:
            painter.fillRect(box.adjusted(1, 1, -1, 0), theme.raised)
            painter.fillRect(QRectF(1, box.y() + 1, 3, box.height() - 1), theme.selection)
            if self.hasFocus():
                painter.setBrush(_NO_BRUSH)
                painter.setPen(QPen(theme.selection, 1))
                painter.drawRect(box.adjusted(1.5, 1.5, -1.5, -0.5))
        painter.fillRect(QRectF(1, box.y(), box.width() - 2, 1), theme.line)
        cells = [QRectF(x + _PAD, box.y() + 1, w - 2 * _PAD, box.height() - 1) for x, w in spans]
        self._paint_name(painter, cells[0], row)
        self._paint_progress(painter, cells[1], row)
        self._pair(painter, cells[2], row.due, row.pace)
        self._paint_outlook(painter, cells[3], row.outlook, row.priority)
        for cell, text in zip(cells[4:7], (row.floor, row.confirmed, row.posted), strict=True):
            self._text(painter, cell, text, right=True)
        self._pair(painter, cells[7], row.missing, row.waiting, right=True)
        self._paint_erp(painter, cells[8], row)

    def _paint_name(self, painter: QPainter, cell: QRectF, row: OrderRow) -> None:
        if row.held:
            draw_hold(painter, QRectF(cell.right() - 18, cell.center().y() - 9, 18, 18), self._look.theme)
            cell = cell.adjusted(0, 0, -24, 0)
        doubted = (Tag(text=t("hold?"), words=row.doubt, dashed=True),) if row.doubt else ()
        for tag in (*doubted, *row.tags):
            wide, high = chip_size(tag.text, 11)
            if wide > 0.6 * cell.width():
                break
            chip = QRectF(cell.right() - wide, cell.y() + 4, wide, high)
            draw_chip(painter, chip, tag.text, self._look, px=11, dashed=tag.dashed)
            cell = cell.adjusted(0, 0, -wide - 5, 0)
        self._pair(painter, cell, row.number, row.product, bold=row.running)

    def _paint_progress(self, painter: QPainter, cell: QRectF, row: OrderRow) -> None:
        bar = QRectF(cell.x(), cell.y() + 9, cell.width(), 12)
        draw_progress(painter, bar, row.done_share, row.plan_share, self._look.theme)
        below = QRectF(cell.x(), cell.y() + 23, cell.width(), cell.height() - 25)
        self._text(painter, below, row.count, px=12)

    def _paint_outlook(self, painter: QPainter, cell: QRectF, text: str, priority: int) -> None:
        if priority:
            draw_priority(painter, QRectF(cell.x(), cell.center().y() - 9, 18, 18), priority, self._look.theme)
            cell = cell.adjusted(24, 0, 0, 0)
        self._wrapped(painter, cell, text, bold=bool(priority))

    def _paint_erp(self, painter: QPainter, cell: QRectF, row: OrderRow) -> None:
        if row.erp_priority:
            mark = QRectF(cell.x(), cell.center().y() - 9, 18, 18)
            draw_priority(painter, mark, row.erp_priority, self._look.theme)
            cell = cell.adjusted(24, 0, 0, 0)
        self._pair(painter, cell, row.erp, row.erp_detail)

    def _pair(
        self, painter: QPainter, cell: QRectF, text: str, detail: str, *, bold: bool = False, right: bool = False
    ) -> None:
        """A text with a soft line under it."""
        if not detail:
            self._text(painter, cell, text, bold=bold, right=right)
            return
        half = cell.height() / 2
        self._text(painter, QRectF(cell.x(), cell.y() + 4, cell.width(), half - 2), text, bold=bold, right=right)
        below = QRectF(cell.x(), cell.y() + half, cell.width(), half - 3)
        self._text(painter, below, detail, px=12, soft=True, right=right)

    def _wrapped(self, painter: QPainter, cell: QRectF, text: str, *, bold: bool) -> None:
        """One line, or two where it does not fit."""
        look = self._look
        if look.width(text, 14, bold) <= cell.width():
            self._text(painter, cell, text, bold=bold)
            return
        head, _, rest = text.rpartition(", ") if ", " in text else text.rpartition(": ")
        if not head:
            self._text(painter, cell, text, bold=bold)
            return
        half = cell.height() / 2
        self._text(painter, QRectF(cell.x(), cell.y() + 4, cell.width(), half - 2), head, px=13, bold=bold)
        self._text(painter, QRectF(cell.x(), cell.y() + half, cell.width(), half - 3), rest, px=13, bold=bold)

    def _text(
        self,
        painter: QPainter,
        box: QRectF,
        text: str,
        *,
        px: int = 14,
        bold: bool = False,
        soft: bool = False,
        right: bool = False,
    ) -> None:
        look = self._look
        painter.setPen(look.theme.soft if soft else look.theme.ink)
        painter.setFont(look.font(px, bold))
        painter.drawText(box, _RIGHT if right else _LEFT, look.elided(text, px, box.width() + 1, bold))
