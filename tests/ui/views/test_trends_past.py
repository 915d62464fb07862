"""The trends view over a station's real history files: what was before a restart is on the screen after it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.acquisition.history.spool import Spool
from app.acquisition.launch import Launch
from app.acquisition.values import LiveValues, new_board
from app.config import config
from app.domain.plant import Plant, Signal, Tag
from app.domain.reading import Quality
from app.ports import Samples
from tests.ui.desk import FakeDesk
from tests.ui.plant import make_plant
from tests.ui.shell import FakeShell
from ui.theme import DAY, NIGHT, Look, Theme
from ui.views.trends import open_trends
from ui.views.trends.presenter import TrendsPresenter
from ui.views.trends.strips import StripStack
from ui.views.trends.view import TrendsWidget

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")

HOUR_S = 3600.0
LINE = "L1.filler"


class PastDesk(FakeDesk):
    """A desk whose values are the real ones, over a station's folder."""

    def __init__(self, plant: Plant, folder: Path) -> None:
        super().__init__(plant)
        station = config(folder)
        self.live: LiveValues
        _, self.live = new_board(plant, station.board, station.history)
        self.values = self.live  # type: ignore[assignment]


def kept_plant() -> Plant:
    """The plant of the screens' tests; the rates have a history."""
    plant = make_plant()
    return replace(plant, tags=tuple(replace(tag, history=tag.signal is Signal.RATE) for tag in plant.tags))


def rate_of(plant: Plant) -> Tag:
    tag = plant.tag(LINE, Signal.RATE)
    assert tag is not None
    return tag


def ran_before(plant: Plant, folder: Path, from_s: float, to_s: float) -> None:
    """An earlier run that kept a rate of 400 all that time, and was killed."""
    spool = Spool(config(folder).history, plant.tags, 50.0, keep_free_mb=0.0)
    times = np.arange(from_s, to_s, 10.0)
    spool.take(
        Samples(
            tags=np.full(times.size, rate_of(plant).index, np.int32),
            values=np.full(times.size, 400.0),
            qualities=np.full(times.size, Quality.GOOD, np.uint8),
            source_s=times,
            received_s=to_s,
        )
    )
    spool.flush(to_s)
    spool._let_go()


class Bench:
    """The opened view after a restart: the run before had six hours and ended an hour ago."""

    def __init__(self, qtbot: QtBot, folder: Path, theme: Theme = DAY) -> None:
        plant = kept_plant()
        self.desk = PastDesk(plant, folder)
        self.now_s = self.desk.now().timestamp()
        ran_before(plant, folder, self.now_s - 7 * HOUR_S, self.now_s - HOUR_S)
        opened = open_trends(Look(theme), self.desk, FakeShell())
        assert isinstance(opened.widget, TrendsWidget)
        assert isinstance(opened.presenter, TrendsPresenter)
        self.qtbot, self.widget, self.presenter = qtbot, opened.widget, opened.presenter
        qtbot.addWidget(self.widget)
        self.widget.resize(1856, 1006)
        self.widget.show()
        found = self.widget.findChild(StripStack)
        assert found is not None
        self.strips = found
        self.presenter.show(f"tag/{rate_of(plant).id}")

    def zoom_to(self, span_s: float) -> None:
        """Farther until so much is in sight, then wait until it has been read."""
        while self.strips.axis is None or self.strips.axis.to_s - self.strips.axis.from_s < span_s:
            self.presenter.zoom(1)
        self.settle()

    def settle(self) -> None:
        def read() -> bool:
            self.presenter.refresh()
            axis = self.strips.axis
            return axis is not None and not axis.reading and not self.desk.live.arriving

        self.qtbot.waitUntil(read, timeout=20_000)
        self.presenter._show_strips()

    def known(self) -> tuple[float, float]:
        """The first and the last instant in sight that something is known of, in hours before now."""
        strip = self.strips._strips[0]
        times = strip.times[np.isfinite(strip.values)]
        return (self.now_s - float(times[0])) / HOUR_S, (self.now_s - float(times[-1])) / HOUR_S


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path) -> Iterator[Bench]:
    """The view, whose reading ends with the test."""
    made = Bench(qtbot, tmp_path)
    yield made
    made.desk.live.close()


def test_the_screens_read_where_the_acquisition_writes(tmp_path: Path) -> None:
    station = config(tmp_path)
    assert Launch(plant=make_plant(), board=str(station.board)).history_folder == station.history


def test_what_was_kept_before_a_restart_is_on_the_screen_after_it(bench: Bench) -> None:
    bench.zoom_to(8 * HOUR_S)
    assert bench.known() == pytest.approx((7.0, 1.0), abs=0.02)
    assert bench.strips._strips[0].begins == "history begins 21 Nov 19:14"


def test_the_seconds_since_the_restart_go_on_behind_the_gap(bench: Bench) -> None:
    tag = rate_of(bench.desk.plant)
    for second in range(120):
        place = bench.desk.live._next
        bench.desk.live.sample(bench.now_s - 120 + second)
        bench.desk.live._values[tag.index, place] = 500.0
    bench.zoom_to(2 * HOUR_S)
    strip = bench.strips._strips[0]
    values = strip.values[np.isfinite(strip.values)]
    assert sorted(set(values.tolist())) == [400.0, 500.0]
    assert bench.known() == pytest.approx((2.0, 0.0), abs=0.01)
    gap = (strip.times > bench.now_s - 0.99 * HOUR_S) & (strip.times < bench.now_s - 130)
    assert np.isnan(strip.values[gap]).all()


def test_a_stretch_of_the_past_is_panned_to_and_read(bench: Bench) -> None:
    bench.settle()
    bench.presenter.pan(-6 * 5)
    bench.settle()
    assert bench.known() == pytest.approx((5.0 + 10 / 60, 5.0), abs=0.02)


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=["day", "night"])
def test_where_the_past_begins_is_painted(qtbot: QtBot, tmp_path: Path, theme: Theme) -> None:
    bench = Bench(qtbot, tmp_path, theme)
    bench.zoom_to(24 * HOUR_S)
    image = bench.strips.grab().toImage()
    assert image.pixelColor(100, 60) == theme.ground
    assert image.pixelColor(bench.strips.width() - 300, 60) != theme.ground
    bench.desk.live.close()
