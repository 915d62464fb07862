"""What a window waits for: the modules that are loaded before the first paint, and the clock that tells how long."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from resources import path
from tests.needs import ROOT

LATE = (
    # libraries
    "PySide6QtAds", "alembic", "asyncio", "asyncua", "cryptography", "httpx2", "importlib.metadata", "keyring", "numpy",
    "prometheus_client", "psutil", "psycopg", "pydantic", "pymodbus", "sqlalchemy", "stamina", "structlog", "tomlkit",
    "tree_sitter", "typer",
    # ours: hundreds of dataclasses, each made by exec
    "app.bootstrap", "app.domain.commands", "app.domain.events", "app.ports", "app.readmodel", "app.services",
    "app.store.postgres", "app.store.sqlite", "drivers.opcua", "drivers.modbus", "ui.actions", "ui.bridge",
    "ui.program", "ui.views", "ui.window",
)  # fmt: skip
"""Never loaded before the window is on the screen: each is waited for by whoever opens one."""

SHOWS = """
import json, sys
from pathlib import Path
import ui.entry, ui.main
from app.config import demo_config
from ui.job import Job, SmokeOptions
from ui.sight import show
plant, folder = Path(sys.argv[1]), Path(sys.argv[2])
job = Job(plant=ui.main.opened(plant), station=demo_config(folder), smoke=SmokeOptions(seconds=5))
sight = show(job)
loaded = sorted(sys.modules)
from ui.start_times import since_start_ms
print(json.dumps({"loaded": loaded, "shown_ms": since_start_ms(sight.shown), "title": sight.frame.windowTitle()}))
"""


def shown(folder: Path) -> dict[str, Any]:
    """What a start of its own says once its window is shown; `took_ms` is by the clock of the one who waits."""
    environ = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CACHE_HOME": str(folder / "cache")}
    words = [sys.executable, "-c", SHOWS, str(path("plants/demo.toml")), str(folder / "data")]
    began_s = time.monotonic()
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said | {"took_ms": 1000 * (time.monotonic() - began_s)}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A start with a plant that is kept: the one before checks its file, as does one after the program was changed."""
    folder = tmp_path_factory.mktemp("start")
    found = shown(folder)
    for _ in range(3):
        found = shown(folder)
        if "app.plant.check" not in found["loaded"]:
            break
    return found


@pytest.mark.parametrize("name", LATE)
def test_it_is_not_loaded_before_the_window_is_shown(start: dict[str, Any], name: str) -> None:
    assert not [loaded for loaded in start["loaded"] if loaded == name or loaded.startswith(f"{name}.")]


def test_the_window_bears_the_plants_name_from_the_first_moment(start: dict[str, Any]) -> None:
    assert start["title"].startswith("Lineside · ")


def test_the_time_to_the_window_is_within_what_the_one_who_waits_sees(start: dict[str, Any]) -> None:
    assert 0 < start["shown_ms"] <= start["took_ms"] + 20  # the system's clock of processes has steps of 10 ms
