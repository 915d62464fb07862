"""The guards of every test: no unexpected error log, no leaked asyncio task, no leaked window.

Warnings are errors by pyproject.toml. Qt draws offscreen unless the environment says otherwise.
"""

import asyncio
import gc
import inspect
import logging
import os
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TASK_GRACE_S = 2.0


def of_a_test_server(record: logging.LogRecord) -> bool:
    """Whether asyncua's server, which only tests run, left a session's task to the collector.

    It does when a client was cut; the collector then tells some later test that has nothing to do with it.
    """
    return record.name == "asyncio" and "asyncua/server/" in record.getMessage().replace("\\", "/")


class ErrorRecords(logging.Handler):
    """Keeps every record from ERROR on, but for what the tests' own servers leave behind."""

    def __init__(self) -> None:
        super().__init__(level=logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the record as one line."""
        if of_a_test_server(record):
            return
        self.lines.append(f"{record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_error_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs an ERROR, unless it is marked `expects_error_log`."""
    records = ErrorRecords()
    logging.getLogger().addHandler(records)
    yield
    logging.getLogger().removeHandler(records)
    if records.lines and request.node.get_closest_marker("expects_error_log") is None:
        pytest.fail("unexpected error log:\n" + "\n".join(records.lines), pytrace=False)


@pytest.fixture(autouse=True)
def no_leaked_window() -> Iterator[None]:
    """Fail a test that leaves a top-level widget behind (give it to `qtbot.addWidget`)."""
    before = top_level_widgets()
    yield
    if not top_level_widgets() - before:
        return
    gc.collect()
    leaked = top_level_widgets() - before
    if leaked:
        names = ", ".join(sorted(repr(widget) for widget in leaked))
        for widget in leaked:
            widget.deleteLater()
        pytest.fail(f"leaked window: {names}", pytrace=False)


def top_level_widgets() -> set[Any]:
    """Return the living top-level widgets after Qt's deferred deletions; empty while Qt is not in use."""
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or widgets is None or widgets.QApplication.instance() is None:
        return set()
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete.value)
    return set(widgets.QApplication.topLevelWidgets())


@pytest.fixture
async def no_leaked_task() -> AsyncIterator[None]:
    """Fail an async test that, with its fixtures torn down, leaves a task running."""
    before = asyncio.all_tasks()
    yield
    leaked = await unfinished(before | asyncio.all_tasks() & {asyncio.current_task()})
    if leaked:
        names = "\n".join(sorted(repr(task) for task in leaked))
        pytest.fail(f"leaked asyncio task:\n{names}", pytrace=False)


async def unfinished(known: set[asyncio.Task[Any]]) -> set[asyncio.Task[Any]]:
    """Return the tasks beside `known` that don't end within the grace time."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + TASK_GRACE_S
    while (leaked := asyncio.all_tasks() - known) and loop.time() < deadline_s:
        await asyncio.wait(leaked, timeout=deadline_s - loop.time())
    return leaked


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give every async test the task guard as its first fixture, so that it is torn down last."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.fixturenames.insert(0, "no_leaked_task")
