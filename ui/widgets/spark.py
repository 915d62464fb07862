"""A sparkline over its normal band. Gaps (NaN) stay gaps."""

from __future__ import annotations

from math import isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from ui.theme import Theme

Floats = NDArray[np.float64]
_ANTIALIAS = QPainter.RenderHint.Antialiasing


def draw_spark(
    painter: QPainter,
    rect: QRectF,
    values: Floats,
    theme: Theme,
    *,
    low: float | None = None,
    high: float | None = None,
    bottom: float | None = None,
    top: float | None = None,
    colour: QColor | None = None,
) -> None:
    """Values at even steps, newest right, in `bottom`…`top` (by default what values and band need)."""
    bottom, top = _range(values, low, high, bottom, top)
    span = top - bottom or 1.0
    if low is not None and high is not None:
        y_high = rect.bottom() - (min(high, top) - bottom) / span * rect.height()
        y_low = rect.bottom() - (max(low, bottom) - bottom) / span * rect.height()
        painter.fillRect(QRectF(rect.x(), y_high, rect.width(), max(1.0, y_low - y_high)), theme.track)
    if values.size < 2:
        return
    painter.setRenderHint(_ANTIALIAS, True)
    painter.setPen(QPen(colour or theme.strong, 1.0))
    for points in polylines(values, rect, bottom, span):
        painter.drawPolyline(points)
    painter.setRenderHint(_ANTIALIAS, False)


def _range(
    values: Floats, low: float | None, high: float | None, bottom: float | None, top: float | None
) -> tuple[float, float]:
    """The vertical range: given, or what values and band need with a little air."""
    if bottom is not None and top is not None:
        return bottom, top
    known = values[~np.isnan(values)]
    ends = [float(known.min()), float(known.max())] if known.size else []
    ends += [v for v in (low, high) if v is not None]
    if not ends:
        return 0.0, 1.0
    air = (max(ends) - min(ends)) * 0.1 or 1.0
    return (min(ends) - air if bottom is None else bottom, max(ends) + air if top is None else top)


def polylines(values: Floats, rect: QRectF, bottom: float, span: float) -> list[list[QPointF]]:
    """The runs of known values as points in `rect`; no more than about one point per px."""
    step = max(1, values.size // max(1, int(rect.width())))
    shown = values[::step]
    xs = rect.x() + np.arange(shown.size) * (rect.width() / max(1, shown.size - 1))
    ys = np.clip(rect.bottom() - (shown - bottom) / span * rect.height(), rect.top(), rect.bottom())
    runs: list[list[QPointF]] = [[]]
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        if isfinite(y):
            runs[-1].append(QPointF(x, y))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]
