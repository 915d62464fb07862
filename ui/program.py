"""The desktop program in its window: board, bridge, views, then the core on its thread and its processes.

Loaded once the window is shown. Beside `ui.main` the one module of ui that names stores, drivers and ERPs, and those by
name only: they are loaded on the core's thread.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import Qt, QTimer

from app.acquisition.board import BoardReader
from app.acquisition.values import LiveValues, new_board
from app.domain.alarm import Alarm
from app.domain.commands import Command
from app.domain.erp import Reference
from app.domain.errors import KnownError
from app.domain.plant_file import PlantFileStatus
from app.domain.presence import Presence
from app.domain.signing import Prove, Sign
from app.domain.status import SharedStatus, StationStatus
from app.readmodel.model import Changes, all_cases
from ui.bridge import Bridge, Diagnostics
from ui.core_thread import CoreThread
from ui.desk import Answer
from ui.exits import Exit
from ui.job import Job, SmokeOptions
from ui.lateness import LatenessMeter
from ui.operating import Operated, checks_of, default_file
from ui.report import Run, since_source, write_report
from ui.report import report as figures
from ui.shipped import this_version
from ui.sight import Moment, Sight
from ui.smoke import Smoke
from ui.start_times import FirstValues, StartTimes, since_start_ms
from ui.survey import SurveyWork
from ui.surveys import Late
from ui.text import t
from ui.viewing import load_views
from ui.window import Window, compose

log = logging.getLogger("lineside.main")

SAMPLE_MS = 1000


class Program:
    """One run of the desktop program, on the window that is shown. `acquisition`: its process, if it runs already."""

    def __init__(self, job: Job, sight: Sight, acquisition: subprocess.Popen[bytes] | None = None) -> None:
        self._job, self._sight, self._ahead = job, sight, acquisition
        self._plant, self._station = job.plant, job.station
        self._times = StartTimes(shown=sight.shown)
        self._core: Any = None
        self._scripted: Any = None
        self._failure = ""
        self._shutdown_s = 0.0
        self._metrics: Any = None
        self._meter: LatenessMeter | None = None
        self._errors = sight.watch.errors
        self._left = self._died = self.again = False

    def run(self) -> int:
        """Put the program into the window that is shown, and serve until it is closed or the smoke run is over."""
        job, app, options = self._job, self._sight.app, self._job.smoke
        reader, values = new_board(self._plant, self._station.board, self._station.history)
        self._reader = reader
        bridge = Bridge(plant=self._plant, values=values, survey=self._survey(), diagnostics=self._diagnostics())
        self._bridge = bridge
        if self._station.store:  # until the core says how it stands
            files = job.plant_file.status if job.plant_file is not None else PlantFileStatus()
            bridge.deliver_status(StationStatus(shared=SharedStatus(joined=True), plant_file=files))
        window = self._opened(bridge)
        thread = CoreThread(lambda: self._serve(Delivery(bridge, reader), bridge, values), self._failed)
        took = self._times.figures()
        log.info("window shown after %d ms, the plant in it after %s ms", took["shown_ms"], took["overview_ms"])
        gc.freeze()  # what is there now stays: the collector need not look at it again
        if self._station.metrics_port:
            self._meter = LatenessMeter(window)
            self._meter.start()
        every(SAMPLE_MS, window, lambda: values.sample(time.time()))
        FirstValues(window, values, self._times)
        smoke = self._smoke(options, window, bridge) if options else None
        watch = self._sight.watch
        careful, alone = watch.careful, options is not None
        operated = Operated(window, app, self._station.folder, self._errors, careful=careful, alone=alone)
        if not self._sight.frame.closed:  # else somebody closed it meanwhile, and nothing would end the loop
            QTimer.singleShot(0, lambda: self._start(thread, smoke))
            app.exec()
        began_s = time.monotonic()
        operated.close()
        bridge.close()
        values.close()
        self._stop(thread, began_s)
        watch.end(died=self._died)
        if options is not None and options.report is not None and smoke is not None:
            write_report(options.report, self._figures(bridge, reader, smoke))
        if self._left:
            importlib.import_module("ui.opening").choose_again(None if self._plant.demo else self._station.folder)
        return self._exit()

    def _start(self, thread: CoreThread, smoke: Smoke | None) -> None:
        """After the plant has been painted: its processes, the core, the script."""
        self._job.before()
        thread.start()
        if smoke is not None:
            smoke.start()

    def _opened(self, bridge: Bridge) -> Window:
        """The program's window in the frame, painted."""
        sight, wall = self._sight, self._job.wall
        seat = None if wall else bridge
        window = compose(
            sight.look, bridge, seat=seat, changed=bridge.changed, layout=self._sight.layout, parent=sight.frame
        )
        window.theme_pinned = self._station.fixed("theme")
        window.left.connect(self._leave)
        window.restarting.connect(self._restart)
        if wall:  # nobody is there who could say when
            bridge.changed.connect(lambda: window.restart() if bridge.status.plant_file.ready else None)
        sight.frame.hold(window)
        if wall:
            window.go(wall)
        sight.app.processEvents()
        self._times.overview = Moment.now()
        return window

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
            known = module.Known(checks=checks_of(self._bridge), plant=self._plant, plant_file=self._job.file)
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
        plant, station, file = self._plant, self._station, self._job.file

        def made() -> SurveyWork:
            names = ("drivers.survey", "drivers.workstation", "app.secrets", "app.erp.registry")
            surveys, workstations, secrets, erps = (importlib.import_module(name) for name in names)
            gc.freeze()  # what was loaded stays: a round of the collector over it would cost the screen frames
            secret = partial(secrets.stored_secret, station.folder)
            workstation = workstations.Workstation(name=station.station, folder=station.folder, secret=secret)
            work: SurveyWork = surveys.Survey(plant, workstation, file, erps.check_settings)
            return work

        return Late(made, file.name if file is not None else "")

    def _exit(self) -> int:
        if self._failure:
            print(self._failure, file=sys.stderr)  # noqa: T201 - the last word of a program without a window
            return Exit.REFUSED
        return Exit.ERRORS if self._errors.errors and self._job.smoke is not None else Exit.OK

    def _smoke(self, options: SmokeOptions, window: Window, bridge: Bridge) -> Smoke:
        def act(command: Command, person: str) -> None:
            if self._scripted is not None:
                self._scripted.submit(command, person).add_done_callback(_log_refusal)

        return Smoke(options, window, bridge, self._sight.look, act, self._sight.app.quit)

    # --- the core's thread ------------------------------------------------------------------------------------------

    def _serve(self, delivery: Delivery, bridge: Bridge, values: LiveValues) -> Coroutine[object, object, None]:
        """On the core's thread: load what it needs, make it, run it."""
        composing = importlib.import_module("app.bootstrap.compose")
        running = importlib.import_module("app.bootstrap.core")
        scripted = importlib.import_module("app.bootstrap.scripted")
        parts = composing.station_parts(
            self._plant,
            self._station,
            self._job.acquisition,
            ahead=self._ahead,
            count_period_s=self._job.pace.count_s,
            reference_period_s=self._job.pace.reference_s,
            plant_file=self._job.plant_file,
            source=self._job.file,
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

    def _failed(self, error: BaseException) -> None:
        """On the core's thread: an error ended it. What the world did is said; our own fault also goes to the log."""
        if isinstance(error, KnownError):
            self._failure = str(error)
        else:
            self._failure = t(
                "Lineside's core ended by a fault of its own; the log {log} has it.", log=self._station.log
            )
            self._died = True
            log.error("the core ended", exc_info=error)
        QTimer.singleShot(0, self._sight.frame, self._sight.frame.close)

    # --- figures ----------------------------------------------------------------------------------------------------

    def _figures(self, bridge: Bridge, reader: BoardReader, smoke: Smoke) -> dict[str, Any]:
        late = smoke.lateness.measured()
        pulse = self._core.pulse if self._core is not None else None
        rss = {"ui": psutil.Process().memory_info().rss / 2**20, "acquisition": pulse.rss_mb if pulse else 0.0}
        times = psutil.Process().cpu_times()
        ran_s = max(1.0, since_start_ms(Moment.now()) / 1000)
        samples = {name: reader.samples(place) for place, name in enumerate(self._plant.controllers)}
        extra: dict[str, object] = {
            **self._times.figures(),
            "shutdown_s": round(self._shutdown_s, 2),
            "ui_lateness_ms": {name: round(value, 2) for name, value in asdict(late).items() if name != "frames"},
            "ui_cpu": round((times.user + times.system) / ran_s, 3),
            "acquisition_cpu": round(pulse.cpu_s / ran_s, 3) if pulse else None,
            "exception_on_screen_s": since_source(self._plant, all_cases(bridge.view), smoke.sightings.at),
        }
        run = Run(
            platform=self._sight.app.platformName(),
            plant=self._plant,
            errors=self._errors.errors,
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


def every(period_ms: int, owner: Window, call: Callable[[], None]) -> None:
    """Call it again and again while the window lives; not when other timers gather (a coarse timer would)."""
    timer = QTimer(owner, interval=period_ms)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(call)
    timer.start()
