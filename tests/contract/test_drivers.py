"""One suite over every row of DRIVERS, against real servers in processes of their own."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from app.domain.plant import Controller
from app.domain.reading import STALE_AFTER_S, Quality
from app.ports import Link
from drivers.registry import DRIVERS, open_driver
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import BOOL, INVALID, MISSING, NUMBER, RIGS, STATE, TEXT, Rig

A_MOMENT_S = 1.0


@pytest.fixture(params=[row.protocol for row in DRIVERS])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """A controller of each protocol, not yet started; killed at the end."""
    made = RIGS[request.param]()
    yield made
    made.kill()


@asynccontextmanager
async def driving(rig: Rig, controller: Controller | None = None) -> AsyncIterator[Recorder]:
    """Run the rig's driver; its end must be clean and quick."""
    recorder = Recorder()
    driver = open_driver(controller or rig.controller(), rig.tags(), recorder)
    task = asyncio.create_task(driver.run())
    try:
        yield recorder
    finally:
        task.cancel()
        cancelled_s = time.monotonic()
        await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()
        assert time.monotonic() - cancelled_s < 1.0


async def test_values_come_with_quality_and_time(rig: Rig) -> None:
    await rig.start()
    began_s = time.time()
    async with driving(rig) as said:
        await said.until(lambda: len([seen for seen in said.of(NUMBER) if seen.good]) >= 3)
        await said.until(lambda: said.of(TEXT) and said.of(STATE) and said.of(BOOL))
    number = said.of(NUMBER)[-1]
    assert 1_000 <= number.value < 2_000
    assert said.of(TEXT)[-1].text == "4480-A"
    assert said.of(STATE)[-1].value == 7.0
    assert said.of(BOOL)[-1].value == 1.0
    assert began_s - 5.0 < number.source_s <= number.received_s <= time.time()
    assert said.now is Link.UP
    assert said.alive_s == sorted(said.alive_s)


async def test_a_tag_that_the_controller_does_not_have_leaves_the_others_live(rig: Rig) -> None:
    await rig.start()
    async with driving(rig) as said:
        await said.until(lambda: said.of(MISSING) and said.fresh(NUMBER, 0.0))
    assert all(seen.quality >= Quality.BAD for seen in said.of(MISSING))
    assert all(seen.good for seen in said.of(NUMBER))


async def test_a_value_that_is_no_number_is_never_good(rig: Rig) -> None:
    await rig.start()
    async with driving(rig) as said:
        await said.until(lambda: said.of(INVALID))
    assert all(seen.quality is Quality.BAD for seen in said.of(INVALID))


async def test_a_killed_controller_is_lost_in_time_and_comes_back_by_itself(rig: Rig) -> None:
    await rig.start()
    async with driving(rig) as said:
        await said.until(lambda: said.fresh(NUMBER, 0.0))
        rig.kill()
        await said.until(lambda: said.now is Link.LOST)
        lost = said.links[-1]
        assert lost.since_s - said.alive_s[-1] <= STALE_AFTER_S
        assert lost.last_data_s == said.alive_s[-1]
        assert lost.reason
        heard = len(said.alive_s)
        await asyncio.sleep(A_MOMENT_S)
        assert len(said.alive_s) == heard, "nothing may count as alive while the controller is dead"
        await rig.start()
        back_s = time.time()
        await said.until(lambda: said.fresh(NUMBER, back_s))
    assert said.now is Link.UP
    assert said.links[-1].reconnects == 1


async def test_a_frozen_controller_is_lost_in_time_and_comes_back_by_itself(rig: Rig) -> None:
    await rig.start()
    async with driving(rig) as said:
        await said.until(lambda: said.fresh(NUMBER, 0.0))
        rig.signal(signal.SIGSTOP)
        await said.until(lambda: said.now is Link.LOST)
        assert said.links[-1].since_s - said.alive_s[-1] <= STALE_AFTER_S
        rig.signal(signal.SIGCONT)
        back_s = time.time()
        await said.until(lambda: said.now is Link.UP and said.fresh(NUMBER, back_s))


async def test_a_controller_that_starts_later_is_found(rig: Rig) -> None:
    async with driving(rig) as said:
        await said.until(lambda: said.now is Link.LOST)
        assert not said.alive_s
        assert not said.seen
        await rig.start()
        await said.until(lambda: said.fresh(NUMBER, 0.0))
    assert said.links[0].link is Link.CONNECTING


async def test_another_controller_at_the_address_is_refused_and_nothing_of_it_is_accepted(rig: Rig) -> None:
    await rig.start()
    async with driving(rig, rig.controller(identity="urn:someone:else")) as said:
        await said.until(lambda: said.now is Link.REFUSED)
        await asyncio.sleep(A_MOMENT_S)
    assert said.now is Link.REFUSED
    assert rig.identity in said.links[-1].reason
    assert not said.seen
    assert not said.alive_s


async def test_a_refused_controller_is_accepted_once_the_right_one_answers(rig: Rig) -> None:
    await rig.start("--identity", "urn:imposter")
    async with driving(rig) as said:
        await said.until(lambda: said.now is Link.REFUSED)
        rig.kill()
        await rig.start()
        await said.until(lambda: said.now is Link.UP and said.fresh(NUMBER, 0.0))


async def test_a_controller_without_an_expected_identity_says_so(rig: Rig) -> None:
    await rig.start()
    async with driving(rig, rig.controller(identity="")) as said:
        await said.until(lambda: said.now is Link.UP)
    assert said.links[-1].reason.startswith("identity not checked")


async def test_ending_while_nobody_answers_is_clean(rig: Rig) -> None:
    async with driving(rig) as said:
        await said.until(lambda: said.now is Link.LOST)


@pytest.fixture
def opcua() -> Iterator[Rig]:
    """The OPC UA rig alone."""
    made = RIGS["opcua"]()
    yield made
    made.kill()


async def test_a_restart_with_other_namespace_indices_shows_no_value_of_another_machine(opcua: Rig) -> None:
    await opcua.start()
    async with driving(opcua) as said:
        await said.until(lambda: said.fresh(NUMBER, 0.0))
        for arguments in (["--swapped"], []):
            opcua.kill()
            await opcua.start(*arguments)
            back_s = time.time()
            await said.until(lambda back_s=back_s: said.fresh(NUMBER, back_s))  # type: ignore[misc]
    assert [seen.value for seen in said.of(NUMBER) if seen.good and not 1_000 <= seen.value < 2_000] == []


async def test_a_server_with_rare_keep_alives_is_neither_lost_by_mistake_nor_too_late(opcua: Rig) -> None:
    opcua.settings["publishing_ms"] = 1_000
    still = opcua.tags()[TEXT : TEXT + 1]
    await opcua.start()
    said = Recorder()
    task = asyncio.create_task(open_driver(opcua.controller(), still, said).run())
    await said.until(lambda: len(said.alive_s) >= 5)
    assert [state.link for state in said.turns] == [Link.CONNECTING, Link.UP]
    opcua.signal(signal.SIGSTOP)
    await said.until(lambda: said.now is Link.LOST)
    assert said.links[-1].since_s - said.alive_s[-1] <= STALE_AFTER_S
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_come_as_alarms_of_their_machine(opcua: Rig) -> None:
    await opcua.start()
    async with driving(opcua) as said:
        await said.until(lambda: len(said.alarms) >= 2)
    first, second = said.alarms[:2]
    assert first.machine == "R.one"
    assert first.message.startswith("tick")
    assert 1 <= first.severity <= 1_000
    assert first.active
    assert first.event_id != second.event_id


def test_every_driver_has_a_rig() -> None:
    assert set(RIGS) == {row.protocol for row in DRIVERS}
