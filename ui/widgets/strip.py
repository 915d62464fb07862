"""A live strip chart: the newest at the right, min and max of every pixel column, gaps shown as gaps.

The picture is a pixmap that is scrolled by whole columns; only new columns are drawn.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import Look

Floats = NDArray[np.float64]
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_HEAD = 22


class StripChart(QWidget):
    """One signal over the last `span_s` seconds. `set_data` replaces, `append` adds; times are seconds since 1970."""

    def __init__(
        self,
        look: Look,
        title: str = "",
        unit: str = "",
        *,
        span_s: float = 600.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._title, self._unit, self._span_s = look, safe(title), safe(unit), span_s
        self._low: float | None = None
        self._high: float | None = None
        self._range: tuple[float, float] | None = None
        self._priority = 0
        self._now_s = 0.0
        self._columns: dict[int, tuple[float, float]] = {}
        self._drawn_to: int | None = None
        self._drawn_range = (0.0, 1.0)
        self._dirty_from = 0
        self._pixmap = QPixmap()
        self.setMinimumSize(160, 70)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self._title)
        look.changed.connect(self._redraw)

    def set_title(self, title: str, unit: str = "") -> None:
        """Name and unit of the signal."""
        self._title, self._unit = safe(title), safe(unit)
        self.setAccessibleName(self._title)
        self.update()

    def set_band(self, low: float | None, high: float | None) -> None:
        """The normal band, in the signal's unit."""
        self._low, self._high = low, high
        self._redraw()

    def set_range(self, bottom: float | None, top: float | None) -> None:
        """A fixed vertical range; None for either lets it follow the values."""
        self._range = (bottom, top) if bottom is not None and top is not None else None
        self._redraw()

    def set_span(self, span_s: float) -> None:
        """How many seconds the width shows; call `set_data` afterwards."""
        self._span_s = span_s
        self._columns.clear()
        self._redraw()

    def set_priority(self, priority: int) -> None:
        """1…4 colours an abnormal signal."""
        if priority != self._priority:
            self._priority = priority
            self._redraw()

    def set_data(self, times: Floats, values: Floats, now_s: float) -> None:
        """All samples anew (NaN: none there)."""
        self._columns.clear()
        self._take(times, values)
        self._now_s = now_s
        self._redraw()

    def append(self, times: Floats, values: Floats, now_s: float) -> None:
        """Further samples; `now_s` moves the picture also when there are none, so that silence shows as a gap."""
        self._take(times, values)
        self._now_s = now_s
        self.update()

    # --- columns ----------------------------------------------------------------------------------------------------

    def _column_s(self) -> float:
        return self._span_s / max(1, self.width())

    def _take(self, times: Floats, values: Floats) -> None:
        """Fold samples into min and max per column."""
        known = np.isfinite(values)
        if not known.any():
            return
        places = np.floor(times[known] / self._column_s()).astype(np.int64)
        shown = values[known]
        starts = np.flatnonzero(np.diff(places, prepend=places[0] - 1))
        lows, highs = np.minimum.reduceat(shown, starts), np.maximum.reduceat(shown, starts)
        for place, low, high in zip(places[starts].tolist(), lows.tolist(), highs.tolist(), strict=True):
            old = self._columns.get(place)
            self._columns[place] = (low, high) if old is None else (min(old[0], low), max(old[1], high))
        self._dirty_from = min(self._dirty_from, int(places.min()))
        self._forget(int(places[-1]))

    def _forget(self, newest: int) -> None:
        if len(self._columns) > 2 * self.width() + 64:
            oldest = newest - self.width()
            self._columns = {place: pair for place, pair in self._columns.items() if place >= oldest}

    def _vertical(self) -> tuple[float, float]:
        """The range in steps, so that it does not crawl with every sample."""
        if self._range is not None:
            return self._range
        ends = [edge for pair in self._columns.values() for edge in pair]
        ends += [edge for edge in (self._low, self._high) if edge is not None]
        if not ends:
            return 0.0, 1.0
        low, high = min(ends), max(ends)
        step = 10.0 ** math.floor(math.log10(max(high - low, abs(high) * 0.01, 1e-9)))
        return math.floor(low / step) * step, math.ceil(high / step + 0.05) * step

    # --- paint ------------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(480, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._columns.clear()
        self._redraw()

    def _redraw(self) -> None:
        self._drawn_to = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._draw_columns()
        painter = QPainter(self)
        painter.drawPixmap(0, _HEAD, self._pixmap)
        theme, look = self._look.theme, self._look
        bottom, top = self._vertical()
        head = QRectF(0, 0, self.width(), _HEAD)
        painter.setPen(theme.ink)
        painter.setFont(look.font(13))
        painter.drawText(head, _LEFT, look.elided(f"{self._title} {self._unit}".strip(), 13, self.width() * 0.6))
        painter.setPen(theme.soft)
        painter.setFont(look.font(12))
        painter.drawText(head, _RIGHT, f"{bottom:.6g} – {top:.6g}")
        painter.setPen(theme.line)
        painter.drawRect(QRectF(0.5, _HEAD + 0.5, self.width() - 1, self.height() - _HEAD - 1))

    def _draw_columns(self) -> None:
        """Bring the pixmap up to now: scroll it and draw what is new, or all of it after a change."""
        size = QSize(self.width(), max(1, self.height() - _HEAD))
        newest = math.floor(self._now_s / self._column_s())
        vertical = self._vertical()
        if self._drawn_to is None or self._pixmap.size() != size or self._drawn_range != vertical:
            self._pixmap = QPixmap(size)
            first = newest - size.width() + 1
        else:
            self._pixmap.scroll(self._drawn_to - newest, 0, self._pixmap.rect())
            first = min(self._dirty_from, self._drawn_to + 1)
        if first <= newest:
            self._draw_range(first, newest, size, *vertical)
        self._drawn_to, self._drawn_range, self._dirty_from = newest, vertical, newest + 1

    def _draw_range(self, first: int, last: int, size: QSize, bottom: float, top: float) -> None:
        theme, width, high = self._look.theme, size.width(), size.height()
        first = max(first, last - width + 1)
        painter = QPainter(self._pixmap)
        left = width - 1 - (last - first)
        area = QRectF(left, 0, width - left, high)
        painter.fillRect(area, theme.raised)
        scale = high / (top - bottom)
        if self._low is not None and self._high is not None:
            y1, y2 = high - (self._high - bottom) * scale, high - (self._low - bottom) * scale
            painter.fillRect(QRectF(area.x(), y1, area.width(), y2 - y1), theme.track)
        painter.setPen(QPen(theme.priority(self._priority) if self._priority else theme.strong, 1.0))
        painter.drawLines(self._lines(first, last, width, high, bottom, scale))
        painter.end()

    def _lines(self, first: int, last: int, width: int, high: int, bottom: float, scale: float) -> list[QLineF]:
        """One line per column from its min to its max, reached from the column before."""
        reach = max(2, math.ceil(3.0 / self._column_s()))
        lines: list[QLineF] = []
        before: tuple[float, float] | None = None
        since = 0
        for place in range(first - reach, last + 1):
            pair = self._columns.get(place)
            if pair is None:
                continue
            x = width - 1 - (last - place) + 0.5
            y1, y2 = high - (pair[0] - bottom) * scale, high - (pair[1] - bottom) * scale
            lines.append(QLineF(x, y1, x, y2 - 0.5))
            if before is not None and place - since <= reach:
                lines.append(QLineF(x - (place - since), before[1], x, y1))
            before, since = (y1, y2), place
        return lines
