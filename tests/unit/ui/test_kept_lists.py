"""The lists of holds, of cases and of what matters now, kept by what moved, against presenters that begin anew."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from app.domain import events as e
from app.domain.errors import IllegalStepError
from tests.ui.desk import NOW, FakeDesk
from tests.ui.shell import FakeShell
from tests.ui.views.night import hold_night
from tests.ui.views.queue.test_queue import RecordingView
from tests.unit.ui.test_cases_presenter import FakeView as CasesView
from tests.unit.ui.test_holds_presenter import FakeView as HoldsView
from ui.views.cases.presenter import CasesPresenter
from ui.views.cases.rows import QueueRow
from ui.views.holds.presenter import HoldsPresenter
from ui.views.holds.rows import HoldRow
from ui.views.queue.presenter import QueuePresenter

LOTS = ("4471-B", "4471-C", "4480-A")
SEEDS = range(6)
STEPS = 60


class Shift:
    """What may happen at a plant, drawn by lot; a step that the lifecycle refuses did not happen."""

    def __init__(self, seed: int) -> None:
        self.desk, self.dice, self.made = hold_night(), random.Random(seed), 0

    def happens(self) -> None:
        """One step of somebody."""
        dice, desk = self.dice, self.desk
        desk.pass_time(dice.choice((0.0, 1.0, 40.0)))
        hold = dice.choice([row.id for row in desk.model.every("hold")])
        case = dice.choice([row.id for row in desk.model.every("case")])
        event = dice.choice(
            (self._hold(case), self._case(), self._later_of(hold), self._later_of(hold), *self._of(case))
        )
        try:
            desk.record(event, person=dice.choice(("okafor", "brandt", "weiss")))
        except IllegalStepError:
            return

    def _hold(self, case: str) -> e.Event:
        self.made += 1
        units = tuple(e.HeldUnits(lot=lot) for lot in self.dice.sample(LOTS, self.dice.randint(1, 2)))
        reason = self.dice.choice(("underfill", "label", "other"))
        return e.HoldPlaced(hold_id=f"n{self.made}", units=units, reason_code=reason, reason="", case_id=case)

    def _case(self) -> e.Event:
        self.made += 1
        return e.CaseOpened(
            case_id=f"n{self.made}", kind="unplanned_stop", priority=self.dice.randint(1, 4), title=f"Stop {self.made}",
            occurrence=f"n{self.made}", happened_at=self.desk.now(), machine="L1.filler", line="L1",
            accountable="okafor", lot=self.dice.choice(LOTS),
        )  # fmt: skip

    def _later_of(self, hold_id: str) -> e.Event:
        found = self.desk.model.get(f"hold/{hold_id}")
        return self.dice.choice((
            e.HoldReviewStarted(hold_id=hold_id, note=""),
            e.HoldDispositioned(hold_id=hold_id, disposition=e.Disposition.RELEASE),
            e.HoldReleased(hold_id=hold_id, seen_version=found.version if found else 0),
        ))  # fmt: skip

    def _of(self, case_id: str) -> tuple[e.Event, ...]:
        return (
            e.CaseAcknowledged(case_id=case_id),
            e.CaseShelved(case_id=case_id, until=NOW + timedelta(hours=1), reason="later"),
            e.CaseResolved(case_id=case_id, cause="belt", fix="new belt"),
        )


def holds_of(desk: FakeDesk, chosen: str, words: str, open_id: str) -> tuple[list[HoldRow], dict[str, int]]:
    """The list as a presenter has it that has seen nothing before."""
    view = HoldsView()
    presenter = HoldsPresenter(view, desk, FakeShell())
    presenter.pick(open_id)
    presenter.choose_filter(chosen)
    presenter.search(words)
    return [item.row for item in view.items], {chip.id: chip.count for chip in view.chips}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_list_of_holds_is_always_the_one_that_a_new_start_would_show(seed: int) -> None:
    shift, view = Shift(seed), HoldsView()
    presenter = HoldsPresenter(view, shift.desk, FakeShell())
    chosen, words = "open", ""
    for _ in range(STEPS):
        shift.happens()
        if shift.dice.random() < 0.2:
            chosen = shift.dice.choice(("open", "placed", "review", "disposed", "released"))
            presenter.choose_filter(chosen)
        if shift.dice.random() < 0.1:
            words = shift.dice.choice(("", "4471-C", "label"))
            presenter.search(words)
        if view.items and shift.dice.random() < 0.2:
            presenter.pick(shift.dice.choice(view.items).key)
        presenter.refresh()
        rows = [item.row for item in view.items]
        assert (rows, {c.id: c.count for c in view.chips}) == holds_of(shift.desk, chosen, words, presenter.selected)


def cases_of(desk: FakeDesk, chosen: str, open_id: str) -> tuple[list[QueueRow], dict[str, int]]:
    """The queue as a presenter has it that has seen nothing before."""
    view = CasesView()
    presenter = CasesPresenter(view, desk, FakeShell())
    presenter.pick(open_id)
    presenter.choose_filter(chosen)
    return [item.row for item in view.items], {chip.id: chip.count for chip in view.chips}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_queue_of_cases_is_always_the_one_that_a_new_start_would_show(seed: int) -> None:
    shift, view = Shift(seed), CasesView()
    presenter = CasesPresenter(view, shift.desk, FakeShell())
    chosen = "mine"
    for _ in range(STEPS):
        shift.happens()
        if shift.dice.random() < 0.2:
            chosen = shift.dice.choice(("mine", "open", "quality", "shelved", "resolved"))
            presenter.choose_filter(chosen)
        if shift.dice.random() < 0.1:
            shift.desk.person = shift.dice.choice([*shift.desk.plant.people.values()])
        if view.items and shift.dice.random() < 0.2:
            presenter.pick(shift.dice.choice(view.items).key)
        presenter.refresh()
        rows = [item.row for item in view.items]
        assert (rows, {c.id: c.count for c in view.chips}) == cases_of(shift.desk, chosen, presenter.selected)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_queue_of_what_matters_now_is_always_the_one_that_a_new_start_would_show(seed: int) -> None:
    shift, view = Shift(seed), RecordingView()
    presenter = QueuePresenter(view, shift.desk, FakeShell())
    for _ in range(STEPS):
        shift.happens()
        presenter.refresh()
        anew = RecordingView()
        QueuePresenter(anew, shift.desk, FakeShell()).refresh()
        assert (view.rows, view.counts) == (anew.rows, anew.counts)
