"""The interlock of a hold: asked for in the same commit, undone with the last hold, never in the way of one (I3)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.control import Control
from app.domain.errors import RefusedError
from app.domain.hold import Hold
from app.domain.lifecycles import ControlState
from app.domain.packml import MachineState
from app.domain.people import Role
from app.domain.plant import AllowedCommand, ReadBack
from app.readmodel import model as m
from app.readmodel.interlocks import asked_by, kept_by_others, undoings
from app.store.rebuild import rebuild
from tests.plants import MACHINES, small_plant
from tests.unit.services.floor import Floor, floor

RUNNING = int(MachineState.EXECUTE)
MACHINE = "L1.labeller"
ROLES = frozenset({Role.OPERATOR, Role.SHIFT_LEAD, Role.QUALITY_LEAD})


def gate(name: str, value: float) -> AllowedCommand:
    return AllowedCommand(
        id=f"{MACHINE}.{name}",
        name=f"Gate {name}",
        machine=MACHINE,
        controller="C-L1",
        address={"node": "i=9"},
        roles=ROLES,
        states=frozenset({MachineState.EXECUTE, MachineState.HELD}),
        value=value,
        read_back=ReadBack(address={"node": "i=9"}),
    )


CLOSE, OPEN = gate("close", 1.0), gate("open", 0.0)
OTHER = replace(CLOSE, id="L1.labeller.blow", read_back=None)


@pytest.fixture(name="desk")
def _desk() -> Iterator[Floor]:
    labeller = replace(MACHINES[MACHINE], hold_command=CLOSE.id, release_command=OPEN.id)
    plant = small_plant(
        machines={**MACHINES, MACHINE: labeller}, commands={row.id: row for row in (CLOSE, OPEN, OTHER)}
    )
    with floor(plant) as made:
        yield made


def held(desk: Floor, *commands: str, by: str = "okafor", seen: int = RUNNING) -> Hold:
    """A new hold with these commands confirmed."""
    units = (e.HeldUnits(lot="4480-A", product="W-050", quantity=Decimal(100)),)
    asked = tuple(c.Interlock(command_id=name, seen_state=seen) for name in commands)
    desk.send(c.PlaceHold(units=units, reason_code="seal", reason="Seals open.", interlocks=asked), by)
    return m.open_holds(desk.bus.model)[-1]


def ready(desk: Floor, hold: Hold) -> Hold:
    """The hold, reviewed and disposed of."""
    desk.send(c.ReviewHold(hold_id=hold.id), "brandt")
    desk.send(c.DisposeHold(hold_id=hold.id, disposition=e.Disposition.USE_AS_IS), "brandt")
    found = m.hold(desk.bus.model, hold.id)
    assert found is not None
    return found


def released(desk: Floor, hold: Hold, *commands: str, **parts: Any) -> None:
    asked = tuple(c.Interlock(command_id=name, seen_state=RUNNING) for name in commands)
    seen = ready(desk, hold).version
    desk.send(c.ReleaseHold(hold_id=hold.id, seen_version=seen, note="Fine.", interlocks=asked, **parts), "brandt")


def ended(desk: Floor, control: Control, event: type[e.ControlAnswered] = e.ControlConfirmed) -> None:
    desk.send(c.RecordControl(event=e.ControlSent(control_id=control.id)))
    desk.send(c.RecordControl(event=event(control_id=control.id, words="Read back.")))
    desk.clock.move(60)


def asked(desk: Floor, hold: Hold) -> list[Control]:
    return asked_by(desk.bus.model, hold.id)


def test_a_hold_and_its_interlock_are_one_commit(desk: Floor) -> None:
    before = len(desk.told)
    hold = held(desk, CLOSE.id)
    (row,) = asked(desk, hold)
    assert (row.state, row.command, row.value, row.machine) == (ControlState.REQUESTED, CLOSE.id, 1.0, MACHINE)
    assert len(desk.told) == before + 1
    model, bad = rebuild(desk.journal.read())
    assert not bad
    assert asked_by(model, hold.id) == [row]


REFUSED = {
    "the state seen": (CLOSE.id, "okafor", int(MachineState.ABORTED), "Aborted"),
    "a command that is no interlock": (OTHER.id, "okafor", RUNNING, "no such interlock"),
    "the other way": (OPEN.id, "okafor", RUNNING, "no such interlock"),
    "a command that is not allowed at all": ("L1.labeller.explode", "okafor", RUNNING, "no such interlock"),
}


@pytest.mark.parametrize(("command", "person", "seen", "why"), REFUSED.values(), ids=REFUSED)
def test_what_can_not_be_written_never_keeps_the_hold_back(
    desk: Floor, command: str, person: str, seen: int, why: str
) -> None:
    hold = held(desk, command, by=person, seen=seen)
    assert not hold.closed
    (row,) = asked(desk, hold)
    assert row.state is ControlState.FAILED
    assert why in row.words


def test_whoever_may_not_ask_for_it_still_places_the_hold() -> None:
    labeller = replace(MACHINES[MACHINE], hold_command=CLOSE.id)
    close = replace(CLOSE, roles=frozenset({Role.MAINTENANCE}))
    with floor(small_plant(machines={**MACHINES, MACHINE: labeller}, commands={close.id: close})) as desk:
        (row,) = asked(desk, held(desk, close.id, by="silva"))
        assert row.state is ControlState.FAILED
        assert "maintenance" in row.words


def test_an_unknown_outcome_stays_with_the_hold_and_the_hold_stays(desk: Floor) -> None:
    hold = held(desk, CLOSE.id)
    ended(desk, asked(desk, hold)[0], e.ControlUnknown)
    assert [row.state for row in asked(desk, hold)] == [ControlState.UNKNOWN]
    assert m.open_holds(desk.bus.model) == [hold]


def test_the_last_hold_of_a_machine_undoes_it_and_no_earlier_one(desk: Floor) -> None:
    first = held(desk, CLOSE.id)
    ended(desk, asked(desk, first)[0])
    second = held(desk, CLOSE.id)
    ended(desk, asked(desk, second)[0])
    machine = desk.plant.machines[MACHINE]
    assert undoings(desk.bus.model, desk.plant, first.id) == ()
    assert kept_by_others(desk.bus.model, machine, first.id) == (second,)
    released(desk, first, OPEN.id)
    refused = asked(desk, first)[-1]
    assert (refused.command, refused.state) == (OPEN.id, ControlState.FAILED)
    assert "another hold, on 4480-A" in refused.words
    assert undoings(desk.bus.model, desk.plant, second.id) == (OPEN,)
    desk.clock.move(OPEN.min_interval_s)
    released(desk, second, OPEN.id)
    assert asked(desk, second)[-1].state is ControlState.REQUESTED
    assert undoings(desk.bus.model, desk.plant, second.id) == ()


def test_a_hold_that_asked_in_vain_keeps_the_machine_all_the_same(desk: Floor) -> None:
    first = held(desk, CLOSE.id)
    second = held(desk, CLOSE.id)
    assert asked(desk, second)[0].state is ControlState.FAILED, "one request at a time for a machine"
    ended(desk, asked(desk, first)[0])
    assert undoings(desk.bus.model, desk.plant, first.id) == ()


def test_a_release_without_it_leaves_the_machine_as_it_is_and_it_may_be_undone_later(desk: Floor) -> None:
    hold = held(desk, CLOSE.id)
    ended(desk, asked(desk, hold)[0])
    released(desk, hold)
    assert len(asked(desk, hold)) == 1
    desk.send(c.RequestControl(command_id=OPEN.id, seen_state=RUNNING, hold_id=hold.id), "okafor")
    assert asked(desk, hold)[-1].command == OPEN.id


def test_it_may_be_asked_for_again_while_the_hold_is_open(desk: Floor) -> None:
    hold = held(desk, CLOSE.id, seen=int(MachineState.ABORTED))
    desk.clock.move(60)
    desk.send(c.RequestControl(command_id=CLOSE.id, seen_state=RUNNING, hold_id=hold.id), "okafor")
    assert [row.state for row in asked(desk, hold)] == [ControlState.FAILED, ControlState.REQUESTED]
    wrong = c.RequestControl(command_id=OPEN.id, seen_state=RUNNING, hold_id=hold.id)
    assert isinstance(desk.refused(wrong, "okafor"), RefusedError)


def test_a_plant_that_does_not_say_so_undoes_nothing() -> None:
    labeller = replace(MACHINES[MACHINE], hold_command=CLOSE.id)
    plant = small_plant(machines={**MACHINES, MACHINE: labeller}, commands={row.id: row for row in (CLOSE, OPEN)})
    with floor(plant) as desk:
        hold = held(desk, CLOSE.id)
        ended(desk, asked(desk, hold)[0])
        assert undoings(desk.bus.model, plant, hold.id) == ()
