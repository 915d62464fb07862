"""What a window has around it: a second start shows it, a fault of ours is said with its number, a signal ends it."""

import json
import logging
import os
import signal
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.logs import ErrorCount
from tests.ui.desk import FakeDesk
from ui.front import FILE, Front, bring_to_front
from ui.operating import Operated, checks_of
from ui.theme import Look
from ui.window import Window, compose

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


@pytest.fixture(name="errors")
def _errors() -> Iterator[ErrorCount]:
    made = ErrorCount()
    logging.getLogger().addHandler(made)
    yield made
    logging.getLogger().removeHandler(made)


@pytest.fixture(name="window")
def _window(qtbot: QtBot, look: Look) -> Window:
    made = compose(look, FakeDesk())
    qtbot.addWidget(made)
    made.show()
    return made


def test_whoever_is_of_this_account_brings_the_window_to_the_front(tmp_path: Path) -> None:
    shown = threading.Semaphore(0)
    front = Front(tmp_path, shown.release)
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert bring_to_front(tmp_path)
    assert bring_to_front(tmp_path)
    assert shown.acquire(timeout=5)
    assert shown.acquire(timeout=5)
    front.close()
    assert not (tmp_path / FILE).exists()
    assert not bring_to_front(tmp_path)


def test_a_wrong_key_and_the_file_of_one_who_died_show_nothing(tmp_path: Path) -> None:
    shown: list[int] = []
    front = Front(tmp_path, lambda: shown.append(1))
    door = json.loads((tmp_path / FILE).read_text(encoding="utf-8"))
    (tmp_path / FILE).write_text(json.dumps(door | {"key": "00" * 32}), encoding="utf-8")
    assert not bring_to_front(tmp_path)
    (tmp_path / FILE).write_text(json.dumps(door | {"address": str(tmp_path / "gone")}), encoding="utf-8")
    assert not bring_to_front(tmp_path)
    (tmp_path / FILE).write_text(json.dumps(door), encoding="utf-8")
    assert bring_to_front(tmp_path)  # who knocked wrongly has not shut it
    assert shown == [1]
    front.close()


@pytest.mark.expects_error_log
def test_a_fault_of_ours_on_any_thread_is_said_once_with_its_number(
    qtbot: QtBot, window: Window, errors: ErrorCount, tmp_path: Path
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    operated = Operated(window, app, tmp_path, errors, careful=False, alone=True)

    def fail() -> None:
        try:
            raise ZeroDivisionError("ours")
        except ZeroDivisionError:
            logging.getLogger("x").exception("it failed")

    for _ in range(2):
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    qtbot.waitUntil(lambda: "Internal fault " in window.strip.text, timeout=10_000)
    assert window.strip.bad
    window.say("something else")
    qtbot.wait(50)
    assert window.strip.text == "something else"
    operated.close()


def test_a_safe_start_is_said_and_a_signal_ends_the_program(
    qtbot: QtBot, window: Window, errors: ErrorCount, tmp_path: Path
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = signal.getsignal(signal.SIGTERM)
    operated = Operated(window, app, tmp_path, errors, careful=True, alone=True)
    assert "without the kept layout" in window.strip.text
    assert signal.getsignal(signal.SIGTERM) is not before
    operated.close()
    assert signal.getsignal(signal.SIGTERM) is before


def test_diagnostics_have_the_checks_of_the_running_program() -> None:
    found = checks_of(FakeDesk())
    assert found["state"] == "unknown"  # nobody has looked at this machine yet
    assert {"id", "group", "title", "state", "said", "next"} == set(found["checks"][0])
