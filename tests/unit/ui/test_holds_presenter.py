from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from app.domain import events as e
from app.domain.commands import Command, PlaceHold
from app.domain.erp import Reference, StockLevel
from app.domain.lifecycles import HoldState
from app.domain.plant import Signal
from app.domain.reading import NOTHING
from app.domain.status import Health, PartStatus
from app.readmodel import hold_fold, model
from tests.ui.desk import NOW, FakeDesk, at, opened
from tests.ui.shell import FakeShell
from tests.ui.views.night import hold_night, second_hold
from ui.desk import Answer
from ui.views.holds.detail import SENTENCES, STEPS
from ui.views.holds.draft import serial
from ui.views.holds.placer import REASONS
from ui.views.holds.presenter import HoldsPresenter
from ui.views.holds.rows import FilterChip, HoldDetail, HoldItem, PlacePanel, Start


class FakeView:
    """Keeps what it was last told."""

    def __init__(self) -> None:
        self.chips: Sequence[FilterChip] = ()
        self.items: Sequence[HoldItem] = ()
        self.selected = ""
        self.detail: HoldDetail | None = None
        self.start: Start | None = None
        self.last: PlacePanel | None = None
        self.calls: list[str] = []

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        self.chips = chips

    def set_holds(self, items: Sequence[HoldItem], selected: str) -> None:
        self.items, self.selected = items, selected
        self.calls.append("list")

    def set_detail(self, detail: HoldDetail | None) -> None:
        self.detail = detail
        self.calls.append("detail")

    def set_search(self, words: str) -> None:
        self.calls.append(f"search {words}")

    def set_now(self, now: datetime) -> None:
        self.calls.append("now")

    def open_panel(self, start: Start) -> None:
        self.start = start

    def set_panel(self, panel: PlacePanel) -> None:
        self.last = panel

    def close_panel(self) -> None:
        self.start = None

    @property
    def keys(self) -> list[str]:
        return [item.key.removeprefix("hold/") for item in self.items]

    @property
    def shown(self) -> HoldDetail:
        assert self.detail is not None
        return self.detail

    @property
    def panel(self) -> PlacePanel:
        assert self.start is not None
        assert self.last is not None
        return self.last


class SlowDesk(FakeDesk):
    """Answers when it is told to, as a disk does."""

    waiting: list[Callable[[Answer], None] | None]

    def send(self, command: Command, done: Callable[[Answer], None] | None = None) -> None:
        self.sent.append(command)
        self.waiting.append(done)

    def reply(self, answer: Answer) -> None:
        done = self.waiting.pop(0)
        assert done is not None
        done(answer)


class Rig:
    def __init__(self, desk: FakeDesk | None = None, person: str = "brandt") -> None:
        self.desk = desk or hold_night()
        self.desk.person = self.desk.plant.people[person]
        self.view, self.shell = FakeView(), FakeShell()
        self.presenter = HoldsPresenter(self.view, self.desk, self.shell)
        self.placer = self.presenter.placer
        self.presenter.refresh()

    def reasoned(self, ref: str) -> None:
        """Start a hold and give its reason."""
        self.presenter.show(ref)
        self.placer.choose_reason("underfill")
        self.placer.say_reason("Two checks under 325 ml")

    @property
    def placed(self) -> PlaceHold:
        (command,) = self.desk.sent
        assert isinstance(command, PlaceHold)
        return command


@pytest.fixture
def rig() -> Rig:
    return Rig()


def slow() -> SlowDesk:
    desk = hold_night()
    desk.__class__ = SlowDesk
    assert isinstance(desk, SlowDesk)
    desk.waiting = []
    return desk


# --- list and detail ------------------------------------------------------------------------------------------------


def test_the_list_tells_state_lots_units_reason_and_who(rig: Rig) -> None:
    row = rig.view.items[0].row
    assert (row.lots, row.units, row.state) == ("4471-B, 4471-C", "1,152", "Under review")
    assert (row.reason, row.reason_detail) == ("Underfill", "Two checks under 325 ml at 01:56 and 02:04")
    assert (row.placed, row.placed_detail, row.since) == ("A. Brandt", "22 Nov 02:05", at("02:05"))


def test_a_lot_with_several_holds_says_so_in_each_of_them(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.refresh()
    assert [item.row.lots_detail for item in rig.view.items] == ["4471-B: 2 holds", "4471-B: 2 holds"]


def test_filters_count_and_the_open_hold_keeps_its_place(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.refresh()
    assert {c.id: c.count for c in rig.view.chips} == {
        "open": 2, "placed": 1, "review": 1, "disposed": 0, "released": 0,
    }  # fmt: skip
    rig.presenter.choose_filter("placed")
    assert rig.view.keys == ["h1", "h2"]
    rig.presenter.pick("hold/h2")
    assert rig.view.keys == ["h2"]
    rig.presenter.search("skewed")
    assert rig.view.keys == ["h2"]


def test_the_steps_say_who_took_each_and_when(rig: Rig) -> None:
    steps = rig.view.shown.steps
    assert [s.text for s in steps] == ["Placed", "Under review", "Disposition", "Released"]
    assert [s.text for s in steps if s.done] == ["Placed"]
    assert [s.text for s in steps if s.now] == ["Under review"]
    assert [s.detail for s in steps] == ["A. Brandt 02:05", "A. Brandt 02:07", "", ""]
    assert [state for state, _ in STEPS] == list(HoldState)


def test_steps_are_enabled_from_the_lifecycle_and_the_role(rig: Rig) -> None:
    def enabled() -> list[str]:
        rig.presenter.refresh()
        return [k.action for k in rig.view.shown.keys if k.enabled]

    assert enabled() == ["hold.dispose"]
    rig.desk.record(e.HoldDispositioned(hold_id="h1", disposition=e.Disposition.SORT), person="brandt")
    assert "hold.release" in enabled()
    assert "hold.dispose" not in enabled()
    rig.desk.person = rig.desk.plant.people["silva"]
    assert enabled() == []


def test_a_release_names_what_it_frees_and_what_stays_held(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.refresh()
    assert [(r.text, r.detail, r.bad) for r in rig.view.shown.release] == [
        ("lot 4471-B stays held by 1 other hold", "Label", True),
        ("lot 4471-C becomes free", "", False),
    ]
    second_hold(rig.desk, "h3")
    rig.presenter.refresh()
    assert rig.view.shown.release[0].text == "lot 4471-B stays held by 2 other holds"


def test_a_hold_that_gave_way_to_another_gives_it_its_reason_too(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.refresh()
    rig.desk.model.remove("hold/h2")
    second_hold(rig.desk, "h3", reason="seal")
    rig.presenter.refresh()
    assert [r.detail for r in rig.view.shown.release] == ["Seal", ""]


def test_a_released_hold_frees_nothing_more_and_its_age_stands(rig: Rig) -> None:
    rig.desk.record(e.HoldDispositioned(hold_id="h1", disposition=e.Disposition.RELEASE), person="brandt")
    rig.desk.record(e.HoldReleased(hold_id="h1", seen_version=3, note="checked"), person="brandt")
    rig.presenter.refresh()
    shown = rig.view.shown
    assert shown.release == ()
    assert (shown.since, shown.age) == (None, "9 min 31 s")
    assert shown.timeline[-1].text == "A. Brandt released it: “checked”"
    assert all(step.done for step in shown.steps)


@pytest.mark.parametrize(
    ("event", "said", "bad"),
    [
        (None, "hold waits for the ERP | ", False),
        (e.PostingOutcomeLost(key="k", words="no answer"), "hold sent | no answer yet", False),
        (e.PostingRejected(key="k", words="Lot is not open"), "hold rejected | “Lot is not open”", True),
        (e.PostingParked(key="k", words="Which location?"), "hold parked | “Which location?”", True),
        (e.PostingConfirmed(key="k"), "hold confirmed | 41 s after the floor", False),
    ],
)
def test_each_lot_tells_how_its_posting_stands(rig: Rig, event: e.Event | None, said: str, bad: bool) -> None:
    rig.desk.record(
        e.PostingQueued(
            key="k", command_kind="set_lot_status", command={"lot": "4471-B", "status": "hold"}, lane="lot/4471-B",
            subject="4471-B on hold", cause="hold/h1", occurred_at=NOW,
        )
    )  # fmt: skip
    if event is not None:
        rig.desk.record(e.PostingSent(key="k", attempt=1))
        rig.desk.record(event, when=NOW + timedelta(seconds=41))
    rig.presenter.refresh()
    first, second = rig.view.shown.lots
    assert (f"{first.erp} | {first.erp_detail}", first.erp_bad) == (said, bad)
    assert second.erp == "nothing posted"


def test_a_lot_is_told_as_floor_and_lineside_have_it(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.refresh()
    first, second = rig.view.shown.lots
    assert (first.floor, first.lineside) == ("5,980 good, 20 scrap", "on hold · 1 other hold")
    assert (first.units, first.quantity) == ("21,206 – 22,017", "812")
    assert second.lineside == "on hold"


def test_every_event_of_a_hold_has_its_sentence() -> None:
    folded = {event.__name__ for event in hold_fold.EVOLVE if issubclass(event, e.HoldEvent)}
    assert folded == set(SENTENCES)


def test_nothing_is_rebuilt_while_nothing_changed(rig: Rig) -> None:
    rig.presenter.refresh()
    rig.view.calls.clear()
    rig.desk.pass_time(2)
    rig.presenter.refresh()
    assert rig.view.calls == ["now"]


def test_the_case_of_a_hold_is_one_press_away(rig: Rig) -> None:
    rig.presenter.go(rig.view.shown.case_ref)
    rig.presenter.act("hold.dispose")
    assert rig.shell.gone == ["case/c7"]
    assert rig.shell.acted == [("hold.dispose", "hold/h1")]


def test_showing_a_held_lot_opens_its_newest_hold_and_a_free_one_starts_a_hold(rig: Rig) -> None:
    second_hold(rig.desk)
    rig.presenter.show("lot/4471-B")
    assert rig.presenter.selected == "hold/h2"
    rig.presenter.show("lot/4480-A")
    assert rig.view.start is not None
    assert rig.view.start.lot == "4480-A"
    assert rig.presenter.selected == "", "no key acts behind the panel"


@pytest.mark.parametrize("ref", ["hold/none", "case/none", "machine/none", "order/none", "person/okafor", ""])
def test_an_unknown_ref_changes_nothing(rig: Rig, ref: str) -> None:
    rig.presenter.show(ref)
    assert rig.view.start is None
    assert rig.presenter.selected == "hold/h1"


# --- placing by window ----------------------------------------------------------------------------------------------


def test_a_hold_from_a_case_is_prefilled_from_the_last_good_check_to_the_event(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    panel = rig.view.panel
    assert panel.origin == "from case “L2 Filler aborted”"
    assert panel.scale is not None
    assert (panel.scale.from_at, panel.scale.to_at) == (at("01:38"), at("02:11:43.218"))
    assert panel.scale.from_text == "01:38:00 last good check (331 ml)"
    assert panel.scale.to_text == "02:11:43 L2 Filler aborted"
    assert [(r.lot, r.units, r.quantity) for r in panel.held] == [
        ("4471-B", "21,206 – 22,017", "812"), ("4471-C", "22,018 – 22,357", "340"),
    ]  # fmt: skip
    assert panel.button == "Hold 1,152 units"
    assert panel.doubt == ""


def test_the_panel_tells_where_the_suspect_units_are(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    assert [(b.name, b.behind) for b in rig.view.panel.boxes] == [
        ("Filler", "36"), ("Capper", "48"), ("Labeller", "22"), ("Case packer", "216"), ("Palletiser", "830"),
        ("Past the line", ""),
    ]  # fmt: skip
    assert rig.view.panel.held[1].where == "18 past the palletiser · 322 on the line"


def test_a_machine_that_is_not_heard_is_said_to_be_unknown(rig: Rig) -> None:
    tag = rig.desk.plant.tag("L2.case_packer", Signal.CONSUMED)
    assert tag is not None
    rig.desk.values.rows[tag.index] = NOTHING
    rig.presenter.show("case/c1")
    boxes = {b.name: b for b in rig.view.panel.boxes}
    assert not boxes["Palletiser"].known
    assert boxes["Labeller"].behind == "1,068 here or further"
    assert "not known where" in rig.view.panel.held[0].where


def test_a_counter_that_started_anew_tells_nothing_of_what_lies_before_a_machine(rig: Rig) -> None:
    tag = rig.desk.plant.tag("L2.case_packer", Signal.CONSUMED)
    assert tag is not None
    rig.desk.values.series[tag.index] = rig.desk.values.series[tag.index] % 1_000
    rig.presenter.show("case/c1")
    assert not {b.name: b for b in rig.view.panel.boxes}["Case packer"].known


def test_a_machine_that_counts_cases_has_its_lots_held_whole(rig: Rig) -> None:
    rig.presenter.show("case/c7")
    assert [(r.lot, r.units, r.quantity) for r in rig.view.panel.held] == [
        ("4471-B", "whole lot", "6,000"), ("4471-C", "whole lot", "340"),
    ]  # fmt: skip
    assert rig.view.panel.held[0].promised == "Nordmarkt 06:15"
    assert "held whole" in rig.view.panel.doubt


def test_the_checks_stand_on_the_window(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    assert rig.view.panel.scale is not None
    assert [(d.text, d.passed) for d in rig.view.panel.scale.dots] == [
        ("01:38 331 ml", True), ("01:56 324 ml", False), ("02:04 323 ml", False),
    ]  # fmt: skip


def test_dragging_an_end_changes_exactly_what_is_held(rig: Rig) -> None:
    rig.reasoned("case/c1")
    rig.placer.move(True, at("02:05"))
    assert [r.lot for r in rig.view.panel.held] == ["4471-C"]
    rig.placer.move(False, at("02:04"))
    assert rig.placer.draft is not None
    window = rig.placer.draft.window
    assert window is not None
    assert window.to_at == at("02:05") + timedelta(seconds=1), "the ends never cross"
    assert rig.view.panel.scale is not None
    assert rig.view.panel.scale.from_text == "02:05:00"


def test_keys_move_an_end_finely_and_coarsely_and_never_out_of_the_span(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    rig.placer.nudge(True, 1, False)
    rig.placer.nudge(True, 2, True)
    assert rig.view.panel.scale is not None
    assert rig.view.panel.scale.from_at == at("01:40:05")
    rig.placer.nudge(True, -500, True)
    assert rig.view.panel.scale.from_at == rig.view.panel.scale.start_at


def test_a_window_without_counts_holds_whole_lots_and_says_why(rig: Rig) -> None:
    tag = rig.desk.plant.tag("L2.filler", Signal.UNIT_SERIAL)
    assert tag is not None
    rig.desk.values.rows[tag.index] = NOTHING
    rig.desk.values.series.clear()
    row = model.progress(rig.desk.view, "WO-10479")
    assert row is not None
    rig.desk.model.put("order/WO-10479", replace(row, machine="L2.case_packer"))
    for check in model.checks(rig.desk.view):
        rig.desk.model.put(f"check/{check.id}", replace(check, serial=None))
    rig.presenter.show("case/c1")
    assert [r.lot for r in rig.view.panel.held] == ["4471-B", "4471-C"]
    assert "held whole" in rig.view.panel.doubt


def effects_of(rig: Rig) -> dict[str, str]:
    rig.presenter.show("case/c1")
    return {row.who: row.what for row in rig.view.panel.effects}


def test_it_says_which_customers_fall_short_and_from_which_lot_they_could_be_served(rig: Rig) -> None:
    reference = rig.desk.reference
    rig.desk.reference = replace(
        reference,
        orders={number: replace(order, state="done") for number, order in reference.orders.items()},
        lots={**reference.lots, "4469-A": replace(reference.lots["4471-B"], number="4469-A", quantity=Decimal(500))},
        stock=(StockLevel(product="L-033", location="dock 2", quantity=Decimal(11_952), unit="bottles"),),
    )
    assert "none short" in effects_of(rig)["Customers of Lemon 0.33 l"], "h1 binds the same units already"
    released = model.hold(rig.desk.view, "h1")
    assert released is not None
    rig.desk.model.put("hold/h1", replace(released, state=HoldState.CLOSED))
    rig.desk.reference = replace(
        rig.desk.reference, stock=(replace(rig.desk.reference.stock[0], quantity=Decimal(10_800)),)
    )
    effects = effects_of(rig)
    assert effects["Seehof Hotels, 08:30"] == "1,152 of 1,200 short"
    assert "Kiosk AG, 07:00" not in effects
    assert effects["Could come instead"] == "500 from 4469-A"


def test_customers_that_stay_served_are_told_too(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    effects = {row.who: row.what for row in rig.view.panel.effects}
    assert effects["Customers of Lemon 0.33 l"] == "none short by plan"
    assert effects["ERP"] == "2 lots to hold · posted at once"


def test_an_unreachable_erp_does_not_hinder_a_hold(rig: Rig) -> None:
    rig.desk.status = replace(rig.desk.status, erp=PartStatus(health=Health.DOWN))
    rig.reasoned("case/c1")
    effects = {row.who: row.what for row in rig.view.panel.effects}
    assert effects["ERP"] == "2 lots to hold · not reachable: posted when it answers"
    assert rig.view.panel.ready


def test_a_case_without_a_machine_asks_for_the_lot(rig: Rig) -> None:
    opened(rig.desk, "c9", kind="operator_report", priority=2, title="Quality doubt: store", when=NOW)
    rig.presenter.show("case/c9")
    assert rig.view.start is not None
    assert not rig.view.start.by_window
    rig.reasoned("case/c9")
    rig.placer.name_lot("4471-B")
    rig.placer.confirm()
    assert rig.placed.case_id == "c9"


def test_a_machine_can_be_held_back_to_its_last_good_check(rig: Rig) -> None:
    rig.presenter.show("machine/L2.filler")
    assert rig.view.panel.scale is not None
    assert (rig.view.panel.scale.from_at, rig.view.panel.scale.to_at) == (at("01:38"), NOW)
    rig.presenter.show("machine/L1.capper")
    assert rig.view.panel.scale.to_at - rig.view.panel.scale.from_at == timedelta(minutes=30)


# --- placing by lot -------------------------------------------------------------------------------------------------


def test_a_whole_lot_is_held_with_as_many_units_as_are_known(rig: Rig) -> None:
    rig.reasoned("new")
    rig.placer.name_lot("4471-B")
    assert rig.view.panel.button == "Hold 6,000 units"
    rig.placer.confirm()
    (units,) = rig.placed.units
    assert units == e.HeldUnits(lot="4471-B", product="L-033", quantity=Decimal(6000))
    assert rig.placed.from_at is None


def test_units_of_a_lot_are_named_by_first_and_last(rig: Rig) -> None:
    rig.reasoned("new")
    rig.placer.name_lot("4471-B")
    rig.placer.name_range(True, "21,300", "21 395")
    rig.placer.confirm()
    (units,) = rig.placed.units
    assert (units.first, units.last, units.quantity) == (21_300, 21_395, Decimal(96))


@pytest.mark.parametrize(
    ("lot", "by_range", "first", "last", "said"),
    [
        ("", False, "", "", "Which lot?"),
        ("9999-Z", False, "", "", "There is no lot 9999-Z here: check the number on the pallet label."),
        ("4471-B", True, "", "", "From which unit to which?"),
        ("4471-B", True, "x", "5", "From which unit to which?"),
        ("4471-B", True, "21400", "21300", "The first unit comes before the last."),
        ("4471-B", True, "1", "2", "Lot 4471-B has the units 16,018 to 22,017."),
    ],
)
def test_what_is_missing_is_said_in_a_sentence_and_nothing_is_sent(
    rig: Rig, lot: str, by_range: bool, first: str, last: str, said: str
) -> None:
    rig.reasoned("new")
    rig.placer.name_lot(lot)
    rig.placer.name_range(by_range, first, last)
    assert (rig.view.panel.missing, rig.view.panel.ready) == (said, False)
    rig.placer.confirm()
    assert rig.desk.sent == []
    assert rig.shell.said == [(said, True)]


def test_a_lot_of_unknown_quantity_can_be_held_all_the_same(rig: Rig) -> None:
    unknown = replace(rig.desk.reference.lots["4471-B"], number="BOT-1", quantity=Decimal(0))
    rig.desk.reference = Reference(lots={"BOT-1": unknown})
    rig.reasoned("new")
    rig.placer.name_lot("BOT-1")
    assert rig.view.panel.button == "Hold lot BOT-1"
    assert rig.view.panel.ready


def test_an_order_offers_its_newest_lot(rig: Rig) -> None:
    rig.presenter.show("order/WO-10479")
    assert rig.view.start is not None
    assert rig.view.start.lot == "4471-C"
    assert {c.lot for c in rig.view.start.lots} >= {"4471-B", "4471-C", "4480-A", "4466-A"}
    assert rig.view.start.lots[0].text.startswith(rig.view.start.lots[0].lot)


@pytest.mark.parametrize(
    ("text", "number"),
    [("21,206", 21_206), (" 7 ", 7), ("-1", None), ("1.5", None), ("²", None), ("9" * 16, None), ("", None)],
)
def test_people_write_unit_numbers_as_they_like(text: str, number: int | None) -> None:
    assert serial(text) == number


# --- reason, person, once -------------------------------------------------------------------------------------------


def test_a_reason_and_a_sentence_are_required(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    assert rig.view.panel.missing == "Choose a reason (1 – 5)."
    rig.placer.choose_reason("seal")
    assert rig.view.panel.missing == "Say in one sentence why."
    rig.placer.say_reason("  ")
    assert not rig.view.panel.ready
    rig.placer.say_reason("cap loose")
    assert rig.view.panel.ready


def test_reasons_are_those_of_the_plant_file_or_the_usual_five(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    assert rig.view.start is not None
    assert [code for code, _ in rig.view.start.reasons] == list(rig.desk.plant.hold_reasons)
    rig.desk.plant = replace(rig.desk.plant, hold_reasons={})
    rig.presenter.show("case/c1")
    assert dict(rig.view.start.reasons) == REASONS


def test_without_a_person_nothing_is_placed(rig: Rig) -> None:
    rig.desk.person = None
    rig.reasoned("case/c1")
    assert not rig.view.panel.ready
    rig.placer.confirm()
    assert rig.desk.sent == []
    assert rig.shell.said == [("Sign in first: a hold needs a person.", True)]


def test_the_command_says_what_the_panel_showed(rig: Rig) -> None:
    rig.reasoned("case/c1")
    rig.placer.confirm()
    sent = rig.placed
    assert [(u.lot, u.first, u.last, u.quantity, u.product) for u in sent.units] == [
        ("4471-B", 21_206, 22_017, Decimal(812), "L-033"), ("4471-C", 22_018, 22_357, Decimal(340), "L-033"),
    ]  # fmt: skip
    assert (sent.case_id, sent.machine, sent.line) == ("c1", "L2.filler", "L2")
    assert (sent.from_at, sent.to_at) == (at("01:38"), at("02:11:43.218"))
    assert (sent.reason_code, sent.reason) == ("underfill", "Two checks under 325 ml")


def test_striking_enter_twice_places_one_hold() -> None:
    desk = slow()
    rig = Rig(desk)
    rig.reasoned("case/c1")
    rig.placer.confirm()
    rig.placer.confirm()
    rig.placer.say_reason("something else")
    assert len(desk.sent) == 1
    assert rig.view.panel.busy
    rig.presenter.show("case/c1")
    rig.placer.confirm()
    desk.reply(Answer(ok=True, streams=("hold/h9",)))
    rig.placer.confirm()
    assert len(desk.sent) == 1
    assert rig.view.start is None
    assert rig.presenter.selected == "hold/h9"


def test_a_refused_hold_keeps_the_panel_and_can_be_sent_again() -> None:
    desk = slow()
    rig = Rig(desk)
    rig.reasoned("case/c1")
    rig.placer.confirm()
    desk.reply(Answer(ok=False, message="The disk is full.", todo="Free some space."))
    assert rig.shell.said == [("The disk is full. Free some space.", True)]
    assert rig.view.panel.ready
    rig.placer.confirm()
    assert len(desk.sent) == 2


def test_cancelling_holds_nothing_and_gives_the_list_back(rig: Rig) -> None:
    rig.reasoned("case/c1")
    rig.placer.cancel()
    rig.placer.confirm()
    assert rig.desk.sent == []
    assert rig.view.start is None
    assert rig.presenter.selected == "hold/h1"


def test_where_the_units_are_keeps_up_with_the_line_while_the_panel_is_open(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    rig.desk.pass_time(2)
    rig.desk.set("L2.capper", Signal.UNIT_SERIAL, 22_357.0)
    rig.presenter.refresh()
    assert rig.view.panel.boxes[0].behind == "0"
