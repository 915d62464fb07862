"""What a hold may do to controllers, for the forms and pages of holds: which interlocks, how they stand. No Qt.

Reads only; whether it may be sent is decided again by the services and right before the driver.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.commands import Interlock, RequestControl
from app.domain.control import check_state
from app.domain.errors import RefusedError
from app.domain.events import HeldUnits
from app.domain.hold import Hold
from app.domain.packml import MachineState
from app.domain.permissions import ALLOWED
from app.domain.plant import AllowedCommand, Machine
from app.domain.text import safe
from app.domain.whereabouts import places
from app.readmodel.interlocks import WITHOUT_EFFECT, asked_by, undoings
from ui.acts.controls import facts, state_of
from ui.containment import running, stations
from ui.desk import Desk
from ui.roles import any_of
from ui.text import t


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An interlock that may be written now, or why it may not. `seen` is the state of the machine on the screen."""

    command: AllowedCommand
    machine: str
    seen: MachineState
    facts: tuple[str, ...]
    why_not: str = ""

    @property
    def title(self) -> str:
        """ "L1 Labeller: Close the pallet gate"."""
        return t("{machine}: {command}", machine=self.machine, command=safe(self.command.name, 80))

    @property
    def asked(self) -> Interlock:
        """What is sent when a person confirms it."""
        return Interlock(command_id=self.command.id, seen_state=int(self.seen))


def offers(desk: Desk, commands: Iterable[AllowedCommand]) -> tuple[Offer, ...]:
    """Each command as it could be asked for now by the person at the desk."""
    return tuple(_offer(desk, command) for command in commands)


def _offer(desk: Desk, command: AllowedCommand) -> Offer:
    state, machine = state_of(desk, command.machine), desk.plant.label(command.machine)
    told = facts(desk, command, state)
    return Offer(command=command, machine=machine, seen=state, facts=told, why_not=_why_not(desk, command, state))


def _why_not(desk: Desk, command: AllowedCommand, state: MachineState) -> str:
    roles = desk.person.roles if desk.person else frozenset()
    if not command.roles & roles & ALLOWED[RequestControl]:
        return t("It is for {roles} to ask for.", roles=any_of(command.roles))
    try:
        check_state(state, command, desk.plant.label(command.machine))
    except RefusedError as error:
        return str(error)
    return ""


def on_placing(desk: Desk, units: Sequence[HeldUnits], machine_id: str | None) -> tuple[AllowedCommand, ...]:
    """The interlocks of the machines at which suspect units are, or which run one of the lots; in the plant's order."""
    plant = desk.plant
    guarded = [machine for machine in plant.machines.values() if machine.hold_command in plant.commands]
    if not guarded or not units:
        return ()
    lots = {unit.lot for unit in units}
    at = _reached(desk, units, plant.machine(machine_id))
    return tuple(
        plant.commands[machine.hold_command]
        for machine in guarded
        if machine.id in at or running_lot(desk, machine) in lots
    )


def running_lot(desk: Desk, machine: Machine) -> str:
    """The lot that a machine says it runs, or the one that its line's feed says; "" where neither is known."""
    feed = desk.plant.machines[desk.plant.lines[machine.line].feed]
    return running(desk, machine)[0] or running(desk, feed)[0]


def _reached(desk: Desk, units: Sequence[HeldUnits], machine: Machine | None) -> set[str]:
    """The suspect machine and those that suspect units wait before; all behind it where that is not known."""
    if machine is None:
        return set()
    row = stations(desk, machine)
    found = places(units, row)
    if not all(place.known for place in found):
        return {station.machine for station in row}
    waiting = {place.before for place in found if place.quantity > 0}
    return {machine.id, *(station.machine for station in row if station.name in waiting)}


def of_hold(desk: Desk, hold: Hold) -> tuple[AllowedCommand, ...]:
    """What may be asked for a hold that stands: its interlocks that have no effect yet; once released, the undoing."""
    if hold.closed:
        return undoings(desk.view, desk.plant, hold.id)
    done = {row.command for row in asked_by(desk.view, hold.id) if row.state not in WITHOUT_EFFECT}
    return tuple(command for command in on_placing(desk, hold.units, hold.machine) if command.id not in done)


def on_release(desk: Desk, hold: Hold) -> tuple[AllowedCommand, ...]:
    """What the release of a hold may send back."""
    return undoings(desk.view, desk.plant, hold.id)
