"""The product's window at a station of the bench's plant, in a process of its own: how late it is while others merge.

`python -m tests.bench.sync_window JOB` opens the window on the list of holds, looks at it while nothing comes, says so
in a line of JSON, looks again until the station stands at the job's place, and prints both. With `began` it prints how
long it took since then until the window was there, and until all of the plant's log was on it.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.acquisition.values import new_board
from app.bootstrap.core import Core, run_core
from tests.bench.screen_window import serve
from tests.bench.sync_host import parts_of, say, stands
from tests.plants import small_plant
from ui.bridge import Bridge
from ui.core_thread import CoreThread
from ui.lateness import Lateness, LatenessMeter
from ui.program import SAMPLE_MS, CoreDoor, Delivery, every
from ui.sight import GIL_TURN_S
from ui.theme import DAY, Look
from ui.window import compose

LONGEST_S = 300.0


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
    app, folder = QApplication(sys.argv[:1]), Path(job.folder)
    folder.mkdir(exist_ok=True)
    look = Look(DAY)
    look.apply(app)
    reader, values = new_board(small_plant(), folder / "board")
    bridge = Bridge(plant=small_plant(), values=values)
    window = compose(look, bridge, seat=bridge, changed=bridge.changed)
    window.show()
    app.processEvents()
    shown_s = time.time() - job.began
    gc.freeze()
    every(SAMPLE_MS, window, lambda: values.sample(time.time()))
    cores: list[Core] = []

    def started(core: Core) -> None:
        cores.append(core)
        bridge.connect_core(CoreDoor(core))

    def work() -> Coroutine[object, object, None]:
        parts = parts_of(job.port, job.database, folder, job.name)
        running: Coroutine[object, object, None] = run_core(parts, Delivery(bridge, reader), started)
        return running

    thread = CoreThread(work, _raise)
    thread.start()
    if job.began:
        until(lambda: bridge.seq >= job.place)
        complete_s = time.time() - job.began
        thread.stop()
        return {"restart": {"shown_s": shown_s, "complete_s": complete_s}}
    window.go(job.view)
    until(lambda: bool(cores) and stands(cores[0]))
    meter = LatenessMeter()
    serve(1.0)
    idle = looked(meter, job.idle_s)
    say(ready=True)
    meter.start()
    until(lambda: stands(cores[0], job.place))
    serve(1.0)
    busy = meter.measured()
    meter.stop()
    thread.stop()
    return {"idle": asdict(idle), "busy": asdict(busy)}


def looked(meter: LatenessMeter, seconds: float) -> Lateness:
    """How late it is for a while."""
    meter.start()
    serve(seconds)
    meter.stop()
    return meter.measured()


def until(true: Callable[[], bool]) -> None:
    """Let the window live until it is."""
    end_s = time.monotonic() + LONGEST_S
    while not true():
        if time.monotonic() > end_s:
            raise TimeoutError("the station did not come to the place")
        serve(0.02)


def _raise(error: BaseException) -> None:
    raise error


def main() -> None:
    """Run the job of the arguments."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(GIL_TURN_S)
    say(**measured(Job(**json.loads(sys.argv[1]))))


if __name__ == "__main__":
    main()
