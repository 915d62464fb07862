"""The first sight of the program: Qt, the look and the window's frame, painted before anything else is loaded.

Must stay light; tests/system/test_start.py names what may not be loaded here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.watch import Watch
from ui.display import choose_platform
from ui.frame import Frame
from ui.job import Job
from ui.qt_log import hear_qt
from ui.theme import DAY, NIGHT, Look

GIL_TURN_S = 0.0005
"""A tenth of Python's own: Qt gives the GIL up at every call, and the screen waits a turn of the core's each time."""
CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant by the clock that the system starts processes by, and the CPU time that this one had until then."""

    at_s: float
    cpu_s: float

    @classmethod
    def now(cls) -> Moment:
        """This one."""
        at_s = time.time() if CLOCK is None else time.clock_gettime(CLOCK)
        return cls(at_s=at_s, cpu_s=time.process_time())


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What is on the screen, and since when. `layout` is the file that keeps where the window was, if one does."""

    app: QApplication
    look: Look
    frame: Frame
    watch: Watch
    layout: Path | None
    shown: Moment


def application() -> QApplication:
    """Qt's application: the one that a guide made before, or a new one."""
    made = QApplication.instance()
    return made if isinstance(made, QApplication) else QApplication(sys.argv[:1])


def show(job: Job) -> Sight:
    """Show the window's frame. Raises KnownError where nobody would see it."""
    choose_platform(smoke=job.smoke is not None)
    sys.setswitchinterval(GIL_TURN_S)
    watch = Watch(job.station.folder, job.station.log, echo=job.smoke is not None)
    hear_qt()
    app = application()
    theme = NIGHT if job.station.theme == NIGHT.name else DAY
    look = Look(theme)
    look.apply(app)
    layout = None if job.smoke is not None or watch.careful else job.station.folder / "layout.json"
    frame = Frame(look, job.plant.name, job.plant.zone, layout)
    if job.station.fixed("theme"):
        look.set_theme(theme)
    if job.wall:
        frame.showFullScreen()
    else:
        frame.show()
    app.processEvents()
    return Sight(app=app, look=look, frame=frame, watch=watch, layout=layout, shown=Moment.now())
