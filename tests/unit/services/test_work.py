"""Counts, confirmations and their postings; moves of orders and people; what the ERP refuses."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.erp import Capability
from app.domain.errors import IllegalStepError
from app.domain.lifecycles import AssignmentState, PostingState
from app.domain.posting import DIFFERS
from app.readmodel import model as m
from tests.plants import small_plant
from tests.unit.services.floor import Floor, floor


def count(desk: Floor, order: str = "WO-1", line: str = "L1", good: int = 120, **parts: Any) -> None:
    at = desk.clock.now()
    values = {
        "order": order, "line": line, "machine": f"{line}.packer", "lot": "4480-A", "good": Decimal(good),
        "scrap": Decimal(0), "counter": float(good), "from_at": at, "to_at": desk.clock.move(60), "serial": good,
    }  # fmt: skip
    desk.send(c.RecordCount(**{**values, **parts}))


def confirm(order: str = "WO-1", good: int | str = 120, scrap: int | str = 0, *, final: bool = False) -> c.ConfirmOrder:
    return c.ConfirmOrder(order=order, good=Decimal(good), scrap=Decimal(scrap), lot="4480-A", final=final)


def propose(to_line: str = "L2", subject_id: str = "WO-1", subject: e.Subject = e.Subject.ORDER) -> c.ProposeAssignment:
    return c.ProposeAssignment(subject=subject, subject_id=subject_id, to_line=to_line, reason="L1 is down")


def only(desk: Floor) -> Any:
    rows = list(desk.bus.model.every("assignment"))
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("until_s", "total", "begun", "kept"),
    [
        pytest.param(0, 100, 40.0, 60, id="what begins where the last record ended is whole"),
        pytest.param(60, 100, 40.0, 0, id="what another station recorded to its end is nothing"),
        pytest.param(30, 70, 40.0, 30, id="half of the counter's way was recorded: the other half counts"),
        pytest.param(30, 90, 40.0, 10, id="the counter, not the clock, tells the share"),
        pytest.param(30, 70, None, 60, id="without the total at its begin it counts whole, sooner than not at all"),
        pytest.param(30, 120, 40.0, 60, id="a counter that began anew tells nothing: whole"),
        pytest.param(30, 20, 40.0, 60, id="a record from before its begin tells nothing: whole"),
        pytest.param(30, 70, 100.0, 60, id="a counter that stood still tells nothing: whole"),
    ],
)
def test_of_a_count_only_what_no_other_station_recorded_counts(
    desk: Floor, until_s: float, total: float, begun: float | None, kept: int
) -> None:
    start = desk.clock.now()
    count(desk, good=10, counter=total, from_at=start - timedelta(minutes=5), to_at=start + timedelta(seconds=until_s))
    count(desk, good=60, counter=100.0, counter_from=begun, from_at=start, to_at=start + timedelta(seconds=60))
    row = m.progress(desk.bus.model, "WO-1")
    assert row is not None
    assert row.counted_good == 10 + kept


def test_a_confirmation_posts_its_units_and_their_components(desk: Floor) -> None:
    count(desk)
    desk.send(confirm(scrap=3), "okafor")
    components, production = desk.postings
    assert production.command["good"] == "120"
    assert production.subject == "WO-1: 120 good, 3 scrap"
    assert [(part["product"], part["quantity"]) for part in components.command["consumptions"]] == [  # type: ignore[attr-defined]
        ("CAP-28", "123"), ("CTN-12", "10.2582"),
    ]  # fmt: skip
    assert production.id != components.id
    assert production.lane == components.lane == "order/WO-1"
    row = m.progress(desk.bus.model, "WO-1")
    assert row is not None
    assert (row.unconfirmed_good, row.confirmed_scrap) == (0, 3)


def test_keys_of_postings_are_never_used_twice(desk: Floor) -> None:
    count(desk)
    for _ in range(5):
        desk.send(confirm(good=1), "okafor")
    assert len({p.id for p in desk.postings}) == len(desk.postings) == 10


def test_time_worked_is_counted_once(desk: Floor) -> None:
    count(desk)
    desk.send(confirm(), "okafor")
    desk.clock.move(600)
    desk.send(confirm(), "okafor")
    runs = [p.command["run"] for p in desk.postings if p.command_kind == "confirm_production"]
    assert runs == ["PT60S", "PT600S"]


@pytest.mark.parametrize(
    ("good", "scrap"), [("-1", "0"), ("0", "0"), ("NaN", "0"), ("1", "Infinity"), ("sNaN", "0"), ("0", "-3")]
)
def test_what_is_no_quantity_is_not_confirmed(desk: Floor, good: str, scrap: str) -> None:
    count(desk)
    assert desk.refused(confirm(good=good, scrap=scrap), "okafor").todo


def test_an_order_that_nobody_knows_is_not_confirmed(desk: Floor) -> None:
    assert "WO-99" in desk.refused(confirm("WO-99"), "okafor").message


def test_a_final_confirmation_may_be_of_nothing(desk: Floor) -> None:
    desk.send(confirm(good=0, final=True), "okafor")
    assert [p.command_kind for p in desk.postings] == ["confirm_production"]


def test_without_an_erp_nothing_is_posted() -> None:
    plant = small_plant()
    with floor(small_plant(erp=type(plant.erp)(adapter="none"))) as desk:
        count(desk)
        desk.send(confirm(), "okafor")
        assert desk.postings == []


def test_lots_of_an_order_are_counted_apart(desk: Floor) -> None:
    count(desk, serial=120)
    count(desk, serial=240)
    count(desk, lot="4480-B", serial=300, good=60)
    row = m.progress(desk.bus.model, "WO-1")
    assert row is not None
    assert [(lot.lot, lot.good, lot.first, lot.last) for lot in row.lots] == [
        ("4480-A", 240, 1, 240), ("4480-B", 60, 241, 300),
    ]  # fmt: skip
    assert row.counted_good == 300


# --- moves ------------------------------------------------------------------------------------------------------------


def test_an_order_moves_when_it_is_agreed_and_counted_there(desk: Floor) -> None:
    desk.send(propose(), "okafor")
    row = only(desk)
    assert row.state is AssignmentState.OFFERED
    assert set(row.people) == {"kaya", "novak"}
    assert row.from_line == "L1"
    desk.send(c.AcceptAssignment(assignment_id=row.id), "kaya")
    assert [(p.command_kind, p.subject) for p in desk.postings] == [("move_order", "WO-1 to L2")]
    count(desk, line="L2")
    assert only(desk).state is AssignmentState.ACTIVE
    desk.send(c.FinishAssignment(assignment_id=row.id), "okafor")
    assert only(desk).closed


def test_a_move_is_kept_here_where_the_erp_can_not_plan_an_order_elsewhere() -> None:
    plant = small_plant()
    with floor(replace(plant, erp=replace(plant.erp, lacks=frozenset({Capability.MOVE})))) as desk:
        desk.send(propose(), "okafor")
        desk.send(c.AcceptAssignment(assignment_id=only(desk).id), "kaya")
        assert desk.postings == []


def test_a_moved_order_is_on_its_new_line(desk: Floor) -> None:
    desk.send(propose(), "okafor")
    desk.send(c.AcceptAssignment(assignment_id=only(desk).id), "kaya")
    assert "there already" in desk.refused(propose(), "okafor").message
    count(desk, line="L2")
    desk.send(confirm(), "okafor")
    desk.refused(propose("L2"), "okafor")
    row = m.progress(desk.bus.model, "WO-1")
    assert row is not None
    assert row.line == "L2"


def test_a_person_is_there_as_soon_as_they_agree_and_leaves_the_line_before(desk: Floor) -> None:
    desk.send(propose("L2", "silva", e.Subject.PERSON), "okafor")
    first = only(desk)
    assert first.people == ("silva",)
    desk.refused(c.AcceptAssignment(assignment_id=first.id), "kaya")
    desk.send(c.AcceptAssignment(assignment_id=first.id), "silva")
    assert only(desk).state is AssignmentState.ACTIVE
    desk.send(propose("L1", "silva", e.Subject.PERSON), "okafor")
    second = m.open_assignments(desk.bus.model)[-1]
    assert second.from_line == "L2"
    desk.send(c.AcceptAssignment(assignment_id=second.id), "silva")
    assert [a.id for a in m.open_assignments(desk.bus.model)] == [second.id]


def test_an_offer_of_a_move_that_nobody_answers_comes_back(desk: Floor) -> None:
    desk.send(propose(), "okafor")
    desk.tick(299)
    assert only(desk).state is AssignmentState.OFFERED
    desk.tick(1)
    assert only(desk).state is AssignmentState.PROPOSED
    assert "no answer in time" in only(desk).refusals[0]
    desk.refused(propose(), "okafor")
    desk.send(c.WithdrawAssignment(assignment_id=only(desk).id), "okafor")
    desk.send(propose(), "okafor")


@pytest.mark.parametrize(
    "bad",
    [
        propose("L9"),
        propose("L1"),
        propose("L2", "WO-99"),
        propose("L2", "nobody", e.Subject.PERSON),
        c.ProposeAssignment(subject=e.Subject.ORDER, subject_id="WO-1", to_line="L2", reason=" "),
    ],
    ids=["no line", "there already", "no order", "nobody", "no reason"],
)
def test_a_move_that_makes_no_sense_is_refused(desk: Floor, bad: c.ProposeAssignment) -> None:
    desk.refused(bad, "okafor")


def test_a_declined_move_says_who_and_why(desk: Floor) -> None:
    desk.send(propose(), "okafor")
    desk.send(c.DeclineAssignment(assignment_id=only(desk).id, reason="No labels for it"), "kaya")
    assert only(desk).refusals == ("kaya: No labels for it",)
    error = desk.refused(c.AcceptAssignment(assignment_id=only(desk).id), "kaya")
    assert isinstance(error, IllegalStepError)


# --- the ERP's word ---------------------------------------------------------------------------------------------------


def posted(desk: Floor) -> str:
    count(desk)
    desk.send(confirm("WO-3", good=10), "okafor")
    return desk.postings[0].id


def say(desk: Floor, event: e.Event) -> None:
    desk.send(c.RecordPosting(event=event))


def refused_cases(desk: Floor) -> int:
    return sum(case.kind == "posting_rejected" for case in desk.cases)


@pytest.mark.parametrize("words", ["Order is closed", "", "   ", "x" * 9000, "a\x00\ud800b"])
def test_what_the_erp_refuses_is_one_case_an_attempt_with_its_words(desk: Floor, words: str) -> None:
    key = posted(desk)
    for attempt in (1, 2):
        say(desk, e.PostingSent(key=key, attempt=attempt))
        say(desk, e.PostingRejected(key=key, words=words.replace("\ud800", "?")))
        assert refused_cases(desk) == attempt
        if attempt == 1:
            desk.send(c.RetryPosting(key=key), "okafor")
    case = desk.cases[0]
    assert case.primary is not None
    assert case.primary.people == ("novak",)
    assert case.line == "L2"
    assert case.first_out


def test_a_question_of_the_erp_needs_its_answer(desk: Floor) -> None:
    key = posted(desk)
    say(desk, e.PostingSent(key=key, attempt=1))
    say(desk, e.PostingParked(key=key, words="Over-delivery?", token="overdelivery"))
    assert [
        (case.title.rpartition(": ")[2], case.first_out) for case in desk.cases if case.kind == "posting_rejected"
    ] == [("the ERP asks", "Over-delivery?")]
    desk.refused(c.RetryPosting(key=key), "okafor")
    desk.send(c.RetryPosting(key=key, answer="accept"), "okafor")
    assert desk.postings[0].state is PostingState.PENDING
    assert desk.postings[0].answer == "accept"


def test_a_document_that_differs_is_a_case_with_what_differs(desk: Floor) -> None:
    key = posted(desk)
    say(desk, e.PostingSent(key=key, attempt=1))
    say(desk, e.PostingParked(key=key, words="good 99 in place of 100", token=DIFFERS))
    [case] = [case for case in desk.cases if case.kind == "posting_rejected"]
    assert case.title.endswith("stands otherwise in the ERP")
    assert case.first_out == "good 99 in place of 100"


def test_a_confirmed_posting_is_over_and_has_its_lag(desk: Floor) -> None:
    key = posted(desk)
    say(desk, e.PostingSent(key=key, attempt=1))
    say(desk, e.PostingOutcomeLost(key=key, words="timeout"))
    say(desk, e.PostingSent(key=key, attempt=2))
    desk.clock.move(42)
    say(desk, e.PostingConfirmed(key=key, refs={"document": "4711"}))
    posting = m.posting(desk.bus.model, key)
    assert posting is not None
    assert (posting.closed, posting.lag_s) == (True, 42.0)
    desk.refused(c.RetryPosting(key=key), "okafor")
    with pytest.raises(IllegalStepError):
        say(desk, e.PostingSent(key=key, attempt=3))


def test_a_case_shows_what_it_endangers(desk: Floor) -> None:
    count(desk)
    case = desk.opened()
    assert [impact.subject for impact in case.impacts] == ["WO-1"]
    assert case.impacts[0].at < desk.bus.reference.orders["WO-1"].due_at
    assert case.impacts[0].at > desk.clock.now() - timedelta(hours=24)


def test_what_was_confirmed_for_good_is_not_confirmed_again(desk: Floor) -> None:
    desk.send(confirm(final=True), "okafor")
    desk.refused(confirm(), "okafor")
