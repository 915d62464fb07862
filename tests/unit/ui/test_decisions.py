"""Steps that the plant's log did not take: whose they are, how they read, and how each is done anew."""

from app.domain.permissions import PEOPLES_OWN
from app.readmodel.model import open_refusals
from tests.ui.desk import NOW, FakeDesk, night_desk
from tests.ui.shell import FakeShell
from ui.actions import BY_ID
from ui.decisions import AGAIN, WORDS, open_for, place_ref, undecided


def seen_by(desk: FakeDesk, person: str) -> list[str]:
    desk.person = desk.plant.people[person]
    return [act.step.kind for act in open_for(desk)]


def test_own_steps_come_first_a_lead_sees_all_and_others_only_their_own() -> None:
    desk = night_desk()
    desk.refuse("CaseAcknowledged", "case/c3", person="silva", when=NOW)
    desk.refuse("CaseShelved", "case/c5", person="okafor", when=NOW)
    assert seen_by(desk, "okafor") == ["CaseShelved", "CaseAcknowledged"]
    assert seen_by(desk, "silva") == ["CaseAcknowledged"]
    assert seen_by(desk, "weiss") == []
    desk.person = None
    assert len(open_for(desk)) == 2


def test_all_that_came_of_one_command_is_one_thing_to_decide() -> None:
    desk, shell = night_desk(), FakeShell({"note": "Ana did it."})
    desk.person = desk.plant.people["brandt"]
    desk.refuse("PostingQueued", "posting/p9", person="brandt")
    ref = desk.refuse("HoldReleased", "hold/h1", person="brandt")
    (act,) = open_for(desk)
    assert (act.ref, len(act.all)) == (ref, 2)
    BY_ID["refusal.settle"].run(desk, ref, shell)
    assert len(desk.sent) == 2


def test_every_step_that_a_person_can_make_has_words_and_every_form_for_it_exists() -> None:
    assert {event.__name__ for event in PEOPLES_OWN} - {"RefusalSettled", "AssignmentOffered", "HandoverClosed"} <= set(
        WORDS
    )
    assert set(AGAIN) <= set(WORDS)
    assert set(AGAIN.values()) <= set(BY_ID)


def test_a_hold_that_was_not_taken_is_placed_anew_where_it_came_from() -> None:
    desk, shell = night_desk(), FakeShell()
    payload = '{"hold_id":"h9","case_id":"c1","units":[{"lot":"4471-C"}]}'
    ref = desk.refuse("HoldPlaced", "hold/h9", person="okafor", payload=payload)
    BY_ID["refusal.again"].run(desk, ref, shell)
    assert shell.gone == ["holds:case/c1"]
    by_lot = desk.refuse("HoldPlaced", "hold/h8", person="okafor", payload='{"units":[{"lot":"4471-C"}]}')
    act = undecided(desk, by_lot)
    assert act is not None
    assert place_ref(next(row for row in act.all if by_lot.endswith(row.id))) == "holds:lot/4471-C"


def test_a_part_of_a_case_is_done_anew_on_that_part() -> None:
    desk, shell = night_desk(), FakeShell()
    ref = desk.refuse("TaskFinished", "case/c1", person="okafor", payload='{"case_id":"c1","task_id":"c1-2"}')
    BY_ID["refusal.again"].run(desk, ref, shell)
    assert (shell.gone, shell.acted) == (["case/c1"], [("case.finish", "task/c1/c1-2")])


def test_what_came_to_nothing_is_said_instead_of_opened() -> None:
    desk, shell = night_desk(), FakeShell()
    ref = desk.refuse("AssignmentProposed", "assignment/a9", person="okafor")
    BY_ID["refusal.open"].run(desk, ref, shell)
    assert not shell.gone
    assert "Move was not taken" in shell.said[0][0]


def test_a_payload_that_cannot_be_read_only_opens_what_it_was_about() -> None:
    desk, shell = night_desk(), FakeShell()
    ref = desk.refuse("CaseAcknowledged", "case/c3", person="okafor", payload="rubbish")
    BY_ID["refusal.again"].run(desk, ref, shell)
    assert shell.acted == [("case.acknowledge", "case/c3")]
    assert open_refusals(desk.view)
