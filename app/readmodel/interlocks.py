"""What stands between holds and controllers: which requests a hold made, which machines it keeps, what may be undone.

A hold keeps a machine from the moment that a person asked for it, whatever became of the write. Pure.
"""

from __future__ import annotations

from app.domain.control import Control
from app.domain.hold import Hold
from app.domain.lifecycles import ControlState
from app.domain.plant import AllowedCommand, Machine, Plant
from app.readmodel.model import View, all_controls, open_holds

WITHOUT_EFFECT = frozenset({ControlState.REFUSED, ControlState.FAILED})
"""Surely nothing happened: it may be asked for again."""


def asked_by(view: View, hold_id: str) -> list[Control]:
    """The requests to controllers that were made for a hold, oldest first."""
    return [row for row in all_controls(view) if row.hold and row.hold == hold_id]


def kept_by_others(view: View, machine: Machine, hold_id: str) -> tuple[Hold, ...]:
    """The other open holds that keep the machine, oldest first."""
    wanted = {row.hold for row in all_controls(view) if row.hold and row.command == machine.hold_command}
    return tuple(hold for hold in open_holds(view) if hold.id != hold_id and hold.id in wanted)


def kept_machines(view: View, plant: Plant, hold_id: str) -> tuple[Machine, ...]:
    """The machines that a hold keeps or kept, in the plant's order."""
    asked = {row.command for row in asked_by(view, hold_id)}
    return tuple(machine for machine in plant.machines.values() if machine.hold_command in asked)


def undoings(view: View, plant: Plant, hold_id: str) -> tuple[AllowedCommand, ...]:
    """What a release of the hold may send back: named by the plant file, not sent yet, and no other hold in the way."""
    done = {row.command for row in asked_by(view, hold_id) if row.state not in WITHOUT_EFFECT}
    return tuple(
        plant.commands[machine.release_command]
        for machine in kept_machines(view, plant, hold_id)
        if machine.release_command
        and machine.release_command not in done
        and not kept_by_others(view, machine, hold_id)
    )
