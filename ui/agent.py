"""`lineside agent`: a station without a screen. Composes core and acquisition; no Qt."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from app.acquisition.board import BoardReader
from app.acquisition.values import new_board
from app.bootstrap.compose import Around, open_metrics, station_parts, take_published
from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.bootstrap.parts import Parts
from app.child import command
from app.config import Config, config
from app.domain.plant import Plant
from app.domain.status import StationStatus
from app.erp.registry import check_settings
from app.logs import ErrorCount
from app.plant.check import load
from app.store.lock import refuse_second
from app.watch import Watch
from drivers.registry import ADDRESS_CHECKS
from ui.exits import Exit
from ui.plants import chosen
from ui.report import Run, write_report
from ui.report import report as figures
from ui.shipped import this_version

ACQUISITION = command("drivers.host")


class Ears(Nobody):
    """Nobody looks; but a plant file that is published by now is heard of."""

    def __init__(self) -> None:
        self.renewed = asyncio.Event()

    def deliver_status(self, status: StationStatus) -> None:
        """How the parts stand."""
        if status.plant_file.ready:
            self.renewed.set()


def agent(
    plant: Path | None, data: Path | None, seconds: float | None, report: Path | None, metrics: int | None = None
) -> int:
    """Run until SIGTERM, SIGINT or `seconds` have passed; then write the report.

    A plant file that is published meanwhile runs at once: core and acquisition end, and begin with it.
    """
    station = config(data, {"plant": str(plant or ""), "metrics_port": "" if metrics is None else str(metrics)})
    refuse_second(station.folder)
    with Watch(station.folder, station.log, echo=True) as watch:
        return _run(station, watch.errors, seconds, report)


def _run(station: Config, errors: ErrorCount, seconds: float | None, report: Path | None) -> int:
    """The agent's run, with one plant file after another."""
    until_s = None if seconds is None else time.monotonic() + seconds
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # psycopg's own needs it on Windows
        turn = _turn(runner, station, errors, until_s)
        while turn.again:
            del turn  # Windows makes no new board while the old one is mapped
            turn = _turn(runner, station, errors, until_s)
    if report is not None:
        _report(report, turn, errors.errors)
    return Exit.ERRORS if errors.errors else Exit.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What ran with one plant file; `again` says that it gave way to another."""

    plant: Plant
    reader: BoardReader
    core: Core
    again: bool


def _turn(runner: asyncio.Runner, station: Config, errors: ErrorCount, until_s: float | None) -> Turn:
    """Run with the plant file that is to be run now."""
    found = chosen(station, _load, lambda: runner.run(take_published(station)), this_version())
    parts = station_parts(found.plant, station, ACQUISITION, plant_file=found.parts, source=found.file)
    reader, _ = new_board(found.plant, station.board)
    around = Around(plant=found.plant, heard_s=reader.heard_s, errors=lambda: errors.count, version=this_version())
    core, again = runner.run(_serve(parts, until_s, station.metrics_port, around))
    return Turn(plant=found.plant, reader=reader, core=core, again=again)


_load = partial(load, address_checks=ADDRESS_CHECKS, erp_check=check_settings)


async def _serve(parts: Parts, until_s: float | None, port: int, around: Around) -> tuple[Core, bool]:
    """Run a core to its end; whether it is to begin anew."""
    ears = Ears()
    core = Core(parts, ears)
    metrics = open_metrics(port, core, around)
    work = asyncio.create_task(core.run(), name="core")
    ends = [
        work,
        asyncio.create_task(_told_to_stop(), name="signals"),
        asyncio.create_task(ears.renewed.wait(), name="renewed"),
    ]
    left_s = None if until_s is None else max(0.0, until_s - time.monotonic())
    done, _ = await asyncio.wait(ends, timeout=left_s, return_when="FIRST_COMPLETED")
    for task in ends:
        task.cancel()
    if metrics is not None:
        await asyncio.to_thread(metrics.close)
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return core, ends[2] in done and ends[0] not in done and ends[1] not in done


def _report(path: Path, turn: Turn, errors: list[str]) -> None:
    plant, reader, core = turn.plant, turn.reader, turn.core
    rss = {
        "agent": psutil.Process().memory_info().rss / 2**20,
        "acquisition": core.pulse.rss_mb if core.pulse else 0.0,
    }
    samples = {name: reader.samples(place) for place, name in enumerate(plant.controllers)}
    run = Run(
        platform="headless",
        plant=plant,
        errors=errors,
        samples=samples,
        journal_ops=core.bus.model.seq,
        rss_mb=rss,
        extra={},
    )
    write_report(path, figures(core.bus.model, core.station.status, run))


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
