"""The one engine of every lifecycle: a table state → trigger → state. Knows no particular lifecycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.domain.errors import IllegalStepError

S = TypeVar("S", bound=StrEnum)
T = TypeVar("T", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle(Generic[S, T]):
    """A named table of steps. `table[state][trigger]` is the next state; a missing pair is illegal."""

    name: str
    initial: S
    table: Mapping[S, Mapping[T, S]]

    def step(self, state: S, trigger: T) -> S:
        """The state after `trigger`; raises IllegalStepError and changes nothing where the table has no row."""
        try:
            return self.table[state][trigger]
        except KeyError:
            raise IllegalStepError(
                f"{self.name} is {words(state)}: it can't {words(trigger)} now.",
                f"Possible now: {', '.join(words(t) for t in self.triggers(state)) or 'nothing, it has ended'}.",
            ) from None

    def may(self, state: S, trigger: T) -> bool:
        """Whether the step exists: buttons are enabled from this."""
        return trigger in self.table.get(state, {})

    def triggers(self, state: S) -> tuple[T, ...]:
        """The legal triggers in table order."""
        return tuple(self.table.get(state, {}))

    def terminal(self, state: S) -> bool:
        """Whether nothing can follow."""
        return not self.table.get(state)

    def reachable(self) -> frozenset[S]:
        """Every state that some sequence of triggers reaches from the initial one."""
        seen: set[S] = set()
        todo = [self.initial]
        while todo:
            state = todo.pop()
            if state not in seen:
                seen.add(state)
                todo.extend(self.table.get(state, {}).values())
        return frozenset(seen)


def words(name: StrEnum) -> str:
    """`in_progress` → "in progress"."""
    return name.value.replace("_", " ")
