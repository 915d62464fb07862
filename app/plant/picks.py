"""From variables that a person picked to tag rows of a plant file: new names, no placeholders. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection

from app.domain.survey import Pick
from app.plant.additions import TagRow

LONGEST_NAME = 40


def tag_row(pick: Pick) -> TagRow:
    """The row of a tag."""
    unit = {"unit": doubled(pick.unit)} if pick.unit else {}
    history = {"history": True} if pick.history else {}
    return {
        "name": pick.name,
        "label": doubled(pick.label),
        **unit,
        **history,
        "address": {"node": doubled(pick.node)},
    }


def doubled(text: str) -> str:
    """Braces stand for placeholders in a plant file; doubled they are themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def fresh_name(browse_name: str, taken: Collection[str]) -> str:
    """A name for the plant file, like "cur_mach_speed"; a number makes it unlike those `taken`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", browse_name)
    name = re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()[:LONGEST_NAME] or "tag"
    if name not in taken:
        return name
    return next(f"{name}_{number}" for number in range(2, len(taken) + 3) if f"{name}_{number}" not in taken)
