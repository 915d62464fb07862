"""Reconnect after reconnect to a node-opcua server: nothing grows. `python -m tests.faults.reconnects [size]`.

In turn the connection is reset, so that the session is taken up again, and the server drops the subscription, so that
everything is made anew. Runs on loopback through a proxy, in a process of its own: its memory is the figure.
"""

import asyncio
import time
from collections.abc import Iterator

from app.ports import Link as LinkKind
from tests.bench.line import Figure
from tests.faults import growth
from tests.faults.campaign import campaign
from tests.faults.judged import judged
from tests.faults.link import Link, linked
from tests.faults.network import ProxyCable
from tests.faults.size import Size

SEEN_S = 10.0


async def reconnect(link: Link, turn: int) -> None:
    """End the connection or the subscription, see it lost, see every value come again."""
    began_s = time.time()
    if turn % 2:
        link.server.tell("drop")
    else:
        assert isinstance(link.cable, ProxyCable)
        link.cable.reset()
    await link.seen_lost(began_s, SEEN_S)
    await link.seen_fresh(time.time())


async def measured(size: Size) -> tuple[Link, growth.Held, growth.Held]:
    """The link after its reconnects, and what was held when it was warm and at the end."""
    async with linked("opcua", 1) as link:
        for turn in range(size.warm_up):
            await reconnect(link, turn)
        before = growth.held()
        for turn in range(size.reconnects):
            await reconnect(link, turn)
        assert link.oracle.now is LinkKind.UP or link.dead
        return link, before, await growth.settled(before)


def figures(size: Size) -> Iterator[Figure]:
    """What grew, and what the oracle says."""
    link, before, after = asyncio.run(measured(size))
    yield Figure(metric="reconnects_done", unit="reconnects", runs=[len(link.back_s) - 1 - size.warm_up])
    yield from growth.figures("reconnects", before, after)
    yield from judged("reconnects", [link])


if __name__ == "__main__":
    campaign("reconnects", figures)
