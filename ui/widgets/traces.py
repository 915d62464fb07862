"""The frozen capsule as a plot: one lane per signal, its name beside it, the abnormal one coloured, the event marked.

Lanes instead of one heap: names stand in a gutter and never on a trace. Knows nothing of cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.finding import Trace
from app.domain.text import safe
from ui.theme import Look

Floats = NDArray[np.float64]
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_GUTTER = 190.0
_AXIS = 22.0
_LANE = 44.0
"""The least height of a lane, px; what does not fit is counted at the foot."""
_GAP_S = 5.0
"""A hole this long between two samples is drawn as a hole."""


class TracePlot(QWidget):
    """`set_traces` shows a capsule. Seconds are relative to the event, negative before."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._traces: tuple[Trace, ...] = ()
        self._hot = ""
        self._priority = 1
        self._event, self._from, self._to = "", "", ""
        self._window: tuple[float, float] | None = None
        self._seconds: tuple[float, float] | None = None
        self._more = "+{count}"
        self.setMinimumHeight(140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.update)

    def set_traces(
        self,
        traces: Sequence[Trace],
        *,
        hot: str = "",
        priority: int = 1,
        event: str = "",
        from_text: str = "",
        to_text: str = "",
        window: tuple[float, float] | None = None,
        seconds: tuple[float, float] | None = None,
        more: str = "+{count}",
    ) -> None:
        """Show traces in this order, the one with tag `hot` first and in its priority's colour.

        `event` is said at second 0 ("aborted 02:11:43.218"), `from_text`/`to_text` at the ends; `window` shades the
        suspect seconds; `more` says how many signals did not fit; `seconds` are those from edge to edge.
        """
        ordered = sorted(traces, key=lambda t: t.tag != hot)
        self._traces, self._hot, self._priority = tuple(ordered), hot, priority
        self._event, self._from, self._to = safe(event), from_text, to_text
        self._window, self._more, self._seconds = window, more, seconds
        names = ", ".join(trace.name for trace in self._traces)
        self.setAccessibleName(safe(f"{event}: {names}"))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(560, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._look.theme
        gutter = min(_GUTTER, self.width() * 0.35)
        plot = QRectF(gutter, 0, self.width() - gutter - 1, self.height() - _AXIS)
        painter.fillRect(plot, theme.raised)
        start, end = self._span()
        if self._traces and end > start:
            self._paint_lanes(painter, plot, start, end, gutter)
            self._paint_window(painter, plot, start, end)
            self._paint_event(painter, plot, start, end)
        painter.setPen(theme.line)
        painter.drawRect(plot.adjusted(0.5, 0.5, -0.5, -0.5))
        self._paint_axis(painter, plot)

    def _span(self) -> tuple[float, float]:
        """The seconds from edge to edge: those asked for, or all that there are traces of."""
        if self._seconds is not None:
            return self._seconds
        ends = [at for trace in self._traces if trace.at_s for at in (trace.at_s[0], trace.at_s[-1])]
        return (min(ends), max(*ends, 0.0)) if ends else (0.0, 0.0)

    def _paint_window(self, painter: QPainter, plot: QRectF, start: float, end: float) -> None:
        if self._window is None:
            return
        a, b = ((edge - start) / (end - start) * plot.width() for edge in self._window)
        shade = QRectF(plot.x() + max(0.0, a), plot.y(), min(plot.width(), b) - max(0.0, a), plot.height())
        veil = QColor(self._look.theme.fill)
        veil.setAlpha(60)
        painter.fillRect(shade, veil)

    def _paint_lanes(self, painter: QPainter, plot: QRectF, start: float, end: float, gutter: float) -> None:
        fit = max(1, int(plot.height() // _LANE))
        shown = self._traces[:fit]
        high = plot.height() / len(shown)
        for row, trace in enumerate(shown):
            lane = QRectF(plot.x(), plot.y() + row * high, plot.width(), high)
            self._paint_lane(painter, lane, trace, start, end)
            self._paint_name(painter, QRectF(0, lane.y(), gutter - 10, high), trace)
            if row:
                painter.fillRect(QRectF(0, lane.y(), self.width(), 1), self._look.theme.line)
        left = len(self._traces) - len(shown)
        if left:
            painter.setPen(self._look.theme.soft)
            painter.setFont(self._look.font(12))
            foot = QRectF(0, self.height() - _AXIS, gutter, _AXIS)
            painter.drawText(foot, _LEFT, self._more.format(count=left))

    def _paint_lane(self, painter: QPainter, lane: QRectF, trace: Trace, start: float, end: float) -> None:
        theme = self._look.theme
        inner = lane.adjusted(0, 6, 0, -6)
        values = np.asarray(trace.values, dtype=np.float64)
        bottom, top = _vertical(values, trace)
        scale = inner.height() / (top - bottom)
        if trace.low is not None or trace.high is not None:
            y1 = inner.bottom() - (min(trace.high if trace.high is not None else top, top) - bottom) * scale
            y2 = inner.bottom() - (max(trace.low if trace.low is not None else bottom, bottom) - bottom) * scale
            painter.fillRect(QRectF(inner.x(), y1, inner.width(), max(1.0, y2 - y1)), theme.track)
        hot = trace.tag == self._hot
        painter.setRenderHint(_ANTIALIAS, True)
        painter.setPen(QPen(theme.priority(self._priority) if hot else theme.strong, 2.0 if hot else 1.4))
        xs = inner.x() + (np.asarray(trace.at_s, dtype=np.float64) - start) / (end - start) * inner.width()
        ys = inner.bottom() - (values - bottom) * scale
        for run in _runs(np.asarray(trace.at_s, dtype=np.float64), values, xs, ys):
            painter.drawPolyline(run)
        painter.setRenderHint(_ANTIALIAS, False)

    def _paint_name(self, painter: QPainter, box: QRectF, trace: Trace) -> None:
        look, theme = self._look, self._look.theme
        hot = trace.tag == self._hot
        middle = box.center().y()
        painter.setPen(theme.ink)
        painter.setFont(look.font(13, hot))
        name = look.elided(safe(trace.name), 13, box.width(), hot)
        painter.drawText(QRectF(box.x(), middle - 18, box.width(), 18), _LEFT, name)
        painter.setPen(theme.soft)
        painter.setFont(look.font(12))
        painter.drawText(QRectF(box.x(), middle, box.width(), 18), _LEFT, look.elided(at_event(trace), 12, box.width()))

    def _paint_event(self, painter: QPainter, plot: QRectF, start: float, end: float) -> None:
        theme, look = self._look.theme, self._look
        x = plot.x() + (0.0 - start) / (end - start) * plot.width()
        painter.fillRect(QRectF(x - 1, plot.y(), 2, plot.height()), theme.priority(self._priority))
        if not self._event:
            return
        width = look.width(self._event, 12, True) + 12
        left = x + 3 if x + width + 3 < plot.right() else x - width - 3
        plate = QRectF(left, plot.y() + 2, width, 18)
        painter.fillRect(plate, theme.raised)
        painter.setPen(theme.ink)
        painter.setFont(look.font(12, bold=True))
        painter.drawText(plate.adjusted(6, 0, -6, 0), _LEFT, self._event)

    def _paint_axis(self, painter: QPainter, plot: QRectF) -> None:
        painter.setPen(self._look.theme.soft)
        painter.setFont(self._look.font(12))
        foot = QRectF(plot.x(), plot.bottom(), plot.width(), _AXIS)
        painter.drawText(foot, _LEFT, self._from)
        painter.drawText(foot, _RIGHT, self._to)


def _vertical(values: Floats, trace: Trace) -> tuple[float, float]:
    """The lane's range: the values and the normal band, with air."""
    known = values[np.isfinite(values)]
    ends = [float(known.min()), float(known.max())] if known.size else []
    ends += [edge for edge in (trace.low, trace.high) if edge is not None]
    if not ends:
        return 0.0, 1.0
    air = (max(ends) - min(ends)) * 0.08 or 1.0
    return min(ends) - air, max(ends) + air


def _runs(at_s: Floats, values: Floats, xs: Floats, ys: Floats) -> list[list[QPointF]]:
    """Points without holes: NaN and silences of more than `_GAP_S` end a run."""
    runs: list[list[QPointF]] = [[]]
    before = -np.inf
    for at, value, x, y in zip(at_s.tolist(), values.tolist(), xs.tolist(), ys.tolist(), strict=True):
        if not isfinite(value) or at - before > _GAP_S:
            runs.append([])
        if isfinite(value):
            runs[-1].append(QPointF(x, y))
            before = at
    return [run for run in runs if len(run) > 1]


def at_event(trace: Trace) -> str:
    """The last value before the event with its unit and band: "41.2 Nm · 20 to 35"."""
    before = [v for at, v in zip(trace.at_s, trace.values, strict=True) if at <= 0 and isfinite(v)]
    value = f"{before[-1]:.4g} {trace.unit}".strip() if before else "–"
    if trace.low is None and trace.high is None:
        return value
    edges = [f"{edge:.4g}" for edge in (trace.low, trace.high) if edge is not None]
    return f"{value} · {' – '.join(edges)}"
