"""The acquisition process is kept running: started again when it dies, ended when nobody wants it."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.acquisition.launch import Launch
from app.acquisition.messages import Ended, Message
from app.acquisition.process import start, stop
from app.acquisition.supervisor import Supervisor
from tests.needs import ROOT
from tests.plants import small_plant

TALKER = """
import sys
from app.acquisition.messages import Ended, to_line
first = sys.stdin.buffer.readline()
for line in (b"nonsense\\n", to_line(Ended(reason=f"{len(first)}"))):
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
sys.stdin.buffer.read()
"""
"""Says how long its first line was, and lives until its stdin closes."""


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture(name="launch")
def _launch(tmp_path: Path) -> Launch:
    """A plant with more text than a pipe holds."""
    plant = small_plant(reasons={str(n): "x" * 500 for n in range(600)})
    return Launch(plant=plant, board=str(tmp_path / "board.mem"))


async def test_a_child_that_dies_is_started_again_and_ended_in_the_end(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    heard: list[Message] = []
    changes: list[tuple[bool, int]] = []
    keeper = Supervisor(
        [sys.executable, "-c", TALKER], lambda: launch, heard.append, lambda alive, n: changes.append((alive, n))
    )
    task = asyncio.create_task(keeper.run())
    ticks = 0

    async def loop_lives() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    living = asyncio.create_task(loop_lives())
    await until(lambda: keeper.pid is not None)
    await asyncio.sleep(0.1)
    assert ticks > 0
    await until(lambda: len(heard) == 1)
    assert keeper.pid is not None
    psutil.Process(keeper.pid).kill()
    await until(lambda: len(heard) == 2)
    assert changes == [(True, 0), (False, 1), (True, 1)]
    assert all(isinstance(message, Ended) and int(message.reason) > 300_000 for message in heard)
    last = keeper.pid
    for each in (task, living):
        each.cancel()
    await asyncio.gather(task, living, return_exceptions=True)
    assert last is not None
    assert not psutil.pid_exists(last)


async def test_a_child_that_can_not_even_begin_is_tried_again(launch: Launch) -> None:
    changes: list[tuple[bool, int]] = []
    keeper = Supervisor(
        [sys.executable, "-c", "raise SystemExit(3)"],
        lambda: launch,
        lambda m: None,
        lambda a, n: changes.append((a, n)),
    )
    task = asyncio.create_task(keeper.run())
    await until(lambda: keeper.restarts == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (False, 2) in changes


async def test_a_child_that_hangs_is_ended_and_started_again(launch: Launch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    keeper = Supervisor(
        [sys.executable, "-c", TALKER], lambda: launch, lambda _: None, lambda *_: None, silent_s=3.0
    )  # fmt: skip
    task = asyncio.create_task(keeper.run())
    await until(lambda: keeper.restarts >= 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_process_that_was_started_before_is_the_first_one(
    launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    heard: list[Message] = []
    words = [sys.executable, "-c", TALKER]
    ahead = start(words)
    keeper = Supervisor(words, lambda: launch, heard.append, lambda _alive, _restarts: None, ahead=ahead)
    task = asyncio.create_task(keeper.run())
    await until(lambda: len(heard) == 1)
    assert keeper.pid == ahead.pid
    psutil.Process(ahead.pid).kill()
    await until(lambda: len(heard) == 2)
    assert keeper.pid != ahead.pid
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stop(ahead)  # again: it has ended, and that is all
    assert ahead.returncode is not None
