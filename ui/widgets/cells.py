"""The cells of a painted table: values, and how one cell is painted. Everything a cell can show is here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from ui.tag import Tag
from ui.theme import Look
from ui.widgets.bars import draw_progress, draw_rate
from ui.widgets.chips import chip_size, draw_chip
from ui.widgets.glyphs import draw_hold, draw_priority
from ui.widgets.hatch import draw_stale
from ui.widgets.ink import draw_words
from ui.widgets.spark import draw_spark

_MARK = 18
_PX, _DETAIL_PX, _TAG_PX = 14, 12, 11
_TAGS_SHARE = 0.66
"""Of a cell's width that its tags may take together."""


HATCHED = " "
"""`Cell.stale` of a cell that is hatched without words, because its neighbour says since when."""


class Align(Enum):
    """Where a column's text stands."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`width` px; `stretch` > 0 shares what is left by weight, and `width` is then its least.

    `spare` > 0: may be left out where the table is too narrow, the highest first.
    """

    title: str
    width: int
    stretch: int = 0
    align: Align = Align.LEFT
    spare: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A value against its normal band, drawn under the cell's text; `plan` makes it a progress bar of 0…1.

    `priority` 1…4 colours an abnormal value. `value` None: not known.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    bottom: float = 0.0
    top: float = 1.0
    priority: int = 0
    progress: bool = False
    plan: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """A past that fills the cell; compared by `stamp`, which changes with it."""

    stamp: int
    low: float | None = None
    high: float | None = None
    priority: int = 0
    values: NDArray[np.float64] = field(default_factory=lambda: np.empty(0), compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: a text, a soft second line, marks before them, a band under them, tags at the end of the first line.

    `stale` ("no data since 02:14:07") hatches the cell and hides what it holds; `spark` fills it.
    """

    text: str = ""
    detail: str = ""
    bold: bool = False
    soft: bool = False
    priority: int = 0
    hold: bool = False
    band: Band | None = None
    spark: Sparkline | None = None
    stale: str = ""
    tags: tuple[Tag, ...] = ()


def draw_cell(painter: QPainter, rect: QRect, cell: Cell | str, look: Look, *, right: bool = False) -> None:
    """A cell in `rect`; a plain text is a cell too."""
    if isinstance(cell, str):
        _words(painter, rect, cell, look, right=right)
        return
    rect = _marks(painter, rect, cell, look)
    if cell.stale:
        draw_stale(painter, QRectF(rect).adjusted(0, 5, 0, -5), cell.stale, look, px=_DETAIL_PX)
        return
    if cell.spark is not None:
        _spark(painter, QRectF(rect).adjusted(0, 8, 0, -8), cell.spark, look)
    if cell.band is not None:
        foot = 13
        _band(painter, QRectF(rect.x(), rect.bottom() - foot - 5, rect.width(), foot), cell.band, look)
        rect = QRect(rect.x(), rect.y() + 3, rect.width(), rect.height() // 2)
    if not cell.detail:
        rect = _tags(painter, rect, cell, look)
        _words(painter, rect, cell.text, look, right=right, bold=cell.bold, soft=cell.soft)
        return
    middle = rect.height() // 2
    top = _tags(painter, QRect(rect.x(), rect.y() + 3, rect.width(), middle), cell, look)
    _words(painter, top, cell.text, look, right=right, bold=cell.bold, soft=cell.soft)
    foot_box = QRect(rect.x(), rect.y() + middle, rect.width(), middle - 3)
    _words(painter, foot_box, cell.detail, look, right=right, soft=True, px=_DETAIL_PX)


def _words(
    painter: QPainter,
    rect: QRect,
    text: str,
    look: Look,
    *,
    right: bool = False,
    bold: bool = False,
    soft: bool = False,
    px: int = _PX,
) -> None:
    if not text:
        return
    painter.setPen(look.theme.soft if soft else look.theme.ink)
    wide = rect.width()
    shown = look.elided(text, px, wide, bold)
    x = rect.x() + (wide - look.width(shown, px, bold) if right else 0)
    draw_words(painter, x, rect.y(), rect.height(), shown, px, bold=bold)


def _marks(painter: QPainter, rect: QRect, cell: Cell, look: Look) -> QRect:
    """Draw the cell's marks and return what is left for the rest."""
    if cell.priority:
        draw_priority(painter, _mark_box(rect), cell.priority, look.theme)
        rect = rect.adjusted(_MARK + 6, 0, 0, 0)
    if cell.hold:
        draw_hold(painter, _mark_box(rect), look.theme)
        rect = rect.adjusted(_MARK + 6, 0, 0, 0)
    return rect


def fitting_tags(tags: Sequence[Tag], width: int) -> int:
    """How many of the tags fit beside some text in so many px."""
    room, count = _TAGS_SHARE * width, 0
    for tag in tags:
        room -= chip_size(tag.text, _TAG_PX)[0] + 5
        if room < 0:
            break
        count += 1
    return count


def _tags(painter: QPainter, rect: QRect, cell: Cell, look: Look) -> QRect:
    """Draw the cell's tags at the right, as many as fit, the first first; return what is left for the text."""
    for tag in reversed(cell.tags[: fitting_tags(cell.tags, rect.width())]):
        wide, high = chip_size(tag.text, _TAG_PX)
        box = QRectF(rect.right() - wide, rect.center().y() - high / 2 + 1, wide, high)
        draw_chip(painter, box, tag.text, look, px=_TAG_PX, dashed=tag.dashed)
        rect = rect.adjusted(0, 0, -round(wide) - 5, 0)
    return rect


def _mark_box(rect: QRect) -> QRectF:
    return QRectF(rect.x(), rect.center().y() - _MARK / 2 + 1, _MARK, _MARK)


def _band(painter: QPainter, rect: QRectF, band: Band, look: Look) -> None:
    theme = look.theme
    colour = theme.priority(band.priority) if band.priority else None
    value = math.nan if band.value is None else band.value
    if band.progress:
        draw_progress(painter, rect.adjusted(0, 2, 0, -2), value, band.plan, theme, colour=colour)
        return
    draw_rate(
        painter,
        rect,
        value,
        theme,
        bottom=band.bottom,
        top=band.top,
        low=band.low,
        high=band.high,
        colour=colour,
    )


def _spark(painter: QPainter, rect: QRectF, spark: Sparkline, look: Look) -> None:
    colour = look.theme.priority(spark.priority) if spark.priority else None
    draw_spark(painter, rect, spark.values, look.theme, low=spark.low, high=spark.high, colour=colour)
