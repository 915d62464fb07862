"""The people, lines and minutes that forms offer, and fields that several forms share. No Qt."""

from __future__ import annotations

from datetime import timedelta

from app.domain.people import Function, Person
from app.domain.shifts import shift_at
from ui.desk import Desk
from ui.forms import Choice, Field, FieldKind
from ui.roles import works_as
from ui.text import Formats, t

PROMISES_MIN = ("10", "20", "30", "60")
SHELVES_MIN = ("15", "60")


def people(desk: Desk, function: Function | None = None, line: str | None = None) -> tuple[Choice, ...]:
    """Everybody of the plant, those of the function and the line first, in the order of the plant file."""

    def far(person: Person) -> tuple[bool, bool]:
        return (function is not None and function not in person.functions, not person.works_on(line))

    rows = sorted(desk.plant.people.values(), key=far)
    return tuple(Choice(value=p.id, label=p.name, detail=functions_text(p)) for p in rows)


def functions_text(person: Person) -> str:
    """ "Maintenance, IT"; the roles of somebody without a function."""
    named = sorted(f.text for f in person.functions)
    return ", ".join(named) or works_as(person)


def lines(desk: Desk, without: str = "") -> tuple[Choice, ...]:
    """The plant's lines but one."""
    rows = desk.plant.lines.values()
    return tuple(Choice(value=line.id, label=line.name) for line in rows if line.id != without)


def minutes(label: str, offered: tuple[str, ...], desk: Desk) -> Field:
    """A field of minutes from now: some offered with the clock they lead to, any other typed."""
    formats, now = Formats(desk.plant.zone), desk.now()
    choices = tuple(
        Choice(value=m, label=t("{m} min", m=m), detail=formats.minute(now + timedelta(minutes=int(m))))
        for m in offered
    )
    return Field(id="minutes", label=label, kind=FieldKind.MINUTES, choices=choices, value=offered[0], unit="min")


def shelving(desk: Desk) -> Field:
    """For how long a case may be shelved: a quarter, an hour, until the shift ends, or any other whole minutes."""
    return minutes(t("For how long"), (*SHELVES_MIN, *shift_left(desk)), desk)


def shift_left(desk: Desk) -> tuple[str, ...]:
    """The whole minutes until the running shift ends; nothing between shifts or in its last minute."""
    span = shift_at(desk.plant.shifts, desk.plant.zone, desk.now())
    left = int((span.end_at - desk.now()).total_seconds() // 60) if span is not None else 0
    return (str(left),) if left > 0 and str(left) not in SHELVES_MIN else ()


def reason(label: str = "", required: bool = True) -> Field:
    """One sentence of reason."""
    return Field(id="reason", label=label or t("Reason"), hint=t("one sentence"), required=required)


def named(desk: Desk, person_id: str) -> str:
    """ "J. Weiss" of an id; the id where the plant file does not know it."""
    person = desk.plant.people.get(person_id)
    return person.short if person else person_id
