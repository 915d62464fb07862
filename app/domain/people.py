"""Roles and functions of the people of a plant, and the people themselves."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do. A person may have several."""

    OPERATOR = "operator"
    SHIFT_LEAD = "shift_lead"
    QUALITY_LEAD = "quality_lead"
    MAINTENANCE = "maintenance"
    MATERIALS = "materials"
    PLANNER = "planner"
    CUSTOMER_SERVICE = "customer_service"
    VIEWER = "viewer"
    ADMIN = "admin"


class Function(StrEnum):
    """What a part of an exception is routed to."""

    PRODUCTION = "production"
    MAINTENANCE = "maintenance"
    QUALITY = "quality"
    MATERIALS = "materials"
    PLANNING = "planning"
    CUSTOMER_SERVICE = "customer_service"
    IT = "it"

    @property
    def text(self) -> str:
        """ "Customer service"."""
        return "IT" if self is Function.IT else self.value.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of the plant file. `lines` empty means every line; `password_hash` empty means no sign-in here."""

    id: str
    name: str
    roles: frozenset[Role]
    functions: frozenset[Function] = frozenset()
    skills: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    password_hash: str = ""

    def works_on(self, line: str | None) -> bool:
        """Whether the person's lines include `line`; everybody works on what has no line."""
        return line is None or not self.lines or line in self.lines

    @property
    def short(self) -> str:
        """ "J. Weiss" for "Jan Weiss"."""
        first, _, last = self.name.rpartition(" ")
        return f"{first[0]}. {last}" if first else last


SYSTEM = Person(id="lineside", name="Lineside", roles=frozenset())
"""The actor of what the program does by itself: routing, clocks, postings."""
