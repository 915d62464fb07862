"""Which group of registers is asked when: those that answer first, those that don't after a rest.

Owns the health of each group over reconnects, so that a dead unit never keeps a living one from being heard.
Must not know connections; time comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.modbus.poll import Group
from drivers.session import Backoff


@dataclass(slots=True, kw_only=True)
class _Health:
    failures: int = 0
    rests_until_s: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=0.5, most_s=10.0))


class Rota:
    """The groups of one device and how they answer."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._health = {group: _Health() for group in groups}

    def due(self, now_s: float) -> list[Group]:
        """The groups to ask now, those with the fewest failures first."""
        due = [group for group, health in self._health.items() if health.rests_until_s <= now_s]
        return sorted(due, key=lambda group: self._health[group].failures)

    def answered(self, group: Group) -> None:
        """The group gave its values."""
        self._health[group] = _Health()

    def failed(self, group: Group, now_s: float) -> None:
        """The group gave none: it rests, longer each time."""
        health = self._health[group]
        health.failures += 1
        health.rests_until_s = now_s + health.backoff.next_s()

    def halve(self, group: Group) -> tuple[Group, ...]:
        """Put the group's two halves in its place and return them; nothing for a group of one tag."""
        halves = group.halves()
        if len(halves) == 1:
            return ()
        self._health = {
            part: health if part is kept else _Health()
            for kept, health in self._health.items()
            for part in (halves if kept is group else (kept,))
        }
        return halves
