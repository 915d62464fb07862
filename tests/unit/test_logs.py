"""Every fault of ours is in one log with a number that a person can read out; a process that dies leaves last words."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from app.logs import TOLD, LastWords, OneLine, headline, last_of, number_of
from tests.needs import ROOT

PROGRAM = """
import asyncio, faulthandler, logging, sys, threading
from pathlib import Path
from app.logs import LastWords, start_log

def fail(): raise ZeroDivisionError("ours")
class Sad:
    def __del__(self): raise ValueError("in passing")

errors = start_log(Path(sys.argv[1]) / "lineside.log")
heard = []
errors.fault = heard.append
words = LastWords(Path(sys.argv[1]) / "lineside.crash")
thread = threading.Thread(target=fail, name="worker"); thread.start(); thread.join()
Sad()
async def forgotten(): asyncio.ensure_future(failing()); await asyncio.sleep(0.01)
async def failing(): raise KeyError("nobody asked")
asyncio.run(forgotten())
import gc; gc.collect()
print(len(heard), errors.count, flush=True)
if sys.argv[2] == "die":
    faulthandler._sigsegv()
words.close()
fail()
"""


def run(folder: Path, how: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-c", PROGRAM, str(folder), how]
    return subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def test_whatever_nobody_caught_is_in_the_log_with_its_number(tmp_path: Path) -> None:
    ended = run(tmp_path, "end")
    assert ended.returncode == 1
    assert ended.stdout.split() == ["3", "3"]
    text = (tmp_path / "lineside.log").read_text(encoding="utf-8")
    for words in ("the thread worker ended by a fault", "in passing", "nobody asked", "a fault that nobody caught"):
        assert words in text
    assert text.count("[fault ") == 4
    assert not (tmp_path / "lineside.crash").exists()


def test_a_process_that_dies_at_once_leaves_last_words_for_the_next_run(tmp_path: Path) -> None:
    assert run(tmp_path, "die").returncode < 0
    words = LastWords(tmp_path / "lineside.crash")
    words.close()
    assert headline(words.before) == "Fatal Python error: Segmentation fault"
    assert last_of(tmp_path / "lineside.crash").read_text(encoding="utf-8") == words.before
    again = LastWords(tmp_path / "lineside.crash")
    again.close()
    assert again.before == ""


def fails(text: str) -> BaseException:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def other() -> BaseException:
    try:
        raise ValueError("x")
    except ValueError as error:
        return error


def test_the_number_is_of_the_place_and_not_of_the_words() -> None:
    assert number_of(fails("a")) == number_of(fails("b")) != number_of(other())


def test_a_record_stays_one_line_and_its_trace_can_t_forge_another() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "%s", ("a\r\n2026-01-01 INFO hold released\x1b[31m",), None)
    assert len(OneLine().format(record).splitlines()) == 1
    error = fails("one\ntwo 2026-01-01 INFO forged")
    record = logging.LogRecord("x", logging.ERROR, "", 0, "m", (), (type(error), error, error.__traceback__))
    lines = OneLine().format(record).splitlines()
    assert f"[fault {number_of(error)}]" in lines[0]
    assert all(line.startswith("    ") for line in lines[1:])


@pytest.mark.parametrize("key", TOLD)
def test_what_the_screen_has_said_is_marked(key: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "m", (), None)
    record.__dict__.update(TOLD)
    assert getattr(record, key) is True
