"""Small painted things that flow over as many rows as the width needs: chips, key caps that are pressed, facts.

Owns layout and painting. Knows nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import TOUCH, Look
from ui.widgets.chips import chip_size, draw_chip, draw_key, key_width
from ui.widgets.glyphs import draw_hold

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_HAND = Qt.CursorShape.PointingHandCursor
_ARROW = Qt.CursorShape.ArrowCursor
_LEFT_BUTTON = Qt.MouseButton.LeftButton
_GAP = 8.0


class Flow(QWidget):
    """Places items of given widths left to right and then below; subclasses paint them."""

    def __init__(self, look: Look, row: float, gap: float = _GAP, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._row, self._gap = look, row, gap
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.changed.connect(self.update)

    def widths(self) -> Sequence[float]:
        """The width in px of every item."""
        raise NotImplementedError

    def boxes(self, width: float) -> list[QRectF]:
        """Where the items stand when the widget is `width` px wide."""
        boxes, x, y = [], 0.0, 0.0
        for wide in self.widths():
            wide = min(wide, max(40.0, width))
            if x and x + wide > width:
                x, y = 0.0, y + self._row
            boxes.append(QRectF(x, y, wide, self._row))
            x += wide + self._gap
        return boxes

    def relaid(self) -> None:
        """The items changed: ask for another height only if it is another."""
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        boxes = self.boxes(width)
        return round(boxes[-1].bottom()) if boxes else 0

    def sizeHint(self) -> QSize:
        width = round(sum(self.widths()) + self._gap * max(0, len(self.widths()) - 1)) + 1
        return QSize(min(width, 1200), self.heightForWidth(self.width() or 600))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, round(self._row) if self.widths() else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowChip:
    """A chip: dashed while on offer, with a heavy mark where something is wrong."""

    text: str
    dashed: bool = False
    bad: bool = False


class ChipFlow(Flow):
    """Chips that only tell. `set` is cheap when nothing changed."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, 28.0, parent=parent)
        self._chips: tuple[FlowChip, ...] = ()

    def set(self, chips: Sequence[FlowChip]) -> None:
        """Show these chips."""
        if tuple(chips) == self._chips:
            return
        moved = len(chips) != len(self._chips)
        self._chips = tuple(chips)
        self.setAccessibleName(", ".join(chip.text for chip in self._chips))
        self.relaid() if moved else self.update()

    def widths(self) -> Sequence[float]:
        return [chip_size(chip.text)[0] + (14 if chip.bad else 0) for chip in self._chips]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for chip, box in zip(self._chips, self.boxes(self.width()), strict=True):
            text = f"! {chip.text}" if chip.bad else chip.text
            draw_chip(painter, box.adjusted(0, 3, 0, -3), safe(text), self._look, dashed=chip.dashed)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowKey:
    """An action with its key; a disabled one stays in its place and says softly that it is there."""

    id: str
    cap: str
    text: str
    enabled: bool = True


class KeyFlow(Flow):
    """Actions with their keys, pressed by mouse or finger; `pressed` carries the id."""

    pressed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, float(TOUCH), gap=14.0, parent=parent)
        self._keys: tuple[FlowKey, ...] = ()
        self.setMouseTracking(True)

    def set(self, keys: Sequence[FlowKey]) -> None:
        """Show these actions."""
        if tuple(keys) == self._keys:
            return
        self._keys = tuple(keys)
        self.setAccessibleName(", ".join(f"{key.cap} {key.text}" for key in self._keys if key.enabled))
        self.relaid()

    def widths(self) -> Sequence[float]:
        return [key_width(key.cap) + 6 + self._look.width(key.text, 14) + 4 for key in self._keys]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._look.theme
        for key, box in zip(self._keys, self.boxes(self.width()), strict=True):
            painter.setOpacity(1.0 if key.enabled else 0.45)
            x = box.x() + draw_key(painter, box.x(), box.center().y() - 9, key.cap, self._look) + 6
            painter.setPen(theme.ink if key.enabled else theme.soft)
            painter.setFont(self._look.font(14))
            painter.drawText(QRectF(x, box.y(), box.right() - x + 2, box.height()), _LEFT, safe(key.text))
        painter.setOpacity(1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self._under(event.position())
        if event.button() == _LEFT_BUTTON and key is not None:
            self.pressed.emit(key.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.setCursor(_HAND if self._under(event.position()) else _ARROW)

    def _under(self, point: QPointF) -> FlowKey | None:
        pairs = zip(self._keys, self.boxes(self.width()), strict=True)
        return next((key for key, box in pairs if key.enabled and box.contains(point)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowFact:
    """A name over its value; `held` puts the hold mark before the value."""

    name: str
    value: str
    held: bool = False


class FactFlow(Flow):
    """Facts side by side: small soft name, bold value below."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, 44.0, gap=22.0, parent=parent)
        self._facts: tuple[FlowFact, ...] = ()

    def set(self, facts: Sequence[FlowFact]) -> None:
        """Show these facts."""
        if tuple(facts) == self._facts:
            return
        self._facts = tuple(facts)
        self.setAccessibleName(", ".join(f"{fact.name} {fact.value}" for fact in self._facts))
        self.relaid()

    def widths(self) -> Sequence[float]:
        look = self._look
        return [
            max(look.width(f.name, 12), look.width(f.value, 14, bold=True) + (22 if f.held else 0)) + 2
            for f in self._facts
        ]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, look = QPainter(self), self._look
        for fact, box in zip(self._facts, self.boxes(self.width()), strict=True):
            painter.setPen(look.theme.soft)
            painter.setFont(look.font(12))
            painter.drawText(QRectF(box.x(), box.y() + 3, box.width(), 17), _LEFT, safe(fact.name))
            value = QRectF(box.x(), box.y() + 20, box.width(), 20)
            if fact.held:
                draw_hold(painter, QRectF(value.x() + 1, value.y() + 2, 16, 16), look.theme)
                value.adjust(22, 0, 0, 0)
            painter.setPen(look.theme.ink)
            painter.setFont(look.font(14, bold=True))
            painter.drawText(value, _LEFT, look.elided(safe(fact.value), 14, value.width() + 1, bold=True))
