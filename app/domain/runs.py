"""What a machine did while it ran: stretches of running of one machine with one product, and their measurements. Pure.

A run is running time only: stops, changeovers and waiting for the neighbours are not in it. Rates are machine units a
minute, use is percent of a full load.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.drift import MOST
from app.domain.events import Run

KEPT = 2 * MOST
"""The latest runs that are kept of a machine with a product: enough for before and after a change."""

LEAST_USED = 0.5
"""Percent of a load that a measurement of its use needs: runs that used less are taken together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one run, or several together, measured."""

    from_at: datetime
    to_at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """The latest runs of one machine with one product, oldest first."""

    id: str
    version: int
    machine: str
    line: str
    product: str
    runs: tuple[Run, ...] = ()

    @property
    def closed(self) -> bool:
        """Runs are facts, nobody has to act on them."""
        return True


def following(old: tuple[Run, ...], new: Iterable[Run]) -> tuple[Run, ...]:
    """The runs with those that begin after the last one ended: told twice, or by two stations, they count once."""
    kept = list(old)
    for run in sorted(new, key=lambda run: run.from_at):
        if not kept or run.from_at >= kept[-1].to_at:
            kept.append(run)
    return tuple(kept[-KEPT:])


def since(runs: Iterable[Run], at: datetime) -> tuple[Run, ...]:
    """The runs that began after an instant."""
    return tuple(run for run in runs if run.from_at >= at)


def rates(runs: Iterable[Run]) -> tuple[Measurement, ...]:
    """Units a minute of running, of each run."""
    return tuple(
        Measurement(from_at=run.from_at, to_at=run.to_at, value=run.units / run.running_s * 60)
        for run in runs
        if run.running_s > 0
    )


def load_minutes(runs: Iterable[Run]) -> tuple[Measurement, ...]:
    """Minutes of running that a full load lasts; a refill, or a use that is not known, begins anew."""
    found: list[Measurement] = []
    begin, used, running_s = None, 0.0, 0.0
    for run in runs:
        if run.used is None or run.used < 0:
            begin, used, running_s = None, 0.0, 0.0
            continue
        begin = begin or run.from_at
        used, running_s = used + run.used, running_s + run.running_s
        if used >= LEAST_USED:
            found.append(Measurement(from_at=begin, to_at=run.to_at, value=running_s / 60 * 100 / used))
            begin, used, running_s = None, 0.0, 0.0
    return tuple(found)


def use_per_unit(runs: Iterable[Run], load: float) -> float | None:
    """Pieces of material used for one machine unit, over all runs whose use is known; None of none. `load` is full."""
    told = [(run.used, run.units) for run in runs if run.used is not None]
    units = sum(made for _, made in told)
    return sum(used for used, _ in told) / 100 * load / units if units else None
