"""A controller that allows few sessions, all taken by others (fault row 18): said in words, asked rarely, then used."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from asyncua import Client

from app.ports import Link as LinkKind
from tests.faults.link import Link, driving, happened, server_link
from tests.faults.network import ProxyCable
from tests.needs import need_node

FEW = 2
PATIENCE_S = 40.0
LOOK_S = 8.0
MOST_A_LOOK = 10
"""Attempts within LOOK_S; one a second or so once the waiting times have grown."""


@asynccontextmanager
async def guest(port: int) -> AsyncIterator[None]:
    """Someone else's session."""
    client = Client(f"opc.tcp://127.0.0.1:{port}", watchdog_intervall=3600)
    async with client:
        yield


async def test_a_server_without_a_free_session_is_said_asked_rarely_and_used_once_one_is_free() -> None:
    need_node()
    async with server_link("opcua", 1, "--sessions", str(FEW)) as link, AsyncExitStack() as guests:
        for _ in range(FEW):
            await guests.enter_async_context(guest(link.server.cable.server_port))
        controller = link.kind.controller(link.number, link.cable.host, link.cable.port)
        async with driving(controller, link.kind.tags(link.number), link.oracle):
            assert await happened(lambda: "BadTooManySessions" in said(link), PATIENCE_S)
            assert isinstance(link.cable, ProxyCable)
            before = link.cable.proxy.accepted
            await asyncio.sleep(LOOK_S)
            assert link.cable.proxy.accepted - before <= MOST_A_LOOK
            assert link.oracle.ups == 0
            await guests.aclose()
            since_s = time.time()
            assert await happened(lambda: link.oracle.fresh(since_s), PATIENCE_S)


def said(link: Link) -> str:
    """The reason as last told."""
    states = link.oracle.states
    return states[-1].reason if states and states[-1].link is not LinkKind.UP else ""
