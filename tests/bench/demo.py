"""`make bench-demo`: Lineside on the demo plant, as it is started and left alone. About 600 tags at 2 Hz.

Every run is `lineside demo --smoke` in a fresh folder without screenshots. CPU is that of the processes between
STEADY_FROM_S and the end of the script: start-up is left out, the scripted shift is not.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.bench.line import Figure, run, under
from tests.needs import ROOT

RUNS = 3
WARM_S = 5
SMOKE_S = 30
STEADY_FROM_S = 8.0
"""After the start of the process: window shown, drivers connected, first pictures painted."""
ENDING_S = 2.0
EVERY_S = 0.5
ACQUISITION = "drivers.host"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: its report, shares of a core, and the most memory that both processes had together."""

    report: dict[str, Any]
    ui_cpu: float
    acquisition_cpu: float
    rss_mb: float


def measured(seconds: float) -> Run:
    """One run of the demo."""
    with tempfile.TemporaryDirectory(prefix="lineside-bench-", ignore_cleanup_errors=True) as name:
        folder, report = Path(name), Path(name) / "report.json"
        command = [sys.executable, "-m", "ui.entry", "demo", "--smoke", str(seconds)]
        command += ["--data", str(folder / "data"), "--report", str(report)]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            ui_cpu, acquisition_cpu, rss_mb = watch(psutil.Process(process.pid), seconds)
        figures: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return Run(report=figures, ui_cpu=ui_cpu, acquisition_cpu=acquisition_cpu, rss_mb=rss_mb)


def watch(ui: psutil.Process, seconds: float) -> tuple[float, float, float]:
    """Shares of a core in the steady part, and the most memory in MiB, until the process ends."""
    marks: list[tuple[float, float, float]] = []
    most_mb, started_s = 0.0, time.monotonic()
    with contextlib.suppress(psutil.NoSuchProcess):
        while ui.status() != psutil.STATUS_ZOMBIE:
            time.sleep(EVERY_S)
            passed_s = time.monotonic() - started_s
            both = [ui, *acquisition_of(ui)]
            most_mb = max(most_mb, sum(one.memory_info().rss for one in both) / 2**20)
            if STEADY_FROM_S <= passed_s <= seconds - ENDING_S and len(both) > 1:
                marks.append((passed_s, cpu_s(both[0]), cpu_s(both[1])))
    if len(marks) < 2:
        return 0.0, 0.0, most_mb
    (from_s, ui_from, acquisition_from), (to_s, ui_to, acquisition_to) = marks[0], marks[-1]
    took_s = to_s - from_s
    return (ui_to - ui_from) / took_s, (acquisition_to - acquisition_from) / took_s, most_mb


def acquisition_of(ui: psutil.Process) -> list[psutil.Process]:
    """The acquisition process, once it runs."""
    found = []
    for child in ui.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if ACQUISITION in child.cmdline():
                found.append(child)
    return found


def cpu_s(process: psutil.Process) -> float:
    """CPU seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def measure() -> Iterator[Figure]:
    """One warm run, then RUNS that count."""
    measured(WARM_S)
    runs = [measured(SMOKE_S) for _ in range(RUNS)]

    def each(name: str, part: str = "") -> Sequence[float]:
        found = (one.report[name][part] if part else one.report[name] for one in runs)
        return [float(value) for value in found if value is not None]

    yield Figure(metric="window shown", unit="ms", runs=each("shown_ms"), goal=under(1500))
    yield Figure(metric="CPU until shown", unit="ms", runs=each("shown_cpu_ms"))
    yield Figure(metric="plant in the window", unit="ms", runs=each("overview_ms"))
    yield Figure(metric="first live value", unit="ms", runs=each("first_values_ms"))
    yield Figure(metric="UI lateness p99", unit="ms", runs=each("ui_lateness_ms", "p99"), goal=under(50))
    yield Figure(metric="UI lateness max", unit="ms", runs=each("ui_lateness_ms", "max"))
    yield Figure(metric="UI process, of a core", unit="%", runs=[100 * one.ui_cpu for one in runs], goal=under(25))
    yield Figure(metric="acquisition, of a core", unit="%", runs=[100 * one.acquisition_cpu for one in runs])
    yield Figure(metric="both processes, RSS", unit="MiB", runs=[one.rss_mb for one in runs], goal=under(350))
    yield Figure(metric="exception on screen p50", unit="s", runs=each("exception_on_screen_s", "p50"))
    yield Figure(metric="exception on screen p95", unit="s", runs=each("exception_on_screen_s", "p95"), goal=under(1))
    yield Figure(metric="posting lag p95", unit="s", runs=each("posting_lag_s", "p95"))
    yield Figure(metric="ended after", unit="s", runs=each("shutdown_s"), goal=under(3))
    yield Figure(metric="errors", unit="", runs=[float(len(one.report["errors"])) for one in runs], goal=under(1))


if __name__ == "__main__":
    run("demo", measure)
