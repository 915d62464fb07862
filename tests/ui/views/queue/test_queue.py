"""The queue: which rows, in which order, with which words; what its presenter tells its view."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain import events as e
from app.domain.presence import FADES, Presence
from tests.ui.desk import NOW, FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.views.queue.presenter import Hint, QueuePresenter
from ui.views.queue.rows import QueueItem, QueueRow


def rows(desk: FakeDesk) -> Sequence[QueueRow]:
    return shown(desk)[0].rows


class RecordingView:
    """The widget's place."""

    def __init__(self) -> None:
        self.items: Sequence[QueueItem] = ()
        self.counts = (0, 0)
        self.sets = 0
        self.now: datetime | None = None
        self.hints: Sequence[Hint] = ()
        self.selected = ""

    @property
    def rows(self) -> Sequence[QueueRow]:
        return [item.row for item in self.items]

    def set_rows(self, rows: Sequence[QueueItem], undecided: int, cases: int) -> None:
        self.items, self.counts, self.sets = rows, (undecided, cases), self.sets + 1

    def set_now(self, now: datetime) -> None:
        self.now = now

    def set_hints(self, hints: Sequence[Hint]) -> None:
        self.hints = hints

    def select(self, key: str) -> None:
        self.selected = key


def test_rows_are_in_order_of_priority_and_then_age() -> None:
    desk = night_desk()
    found = rows(desk)
    assert [row.key for row in found] == [f"case/{c}" for c in ("c1", "c7", "c2", "c5", "c4", "c3", "c6")]


def test_a_row_tells_what_it_endangers_who_has_it_and_what_was_promised() -> None:
    desk = night_desk()
    row = rows(desk)[0]
    assert row.detail == "Torque limit valve block 3 · 3 at risk from 02:40 · WO-10479"
    assert row.chip_at(NOW) == "J. Weiss, Maintenance · promised 02:22"
    assert not row.offered


def test_an_offer_counts_down_and_says_when_its_time_is_up() -> None:
    desk = night_desk()
    row = next(r for r in rows(desk) if r.key == "case/c3")
    assert row.offered
    assert row.chip_at(NOW) == "offered to Materials · 1:12 left"
    assert row.chip_at(NOW + timedelta(minutes=2)) == "offered to Materials · time is up"


def test_a_case_whose_product_is_held_shows_it() -> None:
    desk = night_desk()
    assert [row.key for row in rows(desk) if row.held] == ["case/c7"]


def test_a_shelved_case_leaves_the_queue_and_comes_back() -> None:
    desk = night_desk()
    desk.record(e.CaseShelved(case_id="c2", until=NOW + timedelta(hours=1), reason="later"))
    assert "case/c2" not in [row.key for row in rows(desk)]
    desk.record(e.CaseUnshelved(case_id="c2", expired=True))
    assert "case/c2" in [row.key for row in rows(desk)]


def test_a_case_that_did_not_change_keeps_its_row() -> None:
    desk = night_desk()
    view, _, presenter = shown(desk)
    before = {row.key: row for row in view.rows}
    desk.record(e.CaseAcknowledged(case_id="c3"), person="okafor")
    presenter.refresh()
    after = {row.key: row for row in view.rows}
    assert [key for key in after if after[key] is not before[key]] == ["case/c3"]


def test_rows_are_built_again_only_when_something_changed() -> None:
    desk, view = night_desk(), RecordingView()
    presenter = QueuePresenter(view, desk, FakeShell())
    for _ in range(3):
        presenter.refresh()
    assert view.sets == 1
    desk.record(e.CaseAcknowledged(case_id="c3"), person="okafor")
    presenter.refresh()
    assert view.sets == 2


def test_the_keys_below_follow_the_selection_and_the_person() -> None:
    desk, view = night_desk(), RecordingView()
    presenter = QueuePresenter(view, desk, FakeShell())
    presenter.refresh()
    presenter.pick("case/c3")
    assert {key for key, _, on in view.hints if on} >= {"A", "O", "S", "?"}
    desk.person = None
    presenter.refresh()
    assert {key for key, _, on in view.hints if on} == {"T", "?"}


def test_opening_a_row_goes_to_its_case() -> None:
    shell = FakeShell()
    QueuePresenter(RecordingView(), night_desk(), shell).open("case/c1")
    assert shell.gone == ["case/c1"]


# --- steps that were not taken, marks ---------------------------------------------------------------------------------


def shown(desk: FakeDesk) -> tuple[RecordingView, FakeShell, QueuePresenter]:
    view, shell = RecordingView(), FakeShell()
    presenter = QueuePresenter(view, desk, shell)
    presenter.refresh()
    return view, shell, presenter


def test_steps_that_were_not_taken_stand_above_the_cases_with_who_what_when_and_why() -> None:
    desk = night_desk()
    ref = desk.refuse("CaseAcknowledged", "case/c3", person="silva", reason="Somebody was first.", when=NOW)
    view, _, _ = shown(desk)
    first = view.rows[0]
    assert (first.key, first.title, first.detail) == (ref, "Not taken: Acknowledge", "Somebody was first.")
    assert first.chip == "R. Silva · 02:14:31 · desk-2 · L3 Labeller labels low: 41 min left"
    assert view.rows[1].key == "case/c1"


def test_a_hold_that_was_not_taken_is_named_by_its_lots_though_it_does_not_exist() -> None:
    desk = night_desk()
    desk.refuse("HoldPlaced", "hold/h8", person="okafor", payload='{"units":[{"lot":"4471-C"}]}')
    view, _, _ = shown(desk)
    assert view.rows[0].chip.endswith("4471-C")


def test_what_can_be_done_about_a_selected_step_stands_below_and_enter_opens_what_it_was_about() -> None:
    desk = night_desk()
    ref = desk.refuse("HoldReleased", "hold/h1", person="okafor")
    view, shell, presenter = shown(desk)
    presenter.pick(ref)
    assert [hint[:2] for hint in view.hints] == [
        ("Enter", "open"), ("Y", "do it anew"), ("L", "let it be"), ("?", "all keys"),
    ]  # fmt: skip
    presenter.open(ref)
    assert shell.acted == [("refusal.open", ref)]


def test_the_queue_follows_who_sits_down() -> None:
    desk = night_desk()
    desk.refuse("CaseAcknowledged", "case/c3", person="silva")
    view, _, presenter = shown(desk)
    desk.person = desk.plant.people["weiss"]
    presenter.refresh()
    assert not any(row.undecided for row in view.rows)


def test_a_case_says_that_it_is_stored_here_only_and_who_else_is_at_it() -> None:
    desk = night_desk()
    desk.leave_alone(NOW - timedelta(seconds=5), "case/c3")
    desk.met = [Presence(station="desk-2", person="silva", ref="case/c1", editing=True, at=NOW)]
    tags = {row.key: [tag.text for tag in row.tags] for row in rows(desk) if row.tags}
    assert tags == {"case/c3": ["stored here"], "case/c1": ["RS edits"]}


def test_who_was_not_heard_of_for_a_while_and_who_sits_here_are_not_said_to_be_there() -> None:
    desk = night_desk()
    desk.met = [
        Presence(station="desk-2", person="silva", ref="case/c1", editing=True, at=NOW - FADES - timedelta(seconds=1)),
        Presence(station="desk-3", person="okafor", ref="case/c1", editing=False, at=NOW),
    ]
    assert not any(row.tags for row in rows(desk))
