"""The product's window at a station of the bench's plant, in a process of its own: how late it is while others merge.

`python -m tests.bench.sync_window JOB` opens the window on the list of holds, looks at it while nothing comes, says so
in a line of JSON, looks again until the station stands at the job's place, and prints both. With `began` it prints how
long it took since then until the window was there, and until all of the plant's log was on it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench.core_window import CoreWindow, looked, until
from tests.bench.screen_window import serve
from tests.bench.sync_host import parts_of, say, stands
from tests.plants import small_plant
from ui.lateness import LatenessMeter


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Where the plant's log is, who this station is, what it shows, and the place that all comes to."""

    port: int
    database: str
    folder: str
    name: str
    place: int
    view: str = "holds"
    idle_s: float = 5.0
    began: float = 0.0


def measured(job: Job) -> dict[str, dict[str, float]]:
    """The window while nothing comes, then until all has come and it has settled."""
    folder = Path(job.folder)
    window = CoreWindow(small_plant(), folder / "board", lambda: parts_of(job.port, job.database, folder, job.name))
    if job.began:
        until(lambda: window.bridge.seq >= job.place)
        complete_s = time.time() - job.began
        window.stop()
        return {"restart": {"shown_s": window.shown_at_s - job.began, "complete_s": complete_s}}
    window.go(job.view)
    core, meter = window.running(stands), LatenessMeter()
    serve(1.0)
    idle = looked(meter, lambda: serve(job.idle_s))
    say(ready=True)

    def merge() -> None:
        until(lambda: stands(core, job.place))
        serve(1.0)

    busy = looked(meter, merge)
    window.stop()
    return {"idle": asdict(idle), "busy": asdict(busy)}


def main() -> None:
    """Run the job of the arguments."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    say(**measured(Job(**json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
