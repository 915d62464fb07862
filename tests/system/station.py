"""A station's core over a real acquisition process, driven from a test: send commands, wait, look at the journal."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from app.acquisition.values import new_board
from app.bootstrap.compose import station_parts
from app.bootstrap.core import Core
from app.bootstrap.listener import Nobody
from app.config import Config
from app.domain.control import Control
from app.domain.plant import Plant
from app.domain.status import Health
from app.erp.registry import check_settings
from app.plant.check import check_text
from app.plant.rewrite import with_settings
from app.readmodel.model import all_controls
from drivers.registry import ADDRESS_CHECKS
from resources import path as resource
from tests.system.alive import alive

ACQUISITION = (sys.executable, "-m", "drivers.host")
PATIENCE_S = 60.0


def demo_plant(**settings: dict[str, Any]) -> Plant:
    """The demo's plant without an ERP; `settings` by controller, with "_" for "-"."""
    text = resource("plants/demo.toml").read_text(encoding="utf-8")
    text = text[: text.index("[erp]")] if "[erp]" in text else text
    text = with_settings(text, {name.replace("_", "-"): values for name, values in settings.items()})
    plant, faults = check_text(text, Path("demo.toml"), ADDRESS_CHECKS, check_settings)
    assert plant is not None, faults
    return plant


@asynccontextmanager
async def core_of(plant: Plant, folder: Path) -> AsyncIterator[Core]:
    """A running core with its acquisition process."""
    config = Config(folder=folder, station="desk-1")
    new_board(plant, config.board)
    core = Core(station_parts(plant, config, ACQUISITION), Nobody())
    async with alive(core):
        yield core


async def until(condition: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition; fail when it does not come."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110 - what is waited for lies in another process
            await asyncio.sleep(0.05)


def up(core: Core, controller: str) -> bool:
    """Whether a controller is heard."""
    return core.station.status.controllers[controller].health is Health.UP


def controls(core: Core) -> list[Control]:
    """The requests so far."""
    return all_controls(core.bus.model)
