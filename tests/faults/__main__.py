"""`python -m tests.faults [--short]`: every fault campaign, a process each, their figures, and the verdict last.

Ends with 0 only if every goal of every campaign is met. Campaigns that cut cables run in network namespaces where this
machine lets them be made, else through a proxy; the first line says which.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tests.bench.line import table
from tests.faults.network import entered
from tests.needs import ROOT, need_node


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A campaign: its module here, and whether it cuts cables."""

    name: str
    cuts: bool


LANES = (
    (Row(name="late", cuts=False), Row(name="devices", cuts=False)),
    (Row(name="reconnects", cuts=False),),
    (Row(name="restarts", cuts=True),),
    (Row(name="cuts", cuts=True),),
)
"""Lanes run side by side, the campaigns of a lane one after another. A new campaign is its module here and one row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a campaign printed, and whether it came to its end."""

    figures: list[dict[str, Any]]
    ended: bool


def said(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """The figures of a campaign as they come; each is printed."""
    for text in lines:
        if text.startswith("{"):
            sys.stdout.write(text)
            sys.stdout.flush()
            row: dict[str, Any] = json.loads(text)
            if "bench" in row:
                yield row


def run(row: Row, size: str, prefix: tuple[str, ...]) -> Outcome:
    """Run a campaign to its end."""
    command = [*(prefix if row.cuts else ()), sys.executable, "-m", f"tests.faults.{row.name}", size]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        figures = list(said(process.stdout))
    return Outcome(figures=figures, ended=process.returncode == 0)


def verdict(outcomes: dict[str, Outcome]) -> dict[str, Any]:
    """Which goals were missed, and which campaigns did not come to their end."""
    figures = [figure for outcome in outcomes.values() for figure in outcome.figures]
    missed = [figure["metric"] for figure in figures if figure["met"] is False]
    broken = [name for name, outcome in outcomes.items() if not outcome.ended]
    goals = sum(figure["goal"] is not None for figure in figures)
    words = "FAILED" if missed or broken else "passed"
    return {"verdict": words, "goals": goals, "missed": missed, "broken": broken}


def main() -> int:
    """Run every lane."""
    need_node()
    size, prefix, began_s = "short" if "--short" in sys.argv else "nightly", entered(), time.monotonic()
    sys.stdout.write(json.dumps({"size": size, "cables": "network namespaces" if prefix else "a TCP proxy"}) + "\n")
    with ThreadPoolExecutor(len(LANES)) as pool:
        lanes = pool.map(lambda lane: {row.name: run(row, size, prefix) for row in lane}, LANES)
        outcomes = {name: outcome for lane in lanes for name, outcome in lane.items()}
    sys.stdout.write(table([figure for outcome in outcomes.values() for figure in outcome.figures]) + "\n")
    found = verdict(outcomes) | {"took_s": round(time.monotonic() - began_s)}
    sys.stdout.write(json.dumps(found) + "\n")
    return 0 if found["verdict"] == "passed" else 1


if __name__ == "__main__":
    sys.exit(main())
