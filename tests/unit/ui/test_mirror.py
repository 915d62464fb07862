"""The mirror knows what moved, which holds bind a lot and for what reasons, and what was posted of what."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.domain import events as e
from tests.ui.desk import FakeDesk
from tests.ui.views.night import hold_night
from ui.mirror import Mirror

HOLDS = ("h1", "h2", "h3", "h4")
LOTS = (("A",), ("B",), ("A", "B"))
STEP = st.tuples(
    st.sampled_from(("place", "review", "dispose", "release", "gone")), st.sampled_from(HOLDS), st.integers(0, 2)
)
NEXT = {"review": 1, "dispose": 2, "release": 3}
"""A hold's later steps, and the version that each is taken at."""
DESK = FakeDesk()


def step(desk: FakeDesk, what: str, hold_id: str, number: int) -> None:
    """A step of a hold, if it is one that it may take."""
    stands = desk.model.get(f"hold/{hold_id}")
    if what == "gone":
        desk.model.remove(f"hold/{hold_id}")
    elif what == "place" and stands is None:
        units = tuple(e.HeldUnits(lot=lot, quantity=Decimal(number + 2)) for lot in LOTS[number])
        reason = ("seal", "label", "other")[number]
        desk.record(e.HoldPlaced(hold_id=hold_id, units=units, reason_code=reason, reason="", case_id=f"c{number}"))
    elif stands is not None and stands.version == NEXT.get(what):
        later: dict[str, e.Event] = {
            "review": e.HoldReviewStarted(hold_id=hold_id, note=""),
            "dispose": e.HoldDispositioned(hold_id=hold_id, disposition=e.Disposition.RELEASE),
            "release": e.HoldReleased(hold_id=hold_id, seen_version=3),
        }
        desk.record(later[what])


@given(st.lists(STEP, max_size=30))
def test_the_holds_of_a_lot_and_of_a_case_are_those_that_looking_through_all_finds(
    steps: list[tuple[str, str, int]],
) -> None:
    desk = DESK
    desk.model = mirror = Mirror()
    for taken in steps:
        step(desk, *taken)
    holds = {row.id: row for row in mirror.every("hold")}
    assert mirror.units_held() == sum(row.quantity for row in holds.values() if not row.closed)  # type: ignore[attr-defined]
    assert mirror.held() == {lot for row in holds.values() if not row.closed for lot in row.lots}  # type: ignore[attr-defined]
    for lot in ("A", "B"):
        bound = {key: row for key, row in holds.items() if not row.closed and lot in row.lots}  # type: ignore[attr-defined]
        assert mirror.holds_on(lot) == bound
        assert mirror.reasons_on(lot) == Counter(row.reason_code for row in bound.values())  # type: ignore[attr-defined]
    for case_id in ("c0", "c1", "c2"):
        assert mirror.holds_of(case_id) == {key: row for key, row in holds.items() if row.case_id == case_id}  # type: ignore[attr-defined]


def test_postings_are_found_by_what_they_came_of() -> None:
    mirror = hold_night().model
    every = list(mirror.every("posting"))
    causes = {row.cause for row in every}  # type: ignore[attr-defined]
    found = [posting.id for cause in causes for posting in mirror.postings_of(cause).values()]
    assert sorted(found) == sorted(row.id for row in every)
    assert not mirror.postings_of("hold/none")


def test_it_says_what_moved_since_each_once_and_what_is_gone() -> None:
    desk = FakeDesk()
    step(desk, "place", "h1", 0)
    seen = desk.model.moves("hold")
    step(desk, "place", "h2", 0)
    step(desk, "review", "h1", 0)
    step(desk, "review", "h2", 0)
    step(desk, "gone", "h1", 0)
    assert desk.model.moved("hold", seen) == ["h2", "h1"]
    assert desk.model.moved("hold", desk.model.moves("hold")) == []
    assert desk.model.moved("case", 0) == ()
