"""What Lineside carries beside its own code, each with its licence: read from what the build collected. No Qt.

Owns the table as the About box shows it. From source there is none: the packages are those of the environment.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.domain.text import safe
from app.installed import installed_version
from resources import path

PROGRAM = "lineside"
COLLECTED = "licences"
"""The folder among the resources; the build makes it."""
MOST_CHARS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """One component; `texts` are files of the collected folder."""

    key: str
    name: str
    version: str
    licence: str
    texts: tuple[str, ...] = ()


def this_version() -> str:
    """The version of the Lineside that runs; "" where it is not installed at all."""
    return installed_version(PROGRAM)


def folder() -> Path:
    """Where the collected licences are, if there are any."""
    return path(COLLECTED)


def shipped(where: Path) -> Sequence[Shipped]:
    """Every component that was collected, by name; none where nothing was, or where it can't be read."""
    try:
        rows = json.loads((where / "components.json").read_text(encoding="utf-8"))
        found = [
            Shipped(
                key=row["purl"],
                name=safe(row["name"], 60),
                version=safe(row["version"], 40),
                licence=safe(row["licence"], 80),
                texts=tuple(row["texts"]),
            )
            for row in rows
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    return tuple(sorted(found, key=lambda one: one.name))


def text_of(where: Path, one: Shipped) -> str:
    """The licence texts of a component, one after the other; only files of the folder itself are read."""
    parts = []
    for name in one.texts:
        file = where / Path(name).name
        try:
            parts.append(file.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
    return "\n\n".join(parts)[:MOST_CHARS]
