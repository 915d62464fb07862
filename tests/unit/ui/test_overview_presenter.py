"""What the overview says of lines, machines, buffers and the shift. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from app.domain import events as e
from app.domain.packml import MachineState
from app.domain.plant import Signal
from tests.ui.desk import NOW, FakeDesk, at, night_desk, opened
from tests.ui.shell import FakeShell
from ui.models.orders import NO_ORDER
from ui.models.signals import thinned
from ui.views.overview.presenter import Presenter
from ui.views.overview.rows import LineRow, Ran, ShiftRow, TileRow
from ui.views.overview.shift import stretches


class FakeView:
    """Keeps what it was told."""

    def __init__(self) -> None:
        self.lines: list[LineRow] = []
        self.shift = ShiftRow(title="")
        self.shifts = 0
        self.selected = ""

    def set_lines(self, lines: Sequence[LineRow]) -> None:
        self.lines = list(lines)

    def set_shift(self, shift: ShiftRow) -> None:
        self.shift = shift
        self.shifts += 1

    def select(self, machine: str) -> None:
        self.selected = machine

    def tile(self, machine: str) -> TileRow:
        return next(tile for line in self.lines for tile in line.tiles if tile.key == machine)


def overview(desk: FakeDesk) -> tuple[FakeView, Presenter]:
    view = FakeView()
    presenter = Presenter(view, desk, FakeShell())
    presenter.refresh()
    return view, presenter


def test_a_running_machine_is_quiet() -> None:
    view, _ = overview(FakeDesk())
    tile = view.tile("L1.filler")
    assert (tile.state, tile.clock, tile.chip, tile.priority, tile.stale) == ("Execute", "", "", 0, "")
    assert (tile.value, tile.unit, tile.nominal) == ("462", "/min", "of 480")
    assert tile.low < 462 < tile.high < tile.top


def test_an_aborted_machine_says_why_since_when_and_who_comes() -> None:
    tile = overview(night_desk())[0].tile("L2.filler")
    assert tile.state == "Aborted · Torque limit valve block 3"
    assert (tile.priority, tile.clock, tile.chip, tile.chip_dashed) == (1, "2:47", "Weiss 02:22", False)
    assert tile.value == "0"


def test_blocked_and_starved_are_told_from_own_faults() -> None:
    view, _ = overview(night_desk())
    assert view.tile("L2.depalletiser").state == "Suspended · blocked"
    assert view.tile("L2.capper").state == "Suspended · starved"
    assert view.tile("L3.palletiser").state == "Idle · waiting pallet"


def test_a_slow_machine_says_so_and_counts_since_it_began() -> None:
    tile = overview(night_desk())[0].tile("L2.labeller")
    assert (tile.state, tile.clock, tile.rate) == ("Execute · slow", "6:20", 426.0)


def test_a_lost_controller_shows_no_value_at_all_but_still_who_has_it() -> None:
    tile = overview(night_desk())[0].tile("L3.labeller")
    assert tile.stale == "no data since 02:14:07"
    assert (tile.value, tile.rate, tile.state) == ("–", None, "–")
    assert (tile.chip, tile.chip_dashed) == ("Materials? 1:12", True)


def test_a_value_that_grows_old_turns_stale_within_three_seconds() -> None:
    desk = FakeDesk()
    view, presenter = overview(desk)
    desk._now += timedelta(seconds=3.5)
    presenter.refresh()
    assert view.tile("L1.filler").stale == "no data since 02:14:31"


def test_a_machine_that_was_never_heard_says_so() -> None:
    desk = FakeDesk()
    desk.values.rows.clear()
    assert overview(desk)[0].tile("L1.filler").stale == "no data yet"


def test_every_machine_that_works_on_a_held_lot_is_marked() -> None:
    view, _ = overview(night_desk())
    marked = {tile.key for line in view.lines for tile in line.tiles if tile.hold}
    assert marked == {"L2.filler", "L2.capper", "L2.labeller", "L2.case_packer"}
    assert [line.hold for line in view.lines] == [False, True, False]


def test_the_most_urgent_case_of_a_machine_is_the_one_shown() -> None:
    desk = FakeDesk()
    opened(
        desk,
        "x",
        kind="material_low",
        priority=3,
        title="low",
        when=at("02:00"),
        machine="L1.filler",
        accepted_by="kaya",
    )
    opened(
        desk,
        "y",
        kind="breakdown",
        priority=1,
        title="down",
        when=at("02:10"),
        machine="L1.filler",
        accepted_by="weiss",
    )
    tile = overview(desk)[0].tile("L1.filler")
    assert (tile.priority, tile.chip) == (1, "Weiss")


def test_a_broken_promise_is_said() -> None:
    desk = night_desk()
    desk.record(e.PromiseBroken(case_id="c1", task_id="c1-1", promised_at=at("02:22")))
    assert overview(desk)[0].tile("L2.filler").chip == "Weiss late 02:22"


def test_a_buffer_that_nobody_knows_is_not_shown_as_empty() -> None:
    view, _ = overview(night_desk())
    levels = [buffer.level for buffer in view.lines[2].buffers]
    assert levels == [3, 3, None, 3, 3]
    assert view.lines[1].buffers[0].level == 6


@pytest.mark.parametrize(
    ("line", "outlook", "priority"),
    [
        (0, "on plan, +18 min", 0),
        (1, "late if not back by 02:41, 27 min left", 3),
        (2, "on plan, +18 min", 0),
    ],
)
def test_a_line_says_how_its_order_stands(line: int, outlook: str, priority: int) -> None:
    order = overview(night_desk())[0].lines[line].order
    assert (order.outlook, order.priority) == (outlook, priority)


def rates(desk: FakeDesk, *per_min: float) -> None:
    """What the output of line 1 ran at in the last seconds."""
    desk.values.series[desk.set("L1.case_packer", Signal.RATE, per_min[-1]).index] = np.array(per_min)


def test_a_line_that_starts_up_is_not_told_to_be_late_until_its_rate_rests_on_a_minute() -> None:
    desk = night_desk()
    rates(desk, *[0.2] * 25)
    first = overview(desk)[0].lines[0].order
    rates(desk, *[0.2] * 60)
    later = overview(desk)[0].lines[0].order
    assert (first.outlook, first.priority) == ("on plan, +18 min, rate not known yet", 0)
    assert later.outlook.startswith("late by ")
    assert later.priority == 3


def test_a_slow_moment_does_not_make_a_line_late() -> None:
    desk = night_desk()
    rates(desk, *[38.0] * 118, 21.0, 0.4)
    assert overview(desk)[0].lines[0].order.outlook == "on plan, +18 min"


def test_without_a_rate_it_says_what_is_late_even_at_best() -> None:
    desk = night_desk()
    desk.lose("C-L1", at("02:14:07"))
    desk.pass_time(4 * 3600)
    order = overview(desk)[0].lines[0].order
    assert " even at nominal rate, ends " in order.outlook
    assert order.priority == 3


def test_a_line_header_has_order_item_quantity_and_due_time() -> None:
    order = overview(night_desk())[0].lines[1].order
    assert (order.number, order.item, order.quantity, order.due) == (
        "WO-10479", "Lemon 0.33 l", "18,802 / 36,000", "due 03:10",
    )  # fmt: skip
    assert order.done < (order.plan or 0)


def test_a_line_without_orders_has_none() -> None:
    assert overview(FakeDesk())[0].lines[0].order == NO_ORDER


def test_nothing_changes_while_nothing_happens() -> None:
    desk = night_desk()
    view, presenter = overview(desk)
    before = view.lines
    presenter.refresh()
    assert view.lines == before


def test_only_what_happened_changes() -> None:
    desk = FakeDesk()
    view, presenter = overview(desk)
    before = view.lines
    desk.set("L2.capper", Signal.RATE, 555.0)
    presenter.refresh()
    changed = [
        b.key
        for old, new in zip(before, view.lines, strict=True)
        for a, b in zip(old.tiles, new.tiles, strict=True)
        if a != b
    ]
    assert changed == ["L2.capper"]


def test_the_state_clock_begins_anew_with_each_state_only() -> None:
    desk = FakeDesk()
    view, presenter = overview(desk)
    desk.state("L1.capper", MachineState.HELD, NOW)
    presenter.refresh()
    desk.pass_time(65)
    desk.state("L1.capper", MachineState.HELD, desk.now())
    presenter.refresh()
    assert view.tile("L1.capper").clock == "1:05"


def test_the_shift_is_told_with_its_figures() -> None:
    shift = overview(night_desk())[0].shift
    assert shift.title == "Night 22:00 – 06:00"
    assert dict(shift.figures) == {
        "exceptions": "8",
        "still open": "7",
        "owned within 2 min": "86 %",
        "resolved p50": "7 min",
        "on hold": "1,152 units",
        "waiting for the ERP": "2",
        "evidence to change p50": "–",
    }


def test_a_line_is_coloured_where_it_stood_with_a_case() -> None:
    lines = {line.key: line for line in overview(night_desk())[0].shift.lines}
    last = lines["L2"].stretches[-1]
    assert (last.ran, last.priority) == (Ran.STOPPED, 1)
    assert [s.ran for s in lines["L3"].stretches] == [Ran.RAN]


def test_what_nobody_saw_of_the_shift_is_unknown_and_said() -> None:
    desk = FakeDesk()
    tag = desk.plant.tag("L1.filler", Signal.STATE)
    assert tag is not None
    seen = np.full(3600, 6.0)
    desk.values.series[tag.index] = np.concatenate((np.full(30_000, np.nan), seen))
    line = overview(desk)[0].shift.lines[0]
    assert [s.ran for s in line.stretches] == [Ran.UNKNOWN, Ran.RAN]
    assert line.coverage == "24 % seen"


def test_the_shift_is_looked_at_every_two_seconds_only() -> None:
    desk = FakeDesk()
    view, presenter = overview(desk)
    for _ in range(16):
        desk.pass_time(0.25)
        presenter.refresh()
    assert view.shifts == 3


def test_show_selects_machines_and_the_first_machine_of_a_line() -> None:
    view, presenter = overview(FakeDesk())
    presenter.show("machine/L2.capper")
    assert (view.selected, presenter.selected) == ("L2.capper", "machine/L2.capper")
    presenter.show("line/L3")
    assert view.selected == "L3.depalletiser"
    presenter.show("machine/none")
    presenter.show("nonsense")
    assert presenter.selected == "machine/L3.depalletiser"


def test_opening_goes_through_the_shell() -> None:
    shell = FakeShell()
    presenter = Presenter(FakeView(), FakeDesk(), shell)
    presenter.open_machine("L1.filler")
    presenter.open_line("L2")
    assert shell.gone == ["machine/L1.filler", "line/L2"]


def test_thinning_keeps_gaps_and_means() -> None:
    values = np.array([1, 3, np.nan, np.nan, 5, np.nan], dtype=float)
    assert np.array_equal(thinned(values, 3), [2, np.nan, 5], equal_nan=True)
    assert thinned(values, 10) is values


def test_minutes_become_stretches_of_the_whole_shift() -> None:
    minutes = np.array([1, 1, 4, 4], dtype=np.int8)
    parts = stretches(minutes, np.array([0, 0, 1, 1], dtype=np.int8), 8)
    assert [(p.start, p.end, p.ran, p.priority) for p in parts] == [
        (0, 0.25, Ran.RAN, 0),
        (0.25, 0.5, Ran.STOPPED, 1),
    ]
