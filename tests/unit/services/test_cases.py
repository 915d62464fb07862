"""The life of a case: opened, routed, owned, promised, reassigned, resolved, closed, reopened; what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain import commands as c
from app.domain.erp import Capability
from app.domain.errors import IllegalStepError, NotFoundError, RefusedError
from app.domain.finding import Phase
from app.domain.kinds import REPORTS
from app.domain.lifecycles import CaseState, TaskState
from app.domain.people import Function
from tests.plants import small_plant
from tests.unit.services.floor import Floor, finding, floor


def test_a_case_lives_from_finding_to_reopening(desk: Floor) -> None:
    case = desk.opened()
    assert case.title == "L1 Filler aborted"
    assert case.first_out == "Torque limit"
    assert {task.function for task in case.tasks} == {F.MAINTENANCE, F.PLANNING, F.CUSTOMER_SERVICE}
    assert case.owner == "okafor"
    assert not case.accepted
    desk.send(c.AcknowledgeCase(case_id=case.id), "silva")
    assert desk.case(case.id).state is CaseState.ACKNOWLEDGED
    assert desk.case(case.id).owner == "okafor"
    task = desk.primary(case.id)
    promised_at = desk.clock.now() + timedelta(minutes=10)
    desk.send(c.AcceptTask(case_id=case.id, task_id=task.id, promised_at=promised_at), "weiss")
    assert desk.case(case.id).state is CaseState.IN_PROGRESS
    assert desk.case(case.id).owner == "weiss"
    desk.tick(599)
    assert not desk.primary(case.id).promise_broken
    desk.tick(1)
    assert desk.primary(case.id).promise_broken
    desk.send(c.ReassignTask(case_id=case.id, task_id=task.id, to_person="hoff", reason="Jan is on L2"), "okafor")
    assert desk.case(case.id).owner == "okafor"
    assert desk.primary(case.id).people == ("hoff",)
    assert not desk.primary(case.id).promise_broken
    desk.send(c.AcceptTask(case_id=case.id, task_id=task.id), "hoff")
    desk.send(c.ResolveCase(case_id=case.id, cause="Cap jammed", fix="Cleared the chute"), "hoff")
    resolved = desk.case(case.id)
    assert resolved.state is CaseState.RESOLVED
    assert all(not task.active for task in resolved.tasks)
    assert resolved.resolved_by == "hoff"
    desk.send(c.CloseCase(case_id=case.id), "okafor")
    assert desk.case(case.id).closed
    desk.send(c.ReopenCase(case_id=case.id, reason="It jammed again"), "okafor")
    reopened = desk.case(case.id)
    assert reopened.state is CaseState.OPEN
    assert reopened.owner == reopened.accountable
    assert reopened.primary is not None
    assert reopened.primary.state is TaskState.OFFERED
    assert reopened.primary.accept_by > desk.clock.now()
    assert [entry.what for entry in reopened.timeline].count("PromiseBroken") == 1


F = Function


def test_one_occurrence_opens_one_case_however_often_it_is_said(desk: Floor) -> None:
    said = finding("breakdown", "L1.filler", at=desk.clock.now())
    for _ in range(3):
        desk.send(c.RecordFinding(finding=said))
    assert len(desk.cases) == 1
    assert desk.cases[0].members == ()


def test_a_resolved_occurrence_does_not_come_back(desk: Floor) -> None:
    said = finding("breakdown", "L1.filler", at=desk.clock.now())
    desk.send(c.RecordFinding(finding=said))
    desk.send(c.ResolveCase(case_id=desk.cases[0].id, cause="Jam", fix="Cleared"), "okafor")
    desk.send(c.RecordFinding(finding=said))
    assert len(desk.cases) == 1
    assert desk.cases[0].resolved


def test_the_same_trouble_joins_its_open_case_and_returns_it(desk: Floor) -> None:
    case = desk.opened("rate_loss")
    desk.send(c.RecordFinding(finding=finding("rate_loss", "L1.filler", at=desk.clock.now(), phase=Phase.CLEARED)))
    assert desk.case(case.id).cleared_at is not None
    desk.send(c.RecordFinding(finding=finding("rate_loss", "L1.filler", at=desk.clock.move(60))))
    joined = desk.case(case.id)
    assert len(desk.cases) == 1
    assert joined.cleared_at is None
    assert joined.first_occurrences == 2


@pytest.mark.parametrize(
    ("kind", "victim", "culprit", "joins"),
    [
        ("starved", "L1.packer", "L1.filler", True),
        ("starved", "L1.filler", "L1.packer", False),
        ("blocked", "L1.filler", "L1.packer", True),
        ("blocked", "L1.packer", "L1.filler", False),
        ("starved", "L2.packer", "L1.filler", False),
        ("rate_loss", "L1.packer", "L1.filler", False),
    ],
)
def test_waiting_joins_the_fault_that_causes_it(desk: Floor, kind: str, victim: str, culprit: str, joins: bool) -> None:
    cause = desk.opened("breakdown", culprit)
    desk.send(c.RecordFinding(finding=finding(kind, victim, at=desk.clock.move(90))))
    assert len(desk.cases) == (1 if joins else 2)
    assert [member.machine for member in desk.case(cause.id).members] == ([victim] if joins else [])


def test_waiting_joins_the_nearest_of_two_faults(desk: Floor) -> None:
    desk.opened("breakdown", "L1.filler")
    near = desk.opened("unplanned_stop", "L1.labeller")
    desk.send(c.RecordFinding(finding=finding("starved", "L1.packer", at=desk.clock.move(60))))
    assert [member.kind for member in desk.case(near.id).members] == ["starved"]


def test_waiting_does_not_join_a_fault_that_is_over(desk: Floor) -> None:
    cause = desk.opened("breakdown", "L1.filler")
    desk.send(c.RecordFinding(finding=finding("breakdown", "L1.filler", at=desk.clock.now(), phase=Phase.CLEARED)))
    desk.opened("starved", "L1.packer")
    assert desk.case(cause.id).members == ()


def test_a_burst_joins_the_stop_of_its_machine(desk: Floor) -> None:
    cause = desk.opened("breakdown", "L1.filler")
    desk.send(c.RecordFinding(finding=finding("alarm_burst", "L1.filler", at=desk.clock.now())))
    for _ in range(3):
        member = finding("alarm_burst", "L1.filler", at=desk.clock.now(), phase=Phase.MEMBER)
        desk.send(c.RecordFinding(finding=member))
    assert len(desk.cases) == 1
    assert desk.case(cause.id).first_occurrences == 5
    assert desk.case(cause.id).first_out == "Torque limit"


def test_standing_still_after_a_breakdown_is_not_another_case(desk: Floor) -> None:
    case = desk.opened("breakdown", "L1.filler")
    desk.send(c.RecordFinding(finding=finding("breakdown", "L1.filler", at=desk.clock.now(), phase=Phase.CLEARED)))
    desk.send(c.RecordFinding(finding=finding("unplanned_stop", "L1.filler", at=desk.clock.now())))
    assert len(desk.cases) == 1
    assert [member.kind for member in desk.case(case.id).members] == ["unplanned_stop"]


def test_a_burst_of_another_machine_is_a_case_of_its_own(desk: Floor) -> None:
    desk.opened("breakdown", "L1.filler")
    desk.opened("alarm_burst", "L1.labeller")
    assert len(desk.cases) == 2


def test_the_burst_after_a_burst_is_another_case(desk: Floor) -> None:
    desk.opened("alarm_burst")
    desk.send(c.RecordFinding(finding=finding("alarm_burst", "L1.filler", at=desk.clock.now(), phase=Phase.CLEARED)))
    desk.opened("alarm_burst")
    assert len(desk.cases) == 2


def test_the_capsule_is_completed_once_for_the_case_it_opened(desk: Floor) -> None:
    case = desk.opened()
    assert case.capsule is not None
    desk.send(c.CompleteCapsule(occurrence=case.occurrence, capsule=case.capsule))
    desk.send(c.CompleteCapsule(occurrence="nobody's", capsule=case.capsule))
    assert desk.case(case.id).version == case.version + 1


def test_a_gap_is_on_record(desk: Floor) -> None:
    now = desk.clock.now()
    desk.send(c.RecordGap(controller="C-L1", from_at=now, to_at=now + timedelta(seconds=9), reason="cable"))
    assert [op.kind for op in desk.journal.read()] == ["GapRecorded"]


@pytest.mark.parametrize("what", sorted(REPORTS))
def test_a_report_goes_to_the_function_it_names(desk: Floor, what: str) -> None:
    desk.send(c.ReportException(what=what, text="It smells burnt", machine="L1.labeller"), "silva")
    case = desk.cases[0]
    assert case.priority == REPORTS[what][2]
    assert case.primary is not None
    assert case.primary.function is REPORTS[what][1]
    desk.send(c.ResolveCase(case_id=case.id, cause="Belt", fix="Changed"), "okafor")
    desk.send(c.ReopenCase(case_id=case.id, reason="Again"), "okafor")
    assert desk.primary(case.id).function is REPORTS[what][1]


def test_a_report_that_nobody_of_its_function_can_hear_says_so() -> None:
    shifts = tuple(s for s in small_plant().shifts if s.id == "night")
    night_only = small_plant(shifts=shifts)
    with floor(night_only) as desk:
        desk.clock.move(11 * 3600)
        desk.send(c.ReportException(what="2", text="Caps crooked", machine="L1.filler"), "silva")
        task = desk.primary(desk.cases[0].id)
        assert task.people
        assert "Quality" in task.why.fallback


@pytest.mark.parametrize(
    "report",
    [
        c.ReportException(what="9", text="What"),
        c.ReportException(what="1", text="   "),
        c.ReportException(what="1", text="x" * 5000),
        c.ReportException(what="1", text="Smoke", machine="L9.filler"),
        c.ReportException(what="1", text="Smoke", line="L9"),
    ],
    ids=["unknown", "empty", "endless", "machine", "line"],
)
def test_a_report_of_nothing_is_refused(desk: Floor, report: c.ReportException) -> None:
    assert isinstance(desk.refused(report, "silva"), RefusedError)


def test_what_people_write_is_made_safe_and_never_cut_in_silence(desk: Floor) -> None:
    case = desk.opened()
    desk.send(c.AddNote(case_id=case.id, text="a\r\nINFO hold released\x1b[31m \ud800 \u202e"), "silva")
    said = desk.case(case.id).timeline[-1].text
    assert not {"\r", "\n", "\x1b", "\ud800", "\u202e"} & set(said)
    assert "INFO hold released" in said
    task = desk.primary(case.id)
    desk.send(c.DeclineTask(case_id=case.id, task_id=task.id, reason="busy\x00\ud800"), "weiss")
    assert "\x00" not in desk.case(case.id).timeline[-2].text
    desk.refused(c.ResolveCase(case_id=case.id, cause="c" * 501, fix="f"), "okafor")


def test_shelving_takes_it_away_until_its_time_and_no_longer(desk: Floor) -> None:
    case = desk.opened("reject_drift")
    until = desk.clock.now() + timedelta(minutes=30)
    desk.send(c.ShelveCase(case_id=case.id, until=until, reason="Known, waits for the new roll"), "brandt")
    desk.tick(1799)
    assert desk.case(case.id).state is CaseState.SHELVED
    assert desk.primary(case.id).level == 0
    desk.tick(1)
    assert desk.case(case.id).state is CaseState.OPEN
    assert "time ran out" in [entry.text for entry in desk.case(case.id).timeline]


@pytest.mark.parametrize("seconds", [-1, 0, 12 * 3600 + 1])
def test_a_shelf_ends_within_half_a_day(desk: Floor, seconds: float) -> None:
    case = desk.opened()
    until = desk.clock.now() + timedelta(seconds=seconds)
    desk.refused(c.ShelveCase(case_id=case.id, until=until, reason="Later"), "okafor")


def test_a_case_that_somebody_has_is_in_progress_again_when_it_is_unshelved(desk: Floor) -> None:
    case = desk.opened("rate_loss")
    desk.send(c.OwnCase(case_id=case.id), "silva")
    until = desk.clock.now() + timedelta(hours=1)
    desk.send(c.ShelveCase(case_id=case.id, until=until, reason="Waits for a part"), "okafor")
    desk.send(c.UnshelveCase(case_id=case.id), "okafor")
    assert desk.case(case.id).state is CaseState.IN_PROGRESS
    assert desk.case(case.id).owner == "silva"
    desk.send(c.RecordFinding(finding=finding("rate_loss", "L1.filler", at=desk.clock.now(), phase=Phase.CLEARED)))
    desk.tick(600)
    assert not desk.case(case.id).resolved


def test_what_cleared_by_itself_and_nobody_touched_ends_by_itself(desk: Floor) -> None:
    case = desk.opened("starved", "L2.packer")
    kept = desk.opened("breakdown", "L1.filler")
    for kind, machine in (("starved", "L2.packer"), ("breakdown", "L1.filler")):
        cleared = finding(kind, machine, at=desk.clock.now(), phase=Phase.CLEARED)
        desk.send(c.RecordFinding(finding=cleared))
    desk.clock.move(300)
    desk.tick()
    assert desk.case(case.id).resolved
    assert desk.case(case.id).resolved_by == "lineside"
    assert not desk.case(kept.id).resolved
    desk.tick(3600)
    assert desk.case(case.id).closed


def test_owning_is_accepting_the_primary_part(desk: Floor) -> None:
    case = desk.opened()
    desk.send(c.OwnCase(case_id=case.id), "silva")
    assert desk.case(case.id).owner == "silva"
    assert desk.case(case.id).acknowledged_by == "silva"
    assert isinstance(desk.refused(c.OwnCase(case_id=case.id), "silva"), RefusedError)
    assert isinstance(desk.refused(c.OwnCase(case_id=case.id), "weiss"), RefusedError)
    desk.send(c.OwnCase(case_id=case.id), "okafor")
    assert desk.case(case.id).owner == "okafor"


def test_who_finished_the_primary_part_may_still_resolve(desk: Floor) -> None:
    case = desk.opened()
    desk.send(c.OwnCase(case_id=case.id), "weiss")
    desk.refused(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "silva")
    desk.send(c.FinishTask(case_id=case.id, task_id=desk.primary(case.id).id), "weiss")
    assert desk.case(case.id).owner == "weiss"
    desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "weiss")
    assert desk.case(case.id).resolved


def test_a_replayed_case_posts_nothing(desk: Floor) -> None:
    case = desk.opened(replayed=True)
    desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "okafor")
    assert desk.postings == []


def test_a_resolved_stop_posts_its_downtime_once(desk: Floor) -> None:
    case = desk.opened()
    desk.clock.move(600)
    desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "okafor")
    assert [(p.command_kind, p.subject) for p in desk.postings] == [("record_downtime", "L1 Filler: 10.0 min down")]


def test_a_stop_is_kept_here_where_the_erp_has_no_place_for_it() -> None:
    plant = small_plant()
    with floor(replace(plant, erp=replace(plant.erp, lacks=frozenset({Capability.DOWNTIME})))) as desk:
        case = desk.opened()
        desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "okafor")
        assert desk.case(case.id).resolved
        assert desk.postings == []


def test_steps_that_the_table_lacks_are_refused(desk: Floor) -> None:
    case = desk.opened()
    assert isinstance(desk.refused(c.CloseCase(case_id=case.id), "okafor"), IllegalStepError)
    assert isinstance(desk.refused(c.ReopenCase(case_id=case.id, reason="x"), "okafor"), IllegalStepError)
    assert isinstance(desk.refused(c.AcknowledgeCase(case_id="none"), "okafor"), NotFoundError)
    desk.send(c.ResolveCase(case_id=case.id, cause="Jam", fix="Cleared"), "okafor")
    task = desk.case(case.id).tasks[0]
    for command in (
        c.ResolveCase(case_id=case.id, cause="Jam", fix="Again"),
        c.AcceptTask(case_id=case.id, task_id=task.id),
        c.ReassignTask(case_id=case.id, task_id=task.id, to_person="hoff", reason="x"),
        c.OwnCase(case_id=case.id),
    ):
        desk.refused(command, "okafor")


def test_nobody_does_what_their_role_does_not_allow(desk: Floor) -> None:
    case = desk.opened()
    assert "may not" in desk.refused(c.CloseCase(case_id=case.id), "silva").message
    said = c.RecordFinding(finding=finding("breakdown", "L2.filler", at=desk.clock.now()))
    assert "may not" in desk.refused(said, "okafor").message
