"""One Python client of the load server in a process of its own: Lineside's driver, or asyncua as it comes.

`python -m tests.bench.acquisition_client lineside|asyncua PORT N WARM_S WINDOWS` prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from asyncua import Client, ua

from app.acquisition.board import Board, BoardWriter
from app.domain.plant import Controller, Signal, Tag
from app.ports import AlarmEvent, LinkState, Samples, UnitState
from drivers.registry import open_driver

PUBLISHING_MS = 100
QUEUE = 10
GC = (100_000, 50, 50)
"""Thresholds of the garbage collector, as the acquisition process has them."""
A_CALL = 1_000
EVERY = 8
"""Of how many changes the stock handler looks at the latency of one."""


class Taken:
    """What arrived since the last `begin`."""

    def __init__(self, items: int) -> None:
        self.changes = 0
        self.late_ms: list[Any] = []
        self.live = np.zeros(items, dtype=np.bool_)
        self.losses = 0

    def begin(self) -> None:
        """Forget what was counted."""
        self.changes, self.late_ms = 0, []


class Store:
    """The driver's sink: the board, and a count."""

    def __init__(self, taken: Taken, board: BoardWriter) -> None:
        self._taken = taken
        self._board = board

    def samples(self, batch: Samples) -> None:
        """Onto the board."""
        self._board.write(batch)
        self._taken.changes += len(batch)
        self._taken.live[batch.tags] = True
        self._taken.late_ms.append((batch.received_s - batch.source_s) * 1000)

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


async def lineside(port: int, items: int, taken: Taken, until: Callable[[], Any]) -> None:
    """The driver, with the board behind it, until told."""
    controller = Controller(
        id="C",
        name="Load",
        protocol="opcua",
        identity="urn:load:server",
        settings={
            "url": f"opc.tcp://127.0.0.1:{port}",
            "security": "none",
            "publishing_ms": PUBLISHING_MS,
            "sampling_ms": 0,
            "queue": QUEUE,
        },
        timeout_ms=20_000,
    )
    tags = [
        Tag(
            index=n,
            id=f"v{n}",
            name="v",
            machine="m",
            controller="C",
            signal=Signal.LOT if n % 50 == 49 and "mixed" in sys.argv else Signal.PROCESS,
            address={"node": f"nsu=urn:load;s=V{n}"},
        )
        for n in range(items)
    ]
    with tempfile.TemporaryDirectory() as folder:
        board = Board(Path(folder) / "board", items, 1, create=True)
        store = Store(taken, BoardWriter(board, ("C",)))
        task = asyncio.create_task(open_driver(controller, tags, store).run())
        await until()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Handler:
    """What asyncua's documentation says to write: a method that is called with each change."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._values: dict[Any, Any] = {}
        self._place: dict[Any, int] = {}

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """Into a dictionary."""
        taken = self._taken
        taken.changes += 1
        self._values[node.nodeid] = value
        if len(self._place) < len(taken.live):
            taken.live[self._place.setdefault(node.nodeid, len(self._place))] = True
        if taken.changes % EVERY == 0:
            late_s = time.time() - data.monitored_item.Value.SourceTimestamp.timestamp()
            taken.late_ms.append(np.array([late_s * 1000]))


async def stock(port: int, items: int, taken: Taken, until: Callable[[], Any]) -> None:
    """asyncua's client and subscription as they come, until told."""
    async with Client(f"opc.tcp://127.0.0.1:{port}", timeout=20) as client:
        index = await client.get_namespace_index("urn:load")
        subscription = await client.create_subscription(PUBLISHING_MS, Handler(taken))
        nodes = [client.get_node(f"ns={index};s=V{n}") for n in range(items)]
        for first in range(0, items, A_CALL):
            part = nodes[first : first + A_CALL]
            await subscription.subscribe_data_change(part, queuesize=ua.UInt32(QUEUE), sampling_interval=ua.Double(0))
        await until()


CLIENTS = {"lineside": lineside, "asyncua": stock}


async def measure(taken: Taken, warm_s: float, windows: int) -> dict[str, Any]:
    """Wait until every item is live, then measure window by window (a second each)."""
    began_s = time.perf_counter()
    while not taken.live.all():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    said: dict[str, Any] = {"all_live_s": time.perf_counter() - began_s}
    said |= {name: [] for name in ("cpu_us", "per_s", "share", "p50_ms", "p99_ms")}
    await asyncio.sleep(warm_s)
    taken.losses = 0  # while items are created nothing is published yet, and a queue of 10 is soon full
    for _ in range(windows):
        taken.begin()
        cpu_s, start_s = time.process_time(), time.perf_counter()
        await asyncio.sleep(1.0)
        cpu_s, took_s = time.process_time() - cpu_s, time.perf_counter() - start_s
        late_ms = np.concatenate(taken.late_ms) if taken.late_ms else np.array([np.nan])
        said["cpu_us"].append(cpu_s * 1e6 / max(1, taken.changes))
        said["per_s"].append(taken.changes / took_s)
        said["share"].append(100 * cpu_s / took_s)
        said["p50_ms"].append(float(np.percentile(late_ms, 50)))
        said["p99_ms"].append(float(np.percentile(late_ms, 99)))
    return said | {"losses": taken.losses}


async def main() -> None:
    """Run the client that the arguments name."""
    name, (port, items), warm_s, windows = sys.argv[1], map(int, sys.argv[2:4]), float(sys.argv[4]), int(sys.argv[5])
    taken = Taken(items)
    said: dict[str, Any] = {}

    async def until() -> None:
        said.update(await measuring)

    measuring = asyncio.create_task(measure(taken, warm_s, windows))
    await CLIENTS[name](port, items, taken, until)
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    gc.set_threshold(*GC)
    asyncio.run(main())
