"""Composes the desktop program: plant, board, window, then, once it is shown, the core and its processes.

The one module of ui that names stores, drivers and ERPs, and those by name only: they are loaded on the core's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib
import logging
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from platformdirs import user_cache_path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

import app.domain
import app.plant
import drivers
from app.acquisition.board import BoardReader
from app.acquisition.values import LiveValues, new_board
from app.bootstrap.plant_side import PlantFileParts
from app.child import command
from app.config import Config, config, demo_config
from app.domain.alarm import Alarm
from app.domain.commands import Command
from app.domain.erp import Reference
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.presence import Presence
from app.domain.signing import Prove, Sign
from app.domain.status import PlantFileStatus, SharedStatus, StationStatus
from app.logs import ErrorCount
from app.plant.cache import cached, program_stamp
from app.readmodel.model import Changes, all_cases
from app.store.lock import BusyError, refuse_second
from app.watch import Watch
from drivers.demo import Demo, DemoOptions
from ui.again import start_again
from ui.bridge import Bridge, Diagnostics
from ui.catalog import load_views
from ui.core_thread import CoreThread
from ui.desk import Answer
from ui.display import choose_platform
from ui.exits import Exit
from ui.front import bring_to_front
from ui.lateness import LatenessMeter
from ui.operating import Operated, checks_of, default_file
from ui.plants import chosen
from ui.qt_log import hear_qt
from ui.report import Run, since_source, write_report
from ui.report import report as figures
from ui.shipped import this_version
from ui.smoke import Smoke, SmokeOptions
from ui.survey import SurveyWork
from ui.surveys import Late
from ui.text import t
from ui.theme import DAY, NIGHT, Look
from ui.window import Window, compose

log = logging.getLogger("lineside.main")

ACQUISITION = command("drivers.host")
SAMPLE_MS = 1000
GIL_TURN_S = 0.0005
"""A tenth of Python's own: Qt gives the GIL up at every call, and the screen waits a turn of the core's each time."""
DEMO_COUNT_S, DEMO_REFERENCE_S = 5.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often counts are journaled and the ERP is read, in seconds."""

    count_s: float = 60.0
    reference_s: float = 20.0


def demo(
    *,
    plant: Path | None,
    replay: Path | None,
    span: tuple[str, str],
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
        options = DemoOptions(
            seed=seed, speed=speed, replay=replay, replay_from=span[0], replay_until=span[1], plant=plant, erp=erp
        )
        playing = stack.enter_context(Demo(station.folder, options))
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
        pace = Pace(count_s=DEMO_COUNT_S, reference_s=DEMO_REFERENCE_S)
        program = Program(loaded, station, pace, begin, plant)
        return program.run(_options(smoke, screenshots, report))


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
    program = Program(found.plant, station, Pace(), _nothing, found.file, station.wall, found.parts)
    code = program.run(_options(smoke, screenshots, report))
    if program.again:
        start_again()
    return code


def said(number: int | None) -> str:
    """A number of the command line as a setting has it; "" where none was given."""
    return "" if number is None else str(number)


def shown_instead(folder: Path, smoke: float | None) -> bool:
    """Whether another Lineside works on the folder and its window is in front now. Raises BusyError where it is not."""
    try:
        refuse_second(folder)
    except BusyError:
        if smoke is None and bring_to_front(folder):
            log.info("another Lineside runs on %s; it was brought to the front", folder)
            return True
        raise
    return False


def _fetch(station: Config) -> None:
    """Take what is published for all stations."""
    composing = importlib.import_module("app.bootstrap.compose")
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:  # psycopg's own needs it on Windows
        runner.run(composing.take_published(station))


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


def _nothing() -> None:
    """A real plant needs nobody to start it."""


def _options(seconds: float | None, screenshots: Path | None, report: Path | None) -> SmokeOptions | None:
    return None if seconds is None else SmokeOptions(seconds=seconds, screenshots=screenshots, report=report)


class Program:
    """One run of the desktop program. `before` is called once the window is shown, before the core starts.

    `file` is the plant file that engineers may add tags to. With `wall` it fills the screen with that ref, and nobody
    sits there.
    """

    def __init__(
        self,
        plant: Plant,
        station: Config,
        pace: Pace,
        before: Callable[[], None],
        file: Path | None = None,
        wall: str = "",
        plant_file: PlantFileParts | None = None,
    ) -> None:
        self._plant, self._station, self._pace, self._before = plant, station, pace, before
        self._file, self._wall, self._plant_file = file, wall, plant_file
        self.again = False
        self._core: Any = None
        self._scripted: Any = None
        self._shown_ms = self._shown_cpu_ms = 0.0
        self._failure = ""
        self._shutdown_s = 0.0
        self._metrics: Any = None
        self._meter: LatenessMeter | None = None
        self._left = self._died = False

    def run(self, options: SmokeOptions | None) -> int:
        """Show the window and serve until it is closed or the smoke run is over."""
        choose_platform(smoke=options is not None)
        sys.setswitchinterval(GIL_TURN_S)
        watch = Watch(self._station.folder, self._station.log, echo=options is not None)
        self._errors = errors = watch.errors
        hear_qt()
        app = application()
        theme = NIGHT if self._station.theme == NIGHT.name else DAY
        look = Look(theme)
        look.apply(app)
        reader, values = new_board(self._plant, self._station.board, self._station.history)
        self._reader = reader
        bridge = Bridge(plant=self._plant, values=values, survey=self._survey(), diagnostics=self._diagnostics())
        self._bridge = bridge
        if self._station.store:  # until the core says how it stands
            files = self._plant_file.status if self._plant_file is not None else PlantFileStatus()
            bridge.deliver_status(StationStatus(shared=SharedStatus(joined=True), plant_file=files))
        layout = None if options or watch.careful else self._station.folder / "layout.json"
        seat = None if self._wall else bridge
        window = compose(look, bridge, seat=seat, changed=bridge.changed, layout=layout)
        if self._station.fixed("theme"):
            look.set_theme(theme)
            window.theme_pinned = True
        thread = CoreThread(
            lambda: self._serve(Delivery(bridge, reader), bridge, values), lambda error: self._failed(error, window)
        )
        window.left.connect(self._leave)
        window.restarting.connect(self._restart)
        if self._wall:  # nobody is there who could say when
            bridge.changed.connect(lambda: window.restart() if bridge.status.plant_file.ready else None)
        self._show(window, app)
        every(SAMPLE_MS, window, lambda: values.sample(time.time()))
        smoke = self._smoke(options, window, bridge, look, app) if options else None
        operated = Operated(window, app, self._station.folder, errors, careful=watch.careful, alone=options is not None)
        QTimer.singleShot(0, lambda: self._start(thread, smoke))
        app.exec()
        began_s = time.monotonic()
        operated.close()
        bridge.close()
        values.close()
        self._stop(thread, began_s)
        watch.end(died=self._died)
        if options is not None and options.report is not None and smoke is not None:
            write_report(options.report, self._figures(bridge, reader, smoke, errors, app.platformName()))
        if self._left:
            importlib.import_module("ui.opening").choose_again(None if self._plant.demo else self._station.folder)
        return self._exit(errors, options)

    def _show(self, window: Window, app: QApplication) -> None:
        """The first paint; then the screen's lateness is measured where somebody wants to know it."""
        window.show()
        if self._wall:
            window.full_screen()
            window.go(self._wall)
        app.processEvents()
        self._shown_ms, self._shown_cpu_ms = since_start_ms(), 1000 * time.process_time()
        log.info("window shown after %.0f ms", self._shown_ms)
        gc.freeze()  # what is there now stays: the collector need not look at it again
        if self._station.metrics_port:
            self._meter = LatenessMeter(window)
            self._meter.start()

    def _stop(self, thread: CoreThread, began_s: float) -> None:
        """End the core. What is acknowledged is on disk whatever hangs."""
        if self._metrics is not None:
            self._metrics.close()
        if not thread.stop():
            log.warning("the core did not stop in time")
        self._shutdown_s = time.monotonic() - began_s
        log.info("ended after %.1f s", self._shutdown_s)

    def _diagnostics(self) -> Diagnostics:
        """What puts diagnostics together for the health page; loaded when somebody wants them."""
        station = self._station

        def save(file: str, names: bool) -> str:
            module = importlib.import_module("app.bootstrap.diagnostics")
            known = module.Known(checks=checks_of(self._bridge), plant=self._plant, plant_file=self._file)
            return str(module.save(Path(file), station, known, names=names))

        return Diagnostics(file=str(default_file(station.folder, station.station)), save=save)

    def _restart(self) -> None:
        """It is to begin anew once this has ended, with the plant file that is here by now."""
        self.again = True

    def _leave(self) -> None:
        """Somebody wants the guide once this has ended."""
        self._left = True

    def _survey(self) -> SurveyWork:
        """What looks into servers for the screens; loaded at the first question."""
        plant, station, file = self._plant, self._station, self._file

        def made() -> SurveyWork:
            names = ("drivers.survey", "drivers.workstation", "app.secrets", "app.erp.registry")
            surveys, workstations, secrets, erps = (importlib.import_module(name) for name in names)
            gc.freeze()  # what was loaded stays: a round of the collector over it would cost the screen frames
            secret = partial(secrets.stored_secret, station.folder)
            workstation = workstations.Workstation(name=station.station, folder=station.folder, secret=secret)
            work: SurveyWork = surveys.Survey(plant, workstation, file, erps.check_settings)
            return work

        return Late(made, file.name if file is not None else "")

    def _exit(self, errors: ErrorCount, options: SmokeOptions | None) -> int:
        if self._failure:
            print(self._failure, file=sys.stderr)  # noqa: T201 - the last word of a program without a window
            return Exit.REFUSED
        return Exit.ERRORS if errors.errors and options is not None else Exit.OK

    def _start(self, thread: CoreThread, smoke: Smoke | None) -> None:
        """After the first paint: the plant's processes, the core, the script."""
        self._before()
        thread.start()
        if smoke is not None:
            smoke.start()

    def _smoke(self, options: SmokeOptions, window: Window, bridge: Bridge, look: Look, app: QApplication) -> Smoke:
        def act(command: Command, person: str) -> None:
            if self._scripted is not None:
                self._scripted.submit(command, person).add_done_callback(_log_refusal)

        return Smoke(options, window, bridge, look, act, app.quit)

    # --- the core's thread ------------------------------------------------------------------------------------------

    def _serve(self, delivery: Delivery, bridge: Bridge, values: LiveValues) -> Coroutine[object, object, None]:
        """On the core's thread: load what it needs, make it, run it."""
        composing = importlib.import_module("app.bootstrap.compose")
        running = importlib.import_module("app.bootstrap.core")
        scripted = importlib.import_module("app.bootstrap.scripted")
        parts = composing.station_parts(
            self._plant,
            self._station,
            ACQUISITION,
            count_period_s=self._pace.count_s,
            reference_period_s=self._pace.reference_s,
            plant_file=self._plant_file,
            source=self._file,
        )

        def started(core: Any) -> None:
            self._core = core
            self._scripted = scripted.Scripted(core, asyncio.get_running_loop())
            threading.Thread(target=load_views, name="views", daemon=True).start()
            bridge.connect_core(CoreDoor(core))
            values.reach_back(core.past)
            self._metrics = composing.open_metrics(self._station.metrics_port, core, self._around(composing))

        work: Coroutine[object, object, None] = running.run_core(parts, delivery, started)
        return work

    def _around(self, composing: Any) -> Any:
        """What the core does not know of this run."""
        meter = self._meter
        return composing.Around(
            plant=self._plant,
            heard_s=self._reader.heard_s,
            errors=lambda: self._errors.count,
            lateness_s=meter.quantiles_s if meter is not None else composing.nothing,
            version=this_version(),
        )

    def _failed(self, error: BaseException, window: Window) -> None:
        """On the core's thread: an error ended it. What the world did is said; our own fault also goes to the log."""
        if isinstance(error, KnownError):
            self._failure = str(error)
        else:
            self._failure = t(
                "Lineside's core ended by a fault of its own; the log {log} has it.", log=self._station.log
            )
            self._died = True
            log.error("the core ended", exc_info=error)
        QTimer.singleShot(0, window, window.close)

    # --- figures ----------------------------------------------------------------------------------------------------

    def _figures(
        self, bridge: Bridge, reader: BoardReader, smoke: Smoke, errors: ErrorCount, platform: str
    ) -> dict[str, Any]:
        late = smoke.lateness.measured()
        pulse = self._core.pulse if self._core is not None else None
        rss = {"ui": psutil.Process().memory_info().rss / 2**20, "acquisition": pulse.rss_mb if pulse else 0.0}
        times = psutil.Process().cpu_times()
        ran_s = max(1.0, time.time() - psutil.Process().create_time())
        samples = {name: reader.samples(place) for place, name in enumerate(self._plant.controllers)}
        extra: dict[str, object] = {
            "shown_ms": round(self._shown_ms),
            "shown_cpu_ms": round(self._shown_cpu_ms),
            "shutdown_s": round(self._shutdown_s, 2),
            "ui_lateness_ms": {name: round(value, 2) for name, value in asdict(late).items() if name != "frames"},
            "ui_cpu": round((times.user + times.system) / ran_s, 3),
            "acquisition_cpu": round(pulse.cpu_s / ran_s, 3) if pulse else None,
            "exception_on_screen_s": since_source(self._plant, all_cases(bridge.view), smoke.sightings.at),
        }
        run = Run(
            platform=platform,
            plant=self._plant,
            errors=errors.errors,
            samples=samples,
            journal_ops=bridge.seq,
            rss_mb=rss,
            extra=extra,
        )
        return figures(bridge.view, bridge.status, run)


class Delivery:
    """The core's listener: everything to the bridge, texts to the board's reader."""

    def __init__(self, bridge: Bridge, reader: BoardReader) -> None:
        self._bridge, self._reader = bridge, reader

    def deliver(self, changes: Changes) -> None:
        """Aggregates that changed."""
        self._bridge.deliver(changes)

    def deliver_status(self, status: StationStatus) -> None:
        """How the parts stand."""
        self._bridge.deliver_status(status)

    def deliver_reference(self, reference: Reference) -> None:
        """The ERP's data."""
        self._bridge.deliver_reference(reference)

    def deliver_alarms(self, alarms: Sequence[Alarm]) -> None:
        """The controllers' alarms."""
        self._bridge.deliver_alarms(alarms)

    def deliver_presences(self, presences: Sequence[Presence]) -> None:
        """Who looks at what elsewhere."""
        self._bridge.deliver_presences(presences)

    def deliver_text(self, tag: int, text: str) -> None:
        """A text value."""
        self._reader.put_text(tag, text)


class CoreDoor:
    """The core as the bridge asks it."""

    def __init__(self, core: Any) -> None:
        self._core = core

    def submit(self, command: Command, person: str) -> Future[Answer]:
        """A person's command."""
        return answered(self._core.submit(command, person), lambda stored: Answer(ok=True, streams=stored.streams))

    def attend(self, person: str, ref: str, editing: bool) -> None:
        """What somebody looks at."""
        self._core.attend(person, ref, editing)

    def ask(self, asked: Prove | Sign) -> Future[Answer]:
        """Who somebody is."""
        return answered(self._core.ask(asked), lambda signature: Answer(ok=True, signature=signature))


def answered(stored: Future[Any], said: Callable[[Any], Answer]) -> Future[Answer]:
    """The screen's answer to what came of it in the core."""
    answer: Future[Answer] = Future()

    def settle(done: Future[Any]) -> None:
        error = done.exception() if not done.cancelled() else KnownError(t("Lineside is closing; nothing was changed."))
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(said(done.result()))

    stored.add_done_callback(settle)
    return answer


def _log_refusal(done: Future[Any]) -> None:
    error = None if done.cancelled() else done.exception()
    if isinstance(error, KnownError):
        log.info("the script was refused: %s", error)
    elif error is not None:
        log.error("a scripted command failed", exc_info=error)


def application() -> QApplication:
    """Qt's application: the one that a guide made before, or a new one."""
    made = QApplication.instance()
    return made if isinstance(made, QApplication) else QApplication(sys.argv[:1])


def every(period_ms: int, owner: Window, call: Callable[[], None]) -> None:
    """Call it again and again while the window lives."""
    timer = QTimer(owner, interval=period_ms)
    timer.timeout.connect(call)
    timer.start()


def since_start_ms() -> float:
    """Milliseconds since this process was started, by the system's own record."""
    return (time.time() - psutil.Process(os.getpid()).create_time()) * 1000
