"""The fake desk itself: it is a Desk, and its night folds."""

from app.readmodel.model import case, held, open_cases, open_holds
from tests.ui.desk import NOW, FakeDesk, night_desk
from ui.desk import Desk


def test_the_fake_is_a_desk() -> None:
    desk: Desk = FakeDesk()
    assert desk.now() == NOW
    assert desk.view.get("case/none") is None


def test_the_night_folds_into_open_cases_and_a_hold() -> None:
    desk = night_desk()
    assert open_cases(desk.view)[0].id == "c1"
    assert held(desk.view) == {"4471-B", "4471-C"}
    assert len(open_holds(desk.view)) == 1
    breakdown = case(desk.view, "c1")
    assert breakdown is not None
    assert (breakdown.owner, breakdown.first_occurrences) == ("weiss", 14)


def test_a_lost_controller_makes_its_values_stale_and_no_other() -> None:
    desk = night_desk()
    now_s = desk.now().timestamp()
    stale = {t.machine for t in desk.plant.tags if desk.values.reading(t.index).stale(now_s)}
    assert stale == {"L3.labeller"}
    desk.pass_time(60)
    now_s = desk.now().timestamp()
    assert {t.machine for t in desk.plant.tags if desk.values.reading(t.index).stale(now_s)} == {"L3.labeller"}
