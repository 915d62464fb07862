"""A PackML machine and its jobs, each mapped by one key of the plant file, on node-opcua with the official nodesets."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from app.domain.packml import MachineState, UnitMode
from app.domain.plant import Plant, Signal, Tag
from app.plant.check import check_text
from drivers.opcua.standards import CLEARED, RUNNING, STATES
from drivers.registry import ADDRESS_CHECKS, open_driver
from tests.contract.rigs.recorder import Recorder, Seen
from tests.contract.rigs.rig import free_port
from tests.needs import RIG, need_node
from tests.unit.plant.small import SMALL

MACHINE = """
[[machine_type]]
id = "packml"
unit = "bottles"

[[machine]]
id = "L1.packml"
line = "L1"
type = "packml"
controller = "C3"
packml = "l:Line/l:Filler"
jobs = "nsu=urn:packml:plc;s=Orders"
nominal_rate = 120

[[controller]]
id = "C3"
protocol = "opcua"
identity = "urn:packml:server"
settings = { url = "opc.tcp://127.0.0.1:PORT/packml", security = "none", ns.l = "urn:packml:plc" }
"""
MACHINE_LEVEL = frozenset({53, 54, 55})
BASE_LEVEL = frozenset({61, 62})


def plant_of(port: int) -> Plant:
    """The small plant with the machine, as a plant engineer writes it."""
    plant, faults = check_text(SMALL + MACHINE.replace("PORT", str(port)), Path("plant.toml"), ADDRESS_CHECKS)
    assert plant is not None, faults
    return plant


class Filler:
    """The server, and what the driver says of the machine, by the names of its tags."""

    def __init__(self, process: subprocess.Popen[bytes], tags: list[Tag], said: Recorder) -> None:
        self._process, self._tags, self.said = process, tags, said

    async def order(self, text: str) -> None:
        """One order of packml_server.js."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{text}\n".encode())
        self._process.stdin.flush()
        while (line := await asyncio.to_thread(self._process.stdout.readline)) != b"done\n":
            assert line, "the node-opcua server ended"

    def all(self, name: str) -> list[Seen]:
        """Every sample of a tag."""
        return self.said.of(next(tag.index for tag in self._tags if tag.id == f"L1.packml.{name}"))

    async def shows(self, name: str, value: float | str) -> None:
        """Wait until a tag shows a good value."""

        def shown() -> bool:
            last = self.all(name)[-1] if self.all(name) else None
            return last is not None and last.good and value in (last.value, last.text)

        await self.said.until(shown)


@asynccontextmanager
async def filler() -> AsyncIterator[Filler]:
    """A running filler with a driver on it."""
    port, said = free_port(), Recorder()
    command = [str(need_node()), "packml_server.js", str(port)]
    process = subprocess.Popen(command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: ASYNC220
    plant = plant_of(port)
    tags = [replace(tag, index=place) for place, tag in enumerate(plant.tags_of("L1.packml"))]
    assert process.stdout is not None
    while (line := await asyncio.to_thread(process.stdout.readline)) != b"ready\n":
        assert line, "the node-opcua server did not start"
    task = asyncio.create_task(open_driver(plant.controllers["C3"], tags, said).run())
    try:
        await said.until(lambda: said.seen)
        yield Filler(process, tags, said)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        process.kill()
        process.communicate()


async def test_a_machine_of_one_line_shows_states_modes_reasons_flags_and_counters() -> None:
    async with filler() as machine:
        await machine.shows("state", float(MachineState.EXECUTE))
        await machine.shows("mode", float(UnitMode.PRODUCE))
        for name, value in (("speed", 120.0), ("set_speed", 121.0), ("design_speed", 122.0)):
            await machine.shows(name, value)
        await machine.order("flags 1 1 3")
        for name, value in (("blocked", 1.0), ("starved", 1.0), ("mode", float(UnitMode.MANUAL))):
            await machine.shows(name, value)
        await machine.order("count 4711")
        for name, value in (("consumed", 4711.0), ("processed", 4712.0), ("defective", 4713.0)):
            await machine.shows(name, value)
        await machine.order("stop 17")
        await machine.shows("stop_reason", 17.0)
        await machine.shows("stop_text", "Guard open")


async def test_all_17_states_are_told_and_no_state_that_never_was() -> None:
    async with filler() as machine:
        await machine.shows("state", float(MachineState.EXECUTE))
        wanted = [MachineState.EXECUTE]
        for identifier, state in STATES.items():
            levels = (
                [identifier, 0, 0] if identifier in BASE_LEVEL
                else [CLEARED, identifier, 0] if identifier in MACHINE_LEVEL
                else [CLEARED, RUNNING, identifier]
            )  # fmt: skip
            await machine.order("state " + " ".join(map(str, levels)))
            await machine.shows("state", float(state))
            wanted.append(state)
        seen = [MachineState.of(sample.value) for sample in machine.all("state")]
    assert [state for place, state in enumerate(seen) if place == 0 or seen[place - 1] is not state] == wanted
    assert set(wanted) == set(MachineState) - {MachineState.UNDEFINED}


async def test_the_job_at_the_machine_is_read_where_the_server_tells_it() -> None:
    async with filler() as machine:
        await machine.shows("job", "")
        await machine.shows("job_state", "none of 1 runs")
        await machine.order("jobs 1 5 4711 3 2 2")
        await machine.shows("job", "WO-4711")
        await machine.shows("job_state", "Running")
        await machine.order("jobs 4711 4 2 2")
        await machine.shows("job_state", "Interrupted")


def test_one_key_gives_a_machine_the_standards_tags() -> None:
    tags = {tag.name: tag for tag in plant_of(4840).tags_of("L1.packml")}
    assert {tag.signal for tag in tags.values()} >= {
        Signal.STATE, Signal.MODE, Signal.RATE, Signal.NOMINAL_RATE, Signal.BLOCKED, Signal.STARVED, Signal.STOP_REASON,
        Signal.STOP_TEXT, Signal.CONSUMED, Signal.PRODUCED, Signal.REJECTED, Signal.JOB, Signal.JOB_STATE,
    }  # fmt: skip
    assert {tag.unit for tag in tags.values()} == {"", "bottles", "bottles/min"}


def test_a_place_that_is_none_is_a_fault_with_its_line() -> None:
    text = SMALL + MACHINE.replace("l:Line/l:Filler", "m:Line/").replace("PORT", "4840")
    plant, faults = check_text(text, Path("plant.toml"), ADDRESS_CHECKS)
    assert plant is None
    assert "packml" in text.splitlines()[faults[0].line - 1]
    assert "m:Line" in faults[0].message
