from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.domain import events as e
from app.domain.commands import AddNote
from app.domain.people import Function
from app.readmodel import case_fold
from tests.ui.desk import NOW, FakeDesk, at, opened
from tests.ui.shell import FakeShell
from tests.ui.views.night import hold_night
from ui.desk import Answer
from ui.text import Formats
from ui.views.cases import queue
from ui.views.cases.presenter import CasesPresenter
from ui.views.cases.rows import Detail, FilterChip, QueueItem
from ui.views.cases.wording import SENTENCES, TASKS

SILENT = {"MemberAdded", "CapsuleCompleted", "ImpactAssessed"}
"""Events that change a case without a line of their own in its timeline."""


class FakeView:
    """Keeps what it was last told, and how often."""

    def __init__(self) -> None:
        self.chips: Sequence[FilterChip] = ()
        self.items: Sequence[QueueItem] = ()
        self.selected = ""
        self.detail: Detail | None = None
        self.now: datetime | None = None
        self.noted: list[bool] = []
        self.calls: list[str] = []

    def set_filters(self, chips: Sequence[FilterChip]) -> None:
        self.chips = chips

    def set_queue(self, items: Sequence[QueueItem], selected: str) -> None:
        self.items, self.selected = items, selected
        self.calls.append("queue")

    def set_detail(self, detail: Detail | None) -> None:
        self.detail = detail
        self.calls.append("detail")

    def set_search(self, words: str) -> None:
        self.calls.append(f"search {words}")

    def set_now(self, now: datetime) -> None:
        self.now = now

    def set_noted(self, stored: bool) -> None:
        self.noted.append(stored)

    @property
    def keys(self) -> list[str]:
        return [item.key.removeprefix("case/") for item in self.items]

    @property
    def shown(self) -> Detail:
        assert self.detail is not None
        return self.detail


class Rig:
    def __init__(self, desk: FakeDesk) -> None:
        self.desk, self.view, self.shell = desk, FakeView(), FakeShell()
        self.presenter = CasesPresenter(self.view, desk, self.shell)
        self.presenter.refresh()

    def sit(self, person: str) -> None:
        self.desk.person = self.desk.plant.people[person]
        self.presenter.refresh()


@pytest.fixture
def rig() -> Rig:
    return Rig(hold_night())


# --- queue ----------------------------------------------------------------------------------------------------------


def test_the_most_urgent_and_then_the_oldest_case_stands_first_and_is_open(rig: Rig) -> None:
    assert rig.view.keys == ["c1", "c7", "c2", "c5", "c4", "burst", "c3", "c6"]
    assert rig.view.shown.ref == rig.presenter.selected == "case/c1"


def test_mine_and_unowned_leaves_out_what_somebody_else_has() -> None:
    desk = hold_night()
    desk.person = desk.plant.people["silva"]
    keys = Rig(desk).view.keys
    assert {"c2", "c5"} <= set(keys)
    assert {"c3", "c6"} <= set(keys), "nobody accepted these"
    assert "c4" not in keys


def test_a_filter_takes_its_cases_and_says_how_many(rig: Rig) -> None:
    rig.desk.record(e.CaseShelved(case_id="c6", until=NOW + timedelta(hours=1), reason="known"), person="okafor")
    rig.presenter.refresh()
    assert {c.id: c.count for c in rig.view.chips} == {
        "mine": 7, "open": 7, "quality": 1, "shelved": 1, "resolved": 5,
    }  # fmt: skip
    rig.presenter.choose_filter("shelved")
    assert rig.view.keys == ["c1", "c6"], "the open case stays until another is picked"
    rig.presenter.pick("case/c6")
    assert rig.view.keys == ["c6"]


def test_the_resolved_filter_shows_the_newest_first(rig: Rig) -> None:
    rig.presenter.show("case/old14")
    assert rig.view.keys == ["c0", "old14", "old02", "old27", "old05"]
    assert [c.id for c in rig.view.chips if c.chosen] == ["resolved"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [("label web", ["c2"]), ("L3 labeller", ["c3", "c6"]), ("wo-10479", ["c1"]), ("nothing like it", [])],
)
def test_the_text_filter_wants_every_word(rig: Rig, words: str, expected: list[str]) -> None:
    rig.presenter.search(words)
    assert [key for key in rig.view.keys if key != "c1" or "c1" in expected] == expected


def test_a_case_that_somebody_resolves_stays_under_the_hand_until_another_is_picked(rig: Rig) -> None:
    rig.presenter.pick("case/c2")
    rig.desk.record(e.CaseResolved(case_id="c2", cause="web", fix="spliced"), person="silva")
    rig.presenter.refresh()
    assert rig.presenter.selected == "case/c2"
    assert "c2" in rig.view.keys
    rig.presenter.pick("case/c5")
    assert "c2" not in rig.view.keys


def test_a_new_case_does_not_take_the_selection(rig: Rig) -> None:
    rig.presenter.pick("case/c3")
    opened(rig.desk, "c9", kind="breakdown", priority=1, title="L1 Filler aborted", when=NOW, machine="L1.filler")
    rig.presenter.refresh()
    assert rig.view.selected == rig.presenter.selected == "case/c3"
    assert "c9" in rig.view.keys


def test_nothing_is_rebuilt_while_nothing_changed_and_the_clocks_move_once_a_second(rig: Rig) -> None:
    rig.view.calls.clear()
    before = rig.view.now
    rig.desk.pass_time(0.3)
    rig.presenter.refresh()
    assert rig.view.now is before
    rig.desk.pass_time(0.8)
    rig.presenter.refresh()
    assert rig.view.now == rig.desk.now()
    assert rig.view.calls == []


def test_a_row_is_made_only_when_it_is_looked_at_and_kept_while_its_case_stays() -> None:
    rig = Rig(hold_night())
    kept = {item.key: item for item in rig.view.items}
    rig.desk.record(e.NoteAdded(case_id="c3", text="roll ordered"), person="berger")
    rig.presenter.refresh()
    assert {i.key for i in rig.view.items if i is not kept[i.key]} == {"case/c3"}


def test_the_queue_says_what_it_is_and_whose(rig: Rig) -> None:
    rows = {item.key.removeprefix("case/"): item.row for item in rig.view.items}
    assert (rows["c1"].where, rows["c1"].what, rows["c1"].owner) == ("L2 Filler", "Aborted", "J. Weiss")
    assert rows["c1"].detail == "Torque limit valve block 3 · first-out of 14 · 2 customers"
    assert rows["c1"].owner_detail == "promised 02:22"
    assert rows["c1"].held, "lot 4471-C is on hold"
    assert rows["c3"].owner_detail == "offered Materials"
    assert rows["c3"].deadline == NOW + timedelta(seconds=72)
    assert "replayed" in rows["burst"].detail
    assert (rows["burst"].owner, rows["burst"].owner_detail) == ("M. Okafor", "answers for it")


def test_foreign_text_is_made_harmless(rig: Rig) -> None:
    opened(
        rig.desk, "evil", kind="breakdown", priority=1, title="L1 Filler\u202e<b>x</b>", first_out="a\x00b", when=NOW,
        machine="L1.filler",
    )  # fmt: skip
    rig.presenter.show("case/evil")
    assert "\u202e" not in rig.view.shown.head.title
    assert "\x00" not in rig.view.shown.head.first_out


# --- one case -------------------------------------------------------------------------------------------------------


def test_the_head_tells_owners_promises_offers_and_why(rig: Rig) -> None:
    head = rig.view.shown.head
    assert [c.text for c in head.chips] == [
        "J. Weiss, Maintenance · promised 02:22",
        "I. Novak, Planning · accepted 02:12",
        "Customer service · offered",
    ]
    assert head.chips[2].offered
    assert head.chips[2].deadline == NOW + timedelta(seconds=40)
    assert head.why == "why: rule breakdown/filler v7 · route breakdown v7 · night calendar"
    assert head.running_since == at("02:11:43.218")


def test_why_me_is_said_to_whom_it_was_offered(rig: Rig) -> None:
    rig.sit("roth")
    assert rig.view.shown.head.why.startswith("why me: rule breakdown/filler v7")


def test_until_somebody_accepts_the_accountable_person_is_named(rig: Rig) -> None:
    rig.presenter.show("case/c3")
    assert [c.text for c in rig.view.shown.head.chips] == ["M. Okafor answers for it", "Materials · offered"]


def test_a_broken_promise_stands_out(rig: Rig) -> None:
    rig.desk.record(e.PromiseBroken(case_id="c1", task_id="c1-1", promised_at=at("02:22")))
    rig.presenter.refresh()
    chip = rig.view.shown.head.chips[0]
    assert (chip.text, chip.bad) == ("J. Weiss, Maintenance · promise 02:22 broken", True)
    assert rig.view.shown.timeline[-1].bad


def test_keys_are_those_that_the_lifecycle_and_the_role_allow(rig: Rig) -> None:
    enabled = {k.action for k in rig.view.shown.head.keys if k.enabled}
    assert {"case.hold", "case.reassign", "case.resolve", "case.shelve"} <= enabled
    assert "case.acknowledge" not in enabled, "it is in progress"
    rig.presenter.show("case/old14")
    shown = {k.action for k in rig.view.shown.head.keys if k.enabled}
    assert {"case.close", "case.reopen"} <= shown
    assert "case.resolve" not in shown


def test_what_stood_is_told_with_the_last_good_check_and_the_units_made_since(rig: Rig) -> None:
    facts = {f.name: f.value for f in rig.view.shown.moment.facts}
    assert facts["last good check"] == "01:38 fill volume 331 ml"
    assert facts["made since"] == "1,152"
    assert facts["on line"] == "R. Silva, D. Kaya"
    assert next(f for f in rig.view.shown.moment.facts if f.name == "lot").held
    assert "frozen 02:09:43 – 02:12:13" in rig.view.shown.moment.title
    assert len(rig.view.shown.moment.traces) == 3


def test_a_case_without_a_capsule_says_so(rig: Rig) -> None:
    rig.presenter.show("case/c4")
    assert "nothing was frozen" in rig.view.shown.moment.title
    assert {f.name: f.value for f in rig.view.shown.moment.facts}["made since"] == "–"


def test_the_last_times_name_what_fixed_them_and_whom_it_hangs_on(rig: Rig) -> None:
    past = rig.view.shown.past
    assert past[0].when == "23 Oct"
    assert past[0].detail == "Swollen seal · replaced seal kit 7-113, 19 min · J. Weiss"
    assert "It helped 3 of 4 times." in rig.view.shown.guidance
    assert "3 of 4 cases closed by one person." in rig.view.shown.guidance


def test_a_burst_names_its_first_out_and_counts_its_members(rig: Rig) -> None:
    rig.presenter.show("case/burst")
    shown = rig.view.shown
    assert shown.members_title == "67 occurrences in one case · replayed"
    assert (shown.members[0].text, shown.members[0].detail) == ("Pallet missing at lift", "first-out")
    assert shown.members[2].detail == "2× L1 Palletiser"
    assert "replayed" in shown.head.marks


def test_what_the_controller_has_acknowledged_is_told_apart_from_who_has_the_case(rig: Rig) -> None:
    rig.presenter.show("case/c1")
    head = rig.view.shown.head
    assert "alarms at the controller: 3, 2 not acknowledged" in head.marks
    assert any("Weiss" in chip.text for chip in head.chips)


def test_the_timeline_reads_as_a_shift_lead_would_tell_it(rig: Rig) -> None:
    texts = [line.text for line in rig.view.shown.timeline]
    assert texts[0] == "Opened. First-out: Torque limit valve block 3"
    assert texts[1] == "Offered: Maintenance (J. Weiss), Planning (I. Novak), Customer service (L. Roth)"
    assert "J. Weiss promised 02:22, Maintenance" in texts
    assert texts[-1] == "R. Silva: “smells of hot rubber at block 3”"


def test_holds_placed_from_a_case_stand_in_its_timeline(rig: Rig) -> None:
    rig.presenter.show("case/c7")
    texts = [line.text for line in rig.view.shown.timeline]
    assert "A. Brandt put 1,152 units of 4471-B, 4471-C on hold" in texts


def test_what_went_to_the_erp_is_told_with_its_lag_or_its_words(rig: Rig) -> None:
    for key in ("ok", "no"):
        rig.desk.record(
            e.PostingQueued(
                key=key, command_kind="record_downtime", command={}, lane="machine/L2.filler", subject=f"stop {key}",
                cause="case/c1", occurred_at=NOW,
            )
        )  # fmt: skip
        rig.desk.record(e.PostingSent(key=key, attempt=1))
    rig.desk.record(e.PostingConfirmed(key="ok"), when=NOW + timedelta(seconds=41))
    rig.desk.record(e.PostingRejected(key="no", words="machine unknown"))
    rig.presenter.refresh()
    assert [(p.text, p.detail, p.bad) for p in rig.view.shown.postings] == [
        ("stop ok · confirmed", "41 s after the floor", False),
        ("stop no · rejected", "machine unknown", True),
    ]


def test_every_event_of_a_case_has_its_sentence() -> None:
    folded = {event.__name__ for event in case_fold.EVOLVE}
    assert folded - SILENT == set(SENTENCES)
    assert {"TaskOffered", "PromiseMade"} <= TASKS


# --- acting ---------------------------------------------------------------------------------------------------------


def test_a_part_with_the_keyboard_is_what_keys_act_on(rig: Rig) -> None:
    rig.presenter.pick_task("task/c1/c1-3")
    assert rig.presenter.selected == "task/c1/c1-3"
    rig.presenter.pick_task("")
    assert rig.presenter.selected == "case/c1"


def test_each_part_offers_what_its_own_lifecycle_allows(rig: Rig) -> None:
    rig.sit("roth")
    rows = {row.function: row for row in rig.view.shown.tasks}
    customer = {k.action for k in rows["Customer service"].keys if k.enabled}
    assert {"case.own", "case.decline", "case.promise"} <= customer
    assert not {k.action for k in rows["Maintenance"].keys if k.enabled} & {"case.own", "case.decline"}


def test_showing_a_task_opens_its_case_and_selects_the_part(rig: Rig) -> None:
    rig.presenter.show("task/c3/c3-1")
    assert rig.view.shown.ref == "case/c3"
    assert rig.presenter.selected == "task/c3/c3-1"


@pytest.mark.parametrize("ref", ["case/none", "machine/L1.filler", "", "task/none/x", "hold/h1"])
def test_an_unknown_ref_changes_nothing(rig: Rig, ref: str) -> None:
    rig.presenter.show(ref)
    assert rig.view.shown.ref == "case/c1"


def test_a_button_runs_its_action_on_the_case_or_the_part(rig: Rig) -> None:
    rig.presenter.act("case.resolve")
    rig.presenter.act("case.own", "task/c1/c1-3")
    assert rig.shell.acted == [("case.resolve", "case/c1"), ("case.own", "task/c1/c1-3")]


def test_a_note_is_sent_once_and_leaves_the_line_when_stored(rig: Rig) -> None:
    rig.presenter.note("  smells of rubber ")
    assert rig.desk.sent == [AddNote(case_id="c1", text="smells of rubber")]
    assert rig.view.noted == [True]
    rig.presenter.note("   ")
    assert len(rig.desk.sent) == 1


def test_a_refused_note_stays_and_says_why(rig: Rig) -> None:
    rig.desk.answer = Answer(ok=False, message="The disk is full.", todo="Free some space.")
    rig.presenter.note("hot")
    assert rig.view.noted == [False]
    assert rig.shell.said == [("The disk is full. Free some space.", True)]


def test_an_empty_plant_shows_no_case() -> None:
    rig = Rig(FakeDesk())
    assert (rig.presenter.selected, rig.view.detail, rig.view.keys) == ("", None, [])


# --- rows -----------------------------------------------------------------------------------------------------------


def test_every_filter_has_a_case_that_it_takes_and_one_that_it_does_not() -> None:
    desk = hold_night()
    desk.record(e.CaseShelved(case_id="c6", until=NOW, reason="known"), person="okafor")
    person = desk.plant.people["kaya"]
    cases = [c for c in desk.view.every("case") if not c.resolved]  # type: ignore[attr-defined]
    for row in queue.FILTERS:
        if not row.past:
            assert {bool(row.takes(c, person)) for c in cases} == {True, False}, row.id  # type: ignore[arg-type]


def test_a_shelved_and_a_resolved_case_say_so_in_the_owners_column() -> None:
    desk = hold_night()
    formats = Formats(desk.plant.zone)
    shelved = e.CaseShelved(case_id="c2", until=at("03:00"), reason="known")
    desk.record(shelved, person="okafor")
    found = desk.view.get("case/c2")
    assert queue.ownership(found, desk.plant, formats) == ("R. Silva", "shelved until 03:00", None)  # type: ignore[arg-type]
    old = desk.view.get("case/old14")
    row = queue.row_of(old, queue.Around(held=False), desk.plant, formats)  # type: ignore[arg-type]
    assert (row.owner, row.owner_detail, row.clock, row.running_since) == ("J. Weiss", "resolved", "19:00", None)


def test_a_function_that_asks_quality_makes_a_quality_case() -> None:
    desk = hold_night()
    quality = {
        c.id
        for c in desk.view.every("case")
        if queue.BY_ID["quality"].takes(c, None)  # type: ignore[arg-type]
    }
    assert quality == {"c7"}
    assert Function.QUALITY.text == "Quality"


def test_a_person_gone_from_the_plant_file_is_still_named() -> None:
    desk = hold_night()
    people = {k: v for k, v in desk.plant.people.items() if k != "weiss"}
    desk.plant = replace(desk.plant, people=people)
    rig = Rig(desk)
    assert rig.view.shown.head.chips[0].text.startswith("weiss, Maintenance")
