"""The entry of each kind of form field, as a table kind → widget. Passive: `answer()` out, `advance` when done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from ui.forms import Field, FieldKind
from ui.text import t
from ui.theme import Look
from ui.widgets.forms import ChoiceChips, Combo, LineEdit
from ui.widgets.labels import text_label

CHIPS_MOST = 6
"""More choices than this are a list instead of chips."""

_DIGITS = frozenset(Qt.Key(Qt.Key.Key_1.value + n) for n in range(9))
_ENTERS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_CONTROL = Qt.KeyboardModifier.ControlModifier


class Entry(QWidget):
    """What a person fills a field with. `advance`: this field is done, on to the next."""

    advance = Signal()

    def answer(self) -> str:
        """The answer as it stands."""
        raise NotImplementedError

    def begin(self) -> None:
        """Take the keyboard."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """A secret is not kept once the form is done."""


class PickChips(ChoiceChips):
    """Choice chips whose number key is also "next": two keystrokes and a sentence."""

    picked = Signal()

    def __init__(self, look: Look, choices: Sequence[tuple[str, str]], name: str) -> None:
        super().__init__(look, choices, name=name)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = event.key()
        if before in _ENTERS and not event.modifiers() & _CONTROL:
            self.picked.emit()
            return
        super().keyPressEvent(event)
        if before in _DIGITS and event.isAccepted():
            self.picked.emit()


class PickCombo(Combo):
    """A list that opens with the arrows and goes on with Enter; typing finds a name."""

    picked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTERS and not event.modifiers() & _CONTROL:
            self.picked.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()


class TypedLine(LineEdit):
    """A line that keeps Enter for itself, so that the panel behind it does not take it for a button's."""

    entered = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTERS and not event.modifiers() & _CONTROL:
            self.entered.emit()
            event.accept()
        else:
            super().keyPressEvent(event)


class TextEntry(Entry):
    """A line of text, a number or a secret, with its unit behind it."""

    def __init__(self, look: Look, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = TypedLine(look, field.hint, name=field.label)
        self._line.setText(field.value)
        self._secret = field.kind is FieldKind.SECRET
        if field.kind is FieldKind.SECRET:
            self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._line.entered.connect(self.advance)
        self.setFocusProxy(self._line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        if field.unit:
            row.addWidget(text_label(field.unit, soft=True))

    def answer(self) -> str:
        return self._line.text()

    def begin(self) -> None:
        super().begin()
        self._line.selectAll()

    def forget(self) -> None:
        if self._secret:
            self._line.clear()


class ChoiceEntry(Entry):
    """A few choices as chips with number keys."""

    def __init__(self, look: Look, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pairs = [(c.value, f"{c.label}  {c.detail}".strip()) for c in field.choices]
        self._chips = PickChips(look, pairs, name=field.label)
        self._chips.choose(field.value, tell=False)
        self._chips.picked.connect(self.advance)
        self.setFocusProxy(self._chips)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._chips)

    def answer(self) -> str:
        return self._chips.value


class ListEntry(Entry):
    """Many choices as a list; nothing is chosen before a person chose."""

    def __init__(self, look: Look, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo = PickCombo(look, name=field.label)
        pairs = [(c.value, f"{c.label} · {c.detail}" if c.detail else c.label) for c in field.choices]
        self._combo.set_choices(pairs)
        self._combo.setPlaceholderText(field.hint or t("pick or type the first letters"))
        self._combo.setCurrentIndex(self._combo.findData(field.value) if field.value else -1)
        self._combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._combo.picked.connect(self.advance)
        self.setFocusProxy(self._combo)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._combo)

    def answer(self) -> str:
        return str(self._combo.currentData() or "")

    def choose(self, value: str) -> None:
        """Choose by value; unknown ones choose nothing."""
        self._combo.setCurrentIndex(self._combo.findData(value))


class MinutesEntry(Entry):
    """Minutes from now: chips with their clock, and any other number behind them; what is typed counts."""

    def __init__(self, look: Look, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        pairs = [(c.value, f"{c.label}  {c.detail}".strip()) for c in field.choices]
        self._chips = PickChips(look, pairs, name=field.label)
        self._chips.choose(field.value, tell=False)
        self._other = TypedLine(look, t("other, min"), name=t("{label}: other, min", label=field.label))
        self._other.setFixedWidth(120)
        self._chips.picked.connect(self.advance)
        self._other.entered.connect(self.advance)
        self.setFocusProxy(self._chips)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._chips, 1)
        row.addWidget(self._other)

    def answer(self) -> str:
        return self._other.text().strip() or self._chips.value


def picking(look: Look, field: Field) -> Entry:
    """Chips for a few choices, a list for many."""
    return ChoiceEntry(look, field) if len(field.choices) <= CHIPS_MOST else ListEntry(look, field)


ENTRIES: Mapping[FieldKind, Callable[[Look, Field], Entry]] = MappingProxyType(
    {
        FieldKind.TEXT: TextEntry,
        FieldKind.NUMBER: TextEntry,
        FieldKind.DECIMAL: TextEntry,
        FieldKind.SECRET: TextEntry,
        FieldKind.CHOICE: picking,
        FieldKind.LINE: picking,
        FieldKind.PERSON: picking,
        FieldKind.MINUTES: MinutesEntry,
    }
)
"""How every kind of field is entered."""
