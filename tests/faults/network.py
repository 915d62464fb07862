"""A cable between the driver and one server that can be cut: network namespaces where they can be made, else a proxy.

In namespaces a cut sends frames to an address that nobody has: sockets stay open, TCP repeats and, once healed, goes
on, as with a pulled cable. `entered()` gives the command that starts a run in such a namespace.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Protocol

from tests.contract.rigs.rig import free_port
from tests.system.proxy import Proxy, proxied

INSIDE = "LINESIDE_FAULTS_NAMESPACE"
"""Set in the environment of a run that owns its network namespace."""
ENTER = ("unshare", "--map-root-user", "--net")
PORT = 4840
NOBODY = "02:de:ad:00:00:00"


class Cut(StrEnum):
    """Which way nothing passes."""

    BOTH = "both"
    ANSWERS = "answers"
    REQUESTS = "requests"


class Cable(Protocol):
    """One way to one server: where the driver connects, where the server listens and behind which command."""

    host: str
    port: int
    server_host: str
    server_port: int
    prefix: tuple[str, ...]

    async def cut(self, way: Cut) -> None: ...
    async def heal(self) -> None: ...


def possible() -> bool:
    """Whether this machine lets a test make network namespaces with cables between them."""
    if not all(shutil.which(program) for program in ("unshare", "nsenter", "ip")):
        return False
    trial = "ip link set lo up && ip link add near type veth peer name far"
    return subprocess.run([*ENTER, "sh", "-c", trial], capture_output=True, check=False).returncode == 0


def entered() -> tuple[str, ...]:
    """The command before a run, so that it owns a namespace; empty where none can be made."""
    return (*ENTER, "env", f"{INSIDE}=1", "sh", "-c", 'ip link set lo up && exec "$@"', "sh") if possible() else ()


def inside() -> bool:
    """Whether this run owns its namespace."""
    return INSIDE in os.environ


class NamespaceCable:
    """A pair of virtual Ethernet ends; the server's end lies in a namespace of its own."""

    def __init__(self, number: int) -> None:
        self.host = self.server_host = f"10.77.{number}.2"
        self.port = self.server_port = PORT
        self._own, self._near, self._far = f"10.77.{number}.1", f"near{number}", f"far{number}"
        self._near_mac, self._far_mac = (f"02:00:00:00:{number:02x}:0{end}" for end in (1, 2))
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        self._holder.stdout.readline()  # now it is in its namespace
        self.prefix: tuple[str, ...] = ("nsenter", "--target", str(self._holder.pid), "--net")
        self._join()

    def _join(self) -> None:
        far = ("type", "veth", "peer", "name", self._far, "address", self._far_mac, "netns", str(self._holder.pid))
        run("ip", "link", "add", self._near, "address", self._near_mac, *far)
        ends = (((), self._near, self._own), (self.prefix, self._far, self.host))
        for prefix, end, address in ends:
            run(*prefix, "ip", "link", "set", "lo", "up")
            run(*prefix, "ip", "addr", "add", f"{address}/24", "dev", end)
            run(*prefix, "ip", "link", "set", end, "up")
        self._heal()

    async def cut(self, way: Cut) -> None:
        """Lose frames from now on."""
        await asyncio.to_thread(self._cut, way)

    async def heal(self) -> None:
        """Pass again."""
        await asyncio.to_thread(self._heal)

    def _cut(self, way: Cut) -> None:
        if way is not Cut.ANSWERS:
            self._requests_to(NOBODY)
        if way is not Cut.REQUESTS:
            self._answers_to(NOBODY)

    def _heal(self) -> None:
        self._requests_to(self._far_mac)
        self._answers_to(self._near_mac)

    def _requests_to(self, mac: str) -> None:
        run("ip", "neigh", "replace", self.host, "lladdr", mac, "dev", self._near, "nud", "permanent")

    def _answers_to(self, mac: str) -> None:
        run(*self.prefix, "ip", "neigh", "replace", self._own, "lladdr", mac, "dev", self._far, "nud", "permanent")

    def end(self) -> None:
        """Take the cable away."""
        for pipe in (self._holder.stdin, self._holder.stdout):
            assert pipe is not None
            pipe.close()
        self._holder.wait()


class ProxyCable:
    """A TCP proxy on loopback; what it drops stays lost, so that old connections are of no use once healed."""

    def __init__(self, proxy: Proxy, server_port: int) -> None:
        self.host = self.server_host = "127.0.0.1"
        self.prefix: tuple[str, ...] = ()
        self.port, self.server_port = proxy.port, server_port
        self.proxy = proxy

    async def cut(self, way: Cut) -> None:
        """Drop bytes from now on."""
        self.proxy.cut(requests=way is not Cut.ANSWERS, answers=way is not Cut.REQUESTS)

    async def heal(self) -> None:
        """Pass again."""
        self.proxy.heal()

    def reset(self) -> None:
        """End every connection with a TCP reset."""
        self.proxy.reset()


@asynccontextmanager
async def cable(number: int) -> AsyncIterator[Cable]:
    """The cable to the server of a number from 1 to 250."""
    if inside():
        joined = await asyncio.to_thread(NamespaceCable, number)
        try:
            yield joined
        finally:
            await asyncio.to_thread(joined.end)
    else:
        port = free_port()
        async with proxied(port) as proxy:
            yield ProxyCable(proxy, port)


def run(*command: str) -> None:
    """Run a command; raises with its words."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
