"""Faults of a plant file: where they lie and what to do, and the error that carries them all.

Owns how a fault is said. Must not know TOML, the schema or what is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from app.domain.errors import KnownError
from app.domain.text import safe

At = tuple[str | int, ...]
"""A place in the file's data: ("machine", 3, "tag", 1, "signal")."""

SHOWN = 20
"""Faults that an error's own text lists; `lineside check` lists them all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """A fault that is not yet located: its place in the data, what is wrong and what to do.

    `first` is the place of what it collides with; its line is added to the message.
    """

    at: At
    message: str
    todo: str
    first: At | None = None


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """A fault that an editor can open. `line` and `column` count from 1; `where` names the row and the key."""

    path: Path
    line: int
    column: int
    where: str
    message: str
    todo: str

    def __str__(self) -> str:
        what = f"{self.where}: {self.message}" if self.where else self.message
        return safe(f"{self.path}:{self.line}:{self.column}: {what} {self.todo}".strip(), 1000)


class PlantFileError(KnownError):
    """The plant file can't be used; the text lists its faults, each with its line and what to do."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        listed = "\n".join(str(fault) for fault in self.faults[:SHOWN])
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__(
            f"The plant file {path.name} has {count}:\n{listed}\n",
            f"Mend them and run: lineside check {path}",
        )


def did_you_mean(word: str, known: Sequence[str], otherwise: str = "") -> str:
    """ "Did you mean "filler"?", else the known words if they are few, else `otherwise`."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    if otherwise:
        return otherwise
    if not known:
        return "None is defined in this file yet."
    listed = ", ".join(sorted(known)[:12])
    return f"Use one of {listed}{', …' if len(known) > 12 else ''}."
