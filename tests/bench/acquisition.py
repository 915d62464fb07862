"""`make bench-acquisition`: OPC UA data changes from a node-opcua server into the board, against two peers.

The first peer is asyncua's own subscription handler, the second the node-opcua client; all on the same server, one
after the other, each in a process of its own, with the same publishing interval, queue and collector thresholds. A run
of a figure is a second. `--quick` takes one small point, for the test.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.acquisition_client import PUBLISHING_MS
from tests.bench.line import Figure, Goal, at_least, run, under
from tests.contract.rigs.rig import free_port
from tests.needs import RIG, ROOT, need_node

WARM_S = 1.0
WINDOWS = 4
LONGEST_S = 120.0
FLOOR_P50_MS, FLOOR_P99_MS = PUBLISHING_MS * 0.5, PUBLISHING_MS * 0.99
"""A value waits for the end of its publishing interval, whoever the client is."""
COUNTED = 0.98
"""Of what the server set meanwhile; both count by their own seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """So many items, each set so often a second; which peers run beside."""

    items: int
    hz: int
    mixed: bool = False
    peers: tuple[str, ...] = ("asyncua",)

    @property
    def name(self) -> str:
        """As in `5k_x10_mixed`."""
        return f"{self.items / 1000:g}k_x{self.hz}" + ("_mixed" if self.mixed else "")


POINTS = (
    Point(items=5_000, hz=1),
    Point(items=10_000, hz=1, peers=("asyncua", "node")),
    Point(items=5_000, hz=10, peers=("asyncua", "node")),
    Point(items=10_000, hz=10),
    Point(items=20_000, hz=1),
    Point(items=5_000, hz=10, mixed=True, peers=("asyncua", "node")),
)
QUICK = (Point(items=200, hz=5, mixed=True, peers=("asyncua", "node")),)


@dataclass(slots=True)
class Server:
    """The load server's port, and how much it set in each second."""

    port: int
    per_s: list[float] = field(default_factory=list)


@contextmanager
def serving(point: Point) -> Iterator[Server]:
    """The load server of a point, until the block ends."""
    server = Server(free_port())
    kind = "mixed" if point.mixed else "double"
    command = [str(need_node()), "load_server.js", str(server.port), str(point.items), str(point.hz), kind]
    with subprocess.Popen(command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        thread = threading.Thread(target=_follow, args=(process.stdout, server.per_s), daemon=True)
        try:
            while (line := process.stdout.readline()) != "ready\n":  # before it, a library may say something
                if not line:
                    raise RuntimeError("the load server did not start")
            thread.start()
            yield server
        finally:
            process.kill()
            process.wait()
            if thread.is_alive():
                thread.join()


def _follow(lines: Iterator[str], per_s: list[float]) -> None:
    """Note the rate of each second."""
    before, before_s = 0, time.perf_counter()
    for line in lines:
        if not line.strip().isdigit():
            continue
        now, now_s = int(line), time.perf_counter()
        per_s.append((now - before) / (now_s - before_s))
        before, before_s = now, now_s


def client(name: str, server: Server, point: Point) -> dict[str, Any]:
    """What one client's run gave; `offered` is the server's rate in its seconds."""
    arguments = [str(server.port), str(point.items), str(WARM_S), str(WINDOWS)]
    if name == "node":
        command, folder = [str(need_node()), "load_client.js", *arguments], RIG
    else:
        command = [sys.executable, "-m", "tests.bench.acquisition_client", name, *arguments]
        command += ["mixed"] if point.mixed else []
        folder = ROOT
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, timeout=LONGEST_S, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"offered": server.per_s[-WINDOWS:]}


def share_of_baseline(most: float, text: str) -> Goal:
    """At the most so much of what the peer takes in the same run."""
    return Goal(text=text, met=lambda value, baseline: bool(baseline) and value <= most * baseline)


TWELFTH = share_of_baseline(1 / 12, "<= baseline / 12")
NOT_MORE = share_of_baseline(1.0, "<= baseline")
ALL_COUNTED = Goal(text=f">= {COUNTED:g} x offered", met=lambda value, offered: value >= COUNTED * offered)


def above(runs: Sequence[float], floor: float) -> list[float]:
    """Latencies over the floor."""
    return [one - floor for one in runs]


def figures(point: Point) -> Iterator[Figure]:
    """One point's figures: Lineside's runs, the peers' as baseline."""
    with serving(point) as server:
        peers = {name: client(name, server, point) for name in point.peers}
        own = client("lineside", server, point)
    stock, node = peers["asyncua"], peers.get("node")
    rated, full = point.items * point.hz == 50_000, point.items * point.hz == 100_000
    yield Figure(
        metric=f"cpu_us_per_change_{point.name}", unit="us", runs=own["cpu_us"], baseline=stock["cpu_us"],
        goal=TWELFTH if rated else None,
    )  # fmt: skip
    yield Figure(
        metric=f"changes_per_s_{point.name}", unit="1/s", runs=own["per_s"], baseline=own["offered"], goal=ALL_COUNTED
    )
    yield Figure(
        metric=f"cpu_share_{point.name}", unit="% of a core", runs=own["share"], baseline=stock["share"],
        goal=under(20.0) if full else None,
    )  # fmt: skip
    yield from latencies(point, own, stock)
    yield Figure(metric=f"stock_changes_per_s_{point.name}", unit="1/s", runs=stock["per_s"], baseline=stock["offered"])
    if node is not None:
        yield from against_node(point, own, node)
    if full:
        yield Figure(metric="lossless_changes_per_s", unit="1/s", runs=own["per_s"], goal=at_least(100_000 * COUNTED))


def latencies(point: Point, own: dict[str, Any], stock: dict[str, Any]) -> Iterator[Figure]:
    """What a value waits beyond its publishing interval."""
    goals = (under(3.0), under(10.0)) if point.items * point.hz == 10_000 else (None, None)
    for key, floor, goal in zip(("p50_ms", "p99_ms"), (FLOOR_P50_MS, FLOOR_P99_MS), goals, strict=True):
        yield Figure(
            metric=f"latency_over_floor_{key}_{point.name}", unit="ms", runs=above(own[key], floor),
            baseline=above(stock[key], floor), goal=goal,
        )  # fmt: skip


def against_node(point: Point, own: dict[str, Any], node: dict[str, Any]) -> Iterator[Figure]:
    """The same beside the node-opcua client."""
    yield Figure(
        metric=f"cpu_us_per_change_{point.name}_vs_node", unit="us", runs=own["cpu_us"], baseline=node["cpu_us"],
        goal=NOT_MORE if not point.mixed else None,
    )  # fmt: skip
    yield Figure(
        metric=f"latency_over_floor_p50_ms_{point.name}_vs_node", unit="ms", runs=above(own["p50_ms"], FLOOR_P50_MS),
        baseline=above(node["p50_ms"], FLOOR_P50_MS),
    )  # fmt: skip
    yield Figure(
        metric=f"connect_items_s_{point.name}", unit="s", runs=[own["all_live_s"]], baseline=[node["all_live_s"]],
        goal=NOT_MORE if point.items == 10_000 else None,
    )  # fmt: skip
    yield Figure(metric=f"losses_{point.name}", unit="records", runs=[own["losses"] or 0.0], goal=under(1.0))


def main() -> None:
    """Every point, one after the other."""
    points = QUICK if "--quick" in sys.argv else POINTS
    run("acquisition", lambda: (figure for point in points for figure in figures(point)))


if __name__ == "__main__":
    main()
