"""What a server or its network does to a session that lives (fault rows 2, 5, 7, 8, 11, 12, 16, 17): node-opcua."""

import asyncio
import random
import signal
import time

import pytest

from app.domain.reading import STALE_AFTER_S
from app.ports import Link as LinkKind
from tests.faults.link import Link, happened, linked
from tests.faults.network import Cut, ProxyCable
from tests.needs import need_node
from tests.system.proxy import Proxy

PATIENCE_S = 40.0
A_WHILE_S = 3.0
HOPS_S, LOST_S, LOST_SHARE = (0.1, 0.3), 0.4, 0.05
LORIS_S = 0.1
TOKEN_MS = 2500
"""The least that node-opcua gives a channel."""


@pytest.fixture(autouse=True)
def node() -> None:
    """Skip where Node.js or node-opcua is missing."""
    need_node()


def proxy_of(link: Link) -> Proxy:
    """The proxy that the link's driver connects through."""
    assert isinstance(link.cable, ProxyCable)
    return link.cable.proxy


async def lost(link: Link) -> str:
    """Wait until the link is told as lost in time; gives the reason."""
    assert await happened(lambda: link.oracle.now is LinkKind.LOST, PATIENCE_S)
    state = link.oracle.states[-1]
    assert state.since_s - state.last_data_s <= STALE_AFTER_S
    return state.reason


async def fresh(link: Link) -> None:
    """Wait until every value is fresh again."""
    since_s = time.time()
    assert await happened(lambda: link.oracle.fresh(since_s), PATIENCE_S)


def nothing_wrong(link: Link) -> bool:
    """Whether the oracle saw no case."""
    oracle = link.oracle
    return not (oracle.wrong or oracle.backwards or oracle.silent or oracle.unrecorded())


async def test_a_server_that_shuts_down_is_lost_in_its_own_words_and_back_after_its_start() -> None:
    async with linked("opcua", 1) as link:
        ending = asyncio.create_task(link.server.end(signal.SIGTERM))
        assert "shutting down" in await lost(link)
        await ending
        await link.server.start()
        await fresh(link)
    assert nothing_wrong(link)


@pytest.mark.parametrize("way", [Cut.ANSWERS, Cut.REQUESTS])
async def test_a_cut_of_one_way_is_seen_in_time_and_loses_nothing(way: Cut) -> None:
    async with linked("opcua", 1) as link:
        await link.cable.cut(way)
        await lost(link)
        await link.cable.heal()
        await fresh(link)
    assert link.oracle.kept == 1
    assert nothing_wrong(link)


async def test_a_slow_and_lossy_network_is_no_reason_to_connect_again() -> None:
    dice = random.Random(1)
    async with linked("opcua", 1) as link:
        proxy_of(link).delay_s = lambda: dice.uniform(*HOPS_S) + (LOST_S if dice.random() < LOST_SHARE else 0.0)
        await asyncio.sleep(A_WHILE_S)
        await fresh(link)
        assert link.oracle.ups == 1
        proxy_of(link).delay_s = lambda: 0.0
    assert nothing_wrong(link)
    assert link.oracle.holes == []


async def test_an_answer_byte_by_byte_is_silence_and_never_a_link() -> None:
    async with linked("opcua", 1) as link:
        proxy = proxy_of(link)
        proxy.piece, proxy.delay_s = 1, lambda: LORIS_S
        proxy.reset()
        await happened(lambda: link.oracle.now is not LinkKind.UP, PATIENCE_S)
        ups = link.oracle.ups
        await asyncio.sleep(A_WHILE_S)
        assert link.oracle.ups == ups
        proxy.piece, proxy.delay_s = 65_536, lambda: 0.0
        proxy.reset()
        await fresh(link)
    assert nothing_wrong(link)


async def test_a_node_that_is_removed_has_no_value_and_the_others_live() -> None:
    async with linked("opcua", 1) as link:
        link.server.tell("remove")
        assert await happened(lambda: link.oracle.bad[0], PATIENCE_S)
        since_s = time.time()
        others = [tag for tag in link.oracle.identities if tag]
        assert await happened(lambda: all(link.oracle.last[tag].source_s > since_s for tag in others), PATIENCE_S)
        assert link.oracle.last[0].source_s < since_s
        assert link.oracle.ups == 1
        del link.oracle.identities[0]


async def test_a_node_that_became_a_text_has_no_number_and_the_others_live() -> None:
    async with linked("opcua", 1) as link:
        await link.server.end()
        await lost(link)
        await link.server.start("--text")
        others = [tag for tag in link.oracle.identities if tag]
        assert await happened(lambda: all(link.oracle.last[tag].run == link.server.run for tag in others), PATIENCE_S)
        assert await happened(lambda: link.oracle.bad[0], PATIENCE_S)
        assert link.oracle.last[0].run == 1
        del link.oracle.identities[0]
    assert nothing_wrong(link)


async def test_a_secure_channel_that_lives_for_seconds_is_renewed_without_a_loss() -> None:
    async with linked("opcua", 1, "--token-ms", str(TOKEN_MS)) as link:
        await asyncio.sleep(3 * TOKEN_MS / 1000)
        await fresh(link)
        assert link.oracle.ups == 1
    assert nothing_wrong(link)
    assert link.oracle.holes == []


async def test_a_subscription_that_the_server_ended_is_noticed_and_made_anew() -> None:
    async with linked("opcua", 1) as link:
        link.server.tell("drop")
        assert "subscription" in (await lost(link)).lower()
        await fresh(link)
        assert not link.oracle.states[-1].kept
    assert nothing_wrong(link)
