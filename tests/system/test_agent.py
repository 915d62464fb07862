"""`lineside agent` on the demo plant's real servers: everything is heard, and a killed acquisition comes back."""

import contextlib
import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.bootstrap.gaps import REASON
from app.domain.operation import Operation
from app.store.verify import read_journal, verify_folder
from drivers.demo import Demo, DemoOptions
from drivers.demo_file import write_plant
from tests.system.command_line import Ended, start

RUN_S = 15
PATIENCE_S = 90.0
CONTROLLERS = 8


@pytest.fixture(name="plant", scope="module")
def _plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo plant, running ten times as fast so that something happens."""
    folder = tmp_path_factory.mktemp("demo")
    with Demo(folder, DemoOptions(seed=3, speed=10.0, mood=0.0)) as demo:
        path = write_plant(demo, folder)
        demo.start()
        yield path


def agent(plant: Path, folder: Path, *more: str) -> subprocess.Popen[str]:
    return start("agent", "--plant", plant, "--data", folder, "--report", folder / "report.json", *more)


def until(condition: Callable[[], Any]) -> Any:
    """What a condition comes to once it holds; fails where it does not in good time."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def acquisition(parent: int) -> psutil.Process | None:
    """The acquisition process of an agent, once there is one."""
    for child in psutil.Process(parent).children():
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            if "drivers.host" in child.cmdline():
                return child
    return None


def journal(folder: Path) -> list[Operation]:
    return read_journal(folder) if (folder / "journal.sqlite").is_file() else []


def connected(process: psutil.Process) -> bool:
    """Whether the acquisition has a connection to every controller."""
    return sum(c.status == psutil.CONN_ESTABLISHED for c in process.net_connections("tcp")) >= CONTROLLERS


def test_the_agent_hears_every_controller_and_opens_what_happens(plant: Path, tmp_path: Path) -> None:
    ended = Ended(agent(plant, tmp_path, "--for", str(RUN_S)), RUN_S + PATIENCE_S)
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["errors"] == []
    assert ended.rc == 0, ended.err
    assert [c["state"] for c in report["controllers"]] == ["up"] * CONTROLLERS
    assert all(c["samples"] > 0 for c in report["controllers"])
    assert report["exceptions_opened"] > 0
    assert report["tasks_offered"] >= report["exceptions_opened"]
    assert report["journal_ops"] == len(journal(tmp_path))
    assert verify_folder(tmp_path).ok


def test_a_killed_acquisition_is_started_again_and_what_it_missed_is_said(plant: Path, tmp_path: Path) -> None:
    running = agent(plant, tmp_path)
    try:
        first = until(lambda: acquisition(running.pid))
        until(lambda: connected(first) and journal(tmp_path))
        first.kill()
        second = until(lambda: (found := acquisition(running.pid)) is not None and found.pid != first.pid and found)
        assert second.pid != first.pid
        until(lambda: any(REASON in op.payload for op in journal(tmp_path)) and connected(second))
    finally:
        running.terminate()
        ended = Ended(running, PATIENCE_S)
    report = json.loads((tmp_path / "report.json").read_text())
    assert ended.rc == 0, ended.err
    assert "up" in {c["state"] for c in report["controllers"]}
    assert "the acquisition process ended" in ended.err + (tmp_path / "lineside.log").read_text()
    assert verify_folder(tmp_path).ok
    assert not psutil.pid_exists(second.pid)
