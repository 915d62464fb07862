"""An alarm storm through a whole station: 5,000 alarms in 10 s from a real server (faults.md rows 20 and 23)."""

import asyncio
import logging
import time
from dataclasses import replace
from pathlib import Path

import psutil

from app.bootstrap.core import Core
from app.domain.case import ExceptionCase
from app.domain.plant import Plant, Signal, Tag
from app.readmodel.model import all_cases
from tests.plants import MACHINES, small_plant
from tests.system.alarm_server import URI, AlarmServer, alarm_server, controller
from tests.system.station import core_of, until, up

log = logging.getLogger("lineside.test.storm")

STORM = 5_000
ALARMS = 120
GROWTH = 150 * 2**20
"""Bytes that a storm may cost both processes together: 5,000 operations with their findings are kept."""
BUSY_S = 0.5
"""CPU time that the core may take at one go over a storm, whatever else runs on the machine. I8 is measured on the
screen's thread, which is another."""


def plant(server: AlarmServer) -> Plant:
    """The small plant with all its machines on the server of alarms."""
    base = controller(server.port, server.machines)
    others = {key: value for key, value in base.settings.items() if not key.startswith("source.")}
    sources = {f"source.M{n}": machine for n, machine in enumerate(MACHINES)}
    first = next(iter(MACHINES))
    state = Tag(
        index=0, id=f"{first}.state", name="State", machine=first, controller="C-A", signal=Signal.STATE,
        address={"node": f"nsu={URI};s=M0.State"},
    )  # fmt: skip
    return small_plant(
        controllers={"C-A": replace(base, settings=others | sources)},
        machines={key: replace(machine, controller="C-A") for key, machine in MACHINES.items()},
        tags=(state,),
    )


def bursts(core: Core) -> list[ExceptionCase]:
    """The alarm bursts so far."""
    return [case for case in all_cases(core.bus.model) if case.kind == "alarm_burst"]


def counted(core: Core) -> int:
    """The alarms in them."""
    return sum(case.first_occurrences for case in bursts(core))


def used(process: psutil.Process) -> int:
    """Memory of the station and its acquisition."""
    return sum(int(one.memory_info().rss) for one in (process, *process.children(recursive=True)) if one.is_running())


class Busy:
    """What the loop on which the core runs takes at one go: CPU time at worst, and how late it was."""

    def __init__(self) -> None:
        self.worst_s = self.late_s = 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            wanted_s, used_s = time.monotonic() + 0.01, time.thread_time()
            await asyncio.sleep(0.01)
            self.late_s = max(self.late_s, time.monotonic() - wanted_s)
            self.worst_s = max(self.worst_s, time.thread_time() - used_s)


async def test_a_storm_is_one_case_a_machine_with_every_alarm_in_it(tmp_path: Path) -> None:
    process, busy = psutil.Process(), Busy()
    async with alarm_server(ALARMS, len(MACHINES)) as server, core_of(plant(server), tmp_path) as core:
        await until(lambda: up(core, "C-A"))
        before = used(process) - _of_server(process)
        watch = asyncio.create_task(busy.run())
        began_s = time.monotonic()
        try:
            await server.order(f"storm {STORM} 10")
            lasted_s = time.monotonic() - began_s
            await until(lambda: counted(core) >= STORM)
        finally:
            watch.cancel()
        behind_s = time.monotonic() - began_s - lasted_s
        grown = used(process) - _of_server(process) - before
        log.info(
            "%d alarms in %.1f s, listed %.2f s later, loop busy %.0f and late %.0f ms at worst, %.0f MiB more",
            STORM, lasted_s, behind_s, busy.worst_s * 1000, busy.late_s * 1000, grown / 2**20,
        )  # fmt: skip
        assert {case.machine for case in bursts(core)} == set(MACHINES)
        assert (len(bursts(core)), counted(core)) == (len(MACHINES), STORM)
        assert len(core.alarms.rows()) == ALARMS
        # a refresh tells each once more, also by a clock that has jumped: nothing is new
        await server.order("clock -3600000")
        heard = core.alarms.rows()[0].changed_at
        await server.order("ask")
        await server.order("tell 0")
        await until(lambda: core.alarms.rows()[0].changed_at < heard)
        assert len(bursts(core)) == len(MACHINES)
        assert counted(core) <= STORM + 1  # the alarm told anew is a new event
        assert busy.worst_s < BUSY_S
        assert grown < GROWTH


def _of_server(process: psutil.Process) -> int:
    return sum(int(one.memory_info().rss) for one in process.children() if "node" in one.name())
