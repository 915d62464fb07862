"""What a person types and presses: fields, choices with number keys, buttons with their key. Nothing under 44 px.

The wheel never changes a value unless the field has the focus.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSizePolicy, QWidget

from app.domain.text import safe
from ui.theme import RADIUS, TOUCH, Look
from ui.widgets.chips import draw_key, key_width

_CENTER = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_ANTIALIAS = QPainter.RenderHint.Antialiasing
_PAD = 14.0


class Tone(Enum):
    """What a button does: nothing special, the one thing this form is for, harm, or a hold."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"
    HOLD = "hold"


class Button(QAbstractButton):
    """A button that says what it does, with the key that does it. `clicked` is Qt's."""

    def __init__(
        self, look: Look, text: str, *, key: str = "", tone: Tone = Tone.PLAIN, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look, self._key, self._tone = look, key, tone
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.update)
        self.set_text(text)

    @property
    def key(self) -> str:
        """The key shown on it."""
        return self._key

    def set_text(self, text: str) -> None:
        """Say something else."""
        self.setText(safe(text))
        self.setAccessibleName(self.text())
        self.updateGeometry()

    def set_tone(self, tone: Tone) -> None:
        """Change what it stands for."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        key = key_width(self._key) + 8 if self._key else 0
        bold = self._tone is not Tone.PLAIN
        return QSize(round(self._look.width(self.text(), 14, bold) + key + 2 * _PAD + 2), TOUCH)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Fill, text and border."""
        theme = self._look.theme
        if not self.isEnabled():
            return theme.panel, theme.soft, theme.line
        table = {
            Tone.PLAIN: (theme.track if self.isDown() else theme.raised, theme.ink, theme.fill),
            Tone.PRIMARY: (theme.selection, theme.on_selection, theme.selection),
            Tone.DANGER: (theme.p1, theme.on_p1, theme.outline),
            Tone.HOLD: (theme.hold, theme.on_hold, theme.outline),
        }
        return table[self._tone]

    def paintEvent(self, event: QPaintEvent) -> None:
        fill, ink, border = self._colours()
        look, bold = self._look, self._tone is not Tone.PLAIN
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(QPen(border, 1))
        painter.setBrush(fill)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS, RADIUS)
        if self.hasFocus():
            painter.setPen(QPen(ink if bold else look.theme.selection, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(2.5, 2.5, -2.5, -2.5), RADIUS, RADIUS)
        key = key_width(self._key) if self._key else 0.0
        gap = 8.0 if self._key else 0.0
        text = look.elided(self.text(), 14, self.width() - key - gap - 12, bold)
        width = look.width(text, 14, bold)
        x = (self.width() - width - gap - key) / 2
        painter.setPen(ink)
        painter.setFont(look.font(14, bold))
        painter.drawText(QRectF(x, 0, width + 2, self.height()), _LEFT, text)
        if self._key:
            draw_key(painter, x + width + gap, (self.height() - 18) / 2, self._key, look)


class LineEdit(QLineEdit):
    """One line of text; with `key` the key that jumps here stands at its right while it is empty."""

    def __init__(
        self,
        look: Look,
        placeholder: str = "",
        *,
        key: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._key = look, key
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setMinimumHeight(TOUCH)
        self.setMaxLength(500)
        self.setFont(look.font(14))
        self.setTextMargins(10, 0, 10, 0)
        self.setFrame(False)
        look.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = self._look.theme
        painter = QPainter(self)
        painter.setPen(QPen(theme.selection if self.hasFocus() else theme.line, 2 if self.hasFocus() else 1))
        painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        if self._key and not self.text():
            draw_key(
                painter,
                self.width() - key_width(self._key) - 12,
                (self.height() - 18) / 2,
                self._key,
                self._look,
            )


class Combo(QComboBox):
    """A choice of many; the wheel scrolls it only when it has the focus."""

    def __init__(self, look: Look, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self.setMinimumHeight(TOUCH)
        self.setFont(look.font(14))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """(id, text) pairs; `currentData()` is the id."""
        self.clear()
        for key, text in choices:
            self.addItem(safe(text), key)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        painter.setPen(QPen(self._look.theme.soft, 1.6))
        x, y = self.width() - 16.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceChips(QWidget):
    """A few choices as chips, each with its number key; one is chosen. `chosen` carries the choice's id."""

    chosen = Signal(str)

    def __init__(
        self,
        look: Look,
        choices: Sequence[tuple[str, str]] = (),
        *,
        name: str = "",
        keys: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look, self._keys = look, keys
        self._choices: tuple[tuple[str, str], ...] = ()
        self._value = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.changed.connect(self.update)
        self.set_choices(choices)

    @property
    def value(self) -> str:
        """The chosen id; empty before the first choice."""
        return self._value

    def set_choices(self, choices: Sequence[tuple[str, str]]) -> None:
        """(id, text) pairs in order; a choice that is still there stays chosen."""
        now = tuple((key, safe(text)) for key, text in choices)
        if now == self._choices:
            return
        before, self._choices = self._laid(), now
        if self._value not in {key for key, _ in now}:
            self._value = ""
        self._describe()
        if self._laid() != before:  # the whole window is laid out anew by it
            self.updateGeometry()
        self.update()

    def _laid(self) -> list[float]:
        """How wide each choice is: where they flow follows from it."""
        return [self._width(place, text) for place, (_, text) in enumerate(self._choices)]

    def choose(self, value: str, *, tell: bool = True) -> None:
        """Choose by id; unknown ids are ignored."""
        if value not in {key for key, _ in self._choices}:
            return
        self._value = value
        self._describe()
        self.update()
        if tell:
            self.chosen.emit(value)

    def _describe(self) -> None:
        self.setAccessibleDescription(dict(self._choices).get(self._value, ""))

    def _width(self, index: int, text: str) -> float:
        key = key_width(str(index + 1)) + 6 if self._shows_key(index) else 0.0
        return self._look.width(text, 14) + key + 2 * _PAD

    def _shows_key(self, index: int) -> bool:
        return self._keys and index < 9

    def _boxes(self, width: float) -> list[QRectF]:
        """The chips' places, flowing over as many rows as the width needs."""
        boxes, x, y = [], 0.0, 0.0
        for index, (_, text) in enumerate(self._choices):
            wide = self._width(index, text)
            if x and x + wide > width:
                x, y = 0.0, y + TOUCH + 8
            boxes.append(QRectF(x, y, wide, TOUCH))
            x += wide + 8
        return boxes

    def hasHeightForWidth(self) -> bool:
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setMaximumHeight(self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        boxes = self._boxes(width)
        return int(boxes[-1].bottom()) + 1 if boxes else TOUCH

    def sizeHint(self) -> QSize:
        width = sum(self._width(i, text) + 8 for i, (_, text) in enumerate(self._choices))
        return QSize(round(width), TOUCH)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, TOUCH)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, look = self._look.theme, self._look
        painter = QPainter(self)
        painter.setRenderHint(_ANTIALIAS)
        for index, ((key, text), box) in enumerate(zip(self._choices, self._boxes(self.width()), strict=True)):
            on = key == self._value
            painter.setPen(QPen(theme.selection if on else theme.fill, 2 if on else 1))
            painter.setBrush(theme.raised)
            inner = box.adjusted(1, 5, -1, -5)
            painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)
            painter.setPen(theme.ink)
            painter.setFont(look.font(14, on))
            painter.drawText(box.adjusted(_PAD, 0, 0, 0), _LEFT, look.elided(text, 14, self.width() - 60, on))
            if self._shows_key(index):
                draw_key(
                    painter,
                    box.right() - _PAD - key_width(str(index + 1)) + 4,
                    box.y() + 13,
                    str(index + 1),
                    look,
                )
        if self.hasFocus():
            painter.setPen(QPen(theme.selection, 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            ends = [box.right() for box in self._boxes(self.width())]
            painter.drawRect(QRectF(0.5, 0.5, min(self.width() - 1, max(ends, default=0) + 2), self.height() - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = QPointF(event.position())
        for (key, _), box in zip(self._choices, self._boxes(self.width()), strict=True):
            if box.contains(point):
                self.choose(key)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_1
        place = next((i for i, (key, _) in enumerate(self._choices) if key == self._value), -1)
        if self._keys and 0 <= number < min(9, len(self._choices)):
            self.choose(self._choices[number][0])
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Left) and self._choices:
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self.choose(self._choices[(place + step) % len(self._choices)][0])
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
