"""Random cuts of the cable, both ways or one, on several links side by side: `python -m tests.faults.cuts [size]`.

`cuts` are those of OPC UA, Modbus gets half as many: the links suffer side by side, each its share one after the other.
"""

import asyncio
import random
import time
from collections.abc import Iterator

from tests.bench.line import Figure, under
from tests.faults.campaign import campaign
from tests.faults.judged import judged
from tests.faults.link import Link, linked
from tests.faults.network import Cut, inside
from tests.faults.size import Size, shares
from tests.faults.stall import Stall, watched

STEADY_S = (1.0, 4.0)
"""Between two cuts."""
SEEN_S = 10.0


async def suffer(protocol: str, number: int, cuts: int, size: Size) -> Link:
    """One link and its cuts."""
    dice = random.Random(size.seed * 1_000 + number)
    async with linked(protocol, number) as link:
        for _ in range(cuts):
            await asyncio.sleep(dice.uniform(*STEADY_S))
            await one_cut(link, dice.choice(list(Cut)), dice.uniform(*size.cut_s))
        await asyncio.sleep(STEADY_S[1])
    return link


async def one_cut(link: Link, way: Cut, lasting_s: float) -> None:
    """Cut, see it lost if it lasts long enough for that, heal, see every value come again."""
    began_s = time.time()
    await link.cable.cut(way)
    await link.seen_lost(began_s, min(lasting_s, SEEN_S))
    await asyncio.sleep(max(0.0, began_s + lasting_s - time.time()))
    await link.cable.heal()
    await link.seen_fresh(time.time())


async def measured(size: Size) -> tuple[list[Link], Stall]:
    """Every link of every protocol, and how late the loop was."""
    opcua = [("opcua", share) for share in shares(size.cuts, size.opcua_links)]
    modbus = [("modbus", share) for share in shares(size.cuts // 2, size.modbus_links)]
    links = enumerate([*opcua, *modbus], start=1)
    async with watched() as stall:
        suffering = (suffer(protocol, number, share, size) for number, (protocol, share) in links)
        return await asyncio.gather(*suffering), stall


def figures(size: Size) -> Iterator[Figure]:
    """What the links went through and what the oracles say."""
    links, stall = asyncio.run(measured(size))
    yield Figure(metric="cuts_in_namespaces", unit="0 or 1", runs=[float(inside())])
    for protocol in ("opcua", "modbus"):
        mine = [link for link in links if link.kind.protocol == protocol]
        done = sum(len(link.back_s) - 1 for link in mine)
        yield Figure(metric=f"cuts_{protocol}", unit="cuts", runs=[done])
        yield from judged(f"cuts_{protocol}", mine)
    detect = [one for link in links for one in link.detect_s]
    yield Figure(metric="cuts_worst_stall_s", unit="s", runs=[stall.worst_s])
    yield Figure(metric="cuts_worst_detect_s", unit="s", runs=[max(detect, default=0.0)], goal=under(3.5))


if __name__ == "__main__":
    campaign("cuts", figures)
