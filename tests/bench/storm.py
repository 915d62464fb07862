"""`make bench-storm`: 5,000 alarms in ten seconds from a real server (faults.md row 20), seen at the product's window.

How long after the last alarm all of them are in the window, how late the window is meanwhile (I8), and what the station
and its acquisition process have grown by.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.line import Figure, run, under
from tests.bench.storm_window import Job
from tests.bench.sync import process, said
from tests.plants import MACHINES
from tests.system.alarm_server import alarm_server
from tests.system.storm import ALARMS, STORM

LASTS_S = 10
LATE_MS = 50


async def stormed(count: int) -> dict[str, Any]:
    """One storm: what the window said of it, and how long after its end all was listed."""
    with tempfile.TemporaryDirectory() as folder:
        async with alarm_server(ALARMS, len(MACHINES)) as server:
            job = Job(port=server.port, folder=str(Path(folder) / "station"), storm=count)
            with process("tests.bench.storm_window", asdict(job)) as screen:
                idle = await asyncio.to_thread(said, screen)
                began_s = time.time()
                await server.order(f"storm {count} {LASTS_S}")
                ended_s = time.time()
                found = await asyncio.to_thread(said, screen)
    return idle | found | {"listed_s": found["listed_s"] - ended_s, "took_s": ended_s - began_s}


def figures(runs: int, count: int) -> Iterator[Figure]:
    """The storm so many times, each at a new station."""
    found = [asyncio.run(stormed(count)) for _ in range(runs)]
    late, idle = ([one[name]["p99"] for one in found] for name in ("busy", "idle"))
    yield Figure(metric="storm_alarms_per_s", unit="1/s", runs=[count / one["took_s"] for one in found])
    yield Figure(metric="storm_listed_s", unit="s", runs=[one["listed_s"] for one in found], goal=under(1))
    yield Figure(metric="storm_ui_lateness_p99_ms", unit="ms", runs=late, baseline=idle, goal=under(LATE_MS))
    yield Figure(metric="storm_memory_grown_mb", unit="MiB", runs=[one["grown_mb"] for one in found], goal=under(150))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small storm, whose figures mean nothing")
    options = parser.parse_args()
    run("storm", lambda: figures(1, 200) if options.quick else figures(3, STORM))


if __name__ == "__main__":
    main()
