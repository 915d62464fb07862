"""The example plant file against the line controller that it describes: a server on node-opcua, not by us."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from app.acquisition.board import Board, BoardReader
from app.domain.case import ExceptionCase
from app.domain.errors import KnownError
from app.domain.plant import Plant
from app.domain.reading import Quality, Reading
from app.erp.registry import check_settings
from app.plant.check import load
from app.plant.rewrite import with_settings
from app.readmodel.model import all_cases
from app.store.rebuild import rebuild
from app.store.verify import read_journal
from drivers.demo import free_ports
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.needs import RIG, need_node
from tests.system.command_line import Ended, start

PATIENCE_S = 40.0
LOST_WITHIN = timedelta(seconds=10)


class LineController:
    """The server process; the same port over restarts."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        command = [str(need_node()), "packing_server.js", str(self.port)]
        self._process = subprocess.Popen(
            command, cwd=RIG, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        assert self._process.stdout is not None
        while (line := self._process.stdout.readline()) != "ready\n":
            assert line, "the node-opcua server did not start"

    def set(self, variable: str, value: float) -> None:
        """Set one of its variables."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{variable} {value}\n")

    def kill(self) -> None:
        """kill -9; safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


class Station:
    """`lineside agent` on the plant, watched by its journal and its board."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        file = folder / "plant.toml"
        text = resource("plants/example.toml").read_text(encoding="utf-8")
        file.write_text(with_settings(text, {"PLC-P1": {"url": f"opc.tcp://127.0.0.1:{port}"}}), encoding="utf-8")
        self.plant: Plant = load(file, ADDRESS_CHECKS, check_settings)
        self.process = start("agent", "--plant", file, "--data", folder / "data")

    @property
    def cases(self) -> Sequence[ExceptionCase]:
        """The cases in the journal so far, oldest first."""
        try:
            model, bad = rebuild(read_journal(self.folder / "data"))
        except KnownError:
            return []
        assert not bad
        return all_cases(model)

    def case(self, kind: str) -> ExceptionCase | None:
        """The case of a kind; there may be one at most."""
        found = [case for case in self.cases if case.kind == kind]
        assert len(found) <= 1
        return found[0] if found else None

    def readings(self) -> dict[str, Reading]:
        """What stands on the board, by tag; numbers only."""
        try:
            board = Board(self.folder / "data" / "board.mem", len(self.plant.tags), 1, create=False)
        except KnownError:
            return {}
        reader = BoardReader(board, np.zeros(len(self.plant.tags), np.int32))
        return {tag.id: reader.reading(tag.index) for tag in self.plant.tags}

    def stop(self) -> Ended:
        """End it as a service manager does."""
        self.process.send_signal(signal.SIGTERM)
        return Ended(self.process, PATIENCE_S)


def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fail when it does not come."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come in time"
        time.sleep(0.1)


@pytest.fixture
def controller() -> Iterator[LineController]:
    """The line controller, running; killed at the end."""
    made = LineController(free_ports(1)[0])
    try:
        made.start()
        yield made
    finally:
        made.kill()


@pytest.fixture
def station(controller: LineController, tmp_path: Path) -> Iterator[Station]:
    """The station, with every value good."""
    made = Station(tmp_path, controller.port)
    try:
        until(lambda: good(made.readings()))
        yield made
    finally:
        if made.process.poll() is None:
            made.process.kill()
        made.process.communicate()


def good(readings: dict[str, Reading]) -> bool:
    """Whether every value is there and good."""
    return bool(readings) and all(reading.quality is Quality.GOOD for reading in readings.values())


def test_every_tag_of_the_file_is_read_from_the_server(controller: LineController, station: Station) -> None:
    found = {name: reading.value for name, reading in station.readings().items()}
    assert found["P1.filler.speed"] == 120.0
    assert found["P1.filler.temperature"] == 174.5
    assert found["P1.checkweigher.weight"] == 250.8
    assert found["P1.packer.speed"] == 5.0
    until(lambda: float(station.readings()["P1.filler.good"].value) > 0)
    assert station.stop().rc == 0
    assert station.cases == []


def test_the_builder_s_state_9_is_a_breakdown_with_its_stop_reason(
    controller: LineController, station: Station
) -> None:
    before = datetime.now(UTC)
    controller.set("FIL1.StopCode", 102)
    controller.set("FIL1.State", 9)
    until(lambda: station.case("breakdown"))
    case = station.case("breakdown")
    assert case is not None
    assert (case.machine, case.first_out, case.title) == ("P1.filler", "Film torn", "P1 Filler aborted")
    assert before <= case.happened_at <= case.opened_at
    assert case.lot == "L-2231"
    assert [task.function for task in case.tasks if task.primary] == ["maintenance"]
    assert all(task.people for task in case.tasks)
    assert case.owner in station.plant.people
    controller.set("FIL1.State", 2)
    until(lambda: (found := station.case("breakdown")) and found.cleared_at)
    assert station.stop().rc == 0


def test_a_server_that_is_killed_is_lost_within_seconds_and_found_again(
    controller: LineController, station: Station
) -> None:
    killed_at = datetime.now(UTC)
    controller.kill()
    until(lambda: station.case("controller_lost"))
    lost = station.case("controller_lost")
    assert lost is not None
    assert lost.controller == "PLC-P1"
    assert lost.opened_at - killed_at < LOST_WITHIN
    controller.start()
    until(lambda: (found := station.case("controller_lost")) and found.cleared_at)
    until(lambda: good(station.readings()))
    assert station.stop().rc == 0
    assert [case.kind for case in station.cases] == ["controller_lost"]
