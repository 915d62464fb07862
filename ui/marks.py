"""What stands beside things on every screen: stored here only, and who else is looking or editing. No Qt.

Nothing is marked while everything is shared and nobody else is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.presence import FADES, Presence
from app.domain.text import safe
from ui.desk import Desk
from ui.sharing import here_words, stored_here
from ui.tag import Tag
from ui.text import t


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """`here` are the aggregates with steps that are only stored here, `others` who is at a thing. Compared by value."""

    here: frozenset[str] = frozenset()
    others: Mapping[str, tuple[Tag, ...]] = field(default_factory=dict)

    def of(self, ref: str) -> tuple[Tag, ...]:
        """The marks of a thing."""
        return (*((here_tag(),) if ref in self.here else ()), *self.others.get(ref, ()))


def here_tag() -> Tag:
    """The mark of what no other station knows yet."""
    return Tag(text=here_words(), words=t("stored here, not shared yet"), dashed=True)


def marks_of(desk: Desk) -> Marks:
    """Everything that is to be marked now."""
    rows, person = desk.presences(), desk.person.id if desk.person else ""
    now = desk.now() if rows else None
    refs = {row.ref for row in rows}
    found = {ref: tuple(tag(desk, row) for row in present(rows, ref, now, person)) for ref in refs} if now else {}
    return Marks(here=stored_here(desk), others={ref: tags for ref, tags in found.items() if tags})


def present(rows: Iterable[Presence], ref: str, now: datetime, without: str = "") -> tuple[Presence, ...]:
    """Who else is at a thing now, each person once: who edits it first. `without`: the person who asks."""
    here = (row for row in rows if row.ref == ref and row.person != without and now - row.at <= FADES)
    found: dict[str, Presence] = {}
    for row in sorted(here, key=lambda row: (not row.editing, row.person)):
        found.setdefault(row.person, row)
    return tuple(found.values())


def tag(desk: Desk, row: Presence) -> Tag:
    """ "RS", "RS edits"; in words "R. Silva is editing at desk-2"."""
    person = desk.plant.people.get(row.person)
    name = person.short if person else safe(row.person, 40)
    short = initials(person.name if person else row.person)
    said = t("{name} is editing", name=name) if row.editing else t("{name} is looking at it", name=name)
    return Tag(text=t("{name} edits", name=short) if row.editing else short, words=said)


def initials(name: str) -> str:
    """ "RS" for "Rui Silva"."""
    return "".join(part[0] for part in safe(name, 60).split()[:3] if part).upper()
