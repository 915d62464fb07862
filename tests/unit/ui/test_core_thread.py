"""The core's thread: how it ends."""

from __future__ import annotations

import asyncio
import threading

from ui.core_thread import CoreThread


def test_one_that_never_began_has_ended() -> None:
    async def serve() -> None:
        raise AssertionError("it was not started")

    assert CoreThread(serve, _fail).stop()


def test_stopping_cancels_what_runs_and_waits_for_it() -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def serve() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    thread = CoreThread(serve, _fail)
    thread.start()
    assert begun.wait(30)
    assert thread.stop()
    assert cancelled.is_set()


def _fail(error: BaseException) -> None:
    raise error
