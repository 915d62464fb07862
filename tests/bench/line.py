"""What every benchmark prints: a JSON line a figure, the machine's load beside them, a table for people at the end.

`value` is the median of a figure's runs and `spread` is (max - min) / median of them. A goal that is missed is said,
and nothing else happens: a benchmark never fails.
"""

from __future__ import annotations

import json
import math
import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure should be; `text` is for people, `met` decides from the value and its baseline (0: none)."""

    text: str
    met: Callable[[float, float], bool]


def under(most: float) -> Goal:
    """Less than so much."""
    return Goal(text=f"< {most:g}", met=lambda value, _: value < most)


def at_least(least: float) -> Goal:
    """So much or more."""
    return Goal(text=f">= {least:g}", met=lambda value, _: value >= least)


def over_baseline(most: float) -> Goal:
    """At the most so much above what the peer takes in the same run."""
    return Goal(text=f"<= baseline + {most:g}", met=lambda value, baseline: value <= baseline + most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric of some runs, and of a peer in the same runs where there is one."""

    metric: str
    unit: str
    runs: Sequence[float]
    baseline: Sequence[float] = ()
    goal: Goal | None = None

    def line(self, bench: str) -> dict[str, Any]:
        """The figure as the contract has it; without a run that gave one, `value` is null and a goal is missed."""
        value = statistics.median(self.runs) if self.runs else math.nan
        baseline = statistics.median(self.baseline) if self.baseline else None
        return {
            "bench": bench,
            "metric": self.metric,
            "value": None if math.isnan(value) else rounded(value),
            "unit": self.unit,
            "spread": rounded((max(self.runs) - min(self.runs)) / value) if value and len(self.runs) > 1 else None,
            "baseline": rounded(baseline),
            "ratio": rounded(value / baseline) if baseline and self.runs else None,
            "goal": self.goal.text if self.goal else None,
            "met": self.goal.met(value, baseline or 0.0) if self.goal else None,
        }


def rounded(value: float | None) -> float | None:
    """Four significant digits."""
    return None if value is None else float(f"{value:.4g}")


def load() -> dict[str, Any]:
    """How busy the machine is: the load of 1, 5 and 15 minutes, and its processors."""
    return {"load": [round(one, 2) for one in os.getloadavg()], "cpus": os.cpu_count()}


def run(bench: str, measure: Callable[[], Iterable[Figure]]) -> None:
    """Measure and print: the load, a line a figure as they come, the load again, the table."""
    print(json.dumps(load()), flush=True)
    lines = []
    for figure in measure():
        lines.append(figure.line(bench))
        print(json.dumps(lines[-1]), flush=True)
    print(json.dumps(load()))
    print(table(lines), flush=True)


COLUMNS = ("bench", "metric", "value", "unit", "spread", "baseline", "ratio", "goal", "met")
SAID = {None: "", True: "yes", False: "MISSED"}


def table(lines: Sequence[dict[str, Any]]) -> str:
    """The lines for people."""
    rows = [COLUMNS, *([_cell(line[name]) for name in COLUMNS] for line in lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return SAID[value]
    return f"{value:g}" if isinstance(value, float) else str(value)
