"""`make bench-acquisition`: OPC UA data changes from a node-opcua server into the board, against two peers.

The first peer is asyncua's own subscription handler, the second the node-opcua client; all on the same server, one
after the other, each in a process of its own, with the same publishing interval, queue and collector thresholds. A run
of a figure is a second. `--quick` takes one small point, for the test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.bench import screen
from tests.bench.line import Figure, Goal, at_least, run, under
from tests.bench.load import Servers, serving
from tests.needs import RIG, ROOT, need_node

CONNECTS = 2
"""Further times that a client only connects, where that is a figure with a goal."""
LONGEST_S = 120.0
COUNTED = 0.98
"""Of what the servers set meanwhile; both count by their own seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """So many items, each set so often a second, by so many servers; which peers run beside, and how long."""

    items: int
    hz: int
    mixed: bool = False
    secured: bool = False
    servers: int = 1
    peers: tuple[str, ...] = ("asyncua",)
    warm_s: float = 1.0
    windows: int = 4

    @property
    def name(self) -> str:
        """As in `5k_x10_mixed`."""
        return f"{self.items / 1000:g}k_x{self.hz}" + "_mixed" * self.mixed + "_secured" * self.secured

    @property
    def rate(self) -> int:
        """Changes a second."""
        return self.items * self.hz


BOTH = ("asyncua", "node")
POINTS = (
    Point(items=5_000, hz=1),
    Point(items=10_000, hz=1, peers=BOTH),
    Point(items=5_000, hz=10, peers=BOTH),
    Point(items=5_000, hz=10, secured=True, peers=BOTH),
    Point(items=10_000, hz=10, servers=2, peers=BOTH),
    Point(items=20_000, hz=1),
    Point(items=5_000, hz=10, mixed=True, peers=BOTH),
)
QUICK = (Point(items=200, hz=5, mixed=True, peers=BOTH, warm_s=0.2, windows=1),)


def client(name: str, servers: Servers, warm_s: float, windows: int) -> dict[str, Any]:
    """What one client's run gave; `offered` is what the servers set in its seconds."""
    job = servers.job(warm_s, windows)
    if name == "node":
        command, folder = [str(need_node()), "load_client.js", job], RIG
    else:
        command, folder = [sys.executable, "-m", "tests.bench.acquisition_client", name, job], ROOT
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, timeout=LONGEST_S, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"offered": servers.offered(windows), "connect_s": [found["all_live_s"]]}


def measured(point: Point) -> dict[str, dict[str, Any]]:
    """Every client of a point, the peers first, on the same servers one after the other."""
    with serving(
        point.items, point.hz, mixed=point.mixed, secured=point.secured, many=point.servers
    ) as servers:  # fmt: skip
        found = {name: client(name, servers, point.warm_s, point.windows) for name in (*point.peers, "lineside")}
        for _ in range(CONNECTS if point.rate == point.items == 10_000 else 0):
            for name in ("node", "lineside"):
                found[name]["connect_s"] += client(name, servers, 0.0, 0)["connect_s"]
    return found


def share_of_baseline(most: float, text: str) -> Goal:
    """At the most so much of what the peer takes in the same run."""
    return Goal(text=text, met=lambda value, baseline: bool(baseline) and value <= most * baseline)


TWELFTH = share_of_baseline(1 / 12, "<= baseline / 12")
NOT_MORE = share_of_baseline(1.0, "<= baseline")
ALL_COUNTED = Goal(text=f">= {COUNTED:g} x offered", met=lambda value, offered: value >= COUNTED * offered)


def over(arrived: Sequence[float], runs: Sequence[float]) -> list[float]:
    """Lineside's latencies over the floor of the same seconds."""
    return [one - floor for one, floor in zip(runs, arrived, strict=True)]


def over_middle(arrived: Sequence[float], runs: Sequence[float]) -> list[float]:
    """A peer's latencies over the floor; its seconds were others."""
    return [one - median(arrived) for one in runs]


def figures(point: Point) -> Iterator[Figure]:
    """One point's figures: Lineside's runs, the peers' as baseline."""
    found = measured(point)
    own, stock, node = found["lineside"], found["asyncua"], found.get("node")
    rated, full = point.rate == 50_000, point.rate == 100_000
    yield Figure(
        metric=f"cpu_us_per_change_{point.name}", unit="us", runs=own["cpu_us"], baseline=stock["cpu_us"],
        goal=TWELFTH if rated and not point.secured else None,
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
    """From a value's source to the store, over the floor: what it waits at the server, whoever the client is.

    The floor is measured in the same run, at Lineside's socket: the publishing interval (100 ms: 50 p50, 99 p99) and
    what the server takes to collect, encode and send.
    """
    goals = (under(3.0), under(10.0)) if point.rate == 10_000 else (None, None)
    for key, goal in zip(("p50_ms", "p99_ms"), goals, strict=True):
        floor = own[f"arrived_{key}"]
        yield Figure(
            metric=f"latency_over_floor_{key}_{point.name}", unit="ms", runs=over(floor, own[key]),
            baseline=over_middle(floor, stock[key]), goal=goal,
        )  # fmt: skip
        yield Figure(metric=f"latency_floor_{key}_{point.name}", unit="ms", runs=floor)
        yield Figure(metric=f"socket_to_board_{key}_{point.name}", unit="ms", runs=own[f"own_{key}"])


def against_node(point: Point, own: dict[str, Any], node: dict[str, Any]) -> Iterator[Figure]:
    """The same beside the node-opcua client."""
    yield Figure(
        metric=f"cpu_us_per_change_{point.name}_vs_node", unit="us", runs=own["cpu_us"], baseline=node["cpu_us"],
        goal=NOT_MORE,
    )  # fmt: skip
    for key in ("p50_ms", "p99_ms"):
        floor = own[f"arrived_{key}"]
        yield Figure(
            metric=f"latency_over_floor_{key}_{point.name}_vs_node", unit="ms", runs=over(floor, own[key]),
            baseline=over_middle(floor, node[key]),
        )  # fmt: skip
    yield Figure(
        metric=f"connect_items_s_{point.name}", unit="s", runs=own["connect_s"], baseline=node["connect_s"],
        goal=NOT_MORE if point.items == 10_000 else None,
    )  # fmt: skip
    yield Figure(metric=f"losses_{point.name}", unit="records", runs=[own["losses"] or 0.0], goal=under(1.0))


def everything(*, quick: bool) -> Iterator[Figure]:
    """Every point, one after the other, and the screen over it."""
    for point in QUICK if quick else POINTS:
        yield from figures(point)
    yield from screen.figures(screen.SMALL if quick else screen.FULL)


def main() -> None:
    """All of it; the short form if asked."""
    run("acquisition", lambda: everything(quick="--quick" in sys.argv))


if __name__ == "__main__":
    main()
