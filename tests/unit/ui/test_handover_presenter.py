"""What the handover presenter shows, and how accepting goes on from item to item."""

from collections.abc import Sequence

from app.domain import events as e
from tests.ui.desk import NOW, FakeDesk, at, night_desk
from tests.ui.shell import FakeShell
from ui.views.handover.presenter import HandoverPresenter
from ui.views.handover.rows import Key, Page, PastRow

ITEMS = tuple(
    e.HandoverItem(item_id=item_id, kind=kind, ref=item_id, text=text, owner=owner, priority=priority)
    for item_id, kind, text, owner, priority in (
        ("hold/h1", e.ItemKind.HOLD, "Lots 4471-B, 4471-C on hold", "brandt", 1),
        ("case/c1", e.ItemKind.CASE, "L2 Filler aborted", "weiss", 1),
        ("case/c2", e.ItemKind.CASE, "L2 Labeller slow", "", 2),
    )
)


class Shown:
    """A view that keeps what it was given."""

    def __init__(self) -> None:
        self.pages: list[Page] = []
        self.past: Sequence[PastRow] = ()
        self.keys: Sequence[Key] = ()
        self.selected: list[str] = []
        self.walls: list[bool] = []
        self.turns: list[int] = []

    def show_page(self, page: Page, turn: int) -> None:
        self.pages.append(page)
        self.turns.append(turn)

    def show_past(self, rows: Sequence[PastRow], current: str) -> None:
        self.past = rows

    def show_keys(self, keys: Sequence[Key]) -> None:
        self.keys = keys

    def select(self, key: str) -> None:
        self.selected.append(key)

    def show_wall(self, wall: bool) -> None:
        self.walls.append(wall)

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def actions(self) -> set[str]:
        return {key.action for key in self.keys}


class Bench:
    """The presenter with its fakes; `sign` and `accept` are what people at other stations do."""

    def __init__(self, drafted: bool = True) -> None:
        self.desk: FakeDesk = night_desk()
        self.view, self.shell = Shown(), FakeShell()
        if drafted:
            self.draft("n1", "Night")
        self.presenter = HandoverPresenter(self.view, self.desk, self.shell)
        self.presenter.refresh()

    def draft(self, handover_id: str, shift: str) -> None:
        event = e.HandoverDrafted(
            handover_id=handover_id,
            shift=shift,
            next_shift="Early",
            shift_start=at("22:00"),
            items=ITEMS,
            figures={"exceptions": "23", "on hold": "1,152"},
        )
        self.desk.record(event)

    def sign(self, note: str = "") -> None:
        self.desk.record(e.HandoverSigned(handover_id="n1", note=note), person="okafor")

    def accept(self, item_id: str) -> None:
        self.desk.record(e.HandoverItemAccepted(handover_id="n1", item_id=item_id), person="lindqvist", when=NOW)

    def sit(self, person: str) -> None:
        self.desk.person = self.desk.plant.people[person]


def test_without_a_draft_the_page_says_so_and_offers_to_draft() -> None:
    bench = Bench(drafted=False)
    assert bench.view.page.state == "Not drafted yet."
    assert "handover.draft" in bench.view.actions
    assert bench.presenter.selected == ""


def test_a_draft_shows_figures_and_items_and_waits_for_its_signature() -> None:
    page = Bench().view.page
    assert page.subtitle == "Night → Early · Plant Nord"
    assert page.figures == (("exceptions", "23"), ("on hold", "1,152"))
    assert [(i.text, i.held, i.priority, i.owner, i.done) for i in page.items] == [
        ("Lots 4471-B, 4471-C on hold", True, 0, "A. Brandt", "open"),
        ("L2 Filler aborted", False, 1, "J. Weiss", "open"),
        ("L2 Labeller slow", False, 2, "–", "open"),
    ]
    assert page.state == "Draft of 02:14: 3 items, not signed"
    assert page.checked == "written by Lineside"


def test_the_outgoing_lead_may_sign_a_draft_and_nobody_may_accept_it() -> None:
    bench = Bench()
    bench.presenter.select_item("item/n1/case/c1")
    assert "handover.sign" in bench.view.actions
    assert "item.accept" not in bench.view.actions


def test_a_signed_handover_says_who_signed_and_how_far_it_is() -> None:
    bench = Bench()
    bench.sign("Wait for Weiss.")
    bench.accept("hold/h1")
    bench.presenter.refresh()
    page = bench.view.page
    assert page.state == "1 of 3 accepted by S. Lindqvist"
    assert page.checked == "written by Lineside, signed by M. Okafor 02:14"
    assert page.note == "Wait for Weiss."
    assert page.foot == "Night can sign out when all 3 are accepted."
    assert page.items[0].done == "S. Lindqvist 02:14"
    assert "handover.draft" not in bench.view.actions


def test_after_an_item_is_accepted_the_next_open_one_is_selected() -> None:
    bench = Bench()
    bench.sign()
    bench.sit("lindqvist")
    bench.presenter.select_item("item/n1/hold/h1")
    assert "item.accept" in bench.view.actions
    bench.accept("hold/h1")
    bench.presenter.refresh()
    assert bench.presenter.selected == "item/n1/case/c1"
    bench.accept("case/c1")
    bench.presenter.refresh()
    assert bench.presenter.selected == "item/n1/case/c2"
    assert bench.view.selected == ["item/n1/case/c1", "item/n1/case/c2"]


def test_looking_at_an_accepted_item_does_not_move_the_selection() -> None:
    bench = Bench()
    bench.sign()
    bench.accept("hold/h1")
    bench.presenter.refresh()
    bench.presenter.select_item("item/n1/hold/h1")
    bench.presenter.refresh()
    assert bench.presenter.selected == "item/n1/hold/h1"


def test_a_closed_handover_is_frozen_and_stays_in_the_list() -> None:
    bench = Bench()
    bench.sign()
    for item in ITEMS:
        bench.accept(item.item_id)
    bench.desk.record(e.HandoverClosed(handover_id="n1"))
    bench.presenter.refresh()
    assert bench.view.page.ref == ""
    bench.presenter.choose("handover/n1")
    page = bench.view.page
    assert page.frozen
    assert page.state == "All 3 accepted by S. Lindqvist"
    assert page.foot == "Frozen at 02:14: nothing in it changes any more."
    assert [row.state for row in bench.view.past] == ["frozen 02:14"]
    assert not {"handover.sign", "item.accept"} & bench.view.actions


def test_the_newest_open_handover_is_the_one_that_is_looked_at() -> None:
    bench = Bench()
    bench.draft("n2", "Early")
    bench.presenter.refresh()
    assert bench.view.page.ref == "handover/n2"
    assert [row.key for row in bench.view.past] == ["handover/n2", "handover/n1"]
    bench.presenter.show("item/n1/case/c1")
    assert bench.view.page.ref == "handover/n1"
    assert bench.presenter.selected == "item/n1/case/c1"


def test_an_item_leads_to_what_it_stands_for() -> None:
    bench = Bench()
    bench.presenter.open_item("item/n1/case/c1")
    bench.presenter.open_item("item/n1/none")
    assert bench.shell.gone == ["case/c1"]


def test_the_wall_turns_its_parts_with_the_clock_and_the_desk_does_not() -> None:
    bench = Bench()
    shown = len(bench.view.pages)
    bench.desk.pass_time(10)
    bench.presenter.refresh()
    assert len(bench.view.pages) == shown
    bench.presenter.show("wall")
    bench.desk.pass_time(10)
    bench.presenter.refresh()
    assert bench.view.walls == [True]
    assert bench.view.turns[-1] == bench.view.turns[-2] + 1
    bench.presenter.toggle_wall()
    assert bench.view.walls == [True, False]


def test_keys_of_the_strip_act_on_the_selection() -> None:
    bench = Bench()
    bench.presenter.select_item("item/n1/case/c1")
    bench.presenter.act("item.accept")
    bench.presenter.act("handover.draft")
    bench.presenter.act("wall")
    assert bench.shell.acted == [("item.accept", "item/n1/case/c1"), ("handover.draft", "")]
    assert bench.view.walls == [True]


def test_unknown_refs_change_nothing() -> None:
    bench = Bench()
    for ref in ("handover/none", "case/c1", "item/none/x", ""):
        bench.presenter.show(ref)
    assert bench.view.page.ref == "handover/n1"
