"""The acquisition feeds the spool every sample, breaks lines with the controller, and outlives the spool's bugs."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.acquisition import acquisition as module
from app.acquisition.acquisition import Acquisition
from app.acquisition.board import Board, BoardWriter
from app.acquisition.history.reader import HistoryReader
from app.acquisition.history.spool import Spool
from app.domain.plant import Controller, Tag
from app.domain.reading import Quality
from app.ports import Driver, DriverSink, Link, LinkState, Samples
from tests.plants import small_plant
from tests.unit.acquisition.history.rig import DAY, batch

PLANT = replace(small_plant(), tags=tuple(replace(tag, history=True) for tag in small_plant().tags))
KEPT = next(tag for tag in PLANT.tags if not tag.is_text)


class Waiting:
    """A driver that never says anything."""

    def __init__(self, controller: Controller, tags: Sequence[Tag], sink: DriverSink) -> None:
        self.controller = controller

    async def run(self) -> None:
        await asyncio.Event().wait()


def open_driver(controller: Controller, tags: Sequence[Tag], sink: DriverSink) -> Driver:
    return Waiting(controller, tags, sink)


def acquiring(folder: Path, spool: Spool | None) -> Acquisition:
    board = Board(folder / "board.mem", len(PLANT.tags), len(PLANT.controllers), create=True)
    return Acquisition(PLANT, BoardWriter(board, tuple(PLANT.controllers)), lambda _: None, open_driver, spool=spool)


def one(at_s: float, value: float) -> Samples:
    return batch(KEPT.index, [at_s], [value])


async def until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - another thread's doing has no event
        await asyncio.sleep(0.01)


def test_every_sample_is_spooled_and_a_lost_controller_breaks_the_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "history", PLANT.tags, 50, keep_free_mb=0)
    acquisition = acquiring(tmp_path, spool)
    for second in range(5):
        acquisition.samples(one(DAY + second, float(second)))
    lost = LinkState(controller=KEPT.controller, link=Link.LOST, since_s=DAY + 8, last_data_s=DAY + 6)
    acquisition.link(lost)
    acquisition.link(replace(lost, link=Link.CONNECTING))
    acquisition.link(replace(lost, link=Link.UP, since_s=DAY + 9))
    acquisition.samples(one(DAY + 10, 10.0))
    spool.close()
    times, values, qualities = HistoryReader(tmp_path / "history").read(KEPT.id, DAY, DAY + 100)
    assert (times - DAY).tolist() == [0, 1, 2, 3, 4, 6, 10]
    np.testing.assert_array_equal(values, [0, 1, 2, 3, 4, np.nan, 10])
    assert qualities.tolist() == [0, 0, 0, 0, 0, Quality.LOST, 0]


def test_a_link_that_was_kept_over_a_cut_does_not_break_the_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "history", PLANT.tags, 50, keep_free_mb=0)
    acquisition = acquiring(tmp_path, spool)
    acquisition.samples(one(DAY, 7.0))
    lost = LinkState(controller=KEPT.controller, link=Link.LOST, since_s=DAY + 8, last_data_s=DAY + 6)
    acquisition.link(lost)
    acquisition.link(replace(lost, link=Link.UP, since_s=DAY + 9, kept=True))
    spool.flush(DAY + 20)
    spool._let_go()
    _, low, _ = HistoryReader(tmp_path / "history").drawn(KEPT.id, DAY, DAY + 20, 20)
    assert low.tolist() == [7.0] * 20


async def test_what_waits_is_flushed_while_the_acquisition_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 0.01)
    spool = Spool(tmp_path / "history", PLANT.tags, 50, keep_free_mb=0)
    acquisition, reader = acquiring(tmp_path, spool), HistoryReader(tmp_path / "history")
    running = asyncio.create_task(acquisition.run())
    acquisition.samples(one(DAY, 1.0))
    await until(lambda: reader.span(KEPT.id) == (DAY, DAY))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    spool.close()


@pytest.mark.expects_error_log
async def test_a_bug_in_history_ends_history_and_not_the_acquisition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "FLUSH_S", 0.01)
    spool = Spool(tmp_path / "history", PLANT.tags, 50, keep_free_mb=0)
    acquisition = acquiring(tmp_path, spool)
    running = asyncio.create_task(acquisition.run())
    spool.take(replace(one(DAY, 1.0), qualities=np.zeros(0, np.uint8)))
    await until(lambda: "history is given up" in caplog.text)
    acquisition.samples(one(DAY + 1, 1.0))
    assert not running.done()
    assert acquisition.history is not None
    assert not acquisition.history.ok
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    spool._let_go()
