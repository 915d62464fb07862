"""Keys as the tables write them: from a key event to "A", "Shift+E", "Ctrl+K", "F2", "?"."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut

_CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
_PORTABLE = QKeySequence.SequenceFormat.PortableText
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_APPLICATION = Qt.ShortcutContext.ApplicationShortcut
_NAMES = {"Enter": "Return", "Escape": "Esc"}
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})


def name_of(event: QKeyEvent) -> str:
    """The key as the tables write it; signs by what they print, whatever the keyboard's layout; "" for a modifier."""
    if event.key() in _MODIFIERS or event.key() == Qt.Key.Key_unknown:
        return ""
    printed = event.text()
    if not event.modifiers() & _CHORD and len(printed) == 1 and printed.isprintable() and not printed.isalnum():
        return printed if not printed.isspace() else ""
    modifiers = event.modifiers() & ~_KEYPAD
    name = QKeySequence(modifiers.value | event.key()).toString(_PORTABLE)
    head, plus, key = name.rpartition("+")
    return head + plus + _NAMES.get(key, key)


def is_chord(key: str) -> bool:
    """Whether a key can be pressed while typing: with Ctrl or Alt, or a function key."""
    function = key.startswith("F") and key[1:].isdecimal()
    return function or key.startswith(("Ctrl+", "Alt+"))


def bind(parent: QObject, key: str, run: Callable[[], None]) -> None:
    """Run on a chord from anywhere in the program, its floating windows included."""
    shortcut = QShortcut(QKeySequence(key, _PORTABLE), parent)
    shortcut.setContext(_APPLICATION)
    shortcut.setAutoRepeat(False)
    shortcut.activated.connect(run)
