"""The product's window over a station on the server of alarms, in a process of its own, through an alarm storm.

`python -m tests.bench.storm_window JOB` opens the window on the queue, looks at it while nothing comes, says so in a
line of JSON, looks again until every alarm is in the window's own picture, and says how late it was and when that was.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from app.bootstrap.compose import station_parts
from app.config import Config
from tests.bench.core_window import CoreWindow, looked, until
from tests.bench.screen_window import serve
from tests.bench.sync_host import say
from tests.system.station import ACQUISITION, up
from tests.system.storm import counted, plant, used
from ui.lateness import LatenessMeter
from ui.sight import GIL_TURN_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The server's port, a folder of one's own, how many alarms will come, and how long to look at the quiet window."""

    port: int
    folder: str
    storm: int
    idle_s: float = 5.0


def measured(job: Job) -> None:
    """The window before the storm, and through it until it has settled."""
    loaded, config = plant(job.port), Config(folder=Path(job.folder), station="desk-1")
    window = CoreWindow(loaded, config.board, lambda: station_parts(loaded, config, ACQUISITION))
    window.go("queue")
    window.running(lambda core: up(core, "C-A"))
    meter, me, listed_s = LatenessMeter(), psutil.Process(), 0.0
    serve(2.0)
    before = used(me)
    say(idle=asdict(looked(meter, lambda: serve(job.idle_s))))

    def storm() -> None:
        nonlocal listed_s
        until(lambda: counted(window.bridge.view) >= job.storm)
        listed_s = time.time()
        serve(1.0)

    busy = looked(meter, storm)
    say(busy=asdict(busy), listed_s=listed_s, grown_mb=(used(me) - before) / 2**20)
    window.stop()


def main() -> None:
    """Run the job of the arguments."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(GIL_TURN_S)
    measured(Job(**json.loads(sys.argv[1])))


if __name__ == "__main__":
    main()
