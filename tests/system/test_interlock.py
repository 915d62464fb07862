"""A hold's interlock on its whole way: one commit, a real controller, the read-back, and the undoing (I3, I9)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from app.bootstrap.core import Core
from app.domain import commands as c
from app.domain import events as e
from app.domain.control import Control
from app.domain.hold import Hold
from app.domain.lifecycles import ControlState
from app.domain.packml import MachineState
from app.domain.plant import Plant
from app.readmodel.interlocks import asked_by
from app.readmodel.model import all_holds, open_holds
from drivers.simulated.packml import State
from tests.system.simulators import free_ports, simulator
from tests.system.station import core_of, demo_plant, until, up
from tests.system.test_controls import mute_labeller, on_board, state_of

UNITS = (e.HeldUnits(lot="4480-A", product="", quantity=Decimal(100)),)


def interlocked(plant: Plant, machine: str, hold: str, release: str = "") -> Plant:
    """The plant in which a hold on the machine asks for `hold`, and the release of the last for `release`."""
    row = replace(plant.machines[machine], hold_command=hold, release_command=release)
    return replace(plant, machines={**plant.machines, machine: row})


async def held(core: Core, command: str) -> Hold:
    """A hold by the quality lead, with the interlock of a running machine confirmed."""
    asked = (c.Interlock(command_id=command, seen_state=int(MachineState.EXECUTE)),)
    await core.send(c.PlaceHold(units=UNITS, reason_code="seal", reason="Seals.", interlocks=asked), "silva")
    return open_holds(core.bus.model)[-1]


async def ended(core: Core, hold: Hold, place: int = -1) -> Control:
    """The hold's last request, once it is known what became of it."""

    def known() -> Sequence[Control]:
        rows = asked_by(core.bus.model, hold.id)
        return rows if rows and not rows[place].under_way else ()

    await until(known)
    return known()[place]


async def released(core: Core, hold: Hold, *interlocks: c.Interlock) -> None:
    await core.send(c.ReviewHold(hold_id=hold.id), "brandt")
    await core.send(c.DisposeHold(hold_id=hold.id, disposition=e.Disposition.USE_AS_IS, note="Fine."), "brandt")
    seen = next(row for row in all_holds(core.bus.model) if row.id == hold.id).version
    await core.send(c.ReleaseHold(hold_id=hold.id, seen_version=seen, note="Fine.", interlocks=interlocks), "brandt")


async def test_an_opcua_machine_is_interlocked_with_the_hold_and_freed_with_its_release(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    plant = demo_plant(C_L1={"url": f"opc.tcp://127.0.0.1:{port}/lineside/l1"})
    plant = interlocked(plant, "L1.labeller", "L1.labeller.stop", "L1.labeller.reset")
    roles = plant.people["brandt"].roles
    plant = replace(plant, commands={k: replace(v, roles=v.roles | roles) for k, v in plant.commands.items()})
    async with (
        simulator("line", "--line", "L1", "--port", str(port), "--seed", "1"),
        core_of(plant, tmp_path) as core,
    ):
        await until(lambda: up(core, "C-L1"))
        await until(lambda: on_board(plant, tmp_path) == MachineState.EXECUTE)
        hold = await held(core, "L1.labeller.stop")
        row = await ended(core, hold)
        assert (row.state, row.read_back) == (ControlState.CONFIRMED, "2"), row.words
        assert await state_of(port) is State.STOPPED
        await until(lambda: on_board(plant, tmp_path) == MachineState.STOPPED)
        undo = c.Interlock(command_id="L1.labeller.reset", seen_state=int(MachineState.STOPPED))
        await released(core, hold, undo)
        row = await ended(core, hold)
        assert (row.command, row.state) == (undo.command_id, ControlState.CONFIRMED), row.words
        assert await state_of(port) is State.IDLE
    assert not open_holds(core.bus.model)


async def test_a_modbus_machine_is_interlocked_with_the_hold(tmp_path: Path) -> None:
    ports = free_ports(6)
    plant = interlocked(demo_plant(C_L3_4={"port": ports[3]}), "L3.labeller", "L3.labeller.stop")
    async with (
        simulator("modbus", "--ports", ",".join(map(str, ports)), "--seed", "1"),
        core_of(plant, tmp_path) as core,
    ):
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(1.0)
        row = await ended(core, await held(core, "L3.labeller.stop"))
    assert (row.state, row.read_back) == (ControlState.CONFIRMED, "2"), row.words


async def test_no_answer_leaves_the_hold_and_an_unknown_interlock_and_is_written_once(tmp_path: Path) -> None:
    async with mute_labeller() as (port, writes):
        plant = interlocked(demo_plant(C_L3_4={"port": port}), "L3.labeller", "L3.labeller.stop")
        async with core_of(plant, tmp_path) as core:
            await until(lambda: up(core, "C-L3-4"))
            await asyncio.sleep(1.0)
            hold = await held(core, "L3.labeller.stop")
            row = await ended(core, hold)
            assert row.state is ControlState.UNKNOWN, row.words
            assert open_holds(core.bus.model) == [hold]
        assert len(writes) == 1
        async with core_of(plant, tmp_path) as core:
            assert open_holds(core.bus.model) == [hold]
            assert [row.state for row in asked_by(core.bus.model, hold.id)] == [ControlState.UNKNOWN]
            await until(lambda: up(core, "C-L3-4"))
        assert len(writes) == 1


async def test_without_a_connection_the_hold_stands_and_says_that_nothing_was_sent(tmp_path: Path) -> None:
    plant = interlocked(demo_plant(), "L3.labeller", "L3.labeller.stop")
    async with core_of(plant, tmp_path) as core:
        await until(lambda: core.pulse is not None)
        hold = await held(core, "L3.labeller.stop")
        row = await ended(core, hold)
        assert row.state is ControlState.FAILED
        assert "Nothing was sent" in row.words
        assert open_holds(core.bus.model) == [hold]
