"""A person's request on its whole way: journal, acquisition process, a real controller, read-back (I9)."""

import asyncio
import contextlib
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from asyncua import Client

from app.acquisition.board import Board, BoardReader
from app.bootstrap.core import Core
from app.config import Config
from app.domain.commands import RequestControl, SettleControl
from app.domain.control import Control
from app.domain.errors import KnownError, RefusedError
from app.domain.lifecycles import ControlState
from app.domain.packml import MachineState
from app.domain.plant import Plant, Signal
from app.store.sqlite import SqliteJournal
from drivers.simulated.packml import State
from drivers.simulated.ua_nodes import named
from tests.needs import ROOT
from tests.system.simulators import free_ports, simulator
from tests.system.station import controls, core_of, demo_plant, until, up
from tests.unit.drivers.stub import Asked

STOP = RequestControl(command_id="L1.labeller.stop", seen_state=int(MachineState.EXECUTE))


@asynccontextmanager
async def line(folder: Path) -> AsyncIterator[tuple[Core, Plant, int]]:
    """Line L1 simulated, and a station on it that hears it."""
    port = free_ports(1)[0]
    plant = demo_plant(C_L1={"url": f"opc.tcp://127.0.0.1:{port}/lineside/l1"})
    async with (
        simulator("line", "--line", "L1", "--port", str(port), "--seed", "1"),
        core_of(plant, folder) as core,
    ):
        await until(lambda: up(core, "C-L1"))
        await asyncio.sleep(1.0)
        yield core, plant, port


async def state_of(port: int) -> State:
    """The labeller's state as another client reads it."""
    async with Client(f"opc.tcp://127.0.0.1:{port}/lineside/l1") as client:
        index = await client.get_namespace_index("urn:lineside:demo:l1")
        return State(await client.get_node(named("Labeller.Status.StateCurrent", index)).read_value())


def on_board(plant: Plant, folder: Path) -> float:
    """The labeller's state as the station has it: what a person sees before pressing."""
    tag = plant.tag("L1.labeller", Signal.STATE)
    assert tag is not None
    board = Board(Config(folder=folder, station="").board, len(plant.tags), len(plant.controllers), create=False)
    return BoardReader(board, np.zeros(len(plant.tags), np.int32)).reading(tag.index).number


async def ended(core: Core, place: int = -1) -> Control:
    """The last request, once it is known what became of it."""
    await until(lambda: controls(core)[place].state not in (ControlState.REQUESTED, ControlState.SENT))
    return controls(core)[place]


def kinds(folder: Path) -> list[str]:
    """What the journal on disk holds of the requests, in its order."""
    journal = SqliteJournal(folder)
    try:
        return [op.kind for op in journal.read() if op.stream.startswith("control/")]
    finally:
        journal.close()


async def test_stop_and_restart_are_confirmed_by_what_the_machine_then_shows(tmp_path: Path) -> None:
    async with line(tmp_path) as (core, plant, port):
        for name, seen, after in (
            ("stop", MachineState.EXECUTE, State.STOPPED),
            ("reset", MachineState.STOPPED, State.IDLE),
            ("start", MachineState.IDLE, State.EXECUTE),
        ):
            await until(lambda seen=seen: on_board(plant, tmp_path) == seen)  # type: ignore[misc]
            await core.send(RequestControl(command_id=f"L1.labeller.{name}", seen_state=int(seen)), "silva")
            row = await ended(core)
            assert (row.state, row.read_back) == (ControlState.CONFIRMED, str(int(after))), row.words
            assert await state_of(port) is after
    assert kinds(tmp_path) == ["ControlRequested", "ControlSent", "ControlConfirmed"] * 3


async def test_what_does_not_fit_is_refused_and_the_machine_runs_on(tmp_path: Path) -> None:
    async with line(tmp_path) as (core, _, port):
        with pytest.raises(RefusedError, match="may not"):
            await core.send(STOP, "berger")
        with pytest.raises(RefusedError, match="is in Stopped"):
            await core.send(RequestControl(command_id=STOP.command_id, seen_state=int(MachineState.STOPPED)), "silva")
        with pytest.raises(RefusedError, match="of its own"):
            await core.send(RequestControl(command_id=STOP.command_id, seen_state=STOP.seen_state, value=9.0), "silva")
        assert controls(core) == []
        # a screen that is behind: the state it shows is permitted, the one that stands is not
        await core.send(RequestControl(command_id="L1.labeller.reset", seen_state=int(MachineState.STOPPED)), "silva")
        row = await ended(core)
        assert row.state is ControlState.REFUSED
        assert "Execute" in row.words
        assert await state_of(port) is State.EXECUTE


async def test_too_fast_is_refused(tmp_path: Path) -> None:
    async with line(tmp_path) as (core, _, _port):
        await core.send(STOP, "silva")
        with pytest.raises(RefusedError, match="under way"):
            await core.send(STOP, "silva")
        await ended(core)
        with pytest.raises(RefusedError, match="a moment ago"):
            await core.send(STOP, "silva")
        assert len(controls(core)) == 1


async def test_a_controller_that_is_not_connected_gets_nothing(tmp_path: Path) -> None:
    async with core_of(demo_plant(), tmp_path) as core:
        await until(lambda: core.pulse is not None)
        await core.send(STOP, "silva")
        row = await ended(core)
    assert row.state is ControlState.FAILED
    assert "Nothing was sent" in row.words


# --- Modbus, and a program that is killed -----------------------------------------------------------------------------

HALT = RequestControl(command_id="L3.labeller.stop", seen_state=int(MachineState.EXECUTE))


async def test_a_command_register_is_written_and_the_state_read_back(tmp_path: Path) -> None:
    ports = free_ports(6)
    plant = demo_plant(C_L3_4={"port": ports[3]})
    async with (
        simulator("modbus", "--ports", ",".join(map(str, ports)), "--seed", "1"),
        core_of(plant, tmp_path) as core,
    ):
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(1.0)
        await core.send(HALT, "silva")
        row = await ended(core)
    assert (row.state, row.read_back) == (ControlState.CONFIRMED, "2"), row.words


@asynccontextmanager
async def mute_labeller() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A labeller that says what it is and that it runs, takes writes, and never answers one: its port, the writes."""
    image = [0] * 256
    image[4:12] = struct.unpack(">8H", b"L3.labeller".ljust(16, b"\0"))
    image[17], image[18] = 6, 1
    writes: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                frame = await reader.readexactly(12)
                asked = Asked(frame)
                if asked.function in (5, 6, 16):
                    writes.append(frame)
                    continue
                words = image[asked.address : asked.address + asked.count]
                writer.write(asked.frame(bytes([3, 2 * len(words)]) + struct.pack(f">{len(words)}H", *words)))
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], writes
    finally:
        server.close()


KILLED = """
import asyncio, sys
from pathlib import Path
from tests.system.station import core_of, demo_plant, up, until
from tests.system.test_controls import HALT

async def main(port, folder):
    async with core_of(demo_plant(C_L3_4={"port": port}), folder) as core:
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(1.0)
        await core.send(HALT, "silva")
        await asyncio.sleep(600)

asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
"""
"""A station that asks for a command and is then killed by the test."""


async def test_kill_9_after_sending_leaves_unknown_and_never_a_second_write(tmp_path: Path) -> None:
    async with mute_labeller() as (port, writes):
        command = [sys.executable, "-c", KILLED, str(port), str(tmp_path)]
        child = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        try:
            await until(lambda: writes)
        finally:
            child.kill()
            await child.wait()
        await until(lambda: not locked(tmp_path))
        assert kinds(tmp_path) == ["ControlRequested", "ControlSent"]
        async with core_of(demo_plant(C_L3_4={"port": port}), tmp_path) as core:
            await until(lambda: up(core, "C-L3-4"))
            row = await ended(core)
            assert row.state is ControlState.UNKNOWN
            assert "ended before" in row.words
            await asyncio.sleep(3.0)
            await core.send(SettleControl(control_id=row.id, note="It stands."), "silva")
        assert [Asked(frame).count for frame in writes] == [2]
    assert kinds(tmp_path) == ["ControlRequested", "ControlSent", "ControlUnknown", "ControlSettled"]


async def test_no_answer_is_unknown_with_what_a_new_look_shows(tmp_path: Path) -> None:
    async with mute_labeller() as (port, writes), core_of(demo_plant(C_L3_4={"port": port}), tmp_path) as core:
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(1.0)
        await core.send(HALT, "silva")
        row = await ended(core)
        assert (row.state, row.read_back) == (ControlState.UNKNOWN, "6"), row.words
        assert len(writes) == 1
        assert not row.closed


async def test_the_acquisition_killed_in_between_leaves_unknown(tmp_path: Path) -> None:
    async with mute_labeller() as (port, writes), core_of(demo_plant(C_L3_4={"port": port}), tmp_path) as core:
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(1.0)
        await core.send(HALT, "silva")
        await until(lambda: writes)
        assert core.pulse is not None
        for process in psutil.Process().children():
            if "drivers.host" in " ".join(process.cmdline()):
                process.kill()
        row = await ended(core)
        assert row.state is ControlState.UNKNOWN
        await until(lambda: up(core, "C-L3-4"))
        await asyncio.sleep(2.0)
        assert len(writes) == 1


def locked(folder: Path) -> bool:
    """Whether another process still has the journal."""
    try:
        SqliteJournal(folder).close()
    except KnownError:
        return True
    return False
