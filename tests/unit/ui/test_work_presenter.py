"""What the work presenter shows and sends, over the night of the look's pictures."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from app.domain import events as e
from app.domain.commands import ProposeAssignment
from app.domain.lifecycles import PostingState
from app.domain.plant import Signal
from app.domain.posting import Posting
from app.domain.work import LotCount, OrderProgress
from tests.ui.desk import NOW, FakeDesk, at, night_desk
from tests.ui.shell import FakeShell
from ui.desk import Answer
from ui.models.rates import steady
from ui.text import Formats
from ui.views.work.lists import MOST_OUT, TREND_STEPS, lag_rows, posting_rows
from ui.views.work.presenter import WorkPresenter
from ui.views.work.rows import Fact, Grid, LagRow, LaneRow, ListRow, MoveSheet, OrderRow, Say, Sheet
from ui.views.work.truth import STATE_WORDS, erp_has_less, lot_truths, order_truth


class Shown:
    """A view that keeps what it was given."""

    def __init__(self) -> None:
        self.lanes: Sequence[LaneRow] = ()
        self.assignments: Sequence[ListRow] = ()
        self.postings: Sequence[ListRow] = ()
        self.lags: Sequence[LagRow] = ()
        self.sheet: Sheet | None = None
        self.move: MoveSheet | None = None
        self.selected: list[str] = []
        self.marked = ""
        self.times = 0

    def show_lanes(self, rows: Sequence[LaneRow]) -> None:
        self.lanes = rows
        self.times += 1

    def show_assignments(self, rows: Sequence[ListRow]) -> None:
        self.assignments = rows

    def show_postings(self, rows: Sequence[ListRow], lags: Sequence[LagRow]) -> None:
        self.postings, self.lags = rows, lags

    def show_sheet(self, sheet: Sheet | None) -> None:
        self.sheet = sheet

    def show_move(self, move: MoveSheet | None) -> None:
        self.move = move

    def select(self, ref: str) -> None:
        self.selected.append(ref)

    def mark(self, ref: str) -> None:
        self.marked = ref

    def order(self, number: str) -> OrderRow:
        return next(o for lane in self.lanes for o in lane.orders if o.number == number)


class Bench:
    """The presenter with its fakes."""

    def __init__(self, desk: FakeDesk | None = None) -> None:
        self.desk = desk or night_desk()
        self.view, self.shell = Shown(), FakeShell()
        self.presenter = WorkPresenter(self.view, self.desk, self.shell)
        self.presenter.refresh()


def texts(sheet: Sheet | MoveSheet | None) -> list[str]:
    assert sheet is not None
    return [b.text for b in sheet.blocks if isinstance(b, Say)]


# --- lanes ----------------------------------------------------------------------------------------------------------


def test_lanes_stand_in_the_order_of_the_plant_with_the_running_order_first() -> None:
    bench = Bench()
    assert [lane.name for lane in bench.view.lanes] == ["Line 1", "Line 2", "Line 3"]
    assert [o.number for o in bench.view.lanes[0].orders] == ["WO-10482", "WO-10483"]
    first = bench.view.lanes[0].orders[0]
    assert first.running
    assert first.count == "31,240 / 48,000"
    assert first.due == "due 06:00"


def test_an_order_on_a_broken_down_line_stands_and_says_until_when() -> None:
    bench = Bench()
    row = bench.view.order("WO-10479")
    assert row.outlook == "stands: late after 02:41"
    assert row.priority == 3
    assert bench.view.lanes[1].trouble == "L2 Filler aborted since 02:11"
    assert bench.view.lanes[1].priority == 1


def test_an_end_without_a_rate_to_tell_it_from_says_that_it_is_the_nominal_ones() -> None:
    desk = night_desk()
    desk.values.series[desk.set("L1.case_packer", Signal.RATE, 0.2).index] = np.array([0.2] * 25)
    row = Bench(desk).view.order("WO-10482")
    assert (row.outlook, row.priority) == ("ends 02:49 at nominal rate", 0)


def test_an_order_with_a_held_lot_is_marked_and_no_other() -> None:
    bench = Bench()
    held = [o.number for lane in bench.view.lanes for o in lane.orders if o.held]
    assert held == ["WO-10479"]


def test_it_begins_with_the_first_order_in_trouble_without_taking_the_keyboard() -> None:
    bench = Bench()
    assert bench.presenter.selected == bench.view.marked == "order/WO-10479"
    assert bench.view.selected == []


def test_a_queued_order_says_when_it_would_run_behind_the_others() -> None:
    row = Bench().view.order("WO-10483")
    assert row.outlook.startswith("02:5")
    assert row.plan_share is None
    assert row.pace == "queued"


def test_behind_a_standing_order_only_the_earliest_start_is_said() -> None:
    assert Bench().view.order("WO-10480").outlook == "not before 02:44"


def test_an_order_on_its_way_says_where_to() -> None:
    assert Bench().view.order("WO-10480").product == "→ Line 1, offered"


def test_the_order_on_the_controllers_runs_even_before_anything_was_counted() -> None:
    bench = Bench()
    bench.desk.set("L1.filler", Signal.ORDER, "WO-10483")
    bench.desk.pass_time(1)
    bench.presenter.refresh()
    assert [(o.number, o.running) for o in bench.view.lanes[0].orders] == [("WO-10483", True), ("WO-10482", False)]


def test_people_stand_at_their_lines_and_who_is_asked_to_come_is_marked() -> None:
    bench = Bench()
    proposed = e.AssignmentProposed(
        assignment_id="p1", subject=e.Subject.PERSON, subject_id="silva", from_line="L2", to_line="L3", reason="help"
    )
    bench.desk.record(proposed, person="okafor")
    bench.desk.record(e.AssignmentOffered(assignment_id="p1", people=("silva",), accept_by=NOW))
    bench.presenter.refresh()
    assert [p.text for p in bench.view.lanes[1].people] == ["R. Silva"]
    assert [(p.text, p.offered) for p in bench.view.lanes[2].people] == [("D. Kaya", False), ("R. Silva, asked", True)]


def test_a_silent_controller_gives_no_rate_instead_of_a_stop() -> None:
    bench = Bench()
    bench.desk.lose("C-L3-5", at("02:14:20"))
    bench.desk.pass_time(30)
    bench.presenter.refresh()
    assert bench.view.lanes[2].rate == "rate not known, nominal 300 /min"
    assert bench.view.order("WO-10491").outlook.startswith("ends ")


def test_nothing_is_shown_again_within_a_second_in_which_nothing_changed() -> None:
    bench = Bench()
    bench.presenter.refresh()
    assert bench.view.times == 1
    bench.desk.record(e.AssignmentWithdrawn(assignment_id="a1"))
    bench.presenter.refresh()
    assert bench.view.times == 2


def test_a_present_rate_is_a_mean_and_a_standstill_is_seen_within_seconds() -> None:
    wavering = np.array([400.0, 500.0] * 30)
    assert steady(wavering, 400.0) == 450
    assert steady(np.append(wavering, np.zeros(10)), 0.0) == 0
    assert steady(np.array([np.nan, np.nan]), 123.0) == 123
    assert math.isnan(steady(np.array([]), math.nan))


# --- the three truths -----------------------------------------------------------------------------------------------


def posting(key: str, lot: str, good: int, state: PostingState, minutes: float = 0) -> Posting:
    confirmed = state is PostingState.CONFIRMED
    return Posting(
        id=key,
        version=1,
        seq=int(key[1:]),
        state=state,
        command_kind="confirm_production",
        command={"order": "WO-10482", "lot": lot, "good": str(good), "scrap": "0"},
        lane="order/WO-10482",
        subject="WO-10482",
        cause="",
        occurred_at=NOW - timedelta(minutes=minutes),
        queued_at=NOW,
        confirmed_at=NOW if confirmed else None,
        refs={"document": "4711"} if confirmed else {},
    )


def progress(*lots: tuple[str, int], confirmed: int) -> OrderProgress:
    rows = tuple(
        LotCount(lot=lot, good=Decimal(good), scrap=Decimal(0), first=1, last=2, from_at=at("01:00"), to_at=NOW)
        for lot, good in lots
    )
    return OrderProgress(
        id="WO-10482",
        version=1,
        line="L1",
        counted_good=sum((row.good for row in rows), Decimal(0)),
        confirmed_good=Decimal(confirmed),
        confirmed_at=at("02:00"),
        lots=rows,
    )


def test_floor_confirmed_and_posted_are_told_apart_per_lot() -> None:
    postings = (
        posting("p1", "A", 6000, PostingState.CONFIRMED),
        posting("p2", "B", 4000, PostingState.REJECTED, minutes=9),
    )
    rows = lot_truths(progress(("A", 6000), ("B", 5200), confirmed=10_000), postings)
    assert [(r.lot, r.truth.floor, r.truth.confirmed, r.truth.posted, r.truth.missing) for r in rows] == [
        ("A", 6000, 6000, 6000, 0),
        ("B", 5200, 4000, 0, 5200),
    ]
    assert [(r.document, r.truth.oldest_at) for r in rows] == [("4711", None), ("", NOW - timedelta(minutes=9))]


def test_what_somebody_took_back_in_the_erp_is_told() -> None:
    order = night_desk().reference.orders["WO-10482"]
    postings = (posting("p1", "A", 100, PostingState.CONFIRMED),)
    later = NOW + timedelta(seconds=20)
    assert erp_has_less(replace(order, good=Decimal(90)), postings, later) == 10
    assert erp_has_less(replace(order, good=Decimal(90)), postings, NOW - timedelta(seconds=1)) == 0
    assert erp_has_less(replace(order, good=Decimal(0)), postings, later) == 0
    assert erp_has_less(replace(order, good=Decimal(120)), postings, later) == 0


def test_the_oldest_unposted_item_is_a_posting_or_units_that_nobody_confirmed() -> None:
    order = night_desk().reference.orders["WO-10482"]
    waiting = (posting("p1", "A", 10, PostingState.PENDING, minutes=30),)
    assert order_truth(order, progress(("A", 10), confirmed=10), waiting).oldest_at == NOW - timedelta(minutes=30)
    assert order_truth(order, progress(("A", 30), confirmed=10), ()).oldest_at == at("02:00")
    assert order_truth(order, progress(("A", 10), confirmed=10), ()).oldest_at is None


def test_what_the_erp_had_before_is_not_missing_on_the_floor() -> None:
    order = replace(night_desk().reference.orders["WO-10482"], good=Decimal(7000))
    truth = order_truth(order, None, ())
    assert (truth.floor, truth.posted, truth.missing) == (7000, 7000, 0)


@pytest.mark.parametrize("state", list(PostingState))
def test_every_state_of_a_posting_has_its_words(state: PostingState) -> None:
    assert STATE_WORDS[state][0]


def test_postings_that_need_a_person_come_first_with_the_erps_words() -> None:
    bench = Bench()
    first = bench.view.postings[0]
    assert first.key == "posting/p2"
    assert first.priority == 3
    assert first.cells[2][0] == "Lot 4466 is not open"
    assert [row.key for row in bench.view.postings][-1] == "posting/p1"


def test_of_a_backlog_the_first_are_shown_and_the_others_counted() -> None:
    rows = [posting(f"p{n}", "A", 1, PostingState.PENDING) for n in range(1, 4_001)]
    stuck = replace(rows[-1], state=PostingState.REJECTED)
    shown = posting_rows(night_desk().plant, [*rows[:-1], stuck], NOW, Formats("UTC"))
    assert shown[0].key == "posting/p4000"
    assert len(shown) == MOST_OUT + 1
    assert shown[-1].cells[0][0] == "3,900 more wait"


def test_while_a_backlog_drains_one_panel_follows_the_other_until_all_of_them_stand() -> None:
    desk = night_desk()
    for number in range(MOST_OUT + 1):
        row = replace(posting(f"b{number}", "A", 1, PostingState.PENDING), seq=1_000 + number)
        desk.model.put(f"posting/{row.id}", row)
    desk.model.seq += 1
    bench = Bench(desk)
    shown = []
    for _ in range(8):
        bench.presenter.follow()
        shown.append((bool(bench.view.lanes), bool(bench.view.postings), bench.view.sheet is not None))
    assert len(set(shown)) > 2, "not all of them at once"
    assert shown[-1] == (True, True, True)
    assert bench.view.postings[-2].cells[0][0].endswith("more wait")


def test_the_posting_lag_is_said_by_kind() -> None:
    rows = [posting(f"p{n}", "A", 1, PostingState.CONFIRMED, minutes=n / 60) for n in range(1, 101)]
    [row] = lag_rows(rows, NOW - timedelta(hours=1), NOW)
    assert (row.text, row.bad) == ("production 50 s / 1 min 35 s (100)", False)
    assert (len(row.trend), row.trend[-1]) == (TREND_STEPS, 95.0)
    assert all(math.isnan(value) for value in row.trend[:-1])
    assert lag_rows([], NOW - timedelta(hours=1), NOW) == ()


def test_a_posting_lag_beyond_its_target_is_marked_and_only_the_shifts_count() -> None:
    late = posting("p1", "A", 1, PostingState.CONFIRMED, minutes=6)
    [row] = lag_rows([late], NOW - timedelta(hours=1), NOW)
    assert (row.text, row.bad) == ("production 6 min / 6 min (1)", True)
    assert lag_rows([late], NOW + timedelta(seconds=1), NOW + timedelta(hours=1)) == ()


# --- the side panel -------------------------------------------------------------------------------------------------


def test_an_orders_sheet_shows_its_lots_and_marks_the_held_ones() -> None:
    bench = Bench()
    bench.presenter.show("order/WO-10479")
    sheet = bench.view.sheet
    assert sheet is not None
    assert sheet.held
    grid = next(b for b in sheet.blocks if isinstance(b, Grid))
    assert [row[0] for row in grid.rows] == ["Order", "4471-B", "4471-C"]
    assert grid.held == {1, 2}
    assert bench.view.selected == ["order/WO-10479"]


def test_the_keys_are_those_that_apply_to_this_person() -> None:
    bench = Bench()
    bench.presenter.show("order/WO-10479")
    assert bench.view.sheet is not None
    assert {"order.confirm", "order.reassign"} <= {k.action for k in bench.view.sheet.keys}
    bench.desk.person = bench.desk.plant.people["silva"]
    bench.presenter.refresh()
    assert "order.reassign" not in {k.action for k in bench.view.sheet.keys}


def test_an_assignments_sheet_says_what_was_known_to_break() -> None:
    bench = Bench()
    bench.presenter.show("assignment/a1")
    assert "WO-10483 ends 37 min later." in texts(bench.view.sheet)


def test_foreign_words_are_made_safe() -> None:
    bench = Bench()
    bench.desk.record(e.PostingSent(key="p3", attempt=1))
    bench.desk.record(e.PostingParked(key="p3", words="\u202eevil\x07"))
    bench.presenter.show("posting/p3")
    assert "⟨U+202E⟩evil⟨U+0007⟩" in texts(bench.view.sheet)


def test_a_line_leads_to_its_running_order_and_unknown_refs_change_nothing() -> None:
    bench = Bench()
    bench.presenter.show("line/L2")
    assert bench.presenter.selected == "order/WO-10479"
    for ref in ("order/none", "line/none", "case/c1", ""):
        bench.presenter.show(ref)
    assert bench.presenter.selected == "order/WO-10479"


# --- moving ---------------------------------------------------------------------------------------------------------


def test_a_move_shows_what_it_breaks_before_anything_is_sent() -> None:
    bench = Bench()
    bench.presenter.begin_move("order/WO-10479")
    assert bench.view.move is not None
    assert [line for line, _ in bench.view.move.lines] == ["L1", "L3"]
    assert bench.view.move.line == ""
    bench.presenter.choose_line("L3")
    assert any("min after it is due" in text for text in texts(bench.view.move))
    assert bench.desk.sent == []


def test_a_confirmed_move_carries_its_reason_and_what_it_breaks_and_the_breakdown_it_gets_away_from() -> None:
    bench = Bench()
    bench.presenter.begin_move("order/WO-10479")
    bench.presenter.choose_line("L3")
    shown = texts(bench.view.move)
    bench.presenter.confirm_move("  filler is down ")
    (command,) = bench.desk.sent
    assert isinstance(command, ProposeAssignment)
    assert (command.subject_id, command.to_line, command.reason) == ("WO-10479", "L3", "filler is down")
    assert command.case_id == "c1"
    assert list(command.breaks) == shown
    assert bench.view.move is None


def test_a_move_without_line_or_reason_is_not_sent() -> None:
    bench = Bench()
    bench.presenter.begin_move("order/WO-10479")
    bench.presenter.confirm_move("why")
    bench.presenter.choose_line("L1")
    bench.presenter.confirm_move("   ")
    assert bench.desk.sent == []
    assert len(bench.shell.said) == 2


def test_a_refused_move_stays_open_and_says_why() -> None:
    bench = Bench()
    bench.desk.answer = Answer(ok=False, message="A move of it is on its way.", todo="Withdraw that one first.")
    bench.presenter.begin_move("order/WO-10479")
    bench.presenter.choose_line("L1")
    bench.presenter.confirm_move("why")
    assert bench.view.move is not None
    assert bench.shell.said[-1] == ("A move of it is on its way. Withdraw that one first.", True)


def test_who_may_not_move_anything_is_told_so() -> None:
    bench = Bench()
    bench.desk.person = bench.desk.plant.people["silva"]
    bench.presenter.begin_move("order/WO-10479")
    assert bench.view.move is None
    assert bench.shell.said[-1][1]


def test_a_person_is_moved_the_same_way() -> None:
    bench = Bench()
    bench.presenter.show("move/person/silva")
    assert bench.view.move is not None
    assert bench.view.move.title == "Move R. Silva"
    bench.presenter.choose_line("L1")
    assert "Line 2 is left without anybody on it." in texts(bench.view.move)


def test_selecting_something_else_gives_a_move_up() -> None:
    bench = Bench()
    bench.presenter.begin_move("order/WO-10479")
    bench.presenter.select("order/WO-10482")
    assert bench.view.move is None


def test_an_offer_that_nobody_answered_in_time_is_marked() -> None:
    bench = Bench()
    bench.desk.pass_time(600)
    bench.presenter.refresh()
    (row,) = bench.view.assignments
    assert row.priority == 3
    assert row.cells[2][0] == "offered, no answer"


def test_a_confirmation_is_asked_of_the_window() -> None:
    bench = Bench()
    bench.presenter.show("order/WO-10479")
    bench.presenter.act("order.confirm")
    assert bench.shell.acted == [("order.confirm", "order/WO-10479")]


def test_an_empty_plant_of_orders_shows_empty_lanes() -> None:
    bench = Bench(FakeDesk())
    assert all(lane.orders == () for lane in bench.view.lanes)
    assert bench.view.sheet is None


def test_facts_of_a_sheet_have_labels() -> None:
    bench = Bench()
    for ref in ("order/WO-10482", "person/weiss", "assignment/a1", "posting/p2"):
        bench.presenter.show(ref)
        assert bench.view.sheet is not None
        assert all(b.label and b.value for b in bench.view.sheet.blocks if isinstance(b, Fact))
