"""How the units behind one connection stand, in figures for the screen. Pure; time (1970 UTC) comes in as an argument.

Must not know when a unit is asked: that is drivers.modbus.rota's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.ports import UnitState


@dataclass(slots=True, kw_only=True)
class _Unit:
    since_s: float
    up: bool = True
    reason: str = ""
    last_good_s: float = 0.0
    errors: int = 0
    reads: int = 0


class UnitBook:
    """The figures of one controller's units."""

    def __init__(self, units: Iterable[int], at_s: float) -> None:
        self._units = {number: _Unit(since_s=at_s) for number in units}
        self._began_s = self._reported_s = at_s

    def read(self, number: int, at_s: float) -> None:
        """The unit gave values."""
        unit = self._units[number]
        unit.reads += 1
        unit.last_good_s = at_s

    def error(self, number: int) -> None:
        """A request to the unit gave no values: an exception, a wrong answer, none."""
        self._units[number].errors += 1

    def down(self, number: int, reason: str, at_s: float) -> None:
        """The unit does not answer any more."""
        unit = self._units[number]
        unit.up, unit.since_s, unit.reason = False, at_s, reason

    def up(self, number: int, at_s: float) -> float:
        """The unit answers again; returns from when on it gave no values."""
        unit = self._units[number]
        silent_from_s = unit.last_good_s or self._began_s
        unit.up, unit.since_s, unit.reason = True, at_s, ""
        return silent_from_s

    def report(self, at_s: float) -> tuple[UnitState, ...]:
        """Every unit; reads a second since the last report."""
        passed_s = max(at_s - self._reported_s, 1e-3)
        states = tuple(
            UnitState(
                unit=number,
                up=unit.up,
                since_s=unit.since_s,
                last_good_s=unit.last_good_s,
                reads_per_s=unit.reads / passed_s,
                errors=unit.errors,
                reason=unit.reason,
            )
            for number, unit in self._units.items()
        )
        self._reported_s = at_s
        for unit in self._units.values():
            unit.reads = 0
        return states
