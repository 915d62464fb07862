"""The sheet: one painted widget for all lines and machines. Repaints only the tiles, buffers and headers that changed.

Owns geometry, selection and keys of the sheet. Knows rows only. It paints into a picture of its own and copies from
there: painting many small rectangles straight under Qt's clip of many small rectangles costs a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.theme import RADIUS, Look
from ui.views.overview.grounds import Grounds
from ui.views.overview.pieces import BUFFER, HEAD, RATE, TILE, Part, Pieces
from ui.views.overview.rows import LineRow, TileRow
from ui.views.overview.tile import RING, Sizes, draw_between, draw_moving, full_standing, moving_rect, sizes
from ui.widgets.bars import draw_progress
from ui.widgets.glyphs import draw_hold, draw_priority
from ui.widgets.ink import draw_words

GAP = 10
LEAST_LINE = 126
"""The least height of a line, px; with more lines than fit the sheet scrolls."""
MOST_LINE = 560
LEAST_BUFFER = 6
"""Px between two tiles from which on a buffer is drawn there."""
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_LEFT_BUTTON = Qt.MouseButton.LeftButton
_RIGHT, _LEFT, _UP, _DOWN = Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Down
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_L, _HOME, _END = Qt.Key.Key_L, Qt.Key.Key_Home, Qt.Key.Key_End
_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a line and its parts lie on the sheet."""

    frame: QRectF
    header: QRectF
    tiles: tuple[QRectF, ...]
    buffers: tuple[QRectF, ...]


class Sheet(QWidget):
    """All lines. `set_lines` compares with what is shown and repaints what differs."""

    machine_selected = Signal(str)
    machine_opened = Signal(str)
    line_opened = Signal(str)
    shown_at = Signal(QRect)

    def __init__(self, look: Look, parent: QWidget | None = None, *, least_line: int = LEAST_LINE) -> None:
        super().__init__(parent)
        self._look, self._least = look, least_line
        self._lines: tuple[LineRow, ...] = ()
        self._places: list[Place] = []
        self._sizes: dict[tuple[int, int], Sizes] = {}
        self._stripes: dict[Part, QRect] = {}
        self._picture = QPixmap()
        self._grounds = Grounds(look)
        self._pieces = Pieces()
        self._asking = QTimer(self, interval=0)
        self._asking.timeout.connect(self._ask)
        self._key = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._redraw)

    # --- rows -------------------------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The selected machine, "" before the first selection."""
        return self._key

    def set_lines(self, lines: Sequence[LineRow]) -> None:
        """Show these lines; only what changed is painted again."""
        old, self._lines = self._lines, tuple(lines)
        renewed = [i for i, (before, now) in enumerate(zip(old, lines, strict=False)) if before is not now]
        if len(old) != len(lines) or any(_shape(old[i]) != _shape(lines[i]) for i in renewed):
            self._lay_out()
            return
        parts = [part for i in renewed for part in _changed(i, old[i], lines[i])]
        self._mark([part for part in parts if part[1] != BUFFER or self._rect(part).width() > LEAST_BUFFER])
        self._describe()

    def select(self, machine: str) -> None:
        """Select a machine by id and bring it into sight; unknown ids are ignored."""
        found = self._find(machine)
        if found is None or machine == self._key:
            return
        places = [at for at in map(self._find, (self._key, machine)) if at is not None]
        self._mark([(line, TILE, place) for line, place in places])
        self._key = machine
        self._describe()
        self.machine_selected.emit(machine)
        self.shown_at.emit(self._places[found[0]].frame.toAlignedRect())

    def _find(self, machine: str) -> tuple[int, int] | None:
        for i, line in enumerate(self._lines):
            for j, tile in enumerate(line.tiles):
                if tile.key == machine:
                    return i, j
        return None

    def tile_rect(self, machine: str) -> QRect:
        """Where a machine's tile lies on the sheet; empty for one that is not shown."""
        at = self._find(machine)
        return QRect() if at is None else self._places[at[0]].tiles[at[1]].toAlignedRect()

    def _describe(self) -> None:
        """The selected machine in words, for assistive technology."""
        at = self._find(self._key)
        if at is not None:
            line, tile = self._lines[at[0]], self._lines[at[0]].tiles[at[1]]
            self.setAccessibleDescription(tile_text(line, tile))

    # --- geometry ---------------------------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(720, len(self._lines) * (self._least + GAP) + GAP)

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Give every line the same height and every tile the same width."""
        self.setMinimumHeight(self.minimumSizeHint().height())
        count = max(1, len(self._lines))
        high = min(MOST_LINE * max(1.0, self.width() / 1900), (self.height() - GAP) / count - GAP)
        self._places = [self._place(row, GAP + i * (high + GAP), high) for i, row in enumerate(self._lines)]
        self._stripes.clear()
        self.updateGeometry()
        self._redraw()

    def _place(self, row: LineRow, y: float, high: float) -> Place:
        frame = QRectF(GAP, round(y), self.width() - 2 * GAP, round(high))
        head = min(84.0, max(30.0, high * 0.2, frame.width() * 0.018))
        count = max(1, len(row.tiles))
        between = min(80.0, max(16.0, frame.width() * 0.02)) if count < 16 else 8.0
        room = frame.width() - 24 - between * (count - 1)
        wide = room / count
        top, tall = frame.y() + head, frame.height() - head - 12
        xs = [frame.x() + 12 + i * (wide + between) for i in range(count)]
        return Place(
            frame=frame,
            header=QRectF(frame.x() + 14, frame.y() + 2, frame.width() - 28, head - 2 - RING),
            tiles=tuple(QRectF(round(x), top, round(wide), tall) for x in xs[: len(row.tiles)]),
            buffers=tuple(QRectF(x + wide + RING, top, between - 2 * RING, tall) for x in xs[: len(row.buffers)]),
        )

    # --- paint ------------------------------------------------------------------------------------------------------

    def _redraw(self) -> None:
        """Everything looks different now."""
        self._picture = QPixmap()
        self._grounds.clear()
        self._pieces.clear()
        self.update()

    def _mark(self, parts: Sequence[Part]) -> None:
        """These parts look different now."""
        self._pieces.mark(parts)
        if not self._asking.isActive():
            self._ask()

    def _ask(self) -> None:
        """Have the next piece painted; the one after it when timers that are due have had their turn."""
        for place in self._pieces.ask(self.visibleRegion().boundingRect(), self._bounds):
            self.update(place)
        if not self._pieces.more:
            self._asking.stop()
        elif not self._asking.isActive():
            self._asking.start()

    @property
    def settled(self) -> bool:
        """Whether all that is in sight is painted as the rows say."""
        return self._pieces.settled

    def _bounds(self, part: Part) -> QRect:
        """The pixels that painting a part may change."""
        if part[1] == RATE:
            return self._stripe(part)
        return self._rect(part).toAlignedRect().adjusted(-4, -4, 4, 4)

    def _stripe(self, part: Part) -> QRect:
        found = self._stripes.get(part)
        if found is None:
            rect = self._rect(part)
            found = self._stripes[part] = moving_rect(rect, self._size(rect))
        return found

    def _rect(self, part: Part) -> QRectF:
        line, kind, place = part
        found = self._places[line]
        if kind == HEAD:
            return found.header
        return found.buffers[place] if kind == BUFFER else found.tiles[place]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy what is asked for, each rectangle under a clip of its own.

        Under a clip of many rectangles Qt copies row by row, and has threads of its own do so where there are many:
        where all processors are busy the screen waits for those threads to be let run.
        """
        region = event.region()
        self._bring_up(region)
        painter = QPainter(self)
        for rect in cast(Iterable[QRect], region):
            painter.setClipRect(rect.adjusted(-1, -1, 1, 1))  # a rectangle may end between two pixels of the screen
            painter.drawPixmap(0, 0, self._picture)
        painter.end()

    def _bring_up(self, region: QRegion) -> None:
        """Make the picture what the rows say, where it is to be shown."""
        ratio = self.devicePixelRatioF()
        if self._picture.size() != self.size() * ratio:
            self._pieces.clear()
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            painter = QPainter(self._picture)
            painter.fillRect(self.rect(), self._look.theme.ground)
            for i in range(len(self._lines)):
                self._paint_line(painter, i)
            painter.end()
        elif due := self._pieces.take(region, self._bounds):
            painter = QPainter(self._picture)
            for part in due:
                if part[1] in (HEAD, BUFFER):  # a tile's frame covers its own ground
                    painter.fillRect(self._rect(part), self._look.theme.panel)
                self._paint_part(painter, part)
            painter.end()

    def _paint_line(self, painter: QPainter, i: int) -> None:
        line, theme = self._lines[i], self._look.theme
        painter.setRenderHint(_ANTIALIAS, True)
        painter.setPen(QPen(theme.line, 1))
        painter.setBrush(theme.panel)
        painter.drawRoundedRect(self._places[i].frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setRenderHint(_ANTIALIAS, False)
        parts = [(i, HEAD, 0), *((i, TILE, j) for j in range(len(line.tiles)))]
        for part in (*parts, *((i, BUFFER, j) for j in range(len(line.buffers)))):
            self._paint_part(painter, part)

    def _paint_part(self, painter: QPainter, part: Part) -> None:
        i, kind, j = part
        line, rect = self._lines[i], self._rect(part)
        if kind == HEAD:
            self._paint_header(painter, line, rect)
        elif kind in (TILE, RATE):
            tile = line.tiles[j]
            size = self._size(rect)
            stripe = self._stripe(part) if kind == RATE else None
            self._grounds.draw(painter, rect, tile, size, selected=tile.key == self._key, part=stripe)
            draw_moving(painter, rect, tile, self._look, size)
        elif rect.width() > LEAST_BUFFER:
            draw_between(painter, rect, line.buffers[j], self._look.theme)

    def _size(self, rect: QRectF) -> Sizes:
        key = int(rect.width()), int(rect.height())
        found = self._sizes.get(key)
        if found is None:
            self._sizes.clear()
            found = self._sizes[key] = sizes(rect.width(), rect.height())
        return found

    def _paint_header(self, painter: QPainter, line: LineRow, box: QRectF) -> None:
        """Columns at the same x on every line, so that lines compare at a glance."""
        look, theme, order = self._look, self._look.theme, line.order
        big = round(min(38.0, box.width() / 58, max(15.0, box.height() * 0.46)))
        px = round(big * 0.78)
        x, y, high = box.x(), box.y(), box.height()
        painter.setPen(theme.ink)
        draw_words(painter, x, y, high, look.elided(line.name, big, 7.0 * big, True), big, bold=True)
        x += max(5.5 * big, max((look.width(row.name, big, True) for row in self._lines), default=0) + big)
        if not order.number:
            return
        draw_words(painter, x, y, high, look.elided(order.number, px, 6.2 * px), px)
        x += 6.6 * px
        if line.hold:
            draw_hold(painter, QRectF(x - px * 0.2, y + (high - big) / 2, big, big), theme)
        x += 1.6 * px
        item = min(13.0 * px, box.width() * 0.14)
        painter.setPen(theme.soft)
        draw_words(painter, x, y, high, look.elided(order.item, px, item - px), px)
        x += item
        bar = min(560.0, box.width() * 0.15)
        rect = QRectF(x, y + high / 2 - px * 0.42, bar, px * 0.84)
        draw_progress(painter, rect, order.done, order.plan, theme, colour=None)
        x += bar + px * 0.8
        painter.setPen(theme.ink)
        draw_words(painter, x, y, high, order.quantity, px)
        x += 9.0 * px
        painter.setPen(theme.soft)
        draw_words(painter, x, y, high, order.due, px)
        self._paint_outlook(painter, order.outlook, order.priority, QRectF(x + 6.0 * px, y, 0, high), box.right(), px)

    def _paint_outlook(self, painter: QPainter, words: str, priority: int, at: QRectF, right: float, px: int) -> None:
        look, x = self._look, at.x()
        if priority:
            mark = px + 3.0
            draw_priority(painter, QRectF(x, at.y() + (at.height() - mark) / 2, mark, mark), priority, look.theme)
            x += mark + 6
        painter.setPen(look.theme.ink if priority else look.theme.soft)
        draw_words(
            painter,
            x,
            at.y(),
            at.height(),
            look.elided(words, px, right - x, bool(priority)),
            px,
            bold=bool(priority),
        )

    # --- keys and mouse ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, tuple[int, int]] = {
            _RIGHT: (0, 1),
            _LEFT: (0, -1),
            _UP: (-1, 0),
            _DOWN: (1, 0),
            _HOME: (0, -99),
            _END: (0, 99),
        }
        key = event.key()
        if event.modifiers() & _CHORD:
            event.ignore()
        elif key in steps:
            self._move(*steps[key])
        elif key in _ENTER and self._key:
            self.machine_opened.emit(self._key)
        elif key == _L and self._find(self._key) is not None:
            at = self._find(self._key) or (0, 0)
            self.line_opened.emit(self._lines[at[0]].key)
        else:
            event.ignore()

    def _move(self, down: int, right: int) -> None:
        """Move the selection over lines and tiles; the first move selects the first machine."""
        if not self._lines:
            return
        i, j = self._find(self._key) or (0, -1 if right > 0 else 0)
        line = self._lines[min(max(i + down, 0), len(self._lines) - 1)]
        if line.tiles:
            self.select(line.tiles[min(max(j + right, 0), len(line.tiles) - 1)].key)

    def _machine_at(self, point: QPointF) -> str:
        for line, place in zip(self._lines, self._places, strict=True):
            for tile, rect in zip(line.tiles, place.tiles, strict=True):
                if rect.contains(point):
                    return tile.key
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        machine = self._machine_at(point)
        if event.button() != _LEFT_BUTTON:
            return
        if machine:
            self.select(machine)
        for line, place in zip(self._lines, self._places, strict=True):
            if place.header.contains(point):
                self.line_opened.emit(line.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        machine = self._machine_at(event.position())
        if machine:
            self.machine_opened.emit(machine)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self._key and self._lines and event.reason() in _BY_KEY:
            self._move(0, 1)


_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


def _shape(line: LineRow) -> tuple[str, int, int]:
    return line.key, len(line.tiles), len(line.buffers)


def _changed(i: int, before: LineRow, now: LineRow) -> Iterator[Part]:
    """The parts of a line that look different now."""
    if (before.name, before.order, before.hold) != (now.name, now.order, now.hold):
        yield i, HEAD, 0
    for j, (was, tile) in enumerate(zip(before.tiles, now.tiles, strict=True)):
        if was is not tile and was != tile:
            yield i, RATE if _stands(was, tile) else TILE, j
    buffers = enumerate(zip(before.buffers, now.buffers, strict=True))
    yield from ((i, BUFFER, j) for j, (one, other) in buffers if one != other)


def _stands(was: TileRow, now: TileRow) -> bool:
    """Whether nothing of a tile has changed but what moves."""
    return not now.stale and full_standing(was) == full_standing(now)


def tile_text(line: LineRow, tile: TileRow) -> str:
    """A tile in words."""
    parts = (
        f"{line.name} {tile.name}",
        f"priority {tile.priority}" if tile.priority else "",
        tile.stale or f"{tile.state}, {tile.value} {tile.unit} {tile.nominal}",
        tile.clock,
        tile.chip,
        "on hold" if tile.hold else "",
    )
    return ", ".join(part for part in parts if part)
