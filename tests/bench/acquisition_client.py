"""One Python client of the load server in a process of its own: Lineside's driver, or asyncua as it comes.

`python -m tests.bench.acquisition_client lineside|asyncua JOB` prints one line of JSON; tests/bench/load.py makes the
job. A latency ends when the value is in its store.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import Client, ua
from asyncua.client.ua_client import UASocketProtocol
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from app.acquisition.board import Board, BoardWriter
from app.domain.plant import Controller, Signal, Tag
from app.ports import AlarmEvent, LinkState, Samples, UnitState
from drivers.registry import open_driver
from tests.bench.load import IDENTITY, NAMESPACE, station_of

PUBLISHING_MS = 100
QUEUE = 10
GC = (100_000, 50, 50)
"""Thresholds of the garbage collector, as the acquisition process has them."""
A_CALL = 1_000
LATENCIES = ("p50_ms", "p99_ms", "arrived_p50_ms", "arrived_p99_ms", "own_p50_ms", "own_p99_ms")
"""From the source to the store; of it, from the source to the socket; and from there to the store (a message each)."""
EVERY = 8
"""Of how many changes the stock handler looks at the latency of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a run is told: the servers, that share the items, and how long to look."""

    ports: Sequence[int]
    items: int
    mixed: bool
    secured: dict[str, str] | None
    warm_s: float
    windows: int

    @property
    def each(self) -> int:
        """Items of one server."""
        return self.items // len(self.ports)


class Taken:
    """What arrived since the last `begin`."""

    def __init__(self, items: int) -> None:
        self.changes = 0
        self.late_ms: list[Any] = []
        self.arrived_ms: list[Any] = []
        self.own_ms: list[float] = []
        self.came_s = 0.0
        """When bytes last came from a server, by the wall clock that the servers' own time stamps are of."""
        self.live = np.zeros(items, dtype=np.bool_)
        self.losses = 0

    def begin(self) -> None:
        """Forget what was counted."""
        self.changes, self.late_ms, self.arrived_ms, self.own_ms = 0, [], [], []


class Store:
    """The driver's sink: the board, and a count."""

    def __init__(self, taken: Taken, board: BoardWriter) -> None:
        self._taken = taken
        self._board = board

    def samples(self, batch: Samples) -> None:
        """Onto the board."""
        self._board.write(batch)
        now_s, taken = time.time(), self._taken
        taken.changes += len(batch)
        taken.live[batch.tags] = True
        taken.late_ms.append((now_s - batch.source_s) * 1000)
        taken.arrived_ms.append((taken.came_s - batch.source_s) * 1000)
        taken.own_ms.append((now_s - taken.came_s) * 1000)

    def alarm(self, event: AlarmEvent) -> None:
        """There are none."""

    def alive(self, controller: str, at_s: float) -> None:
        """Onto the board."""
        self._board.alive(controller, at_s)

    def link(self, state: LinkState) -> None:
        """Onto the board."""
        self._board.link(state.controller, state.link, state.since_s)

    def units(self, controller: str, states: Sequence[UnitState]) -> None:
        """Not of OPC UA."""

    def loss(self, controller: str, from_s: float, to_s: float, reason: str) -> None:
        """Count it."""
        self._taken.losses += 1


def note_arrivals(taken: Taken) -> None:
    """Let asyncua say when bytes came."""
    plain = UASocketProtocol.data_received

    def data_received(self: UASocketProtocol, data: bytes) -> None:
        taken.came_s = time.time()
        plain(self, data)

    setattr(UASocketProtocol, "data_received", data_received)  # noqa: B010 - a method, which mypy lets nobody assign


async def lineside(job: Job, taken: Taken, until: Callable[[], Any]) -> None:
    """A driver for each server, with the board behind them, until told."""
    names = tuple(f"C{place}" for place in range(len(job.ports)))
    station = station_of(job.secured)
    note_arrivals(taken)
    with tempfile.TemporaryDirectory() as folder:
        board = Board(Path(folder) / "board", job.items, len(names), create=True)
        store = Store(taken, BoardWriter(board, names))
        tasks = []
        for place, (name, port) in enumerate(zip(names, job.ports, strict=True)):
            driver = open_driver(controller(name, port, job), tags(name, place, job), store, station)
            tasks.append(asyncio.create_task(driver.run()))
        await until()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def controller(name: str, port: int, job: Job) -> Controller:
    """A load server as a plant file has it."""
    return Controller(
        id=name,
        name="Load",
        protocol="opcua",
        identity=IDENTITY,
        settings={
            "url": f"opc.tcp://127.0.0.1:{port}",
            "security": "basic256sha256" if job.secured else "none",
            "publishing_ms": PUBLISHING_MS,
            "sampling_ms": 0,
            "queue": QUEUE,
        },
        timeout_ms=20_000,
    )


def tags(name: str, place: int, job: Job) -> list[Tag]:
    """The tags of one server: its share of all."""
    return [
        Tag(
            index=place * job.each + n,
            id=f"v{place}.{n}",
            name="v",
            machine="m",
            controller=name,
            signal=Signal.LOT if n % 50 == 49 and job.mixed else Signal.PROCESS,
            address={"node": f"nsu={NAMESPACE};s=V{n}"},
        )
        for n in range(job.each)
    ]


class Handler:
    """What asyncua's documentation says to write: a method that is called with each change."""

    def __init__(self, taken: Taken, first: int, items: int) -> None:
        self._taken, self._first, self._items = taken, first, items
        self._values: dict[Any, Any] = {}
        self._place: dict[Any, int] = {}

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Into a dictionary."""
        taken = self._taken
        taken.changes += 1
        self._values[node.nodeid] = value
        if len(self._place) < self._items:
            taken.live[self._first + self._place.setdefault(node.nodeid, len(self._place))] = True
        if taken.changes % EVERY == 0:
            late_s = time.time() - data.monitored_item.Value.SourceTimestamp.timestamp()
            taken.late_ms.append(np.array([late_s * 1000]))


async def stock(job: Job, taken: Taken, until: Callable[[], Any]) -> None:
    """asyncua's client and subscription as they come, one for each server, until told."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(await stock_client(port, job)) for port in job.ports]
        handlers = [Handler(taken, place * job.each, job.each) for place in range(len(clients))]
        await asyncio.gather(*(map(stock_subscription, clients, handlers, [job] * len(clients))))
        await until()


async def stock_client(port: int, job: Job) -> Client:
    """A client that is not connected yet."""
    client = Client(f"opc.tcp://127.0.0.1:{port}", timeout=20)
    if job.secured is not None:
        client.application_uri = job.secured["uri"]
        await client.set_security(
            SecurityPolicyBasic256Sha256,
            job.secured["certificate"],
            job.secured["key"],
            server_certificate=job.secured["server"],
        )
    return client


async def stock_subscription(client: Client, handler: Handler, job: Job) -> None:
    """Its subscription of all of a server's items."""
    index = await client.get_namespace_index(NAMESPACE)
    subscription = await client.create_subscription(PUBLISHING_MS, handler)
    nodes = [client.get_node(f"ns={index};s=V{n}") for n in range(job.each)]
    for first in range(0, job.each, A_CALL):
        part = nodes[first : first + A_CALL]
        await subscription.subscribe_data_change(part, queuesize=ua.UInt32(QUEUE), sampling_interval=ua.Double(0))


CLIENTS = {"lineside": lineside, "asyncua": stock}


async def measure(taken: Taken, warm_s: float, windows: int) -> dict[str, Any]:
    """Wait until every item is live, then measure window by window (a second each)."""
    began_s = time.perf_counter()
    while not taken.live.all():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    said: dict[str, Any] = {"all_live_s": time.perf_counter() - began_s}
    said |= {name: [] for name in ("cpu_us", "per_s", "share", *LATENCIES)}
    await asyncio.sleep(warm_s)
    taken.losses = 0  # while items are created nothing is published yet, and a queue of 10 is soon full
    for _ in range(windows):
        taken.begin()
        cpu_s, start_s = time.process_time(), time.perf_counter()
        await asyncio.sleep(1.0)
        cpu_s, took_s = time.process_time() - cpu_s, time.perf_counter() - start_s
        said["cpu_us"].append(cpu_s * 1e6 / max(1, taken.changes))
        said["per_s"].append(taken.changes / took_s)
        said["share"].append(100 * cpu_s / took_s)
        lags = (one_array(taken.late_ms), one_array(taken.arrived_ms), np.array(taken.own_ms or [np.nan]))
        found = [float(np.percentile(each, share)) for each in lags for share in (50, 99)]
        for key, value in zip(LATENCIES, found, strict=True):
            said[key].append(value)
    return said | {"losses": taken.losses}


def one_array(parts: list[Any]) -> Any:
    """All of them in one; not a number where there are none."""
    return np.concatenate(parts) if parts else np.array([np.nan])


async def main() -> None:
    """Run the client that the arguments name."""
    name, job = sys.argv[1], Job(**json.loads(sys.argv[2]))
    taken = Taken(job.items)
    said: dict[str, Any] = {}

    async def until() -> None:
        said.update(await measuring)

    measuring = asyncio.create_task(measure(taken, job.warm_s, job.windows))
    await CLIENTS[name](job, taken, until)
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    gc.set_threshold(*GC)
    asyncio.run(main())
