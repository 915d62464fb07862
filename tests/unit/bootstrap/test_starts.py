"""Who died is seen at the next start; who dies in a loop starts in a safe way, once."""

import faulthandler
import logging
import os
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.bootstrap.health import Station
from app.domain.errors import KnownError
from app.starts import DEATHS, FILE, Run, Start, died, is_loop, read_starts
from app.watch import Watch
from tests.plants import FakeClock, small_plant

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def starts(*minutes_ago: float, ended: bool = False) -> list[Start]:
    return [
        Start(at=(NOW - timedelta(minutes=ago)).isoformat(), pid=number, ended=NOW.isoformat() if ended else "")
        for number, ago in enumerate(minutes_ago)
    ]


@pytest.mark.parametrize(
    ("earlier", "loop"),
    [
        ([], False),
        (starts(1, 0.5), False),
        (starts(4.9, 2, 1), True),
        (starts(5.1, 2, 1), False),
        (starts(4, 3, 2, 1), True),
        ([*starts(3, 2), *starts(1, ended=True)], False),
        ([*starts(3, ended=True), *starts(2, 1, 0.5)], True),
        (starts(-600, -500, -400), False),
    ],
)
def test_three_starts_in_a_row_that_died_within_five_minutes_are_a_loop(earlier: list[Start], loop: bool) -> None:
    assert is_loop(earlier, NOW) is loop


def test_a_start_that_did_not_end_is_known_to_the_next_one(tmp_path: Path) -> None:
    Run(tmp_path)
    second = Run(tmp_path)
    second.end()
    assert len(died(read_starts(tmp_path))) == 1
    assert died(read_starts(tmp_path), running=os.getpid()) == ()


def test_the_start_after_several_deaths_is_careful_and_the_one_after_a_good_end_is_not(tmp_path: Path) -> None:
    assert [Run(tmp_path).careful for _ in range(DEATHS)] == [False] * DEATHS
    careful = Run(tmp_path)
    assert careful.careful
    careful.end()
    assert not Run(tmp_path).careful


@pytest.mark.parametrize("text", ["", "nonsense", "{}", '[{"at": 1}]', '[{"at": "2026-11-22T00:00:00", "pid": 1}]'])
def test_a_file_of_starts_that_is_none_costs_nothing_but_the_knowledge(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert not Run(tmp_path).careful
    assert len(read_starts(tmp_path)) == 1


@pytest.fixture(name="quiet_hooks")
def _quiet_hooks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a run sets for its whole process is set back."""
    root = logging.getLogger()
    handlers, level, on = root.handlers[:], root.level, faulthandler.is_enabled()
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    yield
    sys.excepthook, threading.excepthook, sys.unraisablehook = before
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    if on:
        faulthandler.enable()


@pytest.mark.usefixtures("quiet_hooks")
@pytest.mark.parametrize(("error", "counted"), [(None, 0), (KnownError("no plant file"), 0), (ValueError("ours"), 1)])
def test_what_the_world_refuses_is_an_end_and_a_fault_of_ours_is_a_death(
    tmp_path: Path, error: Exception | None, counted: int
) -> None:
    try:
        with Watch(tmp_path, tmp_path / "lineside.log"):
            if error is not None:
                raise error
    except (KnownError, ValueError):
        pass
    assert len(died(read_starts(tmp_path))) == counted


def test_an_acquisition_that_dies_again_and_again_is_said_to() -> None:
    station = Station(small_plant(), FakeClock(), [].append)
    reasons = []
    for count in range(1, 4):
        station.acquisition(False, count)
        reasons.append(station.status.acquisition.reason)
        station.acquisition(True, count)
    assert reasons[0] == reasons[1] == "the acquisition process ended; it is started again"
    assert "died 3 times within 5 minutes" in reasons[2]
