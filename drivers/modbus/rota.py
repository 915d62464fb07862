"""Which group of registers is asked when: those that answer first, those that don't after a rest.

Owns how each group and each unit answers, over reconnects, so that a dead unit never keeps a living one from being
heard: it is demoted, and of all demoted ones only one group is tried now and then. Must not know connections; time
comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from drivers.modbus.poll import Group, Item
from drivers.session import Backoff

DEMOTED_AFTER = 2
"""Requests in a row without an answer: on a serial line a single one is lost now and then."""
SHARE_OF_TRIES = 0.1
"""Of the connection's time that demoted units may take together."""


@dataclass(slots=True, kw_only=True)
class _Health:
    failures: int = 0
    rests_until_s: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=0.5, most_s=10.0))


@dataclass(slots=True, kw_only=True)
class _Unit:
    silences: int = 0
    demoted: bool = False
    rests_until_s: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(first_s=1.0, most_s=30.0))


class Rota:
    """The groups of one controller and how they answer. A controller's only unit is never demoted."""

    def __init__(self, groups: Iterable[Group]) -> None:
        self._health = {group: _Health() for group in groups}
        self._units = {group.unit: _Unit() for group in self._health}
        self._tries_from_s = 0.0
        self._troubled = False
        """Something failed, or was silent, and is not known to be well again."""
        self._all = list(self._health)

    @property
    def units(self) -> tuple[int, ...]:
        """The units that are asked for something."""
        return tuple(self._units)

    @property
    def several(self) -> bool:
        """Whether the controller is a gateway to more than one unit."""
        return len(self._units) > 1

    def items(self, unit: int) -> list[Item]:
        """What is read from a unit."""
        return [item for group in self._health if group.unit == unit for item in group.items]

    def due(self, now_s: float) -> list[Group]:
        """The groups to ask now, those with the fewest failures first; last, at most one of a demoted unit."""
        if not self._troubled:
            return self._all
        self._all = list(self._health)
        self._troubled = any(health.failures for health in self._health.values()) or any(
            unit.silences or unit.demoted for unit in self._units.values()
        )
        due = [
            group
            for group, health in self._health.items()
            if health.rests_until_s <= now_s and not self._units[group.unit].demoted
        ]
        return sorted(due, key=lambda group: self._health[group].failures) + self._tries(now_s)

    def _tries(self, now_s: float) -> list[Group]:
        ready = [number for number, unit in self._units.items() if unit.demoted and unit.rests_until_s <= now_s]
        if not ready or now_s < self._tries_from_s:
            return []
        first = min(ready, key=lambda number: self._units[number].rests_until_s)
        groups = [group for group in self._health if group.unit == first]
        return [min(groups, key=lambda group: self._health[group].failures)]

    def answered(self, group: Group) -> None:
        """The group gave its values."""
        if self._troubled and self._health[group].failures:
            self._health[group] = _Health()

    def failed(self, group: Group, now_s: float) -> None:
        """The group gave none: it rests, longer each time."""
        self._troubled = True
        health = self._health[group]
        health.failures += 1
        health.rests_until_s = now_s + health.backoff.next_s()

    def heard(self, number: int) -> bool:
        """The unit said something; whether it was demoted until now. Its groups are then asked at once."""
        if not self._troubled:
            return False
        unit = self._units[number]
        unit.silences = 0
        if not unit.demoted:
            return False
        self._units[number] = _Unit()
        self._health = {group: _Health() if group.unit == number else kept for group, kept in self._health.items()}
        return True

    def silent(self, number: int, now_s: float) -> bool:
        """The unit did not answer; whether it is demoted from now on."""
        self._troubled = True
        unit = self._units[number]
        unit.silences += 1
        if not self.several or unit.silences < DEMOTED_AFTER:
            return False
        unit.rests_until_s = now_s + unit.backoff.next_s()
        newly, unit.demoted = not unit.demoted, True
        return newly

    def spent(self, number: int, took_s: float, now_s: float) -> None:
        """Asking a unit took so long; a demoted one makes the next try wait accordingly."""
        if self._units[number].demoted:
            self._tries_from_s = now_s + took_s / SHARE_OF_TRIES

    def forgive(self) -> None:
        """The whole controller was lost, which is no unit's fault: all are asked again, what failed last.

        A group that went on resting over the loss would have no values under a link that is up, or, where it is the
        only one, keep the controller from being heard.
        """
        self._units = {number: _Unit() for number in self._units}
        for health in self._health.values():
            health.rests_until_s = 0.0
        self._tries_from_s = 0.0

    def halve(self, group: Group) -> tuple[Group, ...]:
        """Put the group's two halves in its place and return them; nothing for a group of one tag."""
        halves = group.halves()
        if len(halves) == 1:
            return ()
        self._troubled = True
        self._health = {
            part: health if part is kept else _Health()
            for kept, health in self._health.items()
            for part in (halves if kept is group else (kept,))
        }
        return halves
