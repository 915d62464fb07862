"""`lineside agent`: a station without a screen. Composes core and acquisition; no Qt."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from pathlib import Path

import psutil

from app.acquisition.values import new_board
from app.bootstrap.compose import station_parts
from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.child import command
from app.config import config
from app.erp.registry import check_settings
from app.plant.check import load
from drivers.registry import ADDRESS_CHECKS
from ui.exits import Exit
from ui.logs import start_log
from ui.report import Run, write_report
from ui.report import report as figures

ACQUISITION = command("drivers.host")


def agent(plant: Path, data: Path | None, seconds: float | None, report: Path | None) -> int:
    """Run until SIGTERM, SIGINT or `seconds` have passed; then write the report."""
    station = config(data)
    errors = start_log(station.log, echo=True)
    loaded = load(plant, ADDRESS_CHECKS, check_settings)
    parts = station_parts(loaded, station, ACQUISITION)
    reader, _ = new_board(loaded, station.board)

    async def serve() -> Core:
        core = Core(parts, Nobody())
        work = asyncio.create_task(core.run(), name="core")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await asyncio.wait(
                    [work, asyncio.create_task(_told_to_stop(), name="signals")], return_when="FIRST_COMPLETED"
                )
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
        return core

    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # psycopg's own needs it on Windows
        core = runner.run(serve())
    if report is not None:
        rss = {
            "agent": psutil.Process().memory_info().rss / 2**20,
            "acquisition": core.pulse.rss_mb if core.pulse else 0.0,
        }
        samples = {name: reader.samples(place) for place, name in enumerate(loaded.controllers)}
        run = Run(
            platform="headless",
            plant=loaded,
            errors=errors.errors,
            samples=samples,
            journal_ops=core.bus.model.seq,
            rss_mb=rss,
            extra={},
        )
        write_report(report, figures(core.bus.model, core.station.status, run))
    return Exit.ERRORS if errors.errors else Exit.OK


async def _told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop.set))
    await stop.wait()
