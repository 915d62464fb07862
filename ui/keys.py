"""The overview of all keys (?), made from the tables of actions, views and the window itself."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.acts.row import Row
from ui.entries import Named
from ui.overlay import Overlay
from ui.steering import WITHIN
from ui.text import t
from ui.theme import Look
from ui.widgets.chips import draw_key, key_width

LINE, HEAD, PAD, GAP, COLUMNS = 26, 34, 24, 16, 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEY_WIDTH = 104

PLACES: Mapping[str, str] = MappingProxyType(
    {
        "case": "On a case",
        "refusal": "On a step not taken",
        "hold": "On a hold",
        "order": "On an order or a person",
        "person": "On an order or a person",
        "assignment": "On a move",
        "item": "On the handover",
        "handover": "On the handover",
        "proposal": "On a proposal",
        "posting": "On a posting",
        "alarm": "To a controller",
        "machine": "To a controller",
        "control": "To a controller",
        "": "Anywhere",
    }
)
"""Kind of thing → the group of its keys; what acts on several kinds stands under the first of them here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Keys that belong together: (key, what it does)."""

    title: str
    keys: tuple[tuple[str, str], ...]


def groups(actions: Sequence[Row], views: Sequence[Named], steering: Sequence[Named]) -> tuple[Group, ...]:
    """Every key once, under the first kind of thing it acts on."""
    found: dict[str, list[tuple[str, str]]] = {title: [] for title in PLACES.values()}
    for row in actions:
        said = (row.key.replace("Return", "Enter"), t(row.text))
        keys = found[_title(row)]
        if said not in keys:
            keys.append(said)
    made = [Group(title=t(title), keys=tuple(keys)) for title, keys in found.items()]
    return (
        *made,
        Group(title=t("Views"), keys=tuple((v.key, v.text) for v in views)),
        Group(title=t("Window"), keys=tuple((s.key, t(s.text)) for s in steering)),
        Group(title=t("In lists and forms"), keys=tuple((key, t(text)) for key, text in WITHIN)),
    )


def _title(row: Row) -> str:
    """The title of the group that a row stands in."""
    return next(title for kind, title in PLACES.items() if kind in (row.kinds or {""}))


class KeysOverlay(Overlay):
    """All keys on one panel, in columns; any key closes it."""

    def __init__(self, look: Look, host: QWidget, shown: Sequence[Group]) -> None:
        self._columns = columns(shown)
        self._wide = [max(width(group, look) for group in column) for column in self._columns]
        super().__init__(look, host, width=2 * PAD + math.ceil(sum(self._wide)))
        self.setAccessibleName(t("All keys"))
        self.setAccessibleDescription("; ".join(f"{key} {text}" for group in shown for key, text in group.keys))

    def sizeHint(self) -> QSize:
        tallest = max(sum(height(group) for group in column) for column in self._columns)
        return QSize(2 * PAD + math.ceil(sum(self._wide)), 2 * PAD + tallest)

    def keyPressEvent(self, event: object) -> None:
        self.leave()

    def mousePressEvent(self, event: object) -> None:
        self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        x, share = float(PAD), (self.width() - 2 * PAD) / sum(self._wide)
        for column, wanted in zip(self._columns, self._wide, strict=True):
            y = float(PAD)
            for group in column:
                self._paint_group(painter, group, x, y, wanted * share - GAP)
                y += height(group)
            x += wanted * share

    def _paint_group(self, painter: QPainter, group: Group, x: float, y: float, wide: float) -> None:
        theme, look = self.look.theme, self.look
        painter.setPen(theme.soft)
        painter.setFont(look.font(13, bold=True))
        painter.drawText(QRectF(x, y, wide, HEAD - 6), _LEFT, group.title)
        y += HEAD - 4
        for key, text in group.keys:
            draw_key(painter, x + _KEY_WIDTH - 14 - key_width(key), y + 3, key, look)
            painter.setPen(theme.ink)
            painter.setFont(look.font(14))
            most = wide - _KEY_WIDTH
            painter.drawText(QRectF(x + _KEY_WIDTH, y, most, LINE), _LEFT, look.elided(text, 14, most))
            y += LINE


def height(group: Group) -> int:
    """The height of a group in px, with the room below it."""
    return HEAD + LINE * len(group.keys) + 14


def width(group: Group, look: Look) -> float:
    """What a group takes beside the next column when no word of it is cut, in px."""
    return max(_KEY_WIDTH + look.width(text, 14) + 2 + GAP for _, text in group.keys)


def columns(shown: Sequence[Group]) -> list[list[Group]]:
    """The groups in columns of about the same height, in order."""
    share = sum(height(group) for group in shown) / COLUMNS
    made: list[list[Group]] = [[]]
    filled = 0.0
    for group in shown:
        if made[-1] and filled + height(group) / 2 > share and len(made) < COLUMNS:
            made.append([])
            filled = 0.0
        made[-1].append(group)
        filled += height(group)
    return made
