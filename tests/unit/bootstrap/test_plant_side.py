"""Taking a published plant file where the disk of the station refuses."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.bootstrap import plant_side
from app.bootstrap.plant_side import PlantSide
from app.domain.chain import GENESIS
from app.domain.plant_file import PlantFileStatus, PlantVersion, chain
from app.plant.kept import FOLDER, kept
from app.plant.running import RunningFile

TEXT = "a plant"


def published() -> PlantVersion:
    row = PlantVersion(
        version=1, sha256=hashlib.sha256(TEXT.encode()).hexdigest(), author="it", name="IT", comment="the first",
        program="1.0", signed="2026-11-22T12:00:00+00:00", signature="s", previous=GENESIS, chained="",
    )  # fmt: skip
    return replace(row, chained=chain(row))


class OneFile:
    """A shared store in which one plant file is published."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []

    async def versions(self, after: int = 0) -> Sequence[PlantVersion]:
        return [published()]

    async def text(self, version: int) -> str:
        return TEXT

    async def running(self, version: int, said: str) -> None:
        self.told.append((version, said))

    async def aclose(self) -> None: ...


async def test_a_disk_that_refuses_is_said_and_tried_again_until_the_file_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plant_side, "RETRY_S", 0.01)
    (tmp_path / FOLDER).write_text("in the way")
    said: asyncio.Queue[PlantFileStatus] = asyncio.Queue()
    files = OneFile()
    side = PlantSide(RunningFile(check=Path.read_text), files, tmp_path, said.put_nowait)
    side.heard(1)
    running = asyncio.ensure_future(side.run())
    try:
        refused = await said.get()
        assert "can't be checked" in refused.fault
        assert not refused.ready
        (tmp_path / FOLDER).unlink()
        while (status := await said.get()).fault:
            pass
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert status.ready
    assert [one.record for one in kept(tmp_path)] == [published()]
