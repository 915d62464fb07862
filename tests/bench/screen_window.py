"""The product's window over an acquisition process, both as they ship, in a process of its own.

`python -m tests.bench.screen_window JOB` prints one line of JSON, and before it "go" and "rest" when whoever started it
shall let the load server set values, or none. It opens the window on a plant whose every tag is one of the server's
variables and looks at it alone; then it starts `drivers.host` and looks by turns while nothing changes and while
everything does. A value's age is taken at the end of the paint that first shows it; source and paint are on this
machine's clock.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from app.acquisition.board import BoardReader
from app.acquisition.launch import Launch
from app.acquisition.messages import Message, Pulse
from app.acquisition.supervisor import Supervisor
from app.acquisition.values import LiveValues, new_board
from app.child import command
from app.domain.plant import Address, Controller, Line, Machine, Plant, Signal, Tag
from app.domain.reading import Reading
from tests.bench.load import IDENTITY, NAMESPACE
from ui.bridge import Bridge
from ui.core_thread import CoreThread
from ui.lateness import FRAME_MS, LatenessMeter
from ui.program import SAMPLE_MS, every
from ui.sight import GIL_TURN_S
from ui.theme import DAY, Look
from ui.views.overview.sheet import Sheet
from ui.window import compose

PUBLISHING_MS = 50
PLC = "PLC"
LONGEST_S = 60.0
NOMINAL = 480.0
MOST_LOOKS = 3
"""So many times as often as asked for it looks at the most, where the machine's host disturbs."""
PULSE_S = 1.0
"""How often the acquisition process says what it took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The load server's port, the plant's size (tags of a machine: the first is its rate), how long to look.

    `settling_s` is waited before each look.
    """

    port: int
    lines: int
    machines: int
    tags: int
    windows: int
    window_s: float
    settling_s: float


def plant(job: Job) -> Plant:
    """The plant on the load server's variables."""
    line_names = [f"L{line}" for line in range(job.lines)]
    machines = {
        f"{line}.m{place}": Machine(
            id=f"{line}.m{place}", name=f"Machine {place}", line=line, controller=PLC, position=place,
            nominal_rate=NOMINAL,
        )
        for line in line_names for place in range(job.machines)
    }  # fmt: skip
    settings: Address = {
        "url": f"opc.tcp://127.0.0.1:{job.port}",
        "security": "none",
        "publishing_ms": PUBLISHING_MS,
        "sampling_ms": 0,
        "queue": 10,
    }
    return Plant(
        id="load", name="Load", zone="UTC",
        controllers={PLC: Controller(id=PLC, name="Load", protocol="opcua", identity=IDENTITY, settings=settings)},
        lines={name: _line(name, [m for m in machines if m.startswith(f"{name}.")]) for name in line_names},
        machines=machines,
        tags=tuple(_tag(n, list(machines)[n // job.tags], first=n % job.tags == 0) for n in range(_items(job))),
        people={}, shifts=(), rules=(), routes=(), reasons={},
    )  # fmt: skip


def _items(job: Job) -> int:
    return job.lines * job.machines * job.tags


def _line(name: str, machines: Sequence[str]) -> Line:
    return Line(id=name, name=name, area="A", machines=tuple(machines), output=machines[-1], feed=machines[0])


def _tag(number: int, machine: str, *, first: bool) -> Tag:
    return Tag(
        index=number,
        id=f"{machine}.{number}",
        name=f"Value {number}",
        machine=machine,
        controller=PLC,
        signal=Signal.RATE if first else Signal.PROCESS,
        address={"node": f"nsu={NAMESPACE};s=V{number}"},
    )


class WatchedValues(LiveValues):
    """Live values that remember the source time of what was last read of each rate."""

    def __init__(self, reader: BoardReader, tags: int, rates: Sequence[int]) -> None:
        super().__init__(reader, tags)
        self.read_s = dict.fromkeys(rates, 0.0)

    def reading(self, index: int) -> Reading:
        found = super().reading(index)
        if index in self.read_s:
            self.read_s[index] = found.source_s
        return found


class PaintWatch(QObject):
    """Takes the age of every rate that a paint of its tile shows for the first time. `machines`: of each rate's tag."""

    def __init__(self, sheet: Sheet, values: WatchedValues, machines: Mapping[int, str]) -> None:
        super().__init__(sheet)
        self._sheet, self._values, self._machines = sheet, values, machines
        self._shown_s = dict(values.read_s)
        self._tiles: dict[int, QRect] = {}
        self._size = QSize()
        self.ages_ms: list[float] = []
        sheet.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the sheet paint, then look at the clock."""
        if not isinstance(event, QPaintEvent):
            return False
        self._sheet.event(event)
        now_s, region, tiles = time.time(), event.region(), self._places()
        for index, source_s in self._values.read_s.items():
            if source_s > self._shown_s[index] and region.intersects(tiles[index]):
                self._shown_s[index] = source_s
                self.ages_ms.append((now_s - source_s) * 1000)
        return True

    def _places(self) -> dict[int, QRect]:
        """Where each rate's tile lies."""
        if self._sheet.size() != self._size:
            self._size = self._sheet.size()
            self._tiles = {index: self._sheet.tile_rect(machine) for index, machine in self._machines.items()}
        return self._tiles


SCHEDSTAT = Path("/proc/thread-self/schedstat")
"""Of Linux: for how many ns this thread has run and waited for a processor, and how often it was let run."""
STAT = Path("/proc/stat")
DISTURBED = 0.5
"""Percent of the processors' time that the machine's host took away, from which on a look at the screen is repeated."""


class Waited:
    """How long the thread that made this was ready to run and no processor took it; 0 where nobody counts it."""

    def __init__(self) -> None:
        self._file = os.open(SCHEDSTAT, os.O_RDONLY) if SCHEDSTAT.exists() else None

    def ns(self) -> int:
        """Since the thread began."""
        return int(os.pread(self._file, 100, 0).split()[1]) if self._file is not None else 0

    def close(self) -> None:
        """Count no longer."""
        if self._file is not None:
            os.close(self._file)


class Stolen:
    """What share of all processors' time the machine's own host gave to others; 0 where nobody counts it."""

    def __init__(self) -> None:
        self._before = self._counted()

    def share(self) -> float:
        """Percent of the time since the last call."""
        now = self._counted()
        stolen, spent = (after - before for before, after in zip(self._before, now, strict=True))
        self._before = now
        return 100 * stolen / spent if spent else 0.0

    @staticmethod
    def _counted() -> tuple[int, int]:
        """Ticks since the machine began: stolen, and all."""
        if not STAT.exists():
            return 0, 0
        ticks = [int(word) for word in STAT.read_text().split("\n", 1)[0].split()[1:9]]
        return ticks[7], sum(ticks)


class FrameWatch(QObject):
    """The processor time of the screen's thread from frame to frame, and how long it waited for a processor in each.

    The first hardly grows with what else the machine does; the second is nothing but that.
    """

    def __init__(self) -> None:
        super().__init__()
        self.waited_ms: list[float] = []
        self._waited, self._waited_ns = Waited(), 0
        self._timer = QTimer(self, interval=FRAME_MS)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._last_s = 0.0
        self.taken_ms: list[float] = []

    def start(self) -> None:
        """From now on, from nothing."""
        self._last_s, self.taken_ms = time.thread_time(), []
        self._waited_ns, self.waited_ms = self._waited.ns(), []
        self._timer.start()

    def stop(self) -> None:
        """Keep what was measured."""
        self._timer.stop()
        self._waited.close()

    def _tick(self) -> None:
        now_s = time.thread_time()
        self.taken_ms.append((now_s - self._last_s) * 1000)
        now_ns = self._waited.ns()
        self.waited_ms.append((now_ns - self._waited_ns) / 1e6)
        self._last_s, self._waited_ns = now_s, now_ns


MEASURED = (
    "late_p99_ms", "frame_p99_ms", "waited_p99_ms", "age_p50_ms", "age_p99_ms", "painted_per_s", "share", "stolen",
)  # fmt: skip
IDLE = ("late_p99_ms", "frame_p99_ms", "waited_p99_ms", "share", "stolen")


Seen = dict[str, list[float]]


def nothing_seen() -> Seen:
    """Before the first look."""
    return {name: [] for name in MEASURED}


def look_once(job: Job, watch: PaintWatch, seen: Seen) -> None:
    """Add what is seen in one of the job's windows of time."""
    meter, frames = LatenessMeter(), FrameWatch()
    watch.ages_ms = []
    meter.start()
    frames.start()
    cpu_s, start_s, stolen = time.process_time(), time.perf_counter(), Stolen()
    serve(job.window_s)
    cpu_s, took_s, stolen_share = time.process_time() - cpu_s, time.perf_counter() - start_s, stolen.share()
    meter.stop()
    frames.stop()
    ages_ms = np.array(watch.ages_ms or [np.nan])
    p50_ms, p99_ms = (float(np.percentile(ages_ms, share)) for share in (50, 99))
    taken_ms, waited_ms = (float(np.percentile(one, 99)) for one in (frames.taken_ms, frames.waited_ms))
    painted_per_s, share = len(watch.ages_ms) / took_s, 100 * cpu_s / took_s
    found = (meter.measured().p99, taken_ms, waited_ms, p50_ms, p99_ms, painted_per_s, share, stolen_share)
    for name, value in zip(MEASURED, found, strict=True):
        seen[name].append(value)


def least_disturbed(still: Seen, busy: Seen) -> list[tuple[float, int]]:
    """What the machine's host took in each look, idle or loaded, percent, and which look; the best first."""
    both = zip(still["stolen"], busy["stolen"], strict=True)
    return sorted((max(shares), at) for at, shares in enumerate(both))


def serve(seconds: float) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(int(1000 * seconds), loop.quit)
    loop.exec()


class Pulses:
    """What the acquisition process says of itself once a second."""

    def __init__(self) -> None:
        self._told: list[tuple[float, float, int]] = []

    def listen(self, message: Message) -> None:
        """On the supervisor's thread."""
        if isinstance(message, Pulse):
            self._told.append((time.perf_counter(), message.cpu_s, sum(message.samples.values())))

    def seconds(self, from_s: float, to_s: float) -> list[tuple[float, float]]:
        """(CPU µs a change, changes a second) of each second in which changes came, all within this time."""
        told = [one for one in self._told if from_s <= one[0] <= to_s]
        steps = ((b[0] - a[0], b[1] - a[1], b[2] - a[2]) for a, b in pairwise(told))
        return [(1e6 * cpu_s / count, count / took_s) for took_s, cpu_s, count in steps if count]


def order(word: str) -> None:
    """To whoever has the load server."""
    print(word, flush=True)


def measured(job: Job, folder: Path) -> dict[str, list[float]]:
    """The window without acquisition, then with it: by turns while nothing changes, and while everything does.

    By turns, so that what else the machine does falls on both.
    """
    app = QApplication(sys.argv[:1])
    look = Look(DAY)
    look.apply(app)
    loaded = plant(job)
    reader, _ = new_board(loaded, folder / "board")
    rates = {tag.index: tag.machine for tag in loaded.tags if tag.signal is Signal.RATE}
    values = WatchedValues(reader, len(loaded.tags), list(rates))
    bridge = Bridge(plant=loaded, values=values)
    window = compose(look, bridge, seat=bridge, changed=bridge.changed)
    window.show()
    app.processEvents()
    sheet = window.findChild(Sheet)
    assert isinstance(sheet, Sheet)
    watch = PaintWatch(sheet, values, rates)
    gc.freeze()
    every(SAMPLE_MS, window, lambda: values.sample(time.time()))
    serve(job.settling_s)
    alone, still, busy = nothing_seen(), nothing_seen(), nothing_seen()
    for _ in range(job.windows):
        look_once(job, watch, alone)
    pulses, launch = Pulses(), Launch(plant=loaded, board=str(folder / "board"))
    supervisor = Supervisor(command("drivers.host"), lambda: launch, pulses.listen, _ignore)
    thread = CoreThread(supervisor.run, _raise)
    thread.start()
    until_s = time.perf_counter() + LONGEST_S
    while not all(values.read_s.values()):
        assert time.perf_counter() < until_s, "not every value came"
        serve(0.2)
    seconds, looks = [], least_disturbed(still, busy)
    for _ in range(MOST_LOOKS * job.windows):
        serve(job.settling_s)
        look_once(job, watch, still)
        order("go")
        serve(job.settling_s)
        from_s = time.perf_counter() - PULSE_S
        look_once(job, watch, busy)
        order("rest")
        seconds += pulses.seconds(from_s, time.perf_counter())
        looks = least_disturbed(still, busy)
        if len(looks) >= job.windows and looks[job.windows - 1][0] < DISTURBED:
            break
    kept = [at for _, at in looks[: job.windows]]
    repeated = len(looks) - len(kept)
    still, busy = ({name: [runs[at] for at in kept] for name, runs in seen.items()} for seen in (still, busy))
    thread.stop()
    return busy | {
        **{f"alone_{name}": alone[name] for name in IDLE},
        **{f"idle_{name}": still[name] for name in IDLE},
        "repeated": [float(repeated)],
        "host_cpu_us": [cpu_us for cpu_us, _ in seconds],
        "host_per_s": [per_s for _, per_s in seconds],
    }


def _ignore(_alive: bool, _restarts: int) -> None:
    """It is seen by what comes."""


def _raise(error: BaseException) -> None:
    raise error


def main() -> None:
    """Run the job of the arguments."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    sys.setswitchinterval(GIL_TURN_S)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = measured(Job(**json.loads(sys.argv[1])), Path(folder))
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
