"""One simulated line: six machines with buffers between them, their work orders and the faults that strike.

Owns the order in which a line's parts move. Must not know the clock or protocols: `step` is the only way time
passes, and the same seed and steps give the same line.
"""

import random
from typing import Final

from drivers.simulated.catalog import LINES, Kind, LineSpec
from drivers.simulated.faults import FaultSchedule, opening, random_faults
from drivers.simulated.flow import Buffer, OrderBook
from drivers.simulated.machine import Machine

_ORDER: Final = tuple(Kind)
_START_FILL: Final = 0.5


class Line:
    """A line that runs from the first step.

    `scripted` has the demo's opening begin `opening_after_s` later; without `faulty` nothing ever fails.
    """

    def __init__(
        self,
        spec: LineSpec,
        seed: int,
        scripted: bool = True,
        opening_after_s: float = 0.0,
        faulty: bool = True,
    ) -> None:
        self.spec = spec
        self.now_s = 0.0
        self.orders = OrderBook(spec.orders)
        self.buffers = [_buffer(spec, index) for index in range(len(_ORDER) - 1)]
        self.machines = {kind: self._machine(kind, seed) for kind in _ORDER}
        self._faulty = faulty
        self._schedule = FaultSchedule(
            scripted=opening(spec.line, opening_after_s) if scripted else [], random=random_faults(spec.line, seed)
        )
        self._prime()

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass on the whole line, from the palletiser back to the depalletiser."""
        self.now_s += dt_s
        if self._faulty:
            self._strike()
            self._strain()
        for kind in reversed(_ORDER):
            self.machines[kind].step(dt_s)

    def _machine(self, kind: Kind, seed: int) -> Machine:
        index = _ORDER.index(kind)
        return Machine(
            self.spec,
            kind,
            random.Random(f"{seed}/{self.spec.line}/{kind.value}"),
            self.buffers[index - 1] if index > 0 else None,
            self.buffers[index] if index < len(self.buffers) else None,
            self.orders,
        )

    def _prime(self) -> None:
        for kind in reversed(_ORDER):
            outfeed = self.machines[kind].outfeed
            if outfeed is not None:
                self.machines[kind].prime(int(outfeed.capacity * _START_FILL))

    def _strike(self) -> None:
        for planned in self._schedule.due(self.now_s):
            self.machines[planned.fault.machine].strike(planned.fault, planned.lasts_s)

    def _strain(self) -> None:
        strains: dict[Kind, dict[str, float]] = {kind: {} for kind in _ORDER}
        for planned in self._schedule.approaching(self.now_s):
            if planned.fault.strain:
                share = 1.0 - (planned.at_s - self.now_s) / planned.lead_s
                strains[planned.fault.machine][planned.fault.strain] = round(share**2, 4)
        for kind, machine in self.machines.items():
            machine.strain(strains[kind])


def _buffer(spec: LineSpec, index: int) -> Buffer:
    per_s = spec.nominal(_ORDER[index]) / 60.0
    return Buffer(max(4, int(per_s * spec.buffers_s[index])))


def build_line(line: str, seed: int, scripted: bool = True, opening_after_s: float = 0.0) -> Line:
    """One line of the demo plant by its id."""
    return Line(LINES[line], seed, scripted, opening_after_s)
