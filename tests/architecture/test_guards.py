"""The guards of tests/conftest.py fail the tests that they are for, and no others."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"
INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
qt_api = pyside6
filterwarnings = error
addopts = -p no:cacheprovider
markers = expects_error_log: on purpose
"""

FAILING = """
import asyncio, logging, warnings
import pytest
from PySide6.QtWidgets import QWidget

kept = []

def test_an_error_log():
    logging.getLogger("x").error("broken")

async def test_a_leaked_task():
    kept.append(asyncio.create_task(asyncio.sleep(60)))

def test_a_leaked_window(qapp):
    kept.append(QWidget())

def test_a_warning():
    warnings.warn("old", DeprecationWarning)
"""

PASSING = """
import asyncio, logging
import pytest
from PySide6.QtWidgets import QWidget

@pytest.fixture
async def server():
    task = asyncio.create_task(asyncio.sleep(60))
    yield
    task.cancel()

@pytest.mark.expects_error_log
def test_an_expected_error_log():
    logging.getLogger("x").error("broken")

async def test_a_task_that_its_fixture_ends(server):
    await asyncio.sleep(0)

def test_a_window_given_to_qtbot(qtbot):
    qtbot.addWidget(QWidget())
"""


@pytest.fixture
def guarded(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini(INI)
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8").replace("GRACE_S = 2.0", "GRACE_S = 0.05"))
    return pytester


def test_each_guard_fails_the_test_it_is_for(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(FAILING)
    result = guarded.runpytest_subprocess()
    for culprit in ("a_leaked_task", "a_leaked_window", "an_error_log"):
        result.stdout.fnmatch_lines(f"*ERROR at teardown of test_{culprit} *")
    result.stdout.fnmatch_lines("E*DeprecationWarning: old")
    result.assert_outcomes(failed=1, passed=3, errors=3)


def test_the_guards_let_clean_tests_pass(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(PASSING)
    guarded.runpytest_subprocess().assert_outcomes(passed=3)
