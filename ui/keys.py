"""The overview of all keys (?), made from the tables of actions, views and the window itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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

WIDTH, LINE, HEAD, PAD, COLUMNS = 1180, 26, 34, 24, 4
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_KEY_WIDTH = 104
CONTROLLED = frozenset({"machine", "control"})
"""What is asked of a controller, beside alarms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Keys that belong together: (key, what it does)."""

    title: str
    keys: tuple[tuple[str, str], ...]


def groups(actions: Sequence[Row], views: Sequence[Named], steering: Sequence[Named]) -> tuple[Group, ...]:
    """Every key once, under the first kind of thing it acts on."""
    titles = {
        "case": t("On a case"),
        "refusal": t("On a step not taken"),
        "hold": t("On a hold"),
        "order": t("On an order or a person"),
        "assignment": t("On a move"),
        "handover": t("On the handover"),
        "posting": t("On a posting"),
        "alarm": t("To a controller"),
        "": t("Anywhere"),
    }
    found: dict[str, list[tuple[str, str]]] = {kind: [] for kind in titles}
    for row in actions:
        said = (row.key.replace("Return", "Enter"), t(row.text))
        if said not in found[_home(row)]:
            found[_home(row)].append(said)
    made = [Group(title=titles[kind], keys=tuple(keys)) for kind, keys in found.items()]
    return (
        *made,
        Group(title=t("Views"), keys=tuple((v.key, v.text) for v in views)),
        Group(title=t("Window"), keys=tuple((s.key, t(s.text)) for s in steering)),
        Group(title=t("In lists and forms"), keys=tuple((key, t(text)) for key, text in WITHIN)),
    )


def _home(row: Row) -> str:
    """The group that a row stands in."""
    if not row.kinds:
        return ""
    order = ("case", "refusal", "hold", "order", "person", "assignment", "item", "handover", "posting", "alarm")
    kind = next((kind for kind in order if kind in row.kinds), "alarm" if row.kinds & CONTROLLED else "case")
    return {"person": "order", "item": "handover"}.get(kind, kind)


class KeysOverlay(Overlay):
    """All keys on one panel, in columns; any key closes it."""

    def __init__(self, look: Look, host: QWidget, shown: Sequence[Group]) -> None:
        super().__init__(look, host, width=WIDTH)
        self._groups = tuple(shown)
        self._columns = columns(self._groups)
        self.setAccessibleName(t("All keys"))
        self.setAccessibleDescription("; ".join(f"{key} {text}" for group in shown for key, text in group.keys))

    def sizeHint(self) -> QSize:
        tallest = max(sum(height(group) for group in column) for column in self._columns)
        return QSize(WIDTH, 2 * PAD + tallest)

    def keyPressEvent(self, event: object) -> None:
        self.leave()

    def mousePressEvent(self, event: object) -> None:
        self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        wide = (self.width() - 2 * PAD) / COLUMNS
        for index, column in enumerate(self._columns):
            y = float(PAD)
            for group in column:
                self._paint_group(painter, group, PAD + index * wide, y, wide - 16)
                y += height(group)

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
