"""Starts the desktop program: what a plant is and where, the window on the screen, then everything else.

With `ui.program`, which it loads once the window is shown, the one module of ui that names stores, drivers and ERPs.
Must stay light: whatever is imported here is waited for before anything is to be seen.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

from platformdirs import user_cache_path

import app.domain
import app.plant
import drivers
from app.acquisition.process import start, stop
from app.config import Config, config, demo_config
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.plant.cache import cached, program_stamp
from app.store.lock import refuse_second
from drivers.demo import Demo, DemoOptions
from ui.again import start_again
from ui.exits import Exit
from ui.job import Job, Pace, SmokeOptions
from ui.plants import chosen
from ui.shipped import this_version
from ui.sight import show

log = logging.getLogger("lineside.main")

DEMO_PACE = Pace(count_s=5.0, reference_s=2.0)
LOADED = ("numpy", "app.readmodel.model", "app.domain.commands", "ui.bridge", "ui.window", "ui.views.overview",
          "ui.views.queue", "ui.program")  # fmt: skip
"""In pieces, so that the window lives between them."""


def demo(
    *,
    plant: Path | None,
    replay: Path | None,
    replay_from: str,
    replay_until: str,
    speed: float,
    seed: int,
    data: Path | None,
    smoke: float | None,
    screenshots: Path | None,
    report: Path | None,
    stations: int = 1,
    erp: str = "demo",
    metrics: int | None = None,
) -> int:
    """`lineside demo`: the simulated plant's processes, and Lineside on it. Without --data it leaves nothing behind.

    With several `stations` they share a private Postgres; the further ones are processes of their own.
    """
    if erp != "demo" and stations > 1:
        raise KnownError("The demo's Tryton is for one workstation.", "Leave --stations out.")
    with contextlib.ExitStack() as stack:
        if data is None:
            data = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="lineside-", ignore_cleanup_errors=True))
            )
        station = demo_config(data)
        if shown_instead(station.folder, smoke):
            return Exit.OK
        played = DemoOptions(
            seed=seed,
            speed=speed,
            replay=replay,
            replay_from=replay_from,
            replay_until=replay_until,
            plant=plant,
            erp=erp,
        )
        playing = stack.enter_context(Demo(station.folder, played))
        if replay is None:
            loaded = playing.placed(opened(playing.file))
        else:
            files = importlib.import_module("drivers.demo_file")
            loaded = checked(files.write_plant(playing, station.folder, replay))
        begin = playing.start
        if erp == "tryton":
            importlib.import_module("drivers.demo_tryton.sign_in").keep(station.folder)
        if stations > 1:
            several = importlib.import_module("drivers.demo_stations")
            begin = stack.enter_context(several.opened(playing, loaded, station.folder, stations, headless=smoke))
            station = demo_config(data)
        station = replace(station, metrics_port=metrics or 0)
        options = _options(smoke, screenshots, report)
        return go(Job(plant=loaded, station=station, pace=DEMO_PACE, before=begin, file=plant, smoke=options))


def run(
    *,
    plant: Path | None,
    data: Path | None,
    smoke: float | None,
    screenshots: Path | None,
    report: Path | None,
    wall: str = "",
    metrics: int | None = None,
) -> int:
    """`lineside run`: Lineside on a plant of one's own: the published one, unless `plant` names another.

    `wall` is the ref that a wall screen shows. Starts anew where that was asked for: then it does not return.
    """
    station = config(data, {"plant": str(plant or ""), "wall": wall, "metrics_port": said(metrics)})
    found = chosen(station, opened, partial(_fetch, station), this_version())
    if shown_instead(station.folder, smoke):
        return Exit.OK
    job = Job(
        plant=found.plant,
        station=station,
        file=found.file,
        wall=station.wall,
        smoke=_options(smoke, screenshots, report),
        plant_file=found.parts,
    )
    return go(job)


def said(number: int | None) -> str:
    """A number of the command line as a setting has it; "" where none was given."""
    return "" if number is None else str(number)


def shown_instead(folder: Path, smoke: float | None) -> bool:
    """Whether another Lineside works on the folder and its window is in front now. Raises BusyError where it is not."""
    listens = smoke is None and (folder / "front.json").exists()  # it does so before it has the folder's lock
    if listens and importlib.import_module("ui.front").bring_to_front(folder):
        log.info("another Lineside runs on %s; it was brought to the front", folder)
        return True
    refuse_second(folder)
    return False


def _fetch(station: Config) -> None:
    """Take what is published for all stations."""
    importlib.import_module("app.bootstrap.compose").fetch_published(station)


def go(job: Job) -> int:
    """Show the window at once, then load what is to be in it, while the acquisition process loads what it needs."""
    sight = show(job)
    with contextlib.ExitStack() as stack:
        ahead = start(job.acquisition)
        stack.callback(stop, ahead)
        for name in LOADED:
            importlib.import_module(name)
            sight.app.processEvents()
        if sight.frame.closed:
            return Exit.OK
        program = importlib.import_module("ui.program").Program(job, sight, ahead)
        code = int(program.run())
    if program.again:
        start_again()
    return code


def opened(path: Path) -> Plant:
    """The plant of a file, from the cache where nothing changed since it was checked. Raises PlantFileError."""
    stamp = program_stamp(Path(module.__path__[0]) for module in (app.plant, app.domain, drivers))
    return cached(path, user_cache_path("lineside", appauthor=False), stamp, checked)


def checked(path: Path) -> Plant:
    """The plant of a file, with every check of it; what checks is loaded only now."""
    names = ("app.plant.check", "drivers.registry", "app.erp.registry")
    check, registry, erps = (importlib.import_module(name) for name in names)
    plant: Plant = check.load(path, registry.ADDRESS_CHECKS, erps.check_settings)
    return plant


def _options(seconds: float | None, screenshots: Path | None, report: Path | None) -> SmokeOptions | None:
    return None if seconds is None else SmokeOptions(seconds=seconds, screenshots=screenshots, report=report)
