"""What every view says while the shared store is away: what is stored here only, which lots may be held elsewhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from app.domain import events as e
from app.domain.presence import Presence
from tests.ui.desk import NOW, FakeDesk, at, night_desk
from tests.ui.views.night import hold_night
from tests.unit.ui.test_cases_presenter import Rig as CasesRig
from tests.unit.ui.test_handover_presenter import Bench as HandoverBench
from tests.unit.ui.test_holds_presenter import Rig as HoldsRig
from tests.unit.ui.test_line_and_machine_presenters import line_of, machine_of
from tests.unit.ui.test_work_presenter import Bench as WorkBench
from ui.views.work.rows import Say

DOUBT = "hold state unknown since 02:13"
AWAY = at("02:13:30")


def alone(*streams: str) -> FakeDesk:
    """The night, the shared store away for a minute."""
    desk = hold_night()
    desk.leave_alone(AWAY, *streams)
    return desk


def words(tags: object) -> list[str]:
    assert isinstance(tags, tuple)
    return [tag.text for tag in tags]


# --- lots that would pass for free ------------------------------------------------------------------------------------


def test_the_lot_picker_says_of_every_lot_that_is_not_held_here_that_it_may_be_elsewhere() -> None:
    rig = HoldsRig(alone())
    rig.presenter.new_hold()
    assert rig.view.start is not None
    texts = {choice.lot: choice.text for choice in rig.view.start.lots}
    assert texts["4480-A"].endswith(DOUBT)
    assert DOUBT not in texts["4471-B"]


def test_a_release_is_not_said_to_free_a_lot_that_may_be_held_elsewhere() -> None:
    rig = HoldsRig(alone())
    rig.presenter.show("hold/h1")
    assert any(DOUBT in line.text and line.bad for line in rig.view.shown.release)
    assert not any("becomes free" in line.text for line in rig.view.shown.release)


def test_placing_while_the_store_is_away_says_that_others_learn_of_it_later() -> None:
    rig = HoldsRig(alone())
    rig.reasoned("lot/4480-A")
    (effect,) = (row for row in rig.view.panel.effects if row.who == "Other stations")
    assert effect.bad
    assert "tag the pallets" in effect.what


def test_orders_whose_lots_are_not_held_here_carry_the_doubt_and_say_it_in_full() -> None:
    bench = WorkBench(alone())
    assert bench.view.order("WO-10482").doubt == DOUBT
    assert bench.view.order("WO-10479").doubt == ""
    bench.presenter.show("order/WO-10482")
    assert bench.view.sheet is not None
    assert Say(text=f"Its lots: {DOUBT}", priority=3) in bench.view.sheet.blocks


def test_the_line_says_it_of_lots_that_are_not_held_here() -> None:
    view, presenter = line_of(alone(), "line/L1")
    presenter.refresh()
    assert [lot.hold_words for lot in view.states[-1].lots] == [DOUBT]


def test_the_machine_does_not_say_that_nothing_is_held() -> None:
    view, presenter = machine_of(alone(), "machine/L1.filler")
    presenter.refresh()
    assert view.states[-1].doubt == DOUBT


def test_nothing_is_added_anywhere_while_all_is_shared() -> None:
    desk = hold_night()
    desk.join()
    rig, bench = HoldsRig(desk), WorkBench(desk)
    rig.presenter.new_hold()
    assert rig.view.start is not None
    assert not any("unknown" in choice.text for choice in rig.view.start.lots)
    assert not any(order.doubt or order.tags for lane in bench.view.lanes for order in lane.orders)


# --- stored here ------------------------------------------------------------------------------------------------------


def test_a_case_says_which_of_its_steps_are_only_stored_here() -> None:
    desk = alone("case/c3")
    desk.record(e.CaseAcknowledged(case_id="c3"), person="okafor", when=at("02:13:50"))
    rig = CasesRig(desk)
    rig.presenter.show("case/c3")
    item = next(item for item in rig.view.items if item.key == "case/c3")
    assert words(item.row.tags) == ["stored here"]
    assert "stored here, not shared yet" in [chip.text for chip in rig.view.shown.head.chips]
    assert [line.detail for line in rig.view.shown.timeline] == ["", "", "stored here"]


def test_a_case_that_became_shared_loses_the_mark() -> None:
    desk = alone("case/c3")
    rig = CasesRig(desk)
    desk.only_here.clear()
    rig.presenter.refresh()
    assert not any(item.row.tags for item in rig.view.items)


def test_a_hold_that_other_stations_do_not_know_of_warns_loudly_on_its_page() -> None:
    desk = alone("hold/h9")
    units = (e.HeldUnits(lot="4480-A", product="W-050", quantity=Decimal(40)),)
    event = e.HoldPlaced(hold_id="h9", units=units, reason_code="seal", reason="loose caps")
    desk.record(event, person="brandt", when=NOW - timedelta(seconds=31))
    rig = HoldsRig(desk)
    rig.presenter.show("hold/h9")
    assert "Other stations do not know of it: tag the pallets." in rig.view.shown.warning
    assert words(rig.view.shown.marks) == ["stored here"]
    assert rig.view.shown.timeline[0].detail == "stored here"
    assert words(next(item for item in rig.view.items if item.key == "hold/h9").row.tags) == ["stored here"]


def test_work_marks_orders_moves_and_postings() -> None:
    bench = WorkBench(alone("order/WO-10482", "assignment/a1", "posting/p1"))
    assert words(bench.view.order("WO-10482").tags) == ["stored here"]
    assert words(bench.view.assignments[0].tags) == ["stored here"]
    assert [row.key for row in bench.view.postings if row.tags] == ["posting/p1"]


def test_the_machine_marks_a_hold_that_is_only_stored_here() -> None:
    view, presenter = machine_of(alone("hold/h1"), "machine/L2.case_packer")
    presenter.refresh()
    assert [words(row.tags) for row in view.states[-1].holds if row.key == "h1"] == [["stored here"]]


def test_the_handover_says_that_it_is_only_stored_here() -> None:
    bench = HandoverBench()
    assert "stored here" not in bench.view.page.state
    bench.desk.leave_alone(AWAY, "handover/n1")
    bench.presenter.refresh()
    assert bench.view.page.state.endswith("stored here, not shared yet")


# --- who else is there ------------------------------------------------------------------------------------------------


def test_a_case_says_who_edits_it_first_and_who_looks_at_it() -> None:
    desk = night_desk()
    desk.met = [
        Presence(station="desk-2", person="brandt", ref="case/c1", editing=False, at=NOW),
        Presence(station="desk-3", person="silva", ref="case/c1", editing=True, at=NOW),
    ]
    rig = CasesRig(desk)
    assert words(rig.view.items[0].row.tags) == ["RS edits", "AB"]
    said = [chip.text for chip in rig.view.shown.head.chips]
    assert said[:2] == ["R. Silva is editing", "A. Brandt is looking at it"]
    desk.met = []
    rig.presenter.refresh()
    assert not rig.view.items[0].row.tags


def test_the_case_that_is_shown_is_selected_in_the_list() -> None:
    rig = CasesRig(night_desk())
    rig.presenter.show("case/c3")
    assert rig.view.selected == "case/c3"
