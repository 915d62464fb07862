"""What a handler may look at, and the draft that its events change. Handlers are pure: everything comes in here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.commands import Command
from app.domain.erp import Reference
from app.domain.events import Event
from app.domain.people import Person
from app.domain.plant import Plant
from app.readmodel.model import Aggregate, View


class Draft:
    """A view with uncommitted changes on top of another view: what would stand if they were committed."""

    def __init__(self, base: View) -> None:
        self._base = base
        self.rows: dict[str, Aggregate] = {}
        self.occurrences: dict[str, str] = {}
        self.tips: dict[str, str] = {}

    def merge_into(self, other: Draft) -> None:
        """Put this draft's changes on another one."""
        other.rows.update(self.rows)
        other.occurrences.update(self.occurrences)
        other.tips.update(self.tips)

    def get(self, stream: str) -> Aggregate | None:
        """The aggregate of a stream, drafted or committed."""
        return self.rows[stream] if stream in self.rows else self._base.get(stream)

    def live(self, kind: str) -> Iterator[Aggregate]:
        """The live aggregates of a kind, oldest first, drafted ones in their places."""
        return (row for row in self._merged(kind, self._base.live(kind)) if not row.closed)

    def every(self, kind: str) -> Iterator[Aggregate]:
        """All aggregates of a kind."""
        return self._merged(kind, self._base.every(kind))

    def occurrence(self, key: str) -> str | None:
        """The case of an occurrence key."""
        return self.occurrences.get(key) or self._base.occurrence(key)

    def tip(self, strand: str) -> str:
        """The last strict operation of a strand, drafted or committed."""
        return self.tips.get(strand) or self._base.tip(strand)

    def _merged(self, kind: str, base: Iterator[Aggregate]) -> Iterator[Aggregate]:
        drafted = {row.id: row for stream, row in self.rows.items() if stream.partition("/")[0] == kind}
        for row in base:
            yield drafted.pop(row.id, row)
        yield from drafted.values()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The circumstances of a command: who, when, where, and what stands (drafted events of this command included)."""

    plant: Plant
    view: View
    reference: Reference
    now: datetime
    actor: Person
    station: str
    new_id: Callable[[], str]


Handler = Callable[[Any, Context], Iterable[Event]]
"""A command's handler or an event's reaction: yields what happened, or raises KnownError and nothing happened."""

CommandTable = dict[type[Command], Handler]
ReactionTable = dict[type[Event], tuple[Handler, ...]]
