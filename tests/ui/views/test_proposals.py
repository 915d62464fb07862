"""The proposals view as a planner uses it: cards with their evidence, by keys, by day and by night."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain import commands as c
from app.domain import events as e
from tests.ui.desk import FakeDesk
from tests.ui.shell import FakeShell
from tests.ui.views.proposed import proposed_night
from ui.actions import BY_ID, applicable, refusal
from ui.entries import find, gather
from ui.opened import Opened
from ui.theme import DAY, NIGHT, Look, Theme
from ui.views.proposals import open_proposals
from ui.views.proposals.presenter import ProposalsPresenter
from ui.views.proposals.rows import Card
from ui.views.proposals.view import ProposalsWidget
from ui.widgets.table import PaintedTable

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints")


class Recorder:
    """What the presenter set last."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.head = self.figure = self.marked = ""
        self.keys: list[tuple[str, str, str]] = []

    def show_cards(self, cards: list[Card]) -> None:
        self.cards = list(cards)

    def show_head(self, head: str, figure: str) -> None:
        self.head, self.figure = head, figure

    def show_keys(self, keys: list[tuple[str, str, str]]) -> None:
        self.keys = list(keys)

    def mark(self, key: str) -> None:
        self.marked = key


def seen(person: str = "novak", desk: FakeDesk | None = None) -> tuple[Recorder, ProposalsPresenter, FakeDesk]:
    desk, view = desk or proposed_night(), Recorder()
    desk.person = desk.plant.people[person]
    presenter = ProposalsPresenter(view, desk, FakeShell())  # type: ignore[arg-type]
    presenter.refresh()
    return view, presenter, desk


def card(view: Recorder, name: str) -> Card:
    return next(row for row in view.cards if row.key == f"proposal/{name}")


def test_what_the_person_may_decide_comes_first_then_the_rest_then_what_has_ended() -> None:
    view, _, _ = seen("novak")
    assert [row.key[-2:] for row in view.cards] == ["p1", "p3", "p2", "p4", "p6", "p5", "p7"]
    assert (view.head, view.marked) == ("4 to decide", "proposal/p1")
    assert view.figure == "Evidence to change: 0.03 days (p50 of 2) · target 7 days"
    view, _, _ = seen("berger")
    assert view.cards[0].key == "proposal/p2"


def test_a_card_says_what_was_found_how_sure_that_is_and_what_accepting_does() -> None:
    view, _, _ = seen()
    row = card(view, "p1")
    assert row.title == "L3 Filler, Apple 1.0 l: runs 300 bottles/min, the plan says 326"
    assert row.sureness == "24 runs, 22:10 – 00:10 · 99 % sure: 299 to 301 bottles/min"
    assert row.facts[0].startswith("7.98 % slower than planned")
    assert row.becoming == "If accepted: 326 → 300 bottles/min is written into the ERP"
    assert (row.who, row.state, row.mine) == ("you decide, until 23 Nov 00:15", "to decide", True)
    assert card(view, "p3").who == "A. Brandt decides, until 23 Nov 01:51"
    assert row.strip is not None
    assert (len(row.strip.values), row.strip.standard) == (24, 326.0)


def test_a_load_says_when_the_next_one_must_come_and_what_the_bill_says() -> None:
    view, _, _ = seen("berger")
    row = card(view, "p2")
    assert row.title == "L3 Labeller, Label Apple 1.0 l: a load lasts 52.8 min, deliveries are planned for 75"
    assert row.facts == (
        "Bring the next load at 18.8 %, 3,002 pieces: 10 min before it is empty",
        "1.004 used for each unit, the bill says 1",
    )


def test_a_batch_says_what_quality_came_to_and_what_the_erp_says() -> None:
    view, _, _ = seen("brandt")
    assert card(view, "p3").title == "Lot 4480-A, Still water 0.5 l: 4.48 % rejects, the limit is 2 %"
    assert card(view, "p3").becoming == "If accepted: a hold is placed on the lot, and the ERP is told"
    disposed = card(view, "p4")
    assert disposed.title == "Lot 4471-B, Lemon 0.33 l: quality says scrapped"
    assert disposed.facts == ("The ERP says released",)
    assert disposed.strip is None


def test_what_was_decided_says_where_it_is_and_what_came_of_it() -> None:
    view, _, _ = seen()
    assert card(view, "p5").becoming == "Since then 478 bottles/min (476 to 481, n 9): the plan fits"
    assert card(view, "p6").becoming == "Exported by I. Novak: rate-L2.filler-L-033-p6.csv at desk-1"
    assert card(view, "p7").becoming == "Declined by I. Novak 20:20: new valves come on Monday"
    assert card(view, "p7").ended


def test_an_empty_plant_says_so() -> None:
    view, presenter, _ = seen(desk=FakeDesk())
    assert (view.head, view.cards, presenter.selected) == ("Nothing to decide", [], "")
    assert view.figure == "Evidence to change: – · target 7 days"


def test_keys_are_those_of_the_lifecycle_and_of_the_person() -> None:
    view, presenter, desk = seen("novak")
    assert [key for _, key, _ in view.keys] == ["O", "D", "Enter"]
    presenter.show("proposal/p3")
    assert [key for _, key, _ in view.keys] == ["Enter"]
    assert applicable(desk, "proposal/p5") == tuple(r for r in applicable(desk, "proposal/p5") if r.id == "open")
    assert refusal(BY_ID["proposal.accept"], desk, "proposal/p5") == "“accept” is not possible now."


def test_accepting_says_first_what_it_does() -> None:
    _, _, desk = seen("novak")
    shell = FakeShell({})
    BY_ID["proposal.accept"].run(desk, "proposal/p1", shell)
    (form,) = shell.forms
    assert form.text == "If accepted: 326 → 300 bottles/min is written into the ERP."
    assert form.careful
    assert desk.sent == [c.AcceptProposal(proposal_id="p1")]


def test_declining_takes_a_reason() -> None:
    _, _, desk = seen("novak")
    shell = FakeShell({"reason": "new valves on Monday"})
    BY_ID["proposal.decline"].run(desk, "proposal/p1", shell)
    assert desk.sent == [c.DeclineProposal(proposal_id="p1", reason="new valves on Monday")]


def test_a_change_elsewhere_is_shown_and_an_unknown_ref_changes_nothing() -> None:
    view, presenter, desk = seen()
    presenter.show("proposal/nothing")
    assert presenter.selected == "proposal/p1"
    desk.record(e.ProposalWithdrawn(proposal_id="p1", reason="it was changed meanwhile"))
    presenter.refresh()
    assert card(view, "p1").becoming == "Taken back: it was changed meanwhile"


def opened(qtbot: QtBot, theme: Theme, size: tuple[int, int]) -> tuple[Opened, FakeShell, PaintedTable]:
    desk, shell = proposed_night(), FakeShell()
    desk.person = desk.plant.people["novak"]
    found = open_proposals(Look(theme), desk, shell)
    assert isinstance(found.widget, ProposalsWidget)
    qtbot.addWidget(found.widget)
    found.widget.resize(*size)
    found.widget.show()
    return found, shell, found.widget.findChild(PaintedTable)


@pytest.mark.parametrize("theme", [DAY, NIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("size", [(1856, 1006), (900, 600)])
def test_it_is_drawn_by_day_and_by_night_wide_and_narrow(qtbot: QtBot, theme: Theme, size: tuple[int, int]) -> None:
    found, _, cards = opened(qtbot, theme, size)
    image = found.widget.grab().toImage()
    inks = {image.pixelColor(x, y).name() for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
    assert {theme.ink.name(), theme.band.name(), theme.raised.name()} <= inks
    assert "Apple 1.0 l" in cards.accessibleDescription()


def test_j_goes_on_and_enter_shows_the_machine(qtbot: QtBot) -> None:
    found, shell, cards = opened(qtbot, DAY, (1200, 800))
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    qtbot.keyClick(cards, Qt.Key.Key_J)
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    assert shell.gone == ["machine/L3.filler", "lot/4480-A"]
    assert found.presenter.selected == "proposal/p3"


def test_the_palette_finds_what_is_not_over() -> None:
    found = [entry.go for entry in find(gather(proposed_night(), (), (), ""), "apple rate plan says 326")]
    assert found[:1] == ["proposal/p1"]
    assert "proposal/p7" not in found
