"""The OPC UA driver against a server that no one here wrote: node-opcua, with a tag list as an engineer writes it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from app.domain.packml import MachineState
from app.domain.reading import STALE_AFTER_S, Quality
from app.ports import Link
from drivers.registry import ADDRESS_CHECKS, open_driver
from tests.contract.rigs.recorder import Recorder, Seen
from tests.contract.rigs.rig import free_port
from tests.system.plc import ADDRESSES, NAMES, Press, press_controller, press_tags


@pytest.fixture
def press() -> Iterator[Press]:
    """The press, not yet started; killed at the end."""
    made = Press(free_port())
    yield made
    made.kill()


@asynccontextmanager
async def driving(press: Press) -> AsyncIterator[Recorder]:
    """Run the driver on the press."""
    recorder = Recorder()
    task = asyncio.create_task(open_driver(press_controller(press.port), press_tags(), recorder).run())
    try:
        yield recorder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def last(said: Recorder, name: str) -> Seen:
    """The newest sample of a tag."""
    return said.of(NAMES.index(name))[-1]


def test_the_tag_list_passes_the_check() -> None:
    checks, settings = ADDRESS_CHECKS["opcua"], press_controller(4840).settings
    assert checks.check_settings(settings) == []
    assert [fault for _, address in ADDRESSES.values() for fault in checks.check_address(address, settings)] == []


async def test_values_of_every_kind_arrive_as_they_are(press: Press) -> None:
    await press.start()
    async with driving(press) as said:
        await said.until(lambda: all(said.of(index) for index in range(len(NAMES))))
        await said.until(lambda: len(said.of(NAMES.index("speed"))) > 3)
    assert 50.0 <= last(said, "speed").value < 100.0
    assert last(said, "state").value == MachineState.EXECUTE
    assert last(said, "running").value == 1.0
    assert last(said, "level").value == 20.0
    assert last(said, "mode").value == 1.0
    assert last(said, "lot").text == "P-77 <b>⟨U+202E⟩"
    assert last(said, "serial").text == "9007199254740993"
    assert last(said, "sensor").quality is Quality.BAD
    assert last(said, "array").quality is Quality.BAD
    for name in ("removed", "elsewhere", "lost_path"):
        assert last(said, name).quality is Quality.NO_DATA


async def test_an_alarm_becomes_active_and_returns_under_one_key(press: Press) -> None:
    await press.start()
    async with driving(press) as said:
        await said.until(lambda: {alarm.active for alarm in said.alarms if "#" not in alarm.key} == {True, False})
    alarms = [alarm for alarm in said.alarms if "#" not in alarm.key]
    assert {alarm.key for alarm in alarms} == {"urn:press:plc;s=Press1.PressureAlarm"}
    assert {alarm.machine for alarm in alarms} == {"P.press"}
    assert len({alarm.event_id for alarm in alarms}) >= 2
    assert all(1 <= alarm.severity <= 1_000 for alarm in alarms)


async def test_an_alarm_that_was_active_before_is_told_at_connect(press: Press) -> None:
    await press.start("--standing")
    async with driving(press) as said:
        await said.until(lambda: said.alarms)
    assert said.alarms[0].key == "urn:press:plc;s=Press1.PressureAlarm"
    assert said.alarms[0].active


async def test_kill_9_and_restart_with_other_indices_recovers_without_a_foreign_value(press: Press) -> None:
    await press.start()
    speed = NAMES.index("speed")
    async with driving(press) as said:
        await said.until(lambda: said.fresh(speed, 0.0))
        press.kill()
        await said.until(lambda: said.now is Link.LOST)
        assert said.links[-1].since_s - said.alive_s[-1] <= STALE_AFTER_S
        await press.start("--swapped")
        back_s = time.time()
        await said.until(lambda: said.fresh(speed, back_s))
    assert [seen.value for seen in said.of(speed) if seen.good and not 50.0 <= seen.value < 100.0] == []
