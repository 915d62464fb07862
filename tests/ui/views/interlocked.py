"""The night of the pictures in a plant whose L2 labeller has an interlock: a gate that closes and opens again."""

from dataclasses import replace

from app.domain import events as e
from app.domain.packml import MachineState
from app.domain.people import Role
from app.domain.plant import AllowedCommand, Plant, ReadBack, Signal
from app.domain.reading import Quality, Reading
from tests.ui.desk import FakeDesk
from tests.ui.views.night import hold_night

MACHINE = "L2.labeller"
ROLES = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.QUALITY_LEAD})


def _gate(name: str, words: str, value: float) -> AllowedCommand:
    return AllowedCommand(
        id=f"{MACHINE}.{name}",
        name=words,
        machine=MACHINE,
        controller="C-L2",
        address={"node": "nsu=urn:l2;s=Labeller.Gate"},
        roles=ROLES,
        states=frozenset({MachineState.EXECUTE, MachineState.STOPPED, MachineState.SUSPENDED}),
        value=value,
        read_back=ReadBack(address={}, tag=f"{MACHINE}.last_unit"),
    )


CLOSE, OPEN = _gate("close", "Close the pallet gate", 1.0), _gate("open", "Open the pallet gate", 0.0)


def guarded(plant: Plant) -> Plant:
    """The plant with the interlock."""
    labeller = replace(plant.machines[MACHINE], hold_command=CLOSE.id, release_command=OPEN.id)
    return replace(
        plant,
        machines={**plant.machines, MACHINE: labeller},
        commands={**plant.commands, CLOSE.id: CLOSE, OPEN.id: OPEN},
    )


def guarded_night(state: MachineState = MachineState.EXECUTE) -> FakeDesk:
    """The night in it, the labeller in this state."""
    desk = hold_night()
    desk.plant = guarded(desk.plant)
    tag = desk.plant.tag(MACHINE, Signal.STATE)
    assert tag is not None
    now_s = desk.now().timestamp()
    desk.values.rows[tag.index] = Reading(
        value=float(state), quality=Quality.GOOD, source_s=now_s, received_s=now_s, alive_s=now_s
    )
    return desk


def asked_for(desk: FakeDesk, hold_id: str, command: AllowedCommand, *events: type[e.ControlAnswered]) -> None:
    """The interlock was asked for with the hold, sent, and this became of it."""
    control_id = f"k-{hold_id}-{command.id}"
    desk.record(
        e.ControlRequested(
            control_id=control_id, station="desk-1", controller="C-L2", machine=MACHINE, what=command.name,
            command=command.id, value=command.value, seen=6, hold=hold_id,
        ),
        person="brandt",
    )  # fmt: skip
    desk.record(e.ControlSent(control_id=control_id))
    for event in events:
        desk.record(
            event(control_id=control_id, words="No answer came." if event is e.ControlUnknown else "Read back.")
        )
