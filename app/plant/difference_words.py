"""How a field that moved is told: a value as an engineer reads it, the old one beside the new one. Pure.

Owns the forms of a sentence. Knows no field of a plant: those are the rows of `difference_areas`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from datetime import time
from enum import Enum
from typing import Any

from app.domain.people import Function
from app.domain.plant import ReadBack
from app.domain.text import safe

NOTHING = "–"

SAID: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda value: "yes" if value else "no"),
    (float, lambda value: f"{value:g}"),
    (time, lambda value: f"{value:%H:%M}"),
    (Function, lambda value: value.text),
    (Enum, lambda value: str(value.value).replace("_", " ")),
    (ReadBack, lambda value: say({part.name: getattr(value, part.name) for part in fields(value)})),
    (Mapping, lambda value: ", ".join(f"{key} {say(value[key])}" for key in sorted(value, key=str))),
    (AbstractSet, lambda value: ", ".join(sorted(map(say, value)))),
    (tuple, lambda value: ", ".join(map(say, value))),
)
"""How a value of a type is said; everything else as its text."""


def say(value: object) -> str:
    """A value as an engineer reads it."""
    if value is None:
        return NOTHING
    found = next((how for kind, how in SAID if isinstance(value, kind)), str)
    return safe(found(value), 400) or NOTHING


Form = Callable[[str, str, str, str], str]
"""A sentence of what a field is called, its old value, its new one and their unit."""


def arrow(text: str, was: str, now: str, unit: str) -> str:
    """From one value to another."""
    return f"{text} {was} → {now} {unit}".rstrip()


def instead(text: str, was: str, now: str, unit: str) -> str:
    """The new one first: what it is from now on."""
    return f"now {text} {now}, was {was}"


def hidden(text: str, was: str, now: str, unit: str) -> str:
    """That it is another one, and neither value."""
    return f"another {text}"


def switched(text: str, was: str, now: str, unit: str) -> str:
    """On or off."""
    return f"{'now' if now == 'yes' else 'no longer'} {text}"


Note = Callable[..., str]


def always(text: str) -> Note:
    """The same consequence whatever the values."""
    return lambda *_: text


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A field: what it is called, how its values are said, and what follows when it moves.

    `note` is asked with the old value, the new one, the row, and the key where the field is a table.
    """

    text: str
    say: Callable[[Any], str] = say
    form: Form = arrow
    unit: Callable[[Any], str] = lambda row: ""
    note: Note = lambda *_: ""
