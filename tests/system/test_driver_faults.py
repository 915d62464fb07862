"""Short forms of the network faults of the plan (rows 1 to 10): never silent, never stale as live, nothing leaked."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.reading import STALE_AFTER_S
from app.ports import Link
from drivers.registry import DRIVERS, open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import NUMBER, RIGS, Rig
from tests.system.proxy import Proxy, proxied

CUT_S = 4.0
FLAPS = 15


@pytest.fixture(params=[row.protocol for row in DRIVERS])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A controller of each protocol; killed at the end."""
    made = RIGS[request.param]()
    yield made
    made.kill()


@asynccontextmanager
async def driving(rig: Rig) -> AsyncIterator[tuple[Recorder, Proxy]]:
    """Run the rig's driver through a proxy, once values flow."""
    await rig.start()
    recorder = Recorder()
    async with proxied(rig.port) as proxy:
        behind = replace(rig, port=proxy.port, process=None)
        task = asyncio.create_task(open_driver(behind.controller(), rig.tags(), recorder).run())
        try:
            await recorder.until(lambda: recorder.fresh(NUMBER, 0.0))
            yield recorder, proxy
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_pulled_cable_is_seen_in_time_and_values_return(rig: Rig) -> None:
    async with driving(rig) as (said, proxy):
        proxy.cut()
        await said.until(lambda: said.now is Link.LOST)
        assert said.links[-1].since_s - said.alive_s[-1] <= STALE_AFTER_S
        await asyncio.sleep(CUT_S)
        assert said.now is Link.LOST
        proxy.heal()
        healed_s = time.time()
        await said.until(lambda: said.fresh(NUMBER, healed_s))
        assert said.now is Link.UP


async def test_a_cable_pulled_for_a_second_never_ends_connected_and_silent(rig: Rig) -> None:
    async with driving(rig) as (said, proxy):
        proxy.cut()
        await asyncio.sleep(1.0)
        proxy.heal()
        healed_s = time.time() + STALE_AFTER_S
        await said.until(lambda: said.fresh(NUMBER, healed_s) and said.now is Link.UP)


async def test_a_reset_connection_is_made_again_at_once(rig: Rig) -> None:
    async with driving(rig) as (said, proxy):
        proxy.reset()
        await said.until(lambda: said.now is Link.LOST)
        lost_s = time.time()
        await said.until(lambda: said.now is Link.UP and said.fresh(NUMBER, lost_s))


async def test_a_flapping_network_leaks_no_task_and_no_handle(rig: Rig) -> None:
    async with driving(rig) as (said, proxy):
        tasks, handles = len(asyncio.all_tasks()), open_handles()
        for _ in range(FLAPS):
            proxy.close_door()
            await said.until(lambda: said.now is Link.LOST)
            proxy.open_door()
            back_s = time.time()
            await said.until(lambda back_s=back_s: said.now is Link.UP and said.fresh(NUMBER, back_s))  # type: ignore[misc]
        await said.until(lambda: len(asyncio.all_tasks()) <= tasks)
        await said.until(lambda: open_handles() <= handles)
        assert said.links[-1].reconnects == FLAPS


async def test_a_closed_door_is_not_stormed(rig: Rig) -> None:
    async with driving(rig) as (said, proxy):
        proxy.close_door()
        await said.until(lambda: said.now is Link.LOST)
        before = proxy.accepted
        await asyncio.sleep(CUT_S)
        assert proxy.accepted - before <= 10


def open_handles() -> int:
    """File handles of this process; 0 where the system does not tell."""
    handles = Path("/proc/self/fd")
    return len(list(handles.iterdir())) if handles.is_dir() else 0
