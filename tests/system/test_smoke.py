"""The contract of `lineside demo --smoke`: the whole program by its command line, on the simulated plant."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from tests.needs import need_program
from tests.system.command_line import Ended, lineside, misshapen, start
from ui.catalog import VIEWS, Side
from ui.theme import DAY, NIGHT

SMOKE_S = 26
SHORT_S = 6
PATIENCE_S = 60.0
SIZE = (1920, 1080)
CONTROLLERS = {"C-L1": "opcua", "C-L2": "opcua", **{f"C-L3-{n}": "modbus" for n in range(1, 7)}}
NUMBER = (int, float)

SHAPE: dict[str, Any] = {
    "platform": str,
    "shown_ms": NUMBER,
    "errors": [str],
    "controllers": [{"name": str, "protocol": str, "state": str, "samples": int}],
    "exceptions_opened": int,
    "tasks_offered": int,
    "tasks_accepted": int,
    "holds_placed": int,
    "postings": {"confirmed": int, "parked": int, "pending": int},
    "posting_lag_s": {"p50": NUMBER, "p95": NUMBER},
    "ui_lateness_ms": {"p50": NUMBER, "p99": NUMBER, "max": NUMBER},
    "rss_mb": {"ui": NUMBER, "acquisition": NUMBER},
    "journal_ops": int,
}
"""What the report has at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """A smoke run that is over, and a second Lineside that was started on its data folder while it ran."""

    folder: Path
    ended: Ended
    second: Ended
    report: dict[str, Any]

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Smoke:
    """One run that many tests look at."""
    folder = tmp_path_factory.mktemp("smoke")
    data, report = folder / "data", folder / "report.json"
    process = start(
        "demo", "--smoke", str(SMOKE_S), "--data", data, "--screenshots", folder / "screens", "--report", report
    )
    deadline_s = time.monotonic() + PATIENCE_S
    while not (data / "journal.head").exists() and process.poll() is None and time.monotonic() < deadline_s:
        time.sleep(0.1)
    second = lineside("demo", "--smoke", str(SHORT_S), "--data", data)
    ended = Ended(process, SMOKE_S + PATIENCE_S)
    assert ended.rc == 0, ended.err
    return Smoke(folder=folder, ended=ended, second=second, report=json.loads(report.read_text(encoding="utf-8")))


def test_the_report_has_every_key_of_the_contract(smoke: Smoke) -> None:
    assert misshapen(smoke.report, SHAPE) == []
    assert smoke.report["platform"] == "offscreen"


def test_a_run_ends_without_errors(smoke: Smoke) -> None:
    assert smoke.report["errors"] == []
    assert "Traceback" not in smoke.ended.err


def test_every_controller_is_up_and_gave_samples(smoke: Smoke) -> None:
    rows = smoke.report["controllers"]
    assert {row["name"]: row["protocol"] for row in rows} == CONTROLLERS
    assert [row for row in rows if row["state"] != "up" or row["samples"] < 100] == []


def test_exceptions_of_many_kinds_are_opened_routed_and_owned(smoke: Smoke) -> None:
    report = smoke.report
    assert len(report["exceptions_by_kind"]) >= 5
    assert sum(report["exceptions_by_kind"].values()) == report["exceptions_opened"]
    assert report["tasks_offered"] >= report["exceptions_opened"]
    assert 1 <= report["tasks_accepted"] <= report["tasks_offered"]


def test_the_shift_holds_reassigns_and_hands_over(smoke: Smoke) -> None:
    done = {
        name: smoke.report[name] for name in ("holds_placed", "reassignments", "moves_accepted", "handovers_closed")
    }
    assert [name for name, count in done.items() if count < 1] == []


def test_the_erp_confirms_what_was_posted(smoke: Smoke) -> None:
    postings = smoke.report["postings"]
    assert postings["confirmed"] > 0
    assert postings["parked"] == 0
    assert smoke.report["posting_lag_s"]["p95"] < 60


def pixels(file: Path) -> NDArray[np.uint8]:
    """The grey values of a picture, by row."""
    image = QImage(str(file)).convertToFormat(QImage.Format.Format_Grayscale8)
    assert (image.width(), image.height()) == SIZE
    return np.frombuffer(bytes(image.constBits()), np.uint8).reshape(image.height(), image.bytesPerLine())


@pytest.mark.parametrize("view", [row.id for row in VIEWS if row.side is Side.CENTRE])
def test_every_view_is_grabbed_by_day_and_by_night(smoke: Smoke, view: str) -> None:
    day, night = (pixels(smoke.folder / "screens" / f"{view}-{theme.name}.png") for theme in (DAY, NIGHT))
    for picture in (day, night):
        assert np.unique(picture).size > 16
    assert day.mean() > night.mean() + 50


def test_the_journal_of_the_run_is_whole_and_can_be_printed(smoke: Smoke) -> None:
    verified = lineside("verify", "--data", smoke.data)
    assert (verified.rc, verified.err) == (0, "")
    printed = lineside("log", "--json", "--data", smoke.data)
    assert printed.rc == 0
    rows = [json.loads(line) for line in printed.out.splitlines()]
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    assert len(rows) >= smoke.report["journal_ops"] > 50
    assert {"CaseOpened", "TaskAccepted", "HoldPlaced", "TaskOfferedAgain", "HandoverClosed"} <= {
        row["kind"] for row in rows
    }


def test_a_second_lineside_on_the_same_folder_is_refused_and_leaves_the_first_alone(smoke: Smoke) -> None:
    assert smoke.second.rc == 2
    assert smoke.second.err.splitlines() == [
        f"Another Lineside is running on {smoke.data}. Use that one, or start this one with another --data folder."
    ]


def test_a_demo_without_a_display_says_what_to_do(tmp_path: Path) -> None:
    ended = lineside("demo", "--data", tmp_path)
    assert ended.rc == 2
    assert len(ended.err.splitlines()) == 1
    assert "make demo SMOKE=20" in ended.err


def test_a_run_under_a_display_uses_it(tmp_path: Path) -> None:
    xvfb = need_program("xvfb-run", "xvfb")
    report = tmp_path / "report.json"
    ended = lineside(
        "demo", "--smoke", str(SHORT_S), "--data", tmp_path / "data", "--report", report, before=(str(xvfb), "-a")
    )
    assert ended.rc == 0, ended.err
    assert json.loads(report.read_text(encoding="utf-8"))["platform"] == "xcb"
