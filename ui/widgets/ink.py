"""Words on a painted widget: laid out once, drawn often. Half the cost of laying them out at every repaint."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QStaticText, QTransform

from ui.theme import cap_height, font, metrics

_PLAIN = Qt.TextFormat.PlainText
_FAST = QStaticText.PerformanceHint.AggressiveCaching


def draw_words(
    painter: QPainter, x: float, y: float, height: float, words: str, px: int, *, bold: bool = False
) -> None:
    """Words in the painter's pen from `x` on, their capitals centred in a row of `height` px that begins at `y`.

    The words must be safe and cut already (`Look.elided`).
    """
    draw_on(painter, x, y + (height + cap_height(px, bold)) / 2, words, px, bold=bold)


def draw_passing(painter: QPainter, x: float, y: float, height: float, words: str, px: int) -> None:
    """The same pixels as `draw_words`, for words that are hardly ever the same twice: they are not kept."""
    ascent = _ascent(px, False)
    painter.setFont(font(px))
    top = round(y + (height + cap_height(px)) / 2 - ascent)
    painter.drawText(QPointF(round(x), top + ascent), words)


def draw_on(painter: QPainter, x: float, baseline: float, words: str, px: int, *, bold: bool = False) -> None:
    """Words that stand on a baseline, so that several sizes share one."""
    painter.setFont(font(px, bold=bold))
    painter.drawStaticText(QPointF(round(x), round(baseline - _ascent(px, bold))), _laid_out(words, px, bold))


@lru_cache(maxsize=64)
def _ascent(px: int, bold: bool) -> float:
    return metrics(px, bold=bold).ascent()


@lru_cache(maxsize=8192)
def _laid_out(words: str, px: int, bold: bool) -> QStaticText:
    text = QStaticText(words)
    text.setTextFormat(_PLAIN)
    text.setPerformanceHint(_FAST)
    text.prepare(QTransform(), font(px, bold=bold))
    return text
