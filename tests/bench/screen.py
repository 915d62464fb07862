"""The screen's lines of `make bench-acquisition`: how old a value is when it is painted, and how late the screen is.

The window and the acquisition process are the product's (tests/bench/screen_window.py); 30,000 values a second come
from one node-opcua server, of which the overview shows the rates of all machines, each ten times a second.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict

from tests.bench.line import Figure, Goal, under
from tests.bench.load import serving
from tests.bench.screen_window import Job
from tests.needs import ROOT

HZ = 10
LONGEST_S = 150.0
FULL = Job(port=0, lines=5, machines=8, tags=75, windows=4, window_s=4.0, settling_s=2.0)
SMALL = Job(port=0, lines=1, machines=2, tags=10, windows=1, window_s=1.0, settling_s=0.2)
IDLE_SHARE, LATE_MS = 1.5, 15.0
NEAR_IDLE = Goal(
    text=f"<= {IDLE_SHARE:g} x baseline, < {LATE_MS:g}",
    met=lambda value, idle: value <= IDLE_SHARE * idle and value < LATE_MS,
)


def figures(job: Job = FULL) -> Iterator[Figure]:
    """Age when painted, lateness beside that of the idle window, and what both processes take."""
    items = job.lines * job.machines * job.tags
    point = f"{items * HZ / 1000:g}k_per_s"
    with serving(items, HZ) as servers:
        told = json.dumps(asdict(job) | {"port": servers.ports[0]})
        command = [sys.executable, "-m", "tests.bench.screen_window", told]
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=LONGEST_S, check=True)
        offered = servers.offered(int(job.windows * job.window_s))
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    yield Figure(metric=f"painted_age_p50_ms_{point}", unit="ms", runs=found["age_p50_ms"], goal=under(60))
    yield Figure(metric=f"painted_age_p99_ms_{point}", unit="ms", runs=found["age_p99_ms"], goal=under(120))
    yield Figure(metric=f"painted_per_s_{point}", unit="1/s", runs=found["painted_per_s"])
    yield Figure(
        metric=f"ui_lateness_p99_ms_{point}", unit="ms", runs=found["late_p99_ms"], baseline=found["idle_late_p99_ms"],
        goal=NEAR_IDLE,
    )  # fmt: skip
    yield Figure(
        metric=f"ui_frame_cpu_p99_ms_{point}",
        unit="ms",
        runs=found["frame_p99_ms"],
        baseline=found["idle_frame_p99_ms"],
    )
    yield Figure(metric=f"ui_cpu_share_{point}", unit="% of a core", runs=found["share"], baseline=found["idle_share"])
    yield Figure(metric=f"host_cpu_us_per_change_{point}", unit="us", runs=found["host_cpu_us"])
    yield Figure(metric=f"host_changes_per_s_{point}", unit="1/s", runs=found["host_per_s"], baseline=offered)
