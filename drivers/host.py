"""The acquisition process: `python -m drivers.host`. Composes drivers and Acquisition; talks over stdin and stdout.

Its arguments are protocols to load while it waits. First line in: what to run; further ones: orders. Lines out:
messages. When stdin closes the parent is gone, and so is this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

import psutil

from app.acquisition.acquisition import Acquisition, controller_places, said_safely
from app.acquisition.board import Board, BoardWriter
from app.acquisition.history.spool import Spool
from app.acquisition.launch import Launch
from app.acquisition.messages import Message, Order, Pulse, order_of, to_line
from app.codec import UnreadableError, read
from app.domain.errors import KnownError
from app.logs import LastWords, headline, log_beside
from app.secrets import stored_secret
from drivers.registry import load_factory, open_driver
from drivers.workstation import Workstation

log = logging.getLogger("lineside.acquisition")

LOG = "acquisition.log"
CHUNK = 2**16
PULSE_S = 1.0
CLOSING_S = 1.0
"""How long the last samples may take to the disk when the parent is gone."""


class Pipe:
    """Messages to the parent, written at once by one thread at a time."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def emit(self, message: Message) -> None:
        """Send one message; a parent that is gone is noticed by stdin, not here."""
        with self._lock, contextlib.suppress(BrokenPipeError):
            self._out.write(to_line(message))
            self._out.flush()


class Orders:
    """What the parent orders, from the thread that reads it to the loop that carries it out, in its order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[Order] = []
        self._take: Callable[[Order], None] | None = None

    def carried_out_by(self, take: Callable[[Order], None]) -> None:
        """From now on `take` gets them, on the loop that runs now; first what came before."""
        loop = asyncio.get_running_loop()
        with self._lock:
            self._take = partial(_soon, loop, take)
            for order in self._early:
                take(order)

    def put(self, line: bytes) -> None:
        """A line from the parent, on any thread."""
        try:
            order = order_of(line)
        except UnreadableError as error:
            log.warning("%s", error)
            return
        with self._lock:
            if self._take is None:
                self._early.append(order)
            else:
                self._take(order)


def _soon(loop: asyncio.AbstractEventLoop, take: Callable[[Order], None], order: Order) -> None:
    """From another thread: let the loop take the order; a loop that has ended takes none."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(take, order)


async def serve(launch: Launch, pipe: Pipe, spool: Spool | None, orders: Orders) -> None:
    """Acquire until cancelled."""
    plant = launch.plant
    board = Board(Path(launch.board), len(plant.tags), len(plant.controllers), create=False)
    writer = BoardWriter(board, controller_places(plant))
    workstation = Workstation(name=launch.station, folder=launch.folder, secret=partial(stored_secret, launch.folder))
    opener = partial(open_driver, workstation=workstation)
    acquisition = Acquisition(plant, writer, pipe.emit, opener, launch.count_period_s, launch.counters, spool)
    orders.carried_out_by(acquisition.control.take)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(acquisition.run(), name="acquisition")
        tasks.create_task(_pulse(acquisition, pipe), name="pulse")


async def _pulse(acquisition: Acquisition, pipe: Pipe) -> None:
    me = psutil.Process()
    while True:
        times = me.cpu_times()
        rss_mb = me.memory_info().rss / 2**20
        cpu_s, samples = times.user + times.system, acquisition.samples_taken
        pipe.emit(Pulse(rss_mb=rss_mb, cpu_s=cpu_s, samples=samples, history=acquisition.history))
        await asyncio.sleep(PULSE_S)


def history(launch: Launch) -> Spool | None:
    """The spool, if the plant wants one."""
    bounds = launch.plant.history
    if bounds.most_mb <= 0:
        return None
    spool = Spool(launch.history_folder, launch.plant.tags, bounds.most_mb, most_days=bounds.most_days)
    return spool if spool.ids else None


def lines(pipe: int) -> Iterator[bytes]:
    """What comes on a pipe, a line at a time; unbuffered: a lock held at it would abort the interpreter's end."""
    begun: list[bytes] = []
    while chunk := os.read(pipe, CHUNK):
        *ended, rest = chunk.split(b"\n")
        for line in ended:
            yield b"".join((*begun, line, b"\n"))
            begun = []
        begun.append(rest)


def _obey(told: Iterator[bytes], orders: Orders, spool: Spool | None) -> None:
    """Take orders until the parent closes the pipe, by intent or by dying; then go, whatever the disk does."""
    for line in told:
        orders.put(line)
    if spool is not None:
        closing = threading.Thread(target=spool.close, daemon=True)
        closing.start()
        closing.join(CLOSING_S)
    os._exit(0)


def watched(file: Path) -> LastWords:
    """Every fault of this process goes to a log of its own too, and its last words beside that."""
    log_beside(file)
    words = LastWords(file.with_suffix(".crash"))
    if words.before:
        log.warning("the last acquisition process died: %s", headline(words.before))
    return words


def main() -> None:
    """Run what the first line says, until the parent goes."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("asyncua").setLevel(logging.ERROR)
    gc.set_threshold(100_000, 50, 50)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for protocol in sys.argv[1:]:
        with contextlib.suppress(KnownError):  # said once more when a controller wants it
            load_factory(protocol)
    pipe = Pipe(sys.stdout.buffer)
    told = lines(sys.stdin.fileno())
    first = next(told, b"")
    if not first:  # whoever started it has ended meanwhile
        return
    launch = read(first, Launch)
    words = watched(launch.folder / LOG)
    spool = history(launch)
    orders = Orders()
    threading.Thread(target=_obey, args=(told, orders, spool), daemon=True).start()
    try:
        asyncio.run(serve(launch, pipe, spool, orders))
    except KnownError as error:
        said_safely(pipe.emit, error)
        sys.exit(2)
    finally:
        words.close()


if __name__ == "__main__":
    main()
