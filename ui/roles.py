"""What people and their roles are called. No Qt."""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.people import Person, Role
from ui.text import either, t


def works_as(person: Person) -> str:
    """ "operator, shift lead": the person's roles in words."""
    return ", ".join(_names(person.roles))


def said_of(person: Person | None) -> str:
    """ "M. Okafor · shift lead"; "" for nobody."""
    return f"{person.short} · {works_as(person)}" if person is not None else ""


def any_of(roles: Iterable[Role]) -> str:
    """ "admin or maintenance": whose role allows something."""
    return either(_names(roles))


def _names(roles: Iterable[Role]) -> list[str]:
    return sorted(t(role.value.replace("_", " ")) for role in roles)
