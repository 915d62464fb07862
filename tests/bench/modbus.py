"""`make bench-modbus`: 50 devices, each asked for 5 x 125 registers ten times a second, by Lineside and by pymodbus.

The server is libmodbus; the clients run one after the other, each in a process of its own. A run of a figure is a
second. What a client does with what it reads is said in tests/bench/modbus_client.py. `--quick` takes a small point.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.line import Figure, Goal, at_least, run
from tests.bench.modbus_client import PERIOD_MS, READS
from tests.contract.rigs.rig import free_port
from tests.needs import ROOT, need_library

WARM_S = 1.0
LONGEST_S = 120.0
KEPT = 0.98
"""Of the reads that the period asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """So many devices, and what their registers hold."""

    devices: int
    kind: str
    windows: int = 3
    turns: int = 3

    @property
    def wanted_per_s(self) -> float:
        """Reads a second of all devices."""
        return self.devices * READS * 1000 / PERIOD_MS


POINTS = (Point(devices=50, kind="words"), Point(devices=50, kind="mixed"))
QUICK = (Point(devices=4, kind="mixed", windows=1, turns=1),)
HALF = Goal(text="<= baseline / 2", met=lambda value, baseline: value <= baseline / 2)


@contextmanager
def serving() -> Iterator[int]:
    """The libmodbus server; gives its port."""
    need_library("modbus", "libmodbus5")
    port = free_port()
    command = [sys.executable, "-m", "tests.contract.rigs.libmodbus_server", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        try:
            yield port
        finally:
            process.stdin.close()


def client(name: str, port: int, point: Point) -> Mapping[str, Sequence[float]]:
    """What one client says of itself."""
    command = [sys.executable, "-m", "tests.bench.modbus_client", name, str(port), str(point.devices), point.kind]
    command += [str(WARM_S), str(point.windows)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    if told.returncode:
        raise RuntimeError(f"{name} ended with {told.returncode}: {told.stderr[-2000:]}")
    said: Mapping[str, Sequence[float]] = json.loads(told.stdout)
    return said


Told = dict[str, list[float]]
CLIENTS = ("lineside", "lineside_board", "pymodbus")


def told(port: int, point: Point) -> Mapping[str, Told]:
    """The clients in turn, so that a busy minute of the machine meets all."""
    runs: dict[str, Told] = {name: {} for name in CLIENTS}
    for _ in range(point.turns):
        for name in CLIENTS:
            for key, values in client(name, port, point).items():
                runs[name].setdefault(key, []).extend(values)
    return runs


def figures(port: int, point: Point) -> Iterator[Figure]:
    """The figures of one point."""
    runs = told(port, point)
    own, onto_board, stock = (runs[name] for name in CLIENTS)
    full, name = point in POINTS, f"{point.devices}x{READS}_{point.kind}"
    yield Figure(
        metric=f"cpu_us_per_read_{name}", unit="us", runs=own["cpu_us"], baseline=stock["cpu_us"],
        goal=HALF if full else None,
    )  # fmt: skip
    yield Figure(
        metric=f"cpu_us_per_read_onto_board_{name}", unit="us", runs=onto_board["cpu_us"], baseline=stock["cpu_us"]
    )
    yield Figure(
        metric=f"reads_per_s_{name}", unit="1/s", runs=own["per_s"], baseline=stock["per_s"],
        goal=at_least(point.wanted_per_s * KEPT),
    )  # fmt: skip
    for key in ("p50_ms", "p99_ms"):
        yield Figure(metric=f"read_{key}_{name}", unit="ms", runs=own[key], baseline=stock[key])


def main() -> None:
    """Every point, one after the other."""
    points = QUICK if "--quick" in sys.argv else POINTS
    with serving() as port:
        run("modbus", lambda: (figure for point in points for figure in figures(port, point)))


if __name__ == "__main__":
    main()
