"""An alarm storm through a whole station: 5,000 alarms in 10 s from a real server (faults.md rows 20 and 23).

How late the screen is meanwhile is measured by `make bench-storm`.
"""

from pathlib import Path

import psutil

from tests.plants import MACHINES
from tests.system.alarm_server import alarm_server
from tests.system.station import core_of, until, up
from tests.system.storm import ALARMS, STORM, bursts, counted, plant, used

GROWTH = 150 * 2**20
"""Bytes that a storm may cost both processes together: 5,000 operations with their findings are kept."""


async def test_a_storm_is_one_case_a_machine_with_every_alarm_in_it(tmp_path: Path) -> None:
    process = psutil.Process()
    async with alarm_server(ALARMS, len(MACHINES)) as server, core_of(plant(server.port), tmp_path) as core:
        await until(lambda: up(core, "C-A"))
        before = used(process) - _of_server(process)
        await server.order(f"storm {STORM} 10")
        await until(lambda: counted(core.bus.model) >= STORM)
        grown = used(process) - _of_server(process) - before
        assert {case.machine for case in bursts(core.bus.model)} == set(MACHINES)
        assert (len(bursts(core.bus.model)), counted(core.bus.model)) == (len(MACHINES), STORM)
        assert len(core.alarms.rows()) == ALARMS
        # a refresh tells each once more, also by a clock that has jumped: nothing is new
        await server.order("clock -3600000")
        heard = core.alarms.rows()[0].changed_at
        await server.order("ask")
        await server.order("tell 0")
        await until(lambda: core.alarms.rows()[0].changed_at < heard)
        assert len(bursts(core.bus.model)) == len(MACHINES)
        assert counted(core.bus.model) <= STORM + 1  # the alarm told anew is a new event
        assert grown < GROWTH


def _of_server(process: psutil.Process) -> int:
    return sum(int(one.memory_info().rss) for one in process.children() if "node" in one.name())
