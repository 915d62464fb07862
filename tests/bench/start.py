"""`make bench-start`: how soon the demo's window is on the screen, from source and from the bundle if there is one.

Warm starts, source and bundle by turns. Each is `lineside demo --smoke` in a fresh folder. What the plant file says is
cached, byte code too (PYTHONDONTWRITEBYTECODE is left out): so it is from the second start of an installed Lineside on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.line import Figure, run, under
from tests.needs import ROOT

RUNS = 7
SMOKE_S = 8
FROM_SOURCE = (sys.executable, "-m", "ui.entry")
BUNDLE = ROOT / "build" / "dist" / "lineside" / ("lineside.exe" if os.name == "nt" else "lineside")

FIGURES = (
    ("window shown", "shown_ms"),
    ("CPU until shown", "shown_cpu_ms"),
    ("plant in the window", "overview_ms"),
    ("CPU until then", "overview_cpu_ms"),
    ("first live value", "first_values_ms"),
)
GOALS_MS: Mapping[tuple[str, str], float] = {("source", "shown_ms"): 1500, ("bundle", "shown_ms"): 1000}


def started(*command: str) -> dict[str, Any]:
    """The figures of one start."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryDirectory(prefix="lineside-bench-", ignore_cleanup_errors=True) as name:
        folder, report = Path(name), Path(name) / "report.json"
        words = ("demo", "--smoke", str(SMOKE_S), "--data", str(folder / "data"), "--report", str(report))
        subprocess.run(
            [*command, *words], cwd=ROOT, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        figures: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return figures


def measure() -> Iterator[Figure]:
    """One start of each that warms up, then RUNS of each by turns."""
    kinds = {"source": FROM_SOURCE} | ({"bundle": (str(BUNDLE),)} if BUNDLE.is_file() else {})
    for command in kinds.values():
        started(*command)
    runs: dict[str, list[dict[str, Any]]] = {kind: [] for kind in kinds}
    for _ in range(RUNS):
        for kind, command in kinds.items():
            runs[kind].append(started(*command))
    for kind, found in runs.items():
        for metric, name in FIGURES:
            values = [float(one[name]) for one in found if one[name] is not None]
            limit = GOALS_MS.get((kind, name))
            goal = under(limit) if limit is not None else None
            yield Figure(metric=f"{metric}, {kind}", unit="ms", runs=values, goal=goal)


if __name__ == "__main__":
    run("start", measure)
