"""How one machine tile and one buffer are painted. Plain rows and rectangles in, no state.

Three levels of detail, by the room there is: a full tile, one without sparkline, a small one with name and rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from ui.theme import RADIUS, Look, Theme, cap_height
from ui.views.overview.rows import SEGMENTS, BufferRow, TileRow
from ui.widgets.bars import draw_buffer, draw_pointer, draw_rate, draw_scale
from ui.widgets.chips import chip_size, draw_chip
from ui.widgets.glyphs import draw_hold, draw_priority
from ui.widgets.hatch import draw_stale
from ui.widgets.ink import draw_on, draw_passing, draw_words
from ui.widgets.spark import draw_spark

_NO_BRUSH = Qt.BrushStyle.NoBrush
_ANTIALIAS = QPainter.RenderHint.Antialiasing
NAME_LINE, STATE_LINE, VALUE_LINE = 1.35, 1.5, 1.3
"""The heights of the rows of name, state and rate, by their font's."""
RING = 4
"""Px around a tile that belong to it, for the selection's ring."""
MARGIN = 4
"""Px above and below the rate into which its letters and its pointer may reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Font and part sizes in px, for one height and width of a tile."""

    pad: float
    name: int
    state: int
    value: int
    bar: float
    mark: float
    chip: int
    spark: bool
    full: bool


def sizes(width: float, height: float) -> Sizes:
    """What fits into a tile: everything grows together, up to the size that is read from across the room."""
    scale = min(2.4, max(0.8, min(width / 190.0, height / 150.0)))
    full = height >= 74 and width >= 96
    return Sizes(
        pad=round(9 * scale),
        name=round(14 * scale),
        state=max(11, round(12.5 * scale)),
        value=round(21 * scale),
        bar=round(13 * scale),
        mark=round(18 * scale),
        chip=max(11, round(12 * scale)),
        spark=full and height >= 116 * scale * 0.98,
        full=full,
    )


def standing(row: TileRow, s: Sizes, *, selected: bool) -> tuple[object, ...]:
    """What `draw_standing` shows: while it is equal, so is the picture, in the same size and theme."""
    said, past = full_standing(row)
    return selected, said, past if s.spark else ()


_SHAPE = str.maketrans("123456789", "000000000")
"""Figures are all of one width: what stands behind a value moves only with its shape."""


def full_standing(row: TileRow) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What stands on a tile with room for everything: words, marks and the rate's scale, and the past."""
    said = (row.name, row.state, row.clock, row.priority, row.chip, row.chip_dashed, row.hold, row.stale, row.quiet)
    rated = (row.value.translate(_SHAPE), row.unit, row.nominal, row.low, row.high, row.top)
    return (said, rated), (row.spark_at, bool(row.priority) and _out(row))


def draw_standing(painter: QPainter, rect: QRectF, row: TileRow, look: Look, s: Sizes, *, selected: bool) -> None:
    """All of a machine's tile but its rate's figures and pointer: what stays for seconds.

    The frame never changes its place or size.
    """
    _frame(painter, rect, row, look.theme, selected=selected)
    inner = _inner(rect, s)
    y = _title(painter, inner, row, look, s)
    if row.stale:
        _stale(painter, QRectF(inner.x(), y + 3, inner.width(), inner.bottom() - y - 3), row, look, s)
        return
    if not s.full:
        return
    y = _state(painter, inner, y, row, look, s)
    _beside_value(painter, inner, y, row, look, s)
    if row.top > 0:
        draw_scale(painter, _bar(inner, y, s), look.theme, top=row.top, low=row.low, high=row.high)
    if s.spark or (row.chip and not _is_low(inner, y, s)):
        top = y + s.value * VALUE_LINE + s.bar + 4
        _foot(painter, QRectF(inner.x(), top, inner.width(), inner.bottom() - top), row, look, s)


def draw_moving(painter: QPainter, rect: QRectF, row: TileRow, look: Look, s: Sizes) -> None:
    """The rate, over what stands."""
    if row.stale:
        return
    inner = _inner(rect, s)
    if not s.full:
        _small(painter, inner, row, look, s)
        return
    y, theme = _value_top(inner, s), look.theme
    painter.setPen(theme.ink)
    draw_passing(painter, inner.x(), y, s.value * VALUE_LINE, row.value, s.value)
    if row.top > 0:
        rate = math.nan if row.rate is None else row.rate
        draw_pointer(painter, _bar(inner, y, s), rate, theme, top=row.top, colour=_abnormal(row, theme))


def moving_rect(rect: QRectF, s: Sizes) -> QRect:
    """The stripe over the whole tile, on whole pixels, in which `draw_moving` draws; all of a small tile."""
    whole = rect.toAlignedRect().adjusted(-RING, -RING, RING, RING)
    if not s.full:
        return whole
    y = floor(_value_top(_inner(rect, s), s)) - MARGIN
    return QRect(whole.x(), y, whole.width(), ceil(s.value * VALUE_LINE + s.bar) + 2 * MARGIN) & whole


def _value_top(inner: QRectF, s: Sizes) -> float:
    return inner.y() + max(s.mark, s.name * NAME_LINE) + s.state * STATE_LINE


def _bar(inner: QRectF, y: float, s: Sizes) -> QRectF:
    """The bar under a rate that begins at `y`."""
    return QRectF(inner.x(), y + s.value * VALUE_LINE, inner.width(), s.bar)


def _inner(rect: QRectF, s: Sizes) -> QRectF:
    return rect.adjusted(s.pad, s.pad * 0.7, -s.pad, -s.pad * 0.7)


def _is_low(inner: QRectF, y: float, s: Sizes) -> bool:
    """Whether there is no room for the owner's chip below the bar of a rate that begins at `y`."""
    return inner.bottom() - y - s.value * VALUE_LINE - s.bar < chip_size("", s.chip)[1] + 2


def _frame(painter: QPainter, rect: QRectF, row: TileRow, theme: Theme, *, selected: bool) -> None:
    """Border and ground; equal frames are painted once and copied."""
    ratio = painter.device().devicePixelRatio()
    picture = frame_picture(rect.width(), rect.height(), row.priority, selected, ratio, theme)
    painter.drawPixmap(QPointF(rect.x() - RING, rect.y() - RING), picture)


@lru_cache(maxsize=64)
def frame_picture(width: float, height: float, priority: int, selected: bool, ratio: float, theme: Theme) -> QPixmap:
    """A tile's empty frame with RING px around it."""
    picture = QPixmap(round((width + 2 * RING) * ratio), round((height + 2 * RING) * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(theme.panel)
    painter = QPainter(picture)
    painter.setRenderHint(_ANTIALIAS, True)
    rect, line = QRectF(RING, RING, width, height), 2.0 if priority else 1.0
    painter.setPen(QPen(theme.priority(priority) if priority else theme.line, line))
    painter.setBrush(theme.raised)
    painter.drawRoundedRect(rect.adjusted(line / 2, line / 2, -line / 2, -line / 2), RADIUS, RADIUS)
    if selected:
        painter.setPen(QPen(theme.selection, 2))
        painter.setBrush(_NO_BRUSH)
        painter.drawRoundedRect(rect.adjusted(-3, -3, 3, 3), RADIUS + 2, RADIUS + 2)
    painter.end()
    return picture


def _title(painter: QPainter, box: QRectF, row: TileRow, look: Look, s: Sizes) -> float:
    """Mark, name, hold; returns where the next row begins."""
    high = max(s.mark, s.name * NAME_LINE)
    x, right = box.x(), box.right()
    if row.hold:
        right -= s.mark
        draw_hold(painter, QRectF(right, box.y() + (high - s.mark) / 2, s.mark, s.mark), look.theme)
        right -= 4
    if row.priority:
        draw_priority(painter, QRectF(x, box.y() + (high - s.mark) / 2, s.mark, s.mark), row.priority, look.theme)
        x += s.mark + 6
    painter.setPen(look.theme.ink)
    draw_words(painter, x, box.y(), high, look.elided(row.name, s.name, right - x, True), s.name, bold=True)
    return box.y() + high


def _state(painter: QPainter, box: QRectF, y: float, row: TileRow, look: Look, s: Sizes) -> float:
    high = s.state * STATE_LINE
    clock = look.width(row.clock, s.state) if row.clock else 0.0
    loud = bool(row.priority) or row.quiet
    painter.setPen(look.theme.ink if loud else look.theme.soft)
    words = look.elided(row.state, s.state, box.width() - clock - (8 if clock else 0))
    draw_words(painter, box.x(), y, high, words, s.state)
    if row.clock:
        draw_words(painter, box.right() - clock, y, high, row.clock, s.state)
    return y + high


def _beside_value(painter: QPainter, box: QRectF, y: float, row: TileRow, look: Look, s: Sizes) -> None:
    """Unit and nominal of a rate; in a low tile with a case its owner stands where the nominal would."""
    high = s.value * VALUE_LINE
    painter.setPen(look.theme.soft)
    x = box.x() + look.width(row.value, s.value) + 5
    nominal = look.width(row.nominal, s.state)
    base = y + (high + cap_height(s.value)) / 2
    if row.chip and _is_low(box, y, s):
        wide, tall = chip_size(row.chip, s.chip)
        unit = look.width(row.unit, s.state)
        draw_on(painter, x, base, row.unit, s.state)
        wide = min(wide, box.right() - x - unit - 6)
        chip = QRectF(box.right() - wide, y + (high - tall) / 2, wide, tall)
        draw_chip(painter, chip, row.chip, look, px=s.chip, dashed=row.chip_dashed)
        return
    draw_on(painter, x, base, row.unit, s.state)
    if x + look.width(row.unit, s.state) + nominal + 8 <= box.right():
        draw_on(painter, box.right() - nominal, base, row.nominal, s.state)


def _abnormal(row: TileRow, theme: Theme) -> QColor | None:
    """The colour of a rate that is out of its band on a machine that has a case; grey otherwise."""
    return theme.priority(row.priority) if row.priority and _out(row) else None


def _out(row: TileRow) -> bool:
    """Whether the rate is known and not in its band."""
    return row.rate is not None and not row.low <= row.rate <= row.high


def _rate(painter: QPainter, rect: QRectF, row: TileRow, theme: Theme) -> None:
    if row.top <= 0:
        return
    rate = math.nan if row.rate is None else row.rate
    draw_rate(painter, rect, rate, theme, top=row.top, low=row.low, high=row.high, colour=_abnormal(row, theme))


def _stale(painter: QPainter, box: QRectF, row: TileRow, look: Look, s: Sizes) -> None:
    """The hatch over all that would be a value; who has the case stays readable."""
    left = _chip(painter, box, row, look, s) if row.chip and box.height() > 60 else box
    draw_stale(painter, left, row.stale, look, px=s.state)


def _chip(painter: QPainter, box: QRectF, row: TileRow, look: Look, s: Sizes) -> QRectF:
    """The owner's chip at the foot of `box`; returns what is left above it."""
    wide, high = chip_size(row.chip, s.chip)
    wide = min(wide, box.width())
    chip = QRectF(box.right() - wide, box.bottom() - high, wide, high)
    draw_chip(painter, chip, row.chip, look, px=s.chip, dashed=row.chip_dashed)
    return QRectF(box.x(), box.y(), box.width(), box.height() - high - 5)


def _foot(painter: QPainter, box: QRectF, row: TileRow, look: Look, s: Sizes) -> None:
    """The sparkline, and who has the case: under it where there is room for both, else beside it."""
    spark = QRectF(box)
    high = chip_size("", s.chip)[1]
    if box.height() >= high + 32:
        spark.setBottom(box.bottom() - high - 5)
        if row.chip:
            _chip(painter, box, row, look, s)
    elif row.chip:
        wide = min(chip_size(row.chip, s.chip)[0], box.width() * (0.66 if s.spark else 1.0))
        _chip(painter, QRectF(box.right() - wide, box.y(), wide, box.height()), row, look, s)
        spark.setRight(box.right() - wide - 6)
    if s.spark and spark.width() > 24 and spark.height() >= 10:
        spark.setTop(max(spark.top(), spark.bottom() - box.width() * 0.8))
        _spark(painter, spark, row, look.theme)


def _spark(painter: QPainter, rect: QRectF, row: TileRow, theme: Theme) -> None:
    """The rate of the last minutes; the band is a stripe in it, so that small unrest stays small."""
    if row.top <= 0:
        return
    band = max(row.high - row.low, 1e-9)
    known = row.spark[np.isfinite(row.spark)]
    bottom = min(row.low - band * 0.9, float(known.min()) if known.size else row.low)
    top = max(row.high + band * 0.5, float(known.max()) if known.size else row.high)
    colour = _abnormal(row, theme)
    draw_spark(painter, rect, row.spark, theme, low=row.low, high=row.high, bottom=bottom, top=top, colour=colour)


def _small(painter: QPainter, box: QRectF, row: TileRow, look: Look, s: Sizes) -> None:
    """Name above, rate and bar below: for a plant of very many machines."""
    high = min(s.bar, box.height() * 0.3)
    bar = QRectF(box.x(), box.bottom() - high, box.width(), high)
    if bar.top() - box.y() > s.name * 2.4:
        painter.setPen(look.theme.soft)
        words = f"{row.value} {row.clock}".strip()
        draw_words(painter, box.x(), bar.top() - s.state * 1.4, s.state * 1.4, words, s.state)
    _rate(painter, bar, row, look.theme)


def draw_between(painter: QPainter, rect: QRectF, row: BufferRow, theme: Theme) -> None:
    """The buffer between two tiles and the way the product goes."""
    wide = min(rect.width(), 14.0 + rect.height() * 0.02)
    high = min(rect.height() * 0.42, wide * 4.2)
    top = rect.center().y() - high * 0.62
    stack = QRectF(rect.center().x() - wide / 2, top, wide, high)
    draw_buffer(painter, stack, math.nan if row.level is None else row.level / SEGMENTS, theme, segments=SEGMENTS)
    y = stack.bottom() + 9
    painter.setPen(QPen(theme.fill, 1.4))
    painter.setRenderHint(_ANTIALIAS, True)
    a, b = stack.left() + 1, stack.right() - 1
    painter.drawLine(QPointF(a, y), QPointF(b, y))
    painter.drawPolyline([QPointF(b - 4, y - 3), QPointF(b, y), QPointF(b - 4, y + 3)])
    painter.setRenderHint(_ANTIALIAS, False)
