"""The screen's lines of `make bench-acquisition`: how old a value is when it is painted, and how late the screen is.

The window and the acquisition process are the product's (tests/bench/screen_window.py); 30,000 values a second come
from one node-opcua server, of which the overview shows the rates of all machines, each ten times a second.

In a plant that server is another machine; here it would take some of few processors from the screen. Therefore it has
of them what nobody else wants (`tests.bench.load.ASIDE`); nothing else is favoured.

*Idle* is the same window on the same page, with the acquisition process connected to the same server and all its items
subscribed, while the server sets nothing: what is compared is load, not whether processes are there. Idle and loaded
windows of time come by turns. `ui_lateness_over_alone` has another baseline beside it: the window without acquisition,
all of it stale. `ui_waited_for_core` is for how long of a frame the screen's thread was ready and got no processor, as
the kernel counts it: what of the lateness is the machine's other work and not the program's. On a virtual machine its
host may take processors away: a pair of windows in which it did (`DISTURBED`, as the kernel counts it) is looked at
again, up to three times; `ui_looks_repeated` says how many were, `ui_stolen` what was taken in those that count.

`python -m tests.bench.screen` prints these lines alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from threading import Timer

from tests.bench.line import Figure, Goal, run, under
from tests.bench.load import Servers, serving
from tests.bench.screen_window import Job
from tests.needs import ROOT

HZ = 10
LONGEST_S = 600.0
FULL = Job(port=0, lines=5, machines=8, tags=75, windows=8, window_s=4.0, settling_s=2.0)
SMALL = Job(port=0, lines=1, machines=2, tags=10, windows=1, window_s=2.0, settling_s=0.2)
IDLE_SHARE, LATE_MS = 1.5, 15.0
NEAR_IDLE = Goal(
    text=f"<= {IDLE_SHARE:g} x baseline, < {LATE_MS:g}",
    met=lambda value, idle: value <= IDLE_SHARE * idle and value < LATE_MS,
)


def looked(servers: Servers, told: str) -> tuple[dict[str, list[float]], list[float]]:
    """What the window's process found, and what the server set in the seconds in which it was to."""
    command = [sys.executable, "-m", "tests.bench.screen_window", told]
    offered: list[float] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ending = Timer(LONGEST_S, process.kill)
        ending.start()
        line, second = "", 0
        for line in process.stdout:
            if (word := line.strip()) in ("go", "rest"):
                if word == "rest":
                    offered += servers.offered_from(second)
                servers.tell(word)
                second = servers.seconds + 1  # the one that runs is not a whole one
    ending.cancel()
    if process.returncode:
        raise RuntimeError(f"the window's process ended with {process.returncode}")
    return json.loads(line), offered


def figures(job: Job = FULL) -> Iterator[Figure]:
    """Age when painted, lateness beside that of the idle window, and what both processes take."""
    items = job.lines * job.machines * job.tags
    point = f"{items * HZ / 1000:g}k_per_s"
    with serving(items, HZ, still=True, aside=True) as servers:
        found, offered = looked(servers, json.dumps(asdict(job) | {"port": servers.ports[0]}))
    yield Figure(metric=f"painted_age_p50_ms_{point}", unit="ms", runs=found["age_p50_ms"], goal=under(60))
    yield Figure(metric=f"painted_age_p99_ms_{point}", unit="ms", runs=found["age_p99_ms"], goal=under(120))
    yield Figure(metric=f"painted_per_s_{point}", unit="1/s", runs=found["painted_per_s"])
    yield Figure(
        metric=f"ui_lateness_p99_ms_{point}", unit="ms", runs=found["late_p99_ms"], baseline=found["idle_late_p99_ms"],
        goal=NEAR_IDLE,
    )  # fmt: skip
    yield Figure(
        metric=f"ui_lateness_over_alone_p99_ms_{point}", unit="ms", runs=found["late_p99_ms"],
        baseline=found["alone_late_p99_ms"], goal=NEAR_IDLE,
    )  # fmt: skip
    yield Figure(
        metric=f"ui_frame_cpu_p99_ms_{point}",
        unit="ms",
        runs=found["frame_p99_ms"],
        baseline=found["idle_frame_p99_ms"],
    )
    yield Figure(
        metric=f"ui_waited_for_core_p99_ms_{point}",
        unit="ms",
        runs=found["waited_p99_ms"],
        baseline=found["idle_waited_p99_ms"],
    )
    yield Figure(metric=f"ui_looks_repeated_{point}", unit="", runs=found["repeated"])
    yield Figure(
        metric=f"ui_stolen_{point}", unit="% of all", runs=found["stolen"], baseline=found["idle_stolen"],
    )  # fmt: skip
    yield Figure(metric=f"ui_cpu_share_{point}", unit="% of a core", runs=found["share"], baseline=found["idle_share"])
    yield Figure(metric=f"host_cpu_us_per_change_{point}", unit="us", runs=found["host_cpu_us"])
    yield Figure(metric=f"host_changes_per_s_{point}", unit="1/s", runs=found["host_per_s"], baseline=offered)


if __name__ == "__main__":
    run("acquisition", figures)
