"""A cut between driver and server: the session is taken up again and no value is lost; else the loss is recorded."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.plant import Controller, Tag
from app.domain.reading import STALE_AFTER_S
from app.ports import Link
from drivers.opcua import subscription
from drivers.registry import open_driver
from tests.contract.rigs.certificates import make
from tests.contract.rigs.recorder import Recorder
from tests.contract.rigs.rig import NUMBER, RIGS, Rig, free_port
from tests.contract.rigs.secured import Host, Secured, counter_tag, workstation
from tests.system.plc import NAMES, Press, press_controller, press_tags
from tests.system.proxy import Proxy, proxied

FAST = {"publishing_ms": 100, "sampling_ms": 0}
"""Every value that a server writes is sampled: none is missed for that."""
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a test sees of a driver behind a proxy. `counter` is a tag that rises by `step` with each value."""

    said: Recorder
    proxy: Proxy
    counter: int
    step: float
    period: float

    def holes(self) -> list[tuple[float, float]]:
        """Where the counter does not go on as the server counts."""
        values = [seen.value for seen in self.said.of(self.counter) if seen.good]
        pairs = itertools.pairwise(values)
        return [(one, two) for one, two in pairs if two - one not in (0.0, self.step, self.step - self.period)]


@pytest.fixture
def rig() -> Iterator[Rig]:
    """The asyncua server."""
    made = RIGS["opcua"]()
    made.settings |= FAST
    yield made
    made.kill()


@pytest.fixture
def press() -> Iterator[Press]:
    """The node-opcua server."""
    made = Press(free_port())
    yield made
    made.kill()


@asynccontextmanager
async def driving(controller: Controller, tags: list[Tag], said: Recorder) -> AsyncIterator[None]:
    """Run the driver."""
    task = asyncio.create_task(open_driver(controller, tags, said).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def on_rig(rig: Rig) -> AsyncIterator[Watched]:
    """Watch the asyncua server's counter through a proxy, once values flow."""
    await rig.start()
    said = Recorder()
    async with proxied(rig.port) as proxy:
        behind = replace(rig, port=proxy.port, process=None)
        async with driving(behind.controller(), rig.tags(), said):
            await said.until(lambda: said.fresh(NUMBER, 0.0))
            yield Watched(said=said, proxy=proxy, counter=NUMBER, step=1.0, period=900.0)


@asynccontextmanager
async def on_press(press: Press) -> AsyncIterator[Watched]:
    """Watch the node-opcua server's speed through a proxy, once values flow."""
    await press.start()
    said = Recorder()
    async with proxied(press.port) as proxy:
        controller = press_controller(proxy.port)
        controller = replace(controller, settings={**controller.settings, **FAST})
        async with driving(controller, press_tags(), said):
            await said.until(lambda: said.fresh(NAMES.index("speed"), 0.0))
            yield Watched(said=said, proxy=proxy, counter=NAMES.index("speed"), step=0.5, period=45.0)


async def cut_and_heal(watched: Watched, cut_s: float) -> None:
    """Drop everything for a while; wait until values flow again."""
    said = watched.said
    watched.proxy.cut()
    await said.until(lambda: said.now is Link.LOST)
    assert said.links[-1].since_s - said.alive_s[-1] <= STALE_AFTER_S
    await asyncio.sleep(max(0.0, cut_s - STALE_AFTER_S))
    assert said.now is Link.LOST
    watched.proxy.heal()
    await said.until(lambda: said.now is Link.UP, PATIENCE_S)
    count = len(said.of(watched.counter))
    await said.until(lambda: len(said.of(watched.counter)) > count + 5)


@pytest.mark.parametrize("cut_s", [3.0, 20.0])
async def test_a_cut_loses_no_value_of_an_asyncua_server(rig: Rig, cut_s: float) -> None:
    async with on_rig(rig) as watched:
        await cut_and_heal(watched, cut_s)
    assert watched.holes() == []
    assert watched.said.turns[-1].kept
    assert watched.said.losses == []


@pytest.mark.parametrize("cut_s", [3.0, 8.0])
async def test_a_cut_loses_no_value_of_a_node_opcua_server(press: Press, cut_s: float) -> None:
    async with on_press(press) as watched:
        await cut_and_heal(watched, cut_s)
    assert watched.holes() == []
    assert watched.said.turns[-1].kept
    assert watched.said.losses == []


async def test_cut_after_cut_the_session_lives_on(press: Press) -> None:
    async with on_press(press) as watched:
        for _ in range(2):
            await cut_and_heal(watched, 3.0)
    assert watched.holes() == []
    assert [state.kept for state in watched.said.turns if state.link is Link.UP] == [False, True, True]


async def test_a_reset_connection_loses_no_value(press: Press) -> None:
    async with on_press(press) as watched:
        said = watched.said
        watched.proxy.reset()
        await said.until(lambda: said.now is Link.LOST)
        await said.until(lambda: said.now is Link.UP)
        count = len(said.of(watched.counter))
        await said.until(lambda: len(said.of(watched.counter)) > count + 5)
    assert watched.holes() == []
    assert said.turns[-1].kept


async def test_a_server_that_restarted_meanwhile_is_taken_as_new_and_the_gap_begins_at_the_last_word(rig: Rig) -> None:
    async with on_rig(rig) as watched:
        said = watched.said
        rig.kill()
        await said.until(lambda: said.now is Link.LOST)
        last_s = said.alive_s[-1]
        await rig.start("--swapped")
        await said.until(lambda: said.now is Link.UP)
        count = len(said.of(NUMBER))
        await said.until(lambda: len(said.of(NUMBER)) > count + 3)
    lost = [state for state in said.links if state.link is Link.LOST]
    assert {state.last_data_s for state in lost} == {last_s}
    assert not said.turns[-1].kept
    assert [seen.value for seen in said.of(NUMBER) if seen.good and not 1_000 <= seen.value < 2_000] == []


async def test_a_queue_that_overflows_during_a_cut_is_recorded_as_a_loss(press: Press) -> None:
    await press.start()
    said = Recorder()
    async with proxied(press.port) as proxy:
        controller = press_controller(proxy.port)
        settings = {**controller.settings, "publishing_ms": 100, "queue": 5}
        async with driving(replace(controller, settings=settings), press_tags(), said):
            await said.until(lambda: said.fresh(NAMES.index("speed"), 0.0))
            watched = Watched(said=said, proxy=proxy, counter=NAMES.index("speed"), step=0.5, period=45.0)
            await cut_and_heal(watched, 3.0)
            lost = next(state for state in said.links if state.link is Link.LOST)
            await said.until(lambda: said.losses)
    from_s, to_s, reason = said.losses[0]
    assert from_s == lost.last_data_s
    assert to_s >= said.links[-1].since_s - 1.0
    assert "queue was full" in reason
    assert watched.holes() != []


async def test_a_session_that_is_gone_when_the_cut_ends_leaves_a_gap(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "SESSION_S", 3.0)
    async with on_rig(rig) as watched:
        await cut_and_heal(watched, 9.0)
    assert not watched.said.turns[-1].kept


async def test_a_signed_and_encrypted_session_lives_on_over_a_cut(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL + 1, logger="asyncua")  # the server logs what its client does to it
    host, place = await asyncio.to_thread(Host), Secured()
    try:
        made, said = make(), Recorder()
        async with host.serving(made, place), proxied(place.port) as proxy:
            station = workstation(tmp_path, made)
            controller = place.controller(url=f"opc.tcp://127.0.0.1:{proxy.port}/rig")
            task = asyncio.create_task(open_driver(controller, [counter_tag()], said, station).run())
            await said.until(lambda: said.fresh(0, 0.0))
            proxy.cut()
            await said.until(lambda: said.now is Link.LOST)
            proxy.heal()
            await said.until(lambda: said.now is Link.UP, PATIENCE_S)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    finally:
        await asyncio.to_thread(host.stop)
    assert said.turns[-1].kept
    assert said.links[-1].secured
