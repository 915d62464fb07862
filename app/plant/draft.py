"""A plant file on its way to a plant: the rows that are sound by themselves, and what is known of the others.

Owns what the checks may ask. Must not know TOML, positions or how rows were validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.plant.faults import At
from app.plant.schema import PlantFile, Row

R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """`file` holds the sound rows only. A faulty row is left out, but its id stays known, so that it hides nothing.

    `origin`: per table the sound rows' places in the file. `ids`: per table every id that is written there.
    `faulty`: tables with a fault, in which nothing can be said to be missing. `unsure`: tables with an unreadable id.
    """

    file: PlantFile
    origin: Mapping[str, Sequence[int]]
    ids: Mapping[str, frozenset[str]]
    faulty: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()

    def each(self, table: str, rows: Sequence[R]) -> Iterator[tuple[At, R]]:
        """The sound rows of a table, each with its place in the file."""
        for place, row in zip(self.origin[table], rows, strict=True):
            yield (table, place), row

    def knows(self, table: str, name: str) -> bool:
        """Whether a row or key of that name exists, or can't be ruled out."""
        return name in self.ids[table] or table in self.unsure
