"""The rail's icons: one row of strokes each, on a grid of 24 by 24, drawn in the pen's colour. Nothing filled."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

Stroke = tuple[tuple[float, float], ...]


def box(x: float, y: float, width: float, height: float) -> Stroke:
    """A rectangle's outline."""
    return ((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))


ICONS: Mapping[str, tuple[Stroke, ...]] = MappingProxyType(
    {
        "overview": (box(3, 3, 7, 7), box(14, 3, 7, 7), box(3, 14, 7, 7), box(14, 14, 7, 7)),
        "line": (box(2, 8, 5, 8), box(9.5, 8, 5, 8), box(17, 8, 5, 8), ((7, 12), (9.5, 12)), ((14.5, 12), (17, 12))),
        "machine": (box(3, 6, 18, 14), ((8, 6), (8, 3), (16, 3), (16, 6)), ((7, 15), (11, 15), (13, 11), (17, 11))),
        "cases": (((3, 6), (5, 6)), ((8, 6), (21, 6)), ((3, 12), (5, 12)), ((8, 12), (21, 12)),
                  ((3, 18), (5, 18)), ((8, 18), (21, 18))),
        "holds": (((8, 3), (16, 3), (21, 8), (21, 16), (16, 21), (8, 21), (3, 16), (3, 8), (8, 3)),
                  ((9, 8), (9, 16)), ((15, 8), (15, 16)), ((9, 12), (15, 12))),
        "work": (((3, 8), (20, 8)), ((16, 4), (20, 8), (16, 12)), ((21, 16), (4, 16)), ((8, 12), (4, 16), (8, 20))),
        "trends": (((3, 3), (3, 21), (21, 21)), ((6, 16), (10, 10), (14, 14), (20, 6))),
        "handover": (((4, 20), (4, 4), (14, 4)), ((10, 12), (21, 12)), ((17, 8), (21, 12), (17, 16)),
                     ((4, 20), (14, 20))),
        "proposals": (((3, 17), (8, 13), (13, 15), (17, 9)), ((13, 9), (17, 9), (17, 13)), ((3, 6), (21, 6)),
                      ((3, 21), (21, 21))),
        "browse": (((4, 4), (4, 20)), ((4, 8), (9, 8)), ((4, 14), (9, 14)), ((4, 20), (9, 20)), box(11, 5.5, 9, 5),
                   ((11, 14), (20, 14)), ((11, 20), (20, 20))),
        "health": (box(3, 4, 18, 16), ((5, 13), (9, 13), (11, 8), (14, 17), (16, 13), (19, 13))),
        "now": (((12, 3), (18.4, 5.6), (21, 12), (18.4, 18.4), (12, 21), (5.6, 18.4), (3, 12), (5.6, 5.6), (12, 3)),
                ((12, 7), (12, 12), (16, 14))),
    }
)  # fmt: skip
"""Strokes by name."""

_ANTIALIAS = QPainter.RenderHint.Antialiasing
_SOLID, _ROUND, _JOIN = Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin


def draw_icon(painter: QPainter, rect: QRectF, name: str, colour: QColor) -> None:
    """An icon by name in `rect` (square); unknown names draw nothing."""
    painter.save()
    painter.setRenderHint(_ANTIALIAS)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    painter.setPen(QPen(colour, 1.7, _SOLID, _ROUND, _JOIN))
    for stroke in ICONS.get(name, ()):
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in stroke]))
    painter.restore()
