"""Pictures of what stands on each tile, kept: a rate that moves is drawn over a copy of them.

Owns when such a picture is still true. Together they are as large as the sheet; `clear` when sizes or colours change.
"""

from __future__ import annotations

from math import floor

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QPainter, QPixmap

from ui.theme import Look
from ui.views.overview.rows import TileRow
from ui.views.overview.tile import RING, Sizes, draw_standing, standing


class Grounds:
    """One picture a machine."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._kept: dict[str, tuple[tuple[object, ...], QPixmap]] = {}

    def clear(self) -> None:
        """Nothing that was painted is true any more."""
        self._kept.clear()

    def draw(
        self,
        painter: QPainter,
        rect: QRectF,
        row: TileRow,
        size: Sizes,
        *,
        selected: bool,
        part: QRect | None = None,
    ) -> None:
        """All of a tile but what `draw_moving` draws, with the ring around it.

        `part`: only this is needed, and nothing that stands has changed since the tile was drawn whole.
        """
        ratio = painter.device().devicePixelRatio()
        if row.stale or ratio != int(ratio):  # nothing moves there; a copy would not lie on whole pixels
            draw_standing(painter, rect, row, self._look, size, selected=selected)
            return
        corner = QPoint(floor(rect.x()) - RING, floor(rect.y()) - RING)
        found = self._kept.get(row.key)
        key = standing(row, size, selected=selected) if part is None or found is None else found[0]
        if found is None or found[0] != key:
            picture = self._empty(rect, ratio)
            mine = QPainter(picture)
            mine.translate(-corner)
            draw_standing(mine, rect, row, self._look, size, selected=selected)
            mine.end()
            found = self._kept[row.key] = (key, picture)
        if part is None:
            painter.drawPixmap(corner, found[1])
        else:
            source = part.translated(-corner)
            painter.drawPixmap(part.topLeft(), found[1], QRect(source.topLeft() * ratio, source.size() * ratio))

    def _empty(self, rect: QRectF, ratio: float) -> QPixmap:
        picture = QPixmap(rect.adjusted(-RING, -RING, RING, RING).toAlignedRect().size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self._look.theme.panel)
        return picture
