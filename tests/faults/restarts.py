"""Servers that die, end or freeze and come back, often with other namespace indices: `python -m tests.faults.restarts`.

Killed with -9, asked to end with SIGTERM, stopped with SIGSTOP: a third each, in random order, on links side by side.
"""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from itertools import cycle, islice

from tests.bench.line import Figure, under
from tests.faults.campaign import campaign
from tests.faults.judged import judged
from tests.faults.link import Link, linked
from tests.faults.size import Size, shares
from tests.faults.stall import Stall, watched

SEEN_S = 10.0
STEADY_S = 2.0
DEATHS = (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP)


async def suffer(protocol: str, number: int, deaths: list[signal.Signals], size: Size) -> Link:
    """One link and its server's restarts."""
    dice = random.Random(size.seed * 1_000 + number)
    async with linked(protocol, number) as link:
        for death in deaths:
            await asyncio.sleep(STEADY_S)
            if death is signal.SIGSTOP:
                await freeze(link, dice.uniform(*size.frozen_s))
            else:
                await restart(link, death, dice.uniform(*size.down_s), dice.random() < 0.5)
        await asyncio.sleep(STEADY_S)
    return link


async def freeze(link: Link, lasting_s: float) -> None:
    """Stop the server's process for a while; its sockets stay open."""
    began_s = time.time()
    link.server.send(signal.SIGSTOP)
    await link.seen_lost(began_s, SEEN_S)
    await asyncio.sleep(max(0.0, began_s + lasting_s - time.time()))
    link.server.send(signal.SIGCONT)
    await link.seen_fresh(time.time())


async def restart(link: Link, death: signal.Signals, down_s: float, swapped: bool) -> None:
    """End the server and start it again, as another run."""
    began_s = time.time()
    await link.server.end(death)
    await link.seen_lost(began_s, SEEN_S)
    await asyncio.sleep(down_s)
    await link.server.start(*(["--swapped"] if swapped and link.kind.protocol == "opcua" else []))
    await link.seen_fresh(time.time())


def rows(size: Size) -> list[tuple[str, list[signal.Signals]]]:
    """Each link's protocol and what its server suffers: every kind of death as often as the others."""
    deaths = list(islice(cycle(DEATHS), size.restarts))
    random.Random(size.seed).shuffle(deaths)
    takes = iter(deaths)
    opcua = [("opcua", list(islice(takes, share))) for share in shares(size.restarts, size.opcua_links)]
    return [*opcua, *(("modbus", list(DEATHS)) for _ in range(size.modbus_links))]


async def measured(size: Size) -> tuple[list[Link], Stall]:
    """Every link of every protocol, and how late the loop was."""
    links = enumerate(rows(size), start=1)
    async with watched() as stall:
        suffering = (suffer(protocol, number, deaths, size) for number, (protocol, deaths) in links)
        return await asyncio.gather(*suffering), stall


def figures(size: Size) -> Iterator[Figure]:
    """What the links went through and what the oracles say."""
    links, stall = asyncio.run(measured(size))
    for protocol in ("opcua", "modbus"):
        mine = [link for link in links if link.kind.protocol == protocol]
        done = sum(len(link.back_s) - 1 for link in mine)
        yield Figure(metric=f"restarts_{protocol}", unit="restarts", runs=[done])
        yield from judged(f"restarts_{protocol}", mine)
    detect = [one for link in links for one in link.detect_s]
    yield Figure(metric="restarts_worst_stall_s", unit="s", runs=[stall.worst_s])
    yield Figure(metric="restarts_worst_detect_s", unit="s", runs=[max(detect, default=0.0)], goal=under(3.5))


if __name__ == "__main__":
    campaign("restarts", figures)
