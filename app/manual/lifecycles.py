"""The manual's page of the lifecycles, with a picture of each, made from their tables.

Owns the sentence that says what each is for. Must not hold a fact that the tables have.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.lifecycles import LIFECYCLES
from app.manual.diagram import diagram

FOLDER = "lifecycles"
ABOUT: Mapping[str, str] = MappingProxyType(
    {
        "alarm": "What a controller says, by ISA-18.2. A shelf that a person ends counts as seen; one that runs "
        "out asks for attention again.",
        "case": "What becomes of a deviation. It has one owner from the first minute, and a clock until it is closed.",
        "task": "A function's part of a case. What nobody takes in time is offered to the next one.",
        "hold": "Suspect units, until somebody answers for them. Several holds on one lot know nothing of each other.",
        "assignment": "An order or a person that is moved to another line.",
        "proposal": "What the floor measured otherwise than the ERP plans with, offered to planning.",
        "handover": "What one shift gives to the next, item by item.",
        "posting": "A confirmed outcome on its way to the ERP. It has its effect once, or is parked with its words.",
        "command": "What a person asks of a controller: sent once, read back. What is unknown is never sent again.",
    }
)
"""A sentence for each."""

INTRODUCTION = """# Lifecycles

What can happen to a thing, and in which order. The buttons and keys on the screens come from the same tables as these
pictures: what has no arrow can't be done, and the screen says so.

A box is a state. Each row below is a step: from every dot, along the arrow, to its head. The dot above a box is where
it begins; a box with two borders is where it ends.
"""


def page() -> str:
    """The page in Markdown."""
    parts = [INTRODUCTION]
    for name in LIFECYCLES:
        title = name.capitalize()
        parts.append(f"## {title}\n\n{ABOUT[name]}\n\n![{title}: states and steps]({FOLDER}/{name}.svg)\n")
    parts.append("This page is generated: `make manual`.\n")
    return "\n".join(parts)


def pictures() -> dict[str, str]:
    """Every picture as SVG, by its place in the manual."""
    return {f"{FOLDER}/{name}.svg": diagram(cycle) for name, cycle in LIFECYCLES.items()}
