"""Keeps the acquisition process running: starts it, reads what it says, starts it again within 2 s when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import IO

from app.acquisition.launch import Launch
from app.acquisition.messages import Ended, Message, Order, from_line, to_line
from app.acquisition.process import start, stop
from app.codec import UnreadableError, encode

log = logging.getLogger("lineside.supervisor")

RESTART_S = 0.5
LONGEST_RESTART_S = 10.0
LIVED_WELL_S = 30.0
SILENT_S = 15.0
"""A process that lives pulses every second; one that says nothing for this long hangs, and is ended."""

Listener = Callable[[Message], None]
Lines = queue.SimpleQueue[bytes | None]


class Supervisor:
    """One child process. `listen` is called on the loop with every message, `changed(alive, restarts)` on a change.

    `launch` is asked at every start: what was counted until then is part of it. `ahead` is a process that was started
    already and waits to be told what to do; it is the first one.
    """

    def __init__(
        self,
        argv: Sequence[str],
        launch: Callable[[], Launch],
        listen: Listener,
        changed: Callable[[bool, int], None],
        silent_s: float = SILENT_S,
        ahead: subprocess.Popen[bytes] | None = None,
    ) -> None:
        self._argv = list(argv)
        self._ahead = ahead
        self._launch = launch
        self._listen = listen
        self._changed = changed
        self._silent_s = silent_s
        self._heard_s = 0.0
        self.restarts = 0
        self.pid: int | None = None
        self._orders: Lines | None = None

    def send(self, order: Order) -> bool:
        """Hand an order to the running process, on the loop; False when there is none, and then it is not kept."""
        if self._orders is None:
            return False
        self._orders.put(to_line(order))
        return True

    async def run(self) -> None:
        """Keep it running until cancelled; then it is ended."""
        wait_s = RESTART_S
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            child, self._ahead = self._ahead or start(self._argv), None
            self.pid = child.pid
            try:
                await self._serve(child)
            finally:
                self.pid, self._orders = None, None
                await asyncio.shield(asyncio.to_thread(stop, child))
            self.restarts += 1
            self._changed(False, self.restarts)
            log.warning("the acquisition process ended with %s; starting it again", child.returncode)
            wait_s = RESTART_S if loop.time() - started > LIVED_WELL_S else min(wait_s * 2, LONGEST_RESTART_S)
            await asyncio.sleep(wait_s if self.restarts > 1 else RESTART_S)

    async def _serve(self, child: subprocess.Popen[bytes]) -> None:
        """Tell it what to do and pass on what it says, until it ends."""
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        if child.stdin is None:
            return
        lines: Lines = queue.SimpleQueue()
        lines.put(encode(self._launch()).encode() + b"\n")
        self._orders = lines
        self._changed(True, self.restarts)
        for name, work, parts in (("orders", _feed, (child.stdin, lines)), ("words", self._hear, (child, loop, over))):
            threading.Thread(target=work, args=parts, daemon=True, name=f"acquisition {name}").start()
        try:
            await self._until_over(over)
        finally:
            lines.put(None)

    async def _until_over(self, over: asyncio.Event) -> None:
        """Wait until the child ends, or hangs."""
        loop = asyncio.get_running_loop()
        self._heard_s = loop.time()
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._silent_s / 5):
                    await over.wait()
            if loop.time() - self._heard_s > self._silent_s:
                log.warning("the acquisition process has said nothing for %.0f s: it is ended", self._silent_s)
                return

    def _hear(self, child: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
        with contextlib.suppress(OSError, ValueError):  # it died, or its pipes were closed
            self._read(child, loop)
        _call(loop, over.set)

    def _read(self, child: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop) -> None:
        """Everything that is there goes to the loop in one call."""
        rest = b""
        while child.stdout is not None:
            chunk = child.stdout.read(1 << 16)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            if lines and not _call(loop, self._take, lines):
                return

    def _take(self, lines: Sequence[bytes]) -> None:
        self._heard_s = asyncio.get_running_loop().time()
        for line in lines:
            try:
                message = from_line(line)
            except UnreadableError as error:
                log.warning("%s", error)
                continue
            if isinstance(message, Ended):
                log.warning("the acquisition can't go on: %s %s", message.reason, message.todo)
            self._listen(message)


def _feed(stdin: IO[bytes], lines: Lines) -> None:
    """On a thread, for the first line is longer than a pipe holds while the child still starts; None ends it."""
    with contextlib.suppress(OSError, ValueError):  # it died, or its pipes were closed
        while (line := lines.get()) is not None:
            stdin.write(line)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> bool:
    """Run on the loop; False when the loop is gone."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        return False
    return True
