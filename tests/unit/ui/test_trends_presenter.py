"""Which signals, which time, where the cursor is: the trends presenter over the night of the pictures."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from app.domain.plant import Signal
from app.domain.status import HistoryStatus
from tests.ui.desk import NOW, FakeDesk, FakeValues, at, night_desk, opened
from tests.ui.shell import FakeShell
from ui.views.trends.presenter import MOST, TICKS, TrendsPresenter, between, value_text
from ui.views.trends.rows import Axis, Floats, Strip, TreeRow
from ui.views.trends.source import line_of
from ui.views.trends.window import COLUMNS, LONGEST_S, TimeWindow


class Shown:
    """A view that keeps what it was given."""

    def __init__(self) -> None:
        self.tree: Sequence[TreeRow] = ()
        self.strips: Sequence[Strip] = ()
        self.axes: list[Axis] = []
        self.selected = ""
        self.rows: list[str] = []

    def show_tree(self, rows: Sequence[TreeRow]) -> None:
        self.tree = rows

    def show_strips(self, strips: Sequence[Strip], axis: Axis, selected: str) -> None:
        self.strips, self.selected = strips, selected
        self.axes.append(axis)

    def select_row(self, key: str) -> None:
        self.rows.append(key)

    @property
    def axis(self) -> Axis:
        return self.axes[-1]

    def named(self, name: str) -> Strip:
        return next(s for s in self.strips if s.name == name)


class Bench:
    """The presenter with its fakes."""

    def __init__(self) -> None:
        self.desk: FakeDesk = night_desk()
        self.view, self.shell = Shown(), FakeShell()
        self.presenter = TrendsPresenter(self.view, self.desk, self.shell)
        self.presenter.open()


def test_it_opens_live_with_the_rate_of_every_lines_output() -> None:
    bench = Bench()
    assert [s.where for s in bench.view.strips[:2]] == ["L1 Filler", "L1 Case packer"]
    assert len(bench.view.strips) == 6
    assert bench.view.axis.live
    assert bench.view.axis.to_s == int(NOW.timestamp())
    assert bench.presenter.selected == "machine/L1.filler"


def test_a_rate_is_seen_from_standstill_to_nominal_with_its_band() -> None:
    strip = Bench().view.strips[0]
    assert strip.bottom <= 0
    assert strip.top >= 480
    assert strip.band == "441.6 – 499.2 bottles/min"


def test_a_machine_shows_its_rate_and_process_values_and_opens_its_branch() -> None:
    bench = Bench()
    bench.presenter.show("machine/L2.filler")
    names = [s.name for s in bench.view.strips]
    assert names[:3] == ["Speed", "Torque valve block 3", "Bowl pressure"]
    assert len(names) == MOST
    opened = [row.key for row in bench.view.tree if row.open]
    assert opened == ["line/L2", "machine/L2.filler"]
    assert next(row for row in bench.view.tree if row.text == "Speed").chosen


def test_a_case_is_shown_at_its_moment_with_its_window_marked() -> None:
    bench = Bench()
    bench.presenter.show("case/c1")
    happened_s = at("02:11:43").timestamp()
    assert bench.view.axis.from_s < happened_s <= bench.view.axis.to_s
    assert bench.view.axis.cursor == "02:11:43"
    marks = bench.view.strips[0].marks
    assert [(m.text, m.priority) for m in marks] == [("L2 Filler aborted", 1)]
    assert [m.text for m in bench.view.strips[1].marks] == [""]


def test_only_cases_of_a_strips_machine_are_marked() -> None:
    bench = Bench()
    bench.presenter.show("machine/L1.depalletiser")
    assert all(s.marks == () for s in bench.view.strips)


def test_a_lost_controller_is_stale_and_never_its_last_number() -> None:
    bench = Bench()
    bench.presenter.show("machine/L3.labeller")
    strip = bench.view.named("Speed")
    assert strip.stale == "no data since 02:14:07"
    assert strip.at_cursor == "–"


def test_a_state_is_read_by_its_name() -> None:
    bench = Bench()
    bench.presenter.show("machine/L2.filler")
    assert bench.view.named("PackML state").at_cursor == "Aborted"


def test_typing_finds_signals_by_every_word() -> None:
    bench = Bench()
    bench.presenter.find("l2 torque")
    assert [row.text for row in bench.view.tree] == ["L2 Filler · Torque valve block 3", "L2 Capper · Closing torque"]
    bench.presenter.find("no such thing")
    assert bench.view.tree == ()
    bench.presenter.find("")
    assert [row.key for row in bench.view.tree] == ["line/L1", "line/L2", "line/L3"]


def test_no_text_signal_can_be_chosen() -> None:
    bench = Bench()
    bench.presenter.find("lot")
    assert all("Lot" not in row.text for row in bench.view.tree)


def test_enter_shows_and_hides_a_signal_and_opens_branches() -> None:
    bench = Bench()
    tag = bench.desk.plant.tag("L2.filler", Signal.BUFFER)
    assert tag is not None
    bench.presenter.toggle(f"tag/{tag.id}")
    assert bench.presenter.chosen[-1] == tag.id
    assert bench.presenter.selected == "machine/L2.filler"
    bench.presenter.toggle(f"tag/{tag.id}")
    assert tag.id not in bench.presenter.chosen
    bench.presenter.toggle("line/L1")
    assert any(row.key == "machine/L1.filler" for row in bench.view.tree)
    bench.presenter.branch("line/L1", False)
    assert not any(row.key == "machine/L1.filler" for row in bench.view.tree)
    bench.presenter.branch("machine/L1.filler", False)
    assert bench.view.rows == ["line/L1"]


def test_more_signals_than_fit_are_refused_in_words() -> None:
    bench = Bench()
    bench.presenter.show("machine/L2.filler")
    tag = bench.desk.plant.tag("L1.filler", Signal.RATE)
    assert tag is not None
    bench.presenter.toggle(f"tag/{tag.id}")
    assert len(bench.presenter.chosen) == MOST
    assert bench.shell.said[-1][1]


def test_hiding_the_selected_strip_selects_its_neighbour_until_none_is_left() -> None:
    bench = Bench()
    bench.presenter.step(1)
    bench.presenter.hide_selected()
    assert bench.presenter.selected == "machine/L2.filler"
    for _ in range(6):
        bench.presenter.hide_selected()
    assert bench.presenter.chosen == ()
    assert bench.presenter.selected == ""
    bench.presenter.step(1)


def test_panning_back_stops_following_and_panning_on_follows_again() -> None:
    bench = Bench()
    bench.presenter.pan(-0.25)
    assert not bench.view.axis.live
    stood = bench.view.axis.to_s
    bench.desk.pass_time(5)
    bench.presenter.refresh()
    assert bench.view.axis.to_s == stood
    bench.presenter.pan(1)
    assert bench.view.axis.live


def test_nothing_is_asked_for_beyond_what_the_station_keeps() -> None:
    bench = Bench()
    bench.presenter.pan(-1e6)
    assert bench.view.axis.from_s == pytest.approx(NOW.timestamp() - LONGEST_S)
    for _ in range(20):
        bench.presenter.zoom(1)
    assert bench.view.axis.to_s - bench.view.axis.from_s == LONGEST_S


def test_a_week_is_seen_with_its_days_as_ticks() -> None:
    bench = Bench()
    for _ in range(20):
        bench.presenter.zoom(1)
    assert bench.view.axis.span == "7 days"
    assert [words for _, words in bench.view.axis.ticks][-2:] == ["21 Nov", "22 Nov"]
    assert bench.view.axis.ticks[-1][0] == at("00:00").timestamp()
    for _ in range(2):
        bench.presenter.zoom(-1)
    assert [words for _, words in bench.view.axis.ticks][-2:] == ["21:00", "22 Nov"]
    assert len(bench.view.axis.ticks) <= TICKS + 1


def test_the_cursor_of_another_day_says_the_day() -> None:
    bench = Bench()
    for _ in range(8):
        bench.presenter.zoom(1)
    bench.presenter.point(at("23:10:05").timestamp())
    assert bench.view.axis.cursor == "21 Nov 23:10:05"


def test_a_column_that_holds_several_values_is_read_as_from_the_least_to_the_greatest() -> None:
    bench = Bench()
    tag = bench.desk.plant.tag("L1.case_packer", Signal.RATE)
    assert tag is not None
    assert between(tag, 3.0, 3.0) == value_text(tag, 3.0)
    assert between(tag, 3.0, 41.0) == f"{value_text(tag, 3.0)} – {value_text(tag, 41.0)}"
    assert between(tag, math.nan, math.nan) == "–"


def test_it_pans_back_to_where_the_past_begins_and_says_so() -> None:
    bench = Bench()
    bench.presenter.show("machine/L1.filler")
    begins_s = at("20:00").timestamp()
    bench.desk.values.begins = {tag.index: begins_s for tag in bench.desk.plant.tags}
    bench.presenter.pan(-1e6)
    assert bench.view.axis.from_s == pytest.approx(begins_s)
    for _ in range(4):
        bench.presenter.zoom(1)
    assert bench.view.strips[0].begins == ""
    for _ in range(4):
        bench.presenter.zoom(1)
    strip = bench.view.strips[0]
    assert strip.begins_s == pytest.approx(begins_s, abs=LONGEST_S / COLUMNS)
    assert strip.begins == "values since 21 Nov 20:00: no history is kept"
    assert np.isfinite(strip.values).any()
    assert not np.isfinite(strip.values[strip.times < begins_s]).any()


@pytest.mark.parametrize(
    ("evicted", "said"),
    [
        (None, "history begins 21 Nov 20:00"),
        (at("20:00") - timedelta(minutes=1), "older history made room: begins 21 Nov 20:00"),
        (at("20:00") - timedelta(hours=6), "history begins 21 Nov 20:00"),
    ],
)
def test_where_the_past_begins_it_says_whether_older_history_had_to_go(evicted: datetime | None, said: str) -> None:
    bench = Bench()
    plant = bench.desk.plant
    bench.desk.plant = replace(plant, tags=tuple(replace(tag, history=True) for tag in plant.tags))
    bench.desk.values.begins = {tag.index: at("20:00").timestamp() for tag in plant.tags}
    bench.desk.status = replace(bench.desk.status, history=HistoryStatus(evicted_until=evicted))
    bench.presenter = TrendsPresenter(bench.view, bench.desk, bench.shell)
    bench.presenter.pan(-1e6)
    for _ in range(8):
        bench.presenter.zoom(1)
    assert bench.view.strips[0].begins == said


def test_while_the_past_is_read_it_says_so_and_shows_it_when_it_is_there() -> None:
    bench = Bench()
    bench.desk.values.arriving = True
    bench.presenter.zoom(1)
    assert bench.view.axis.reading
    shown = len(bench.view.axes)
    bench.presenter.refresh()
    assert len(bench.view.axes) == shown
    bench.desk.values.arriving, bench.desk.values.arrived = False, 1
    for _ in range(2):
        bench.presenter.refresh()
    assert [axis.reading for axis in bench.view.axes[shown:]] == [False]


class Hasty(FakeValues):
    """What is asked for has been read before the picture that lacks it is shown."""

    def drawn(self, index: int, from_s: float, to_s: float, columns: int) -> tuple[Floats, Floats, Floats]:
        self.arrived += 1
        return super().drawn(index, from_s, to_s, columns)


def test_what_arrives_while_a_picture_is_made_is_in_the_next() -> None:
    bench = Bench()
    for _ in range(6):
        bench.presenter.zoom(1)
    bench.desk.values = Hasty(bench.desk)
    shown = len(bench.view.axes)
    bench.presenter.zoom(1)
    bench.presenter.refresh()
    assert [axis.reading for axis in bench.view.axes[shown:]] == [True, True]


def test_an_old_case_is_shown_at_its_moment_where_something_is_kept_of_it() -> None:
    bench = Bench()
    opened(bench.desk, "old", kind="breakdown", priority=1, title="t", when=at("20:30"), machine="L1.filler")
    bench.presenter.show("case/old")
    assert bench.view.axis.from_s < at("20:30").timestamp() < bench.view.axis.to_s
    bench.presenter.follow()
    bench.desk.values.begins = {tag.index: at("22:00").timestamp() for tag in bench.desk.plant.tags}
    bench.presenter.show("case/old")
    assert bench.view.axis.live


def test_the_cursor_is_linked_and_takes_the_window_along() -> None:
    bench = Bench()
    tag = bench.desk.plant.tag("L1.case_packer", Signal.RATE)
    assert tag is not None
    bench.desk.values.series[tag.index] = np.arange(7200.0)
    bench.presenter.move_cursor(-0.5)
    assert bench.view.axis.cursor == "02:09:31"
    assert float(bench.view.strips[1].at_cursor.replace(",", "")) == pytest.approx(7199 - 299, abs=2)
    for _ in range(60):
        bench.presenter.move_cursor(-0.01)
    assert bench.view.axis.from_s <= bench.view.axis.cursor_s <= bench.view.axis.to_s
    assert not bench.view.axis.live
    bench.presenter.follow()
    assert bench.view.axis.live
    assert bench.view.axis.cursor == "02:14:31"


def test_the_mouse_points_within_the_window() -> None:
    bench = Bench()
    bench.presenter.point(0.0)
    assert bench.view.axis.cursor_s == bench.view.axis.from_s


def test_zooming_keeps_the_cursor_in_its_place() -> None:
    bench = Bench()
    bench.presenter.pan(-1)
    bench.presenter.point(bench.view.axis.from_s + 150)
    bench.presenter.zoom(-1)
    axis = bench.view.axis
    assert (axis.cursor_s - axis.from_s) / (axis.to_s - axis.from_s) == pytest.approx(0.25)


def test_a_live_picture_moves_on_once_a_second_at_most() -> None:
    bench = Bench()
    shown = len(bench.view.axes)
    for _ in range(8):
        bench.presenter.refresh()
    assert len(bench.view.axes) == shown
    bench.desk.pass_time(1)
    bench.presenter.refresh()
    assert len(bench.view.axes) == shown + 1


def test_unknown_refs_change_nothing() -> None:
    bench = Bench()
    before = bench.presenter.chosen
    for ref in ("machine/none", "line/none", "case/none", "tag/none", "lot/x", ""):
        bench.presenter.show(ref)
    assert bench.presenter.chosen == before


def test_what_the_screen_missed_is_drawn_from_the_history_that_got_it_afterwards() -> None:
    bench = Bench()
    tag = replace(bench.desk.plant.tags[0], history=True)
    whole, holed = np.arange(7200.0), np.arange(7200.0)
    holed[-60:-30] = np.nan
    now_s = bench.desk.now().timestamp()
    for series, kept, in_columns in ((whole, True, False), (holed, True, True), (holed, False, False)):
        bench.desk.values.series[tag.index] = series
        line = line_of(bench.desk.values, replace(tag, history=kept), TimeWindow(), now_s)
        assert bool(line.column_s) is in_columns
