"""What the program asks a person for, as data: a form and its fields, and what is wrong with the answers. No Qt.

`ui.formpanel` shows any form as a panel inside the window; presenters and actions only build them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from ui.text import t


class FieldKind(StrEnum):
    """How a field is entered. The answer is always a string: of a choice, person or line its value or id."""

    TEXT = "text"
    CHOICE = "choice"
    MINUTES = "minutes"
    PERSON = "person"
    LINE = "line"
    NUMBER = "number"
    DECIMAL = "decimal"
    SECRET = "secret"


PICKED = frozenset({FieldKind.CHOICE, FieldKind.PERSON, FieldKind.LINE})
"""Kinds whose answer is one of `Field.choices`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing to pick: what is answered, and what is read. `detail` stands softly beside the label."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `value` is what it starts with; MINUTES may offer `choices` and still takes any whole number."""

    id: str
    label: str
    kind: FieldKind = FieldKind.TEXT
    choices: tuple[Choice, ...] = ()
    required: bool = True
    value: str = ""
    unit: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A panel's worth of questions. `confirm` says what the button does ("Hold 1,152 units"); `facts` are read before.

    `careful`: starts on Cancel where there is no field, and only the confirm button or Ctrl+Enter confirms; Enter in a
    field never does. `danger` is careful too, for what can't be taken back: its button is red.

    `document` is shown as it is, line by line, below `heading`: what a person signs, as a rule. `fault` stands there
    from the start, `begin` is the field that has the keyboard first. `told` asks nothing: its only button closes it.
    """

    title: str
    text: str = ""
    facts: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    confirm: str = "OK"
    danger: bool = False
    careful: bool = False
    document: tuple[str, ...] = ()
    heading: str = ""
    fault: str = ""
    begin: str = ""
    told: bool = False

    @property
    def guarded(self) -> bool:
        """Whether Enter must not confirm."""
        return self.danger or self.careful


def faults(form: Form, answers: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by field id: one sentence each; empty when the form may be confirmed."""
    found = {field.id: fault(field, answers.get(field.id, "")) for field in form.fields}
    return {key: text for key, text in found.items() if text}


def fault(field: Field, answer: str) -> str:
    """What is wrong with one answer, or ""."""
    text = answer.strip()
    if not text:
        return t("{label} is needed.", label=field.label) if field.required else ""
    if field.kind in PICKED and text not in {choice.value for choice in field.choices}:
        return t("Pick one of those shown for {label}.", label=field.label)
    if field.kind is FieldKind.MINUTES and not (text.isdecimal() and 0 < int(text) <= LONGEST_MIN):
        return t("{label}: whole minutes from 1 to {most}.", label=field.label, most=LONGEST_MIN)
    if field.kind in (FieldKind.NUMBER, FieldKind.DECIMAL):
        return number_fault(field, text)
    return ""


LONGEST_MIN = 7 * 24 * 60
"""The most minutes that a field of minutes takes: a week."""


def number_fault(field: Field, text: str) -> str:
    """What is wrong with a number: not one, negative, or not whole where it must be."""
    try:
        value = decimal(text)
    except InvalidOperation:
        return t("{label}: a number, such as 1200.", label=field.label)
    if not value.is_finite() or value < 0:
        return t("{label}: zero or more.", label=field.label)
    if field.kind is FieldKind.NUMBER and value != value.to_integral_value():
        return t("{label}: a whole number.", label=field.label)
    return ""


def decimal(text: str) -> Decimal:
    """The number that a person wrote: "31,240", "1 200" and "12.5" are understood; raises InvalidOperation."""
    return Decimal(text.strip().replace(",", "").replace(" ", "").replace("\u202f", ""))


def first_fault(form: Form, answers: Mapping[str, str]) -> tuple[str, str] | None:
    """(field id, sentence) of the first field in order that is wrong."""
    found: Sequence[tuple[str, str]] = tuple(faults(form, answers).items())
    return found[0] if found else None
