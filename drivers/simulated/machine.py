"""One simulated machine: PackML state, speed, counters, material, alarms, faults and its local operator.

Owns how a machine reacts to commands, neighbours and faults as time passes. Must not know the clock, the line
it stands in beyond its two buffers, or any protocol. Pure and seeded: the same steps give the same machine.
"""

import random
from dataclasses import dataclass
from typing import Final

from drivers.simulated.alarms import ALARMS, LOW_MATERIAL, AlarmBook
from drivers.simulated.catalog import KINDS, Kind, LineSpec, machine_id
from drivers.simulated.faults import Effect, FaultKind
from drivers.simulated.flow import Buffer, OrderBook, Units
from drivers.simulated.packml import COMPLETIONS, Command, Mode, State, complete, step
from drivers.simulated.process import ProcessValues, signals_of

ACTING_S: Final[dict[State, float]] = {
    State.CLEARING: 1.5,
    State.STARTING: 2.0,
    State.STOPPING: 1.0,
    State.ABORTING: 0.3,
    State.HOLDING: 0.8,
    State.UNHOLDING: 1.5,
    State.SUSPENDING: 0.4,
    State.UNSUSPENDING: 0.8,
    State.RESETTING: 2.0,
    State.COMPLETING: 1.5,
}
"""Seconds that each acting state takes."""

ATTEND: Final[dict[State, Command]] = {
    State.ABORTED: Command.CLEAR,
    State.STOPPED: Command.RESET,
    State.IDLE: Command.START,
    State.HELD: Command.UNHOLD,
    State.COMPLETE: Command.RESET,
}
"""What the operator at the machine does next on the way back to production."""

REACTION_S: Final = 0.7
AFTER_REMOTE_S: Final = 45.0
"""How long the operator leaves a machine alone that is commanded from elsewhere."""
ALARM_SPACING_S: Final = 0.12
REJECT_WINDOW_UNITS: Final = 100.0
SPEED_FOLLOW_S: Final = 0.8
LOW_SHARE: Final = 0.10
REFILL_S: Final = (60.0, 150.0)
_DISTURBED: Final = frozenset({State.EXECUTE, State.SUSPENDED, State.SUSPENDING, State.UNSUSPENDING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disturbance:
    """A fault at work on a machine until `ends_s`."""

    fault: FaultKind
    began_s: float
    ends_s: float


class Machine:
    """A machine between two buffers (None at the ends of the line)."""

    def __init__(
        self,
        spec: LineSpec,
        kind: Kind,
        rng: random.Random,
        infeed: Buffer | None,
        outfeed: Buffer | None,
        orders: OrderBook,
    ) -> None:
        self.kind = KINDS[kind]
        self.id = machine_id(spec.line, kind)
        self.design_speed = spec.nominal(kind)
        self.infeed = infeed
        self.outfeed = outfeed
        self.state = State.EXECUTE
        self.mode = Mode.PRODUCE
        self.state_s = 0.0
        self.now_s = 0.0
        self.set_speed = self.design_speed
        self.speed = self.design_speed
        self.blocked = False
        self.starved = False
        self.online = True
        self.consumed = 0
        self.processed = 0
        self.defective = 0
        self.order_good = 0
        self.reject_share = self.kind.base_reject
        self.material_left = self.kind.material_full * rng.uniform(0.55, 0.95)
        self.stop_number = 0
        self.stop_text = ""
        self.alarms = AlarmBook()
        self.process = ProcessValues(signals_of(kind, spec.bottle_ml), rng)
        self.last: Units = Units(order=orders.running.order, item=orders.running.item, lot=orders.lot, first=1, last=0)
        self._orders = orders
        self._material_per_unit = spec.material_per_unit(kind)
        self._rng = rng
        self._carry = 0.0
        self._reject_debt = 0.0
        self._next_reject = rng.uniform(0.5, 1.5)
        self._made = 0
        self._attend_s = 0.0
        self._refill_s: float | None = None
        self._disturbances: list[Disturbance] = []

    @property
    def material_share(self) -> float:
        """Material left, 0 to 1 of a full load."""
        return self.material_left / self.kind.material_full

    @property
    def order_quantity(self) -> int:
        """Bottles wanted of the order of the last good unit."""
        return self._orders.quantities[self.last.order]

    def prime(self, count: int) -> None:
        """Put `count` units behind the machine that it made before the simulation begins."""
        if self.outfeed is None:
            return
        bottles = self.infeed is not None and self.kind.takes_per_unit == 1
        for units in self._orders.stamp(count) if bottles else self._numbered(count, self._planned()):
            self.outfeed.put(units)
            self.last = units
        self.order_good = self._orders.filled if bottles else count

    def command(self, command: Command, remote: bool = True) -> None:
        """Give a command; a machine commanded remotely is left alone by its operator for AFTER_REMOTE_S.

        Raises IllegalCommandError when the state has no such transition.
        """
        self._enter(step(self.state, command))
        if remote:
            self._attend_s = AFTER_REMOTE_S
            if command in (Command.STOP, Command.ABORT, Command.HOLD):
                self._note_stop(0, f"{command.value} by remote command")

    def strike(self, fault: FaultKind, lasts_s: float) -> bool:
        """Have a fault strike now; False when the machine stands anyway and the fault does not show."""
        if fault.effect in (Effect.ABORT, Effect.HOLD, Effect.STOP) and self.state not in _DISTURBED:
            return False
        self._disturbances.append(Disturbance(fault=fault, began_s=self.now_s, ends_s=self.now_s + lasts_s))
        for index, number in enumerate(fault.alarms):
            self.alarms.raise_at(self.now_s + index * ALARM_SPACING_S, number)
        if fault.effect is Effect.MATERIAL_LOW:
            self.material_left = min(self.material_left, self.kind.material_full * fault.magnitude)
        stopping = {Effect.ABORT: Command.ABORT, Effect.HOLD: Command.HOLD, Effect.STOP: Command.STOP}
        if fault.effect in stopping:
            self._stop_for(stopping[fault.effect], fault.alarms[0], lasts_s)
        return True

    def strain(self, strains: dict[str, float]) -> None:
        """Set how far approaching faults drive the process values (name → 0 to 1)."""
        running = {entry.fault.strain: 1.0 for entry in self._disturbances if entry.fault.strain}
        self.process.strain = {**strains, **running}

    def step(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass."""
        self.now_s += dt_s
        self.state_s += dt_s
        self._end_disturbances()
        self._finish_acting()
        self._attend(dt_s)
        self._watch_neighbours()
        self._move_speed(dt_s)
        if self.state is State.EXECUTE:
            self._produce(dt_s)
        self._watch_material()
        self.process.step(dt_s, self.speed / self.design_speed)
        self.alarms.step(self.now_s)

    def _enter(self, state: State) -> None:
        if state is self.state:
            return
        if state is State.EXECUTE and self.state in (State.STARTING, State.UNHOLDING):
            self.stop_number, self.stop_text = 0, ""
        self.state = state
        self.state_s = 0.0

    def _stop_for(self, command: Command, number: int, lasts_s: float) -> None:
        self._note_stop(number, ALARMS[number].text)
        self.command(command, remote=False)
        self._attend_s = lasts_s

    def _note_stop(self, number: int, text: str) -> None:
        if not self.stop_text:
            self.stop_number, self.stop_text = number, text

    def _end_disturbances(self) -> None:
        for entry in [entry for entry in self._disturbances if entry.ends_s <= self.now_s]:
            self._disturbances.remove(entry)
            self.alarms.clear(self.now_s, entry.fault.alarms)
        self.online = not self._suffers(Effect.OFFLINE)

    def _suffers(self, effect: Effect) -> FaultKind | None:
        return next((entry.fault for entry in self._disturbances if entry.fault.effect is effect), None)

    def _finish_acting(self) -> None:
        if self.state in COMPLETIONS and self.state_s >= ACTING_S[self.state]:
            self._enter(complete(self.state))

    def _attend(self, dt_s: float) -> None:
        command = ATTEND.get(self.state)
        if command is None:
            return
        self._attend_s -= dt_s
        if self._attend_s > 0.0 or self.material_left <= 0.0:
            return
        self.command(command, remote=False)
        self._attend_s = REACTION_S

    def _watch_neighbours(self) -> None:
        if self.infeed is not None:
            enough = max(self.kind.takes_per_unit, int(self.infeed.capacity * 0.25))
            short = self.infeed.count < self.kind.takes_per_unit
            self.starved = short or (self.starved and self.infeed.count < enough)
        if self.outfeed is not None:
            full = self.outfeed.space < 1
            self.blocked = full or (self.blocked and self.outfeed.fill > 0.75)
        waiting = self.starved or self.blocked
        if waiting and self.state is State.EXECUTE:
            self._enter(step(self.state, Command.SUSPEND))
        elif not waiting and self.state is State.SUSPENDED:
            self._enter(step(self.state, Command.UNSUSPEND))

    def _target_speed(self) -> float:
        if self.state is not State.EXECUTE:
            return 0.0
        slow = self._suffers(Effect.SLOW)
        target = self.set_speed * (slow.magnitude if slow else 1.0)
        if self.kind.kind is Kind.FILLER:
            return target
        if self.kind.kind is Kind.DEPALLETISER and self.outfeed is not None:
            return target * (1.0 - 0.16 * (self.outfeed.fill - 0.5))
        return target * (1.0 + 0.16 * ((self.infeed.fill if self.infeed else 0.5) - 0.5))

    def _move_speed(self, dt_s: float) -> None:
        target = self._target_speed()
        self.speed += (target - self.speed) * min(1.0, dt_s / SPEED_FOLLOW_S)
        if abs(self.speed) < 0.01:
            self.speed = 0.0

    def _produce(self, dt_s: float) -> None:
        self._carry += self.speed / 60.0 * dt_s
        count = min(int(self._carry), self._possible())
        self._carry = min(self._carry - count, 1.0)
        if count > 0:
            self._make(count)

    def _possible(self) -> int:
        limits = [int(self.material_left / self._material_per_unit)]
        if self.infeed is not None:
            limits.append(self.infeed.count // self.kind.takes_per_unit)
        if self.outfeed is not None:
            limits.append(self.outfeed.space)
        return min(limits)

    def _make(self, count: int) -> None:
        rejects = self._rejects(count)
        self.consumed += count * self.kind.takes_per_unit
        self.processed += count
        self.defective += rejects
        self.material_left = max(0.0, self.material_left - count * self._material_per_unit)
        for units in _without_last(self._made_units(count), rejects):
            if units.order != self.last.order:
                self.order_good = 0
            self.order_good += units.count
            self.last = units
            if self.outfeed is not None:
                self.outfeed.put(units)

    def _made_units(self, count: int) -> list[Units]:
        taken = self.infeed.take(count * self.kind.takes_per_unit) if self.infeed else []
        if self.kind.kind is Kind.FILLER:
            return self._orders.stamp(count)
        if self.infeed is not None and self.kind.takes_per_unit == 1:
            return taken
        return self._numbered(count, taken[-1] if taken else self._planned())

    def _numbered(self, count: int, source: Units) -> list[Units]:
        self._made += count
        return [
            Units(
                order=source.order,
                item=source.item,
                lot=source.lot,
                first=self._made - count + 1,
                last=self._made,
            )
        ]

    def _planned(self) -> Units:
        running = self._orders.running
        return Units(order=running.order, item=running.item, lot=self._orders.lot, first=1, last=0)

    def _rejects(self, count: int) -> int:
        drift = self._suffers(Effect.REJECTS)
        share = drift.magnitude if drift else self.kind.base_reject
        rejects = sum(self._is_reject(share) for _ in range(count))
        follow = min(1.0, count / REJECT_WINDOW_UNITS)
        self.reject_share += (rejects / count - self.reject_share) * follow
        return rejects

    def _is_reject(self, share: float) -> bool:
        """Rejects come at uneven distances that keep close to `share`, so that a drift shows within seconds."""
        self._reject_debt += share
        if self._reject_debt < self._next_reject:
            return False
        self._reject_debt -= self._next_reject
        self._next_reject = self._rng.uniform(0.5, 1.5)
        return True

    def _watch_material(self) -> None:
        low = LOW_MATERIAL[self.kind.kind]
        if self.material_share < LOW_SHARE and self._refill_s is None:
            self._refill_s = self.now_s + self._rng.uniform(*REFILL_S)
            self.alarms.raise_at(self.now_s, low)
        if self.material_left < self._material_per_unit and self.state is State.EXECUTE:
            self.material_left = 0.0
            self.alarms.raise_at(self.now_s, low + 1)
            self._stop_for(Command.HOLD, low + 1, REACTION_S)
        if self._refill_s is not None and self.now_s >= self._refill_s:
            self._refill_s = None
            self.material_left = float(self.kind.material_full)
            self.alarms.clear(self.now_s, (low, low + 1))


def _without_last(units: list[Units], rejects: int) -> list[Units]:
    kept = list(units)
    while rejects > 0 and kept:
        last = kept.pop()
        if last.count > rejects:
            kept.append(
                Units(
                    order=last.order,
                    item=last.item,
                    lot=last.lot,
                    first=last.first,
                    last=last.last - rejects,
                )
            )
        rejects -= min(rejects, last.count)
    return kept
