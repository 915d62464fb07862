"""The core on a thread and loop of its own. The I/O libraries are loaded here, after the window is shown."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine

log = logging.getLogger("lineside.core")

STOP_S = 2.8
"""What is acknowledged is on disk: the program ends within three seconds, whatever still waits for an answer."""


class CoreThread(threading.Thread):
    """Runs `serve()` until `stop`. `failed` hears, on this thread, of an error that ended it."""

    def __init__(
        self, serve: Callable[[], Coroutine[object, object, None]], failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(name="core", daemon=True)
        self._serve = serve
        self._failed = failed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._stopping = threading.Event()

    def run(self) -> None:
        """The thread. A selector loop everywhere: what the database's driver needs on Windows."""
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            try:
                runner.run(self._guarded())
            except asyncio.CancelledError:
                log.info("the core has stopped")
            except BaseException as error:  # noqa: BLE001 - the edge of the thread
                self._failed(error)

    async def _guarded(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        if not self._stopping.is_set():
            await self._serve()

    def stop(self) -> bool:
        """End it; True when it ended within STOP_S, or never began."""
        self._stopping.set()
        if self.ident is None:
            return True
        if self._loop is not None and self._task is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self.join(STOP_S)
        return not self.is_alive()
