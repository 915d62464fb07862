"""Starting simulated controllers as processes, and free ports for them."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.needs import ROOT

READY_S = 60.0
END_S = 20.0


@dataclass(frozen=True)
class Simulator:
    """A running simulator and what it said when it began to serve."""

    process: asyncio.subprocess.Process
    ready: dict[str, Any]


def free_ports(count: int) -> list[int]:
    """Ports on loopback that nobody listens on at this moment."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [int(one.getsockname()[1]) for one in sockets]
    finally:
        for one in sockets:
            one.close()


async def start_simulator(*arguments: str) -> Simulator:
    """Start `python -m drivers.simulated` and wait for its JSON line."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "drivers.simulated",
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), READY_S)
    return Simulator(process=process, ready=json.loads(line))


async def end_simulator(simulator: Simulator) -> int:
    """Close the simulator's standard input and return its exit code."""
    assert simulator.process.stdin is not None
    simulator.process.stdin.close()
    return await asyncio.wait_for(simulator.process.wait(), END_S)


@asynccontextmanager
async def simulator(*arguments: str) -> AsyncIterator[dict[str, Any]]:
    """Run a simulator around the body of a test; gives what it said when ready."""
    running = await start_simulator(*arguments)
    try:
        yield running.ready
    finally:
        assert await end_simulator(running) == 0


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = 30.0) -> None:
    """Wait until a condition holds; fail when it does not within `within_s`."""
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110 - what is waited for lies in another process
            await asyncio.sleep(0.1)
