"""Parts of a case: offers with clocks, the ladder, declines, promises. Nothing is ever unowned (I5)."""

from datetime import timedelta

import pytest

from app.domain import commands as c
from app.domain.lifecycles import TaskState
from app.domain.people import Function
from app.domain.routing import LADDER_TOP
from tests.plants import NIGHT, small_plant
from tests.unit.services.floor import Floor, floor


def test_an_offer_says_why_it_is_yours(desk: Floor) -> None:
    task = desk.primary(desk.opened().id)
    assert task.people == ("weiss", "hoff")
    assert (task.why.route, task.why.version, task.why.shift) == ("maintenance-breakdown-alarm_burst", 3, "Day")
    assert task.why.fallback == ""
    assert task.accept_by == desk.clock.now() + timedelta(seconds=120)


def test_an_offer_that_nobody_answers_climbs_to_the_shift_lead(desk: Floor) -> None:
    case = desk.opened()
    desk.tick(119)
    assert desk.primary(case.id).level == 0
    desk.tick(1)
    first = desk.primary(case.id)
    assert first.level == 1
    assert {"weiss", "hoff", "okafor"} == set(first.people)
    desk.tick(120)
    top = desk.primary(case.id)
    assert top.level == LADDER_TOP
    assert (top.state, top.owner) == (TaskState.ACCEPTED, "okafor")
    desk.tick(3600)
    assert desk.primary(case.id) == top


def test_asking_twice_what_is_due_changes_nothing(desk: Floor) -> None:
    case = desk.opened()
    task = desk.primary(case.id)
    desk.clock.move(121)
    expire = c.ExpireTask(case_id=case.id, task_id=task.id)
    assert desk.send(expire).opids
    assert desk.send(expire).opids == ()
    assert desk.primary(case.id).level == 1


def test_a_shelved_case_does_not_climb(desk: Floor) -> None:
    case = desk.opened()
    until = desk.clock.now() + timedelta(hours=2)
    desk.send(c.ShelveCase(case_id=case.id, until=until, reason="Waits for a part"), "okafor")
    desk.tick(3600)
    assert desk.primary(case.id).level == 0


def test_a_decline_asks_the_others_on_without_more_time(desk: Floor) -> None:
    case = desk.opened()
    before = desk.primary(case.id)
    desk.clock.move(100)
    desk.send(c.DeclineTask(case_id=case.id, task_id=before.id, reason="On L2"), "weiss")
    after = desk.primary(case.id)
    assert after.people == ("hoff",)
    assert (after.level, after.accept_by) == (0, before.accept_by)
    assert after.refusals == ("weiss",)
    desk.send(c.DeclineTask(case_id=case.id, task_id=before.id, reason="On break"), "hoff")
    last = desk.primary(case.id)
    assert last.people == ("okafor",)
    assert last.level == 1
    desk.refused(c.DeclineTask(case_id=case.id, task_id=before.id, reason="Me neither"), "okafor")


def test_who_is_not_asked_can_not_decline_for_those_who_are(desk: Floor) -> None:
    case = desk.opened()
    task = desk.primary(case.id)
    desk.send(c.ReassignTask(case_id=case.id, task_id=task.id, to_person="hoff", reason="Knows it"), "okafor")
    desk.refused(c.DeclineTask(case_id=case.id, task_id=task.id, reason="No"), "weiss")


def test_a_reassignment_keeps_the_rung_and_starts_the_clock(desk: Floor) -> None:
    case = desk.opened()
    desk.tick(120)
    task = desk.primary(case.id)
    desk.clock.move(30)
    desk.send(c.ReassignTask(case_id=case.id, task_id=task.id, to_person="hoff", reason="Knows it"), "okafor")
    moved = desk.primary(case.id)
    assert moved.level == task.level == 1
    assert moved.accept_by == desk.clock.now() + timedelta(seconds=120)
    assert desk.case(case.id).acknowledged_by == ""
    assert not desk.case(case.id).accepted
    desk.tick(120)
    assert desk.case(case.id).owner == "okafor"
    assert desk.case(case.id).accepted


def test_one_of_two_who_reassign_at_once_sees_the_other(desk: Floor) -> None:
    case = desk.opened()
    task = desk.primary(case.id)
    desk.send(c.AcceptTask(case_id=case.id, task_id=task.id), "weiss")
    assert "J. Weiss" in desk.refused(c.AcceptTask(case_id=case.id, task_id=task.id), "hoff").message


@pytest.mark.parametrize("to", ["nobody", "lineside", ""])
def test_work_is_given_to_people_of_the_plant_only(desk: Floor, to: str) -> None:
    case = desk.opened()
    task = desk.primary(case.id)
    desk.refused(c.ReassignTask(case_id=case.id, task_id=task.id, to_person=to, reason="x"), "okafor")


def test_a_part_is_for_its_function(desk: Floor) -> None:
    case = desk.opened()
    task = next(task for task in case.tasks if task.function is Function.PLANNING)
    desk.refused(c.AcceptTask(case_id=case.id, task_id=task.id), "silva")
    desk.send(c.AcceptTask(case_id=case.id, task_id=task.id), "novak")
    assert desk.case(case.id).owner == "okafor"
    desk.refused(c.FinishTask(case_id=case.id, task_id=task.id), "okafor")
    desk.send(c.FinishTask(case_id=case.id, task_id=task.id, note="Moved WO-2"), "novak")


def test_only_who_accepted_promises_and_only_the_future(desk: Floor) -> None:
    case = desk.opened()
    task = desk.primary(case.id)
    soon = desk.clock.now() + timedelta(minutes=5)
    desk.refused(c.PromiseTask(case_id=case.id, task_id=task.id, promised_at=soon), "weiss")
    past = desk.clock.now() - timedelta(seconds=1)
    desk.refused(c.AcceptTask(case_id=case.id, task_id=task.id, promised_at=past), "weiss")
    assert desk.primary(case.id).state is TaskState.OFFERED
    desk.send(c.AcceptTask(case_id=case.id, task_id=task.id), "weiss")
    desk.refused(c.PromiseTask(case_id=case.id, task_id=task.id, promised_at=soon), "hoff")
    desk.send(c.PromiseTask(case_id=case.id, task_id=task.id, promised_at=soon), "weiss")
    desk.tick(300)
    assert desk.primary(case.id).promise_broken
    later = desk.clock.now() + timedelta(minutes=5)
    desk.send(c.PromiseTask(case_id=case.id, task_id=task.id, promised_at=later), "weiss")
    assert not desk.primary(case.id).promise_broken


def test_at_night_the_night_shift_is_asked_and_its_lead_answers_for_it(desk: Floor) -> None:
    desk.clock.at = NIGHT
    case = desk.opened("material_low")
    task = desk.primary(case.id)
    assert case.accountable == "lindqvist"
    assert task.people == ("lindqvist",)
    assert "Materials" in task.why.fallback
    assert task.why.shift == "Night"


def test_a_kind_without_a_rule_goes_to_the_shift_lead() -> None:
    with floor(small_plant(routes=())) as desk:
        case = desk.opened()
        assert [task.people for task in case.tasks] == [("okafor",)]
        assert case.tasks[0].primary
        assert "no rule" in case.tasks[0].why.fallback


def test_between_shifts_somebody_answers_all_the_same() -> None:
    with floor(small_plant(shifts=())) as desk:
        case = desk.opened()
        assert case.owner in desk.plant.people
        assert desk.primary(case.id).people == (case.owner,)
        desk.tick(120)
        desk.tick(120)
        assert desk.case(case.id).accepted
