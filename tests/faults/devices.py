"""A Modbus device that is killed and started again and again: `python -m tests.faults.devices [size]`.

On loopback, in a process of its own: that nothing grows is one of the figures.
"""

import asyncio
import time
from collections.abc import Iterator

from tests.bench.line import Figure
from tests.faults import growth, libmodbus_device
from tests.faults.campaign import campaign
from tests.faults.judged import judged
from tests.faults.link import Link, linked
from tests.faults.size import Size

SEEN_S = 10.0


async def restart(link: Link) -> None:
    """Kill the device, see it lost, start it, see every value come again."""
    began_s = time.time()
    await link.server.end()
    await link.seen_lost(began_s, SEEN_S)
    await link.server.start()
    await link.seen_fresh(time.time())


async def measured(size: Size) -> tuple[Link, growth.Held, growth.Held]:
    """The link after the restarts, and what was held when it was warm and at the end."""
    async with linked("modbus", 1) as link:
        for _ in range(size.warm_up):
            await restart(link)
        before = growth.held()
        for _ in range(size.device_restarts):
            await restart(link)
        return link, before, await growth.settled(before)


def figures(size: Size) -> Iterator[Figure]:
    """What grew, and what the oracle says."""
    link, before, after = asyncio.run(measured(size))
    yield Figure(metric="devices_of_libmodbus", unit="0 or 1", runs=[float(bool(libmodbus_device.available()))])
    yield Figure(metric="devices_restarted", unit="restarts", runs=[len(link.back_s) - 1 - size.warm_up])
    yield from growth.figures("devices", before, after)
    yield from judged("devices", [link])


if __name__ == "__main__":
    campaign("devices", figures)
