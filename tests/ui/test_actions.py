"""Every action of the table: its key, to whom and when it applies, and the command that comes of its forms."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.lifecycles import AlarmState
from app.domain.packml import MachineState
from app.domain.permissions import ALLOWED
from app.domain.plant import Signal
from app.domain.reading import Quality, Reading
from app.readmodel.model import open_refusals
from tests.ui.desk import NOW, FakeDesk, night_desk
from tests.ui.shell import FakeShell
from tests.ui.views.interlocked import CLOSE, guarded_night
from tests.ui.views.proposed import RATE, RATED, propose
from ui.actions import ACTIONS, BY_ID, applicable, clashes, for_key, refusal
from ui.acts.row import Row
from ui.desk import Answer
from ui.shell import kind_of
from ui.steering import STEERING

ROOT = Path(__file__).resolve().parents[2]


def busy_desk() -> FakeDesk:
    """The night of the pictures, with something in every state that an action needs."""
    desk = night_desk()
    desk.record(e.CaseShelved(case_id="c2", until=NOW + timedelta(hours=1), reason="later"))
    units = (e.HeldUnits(lot="4466-A", product="A-100", quantity=Decimal(240)),)
    for hold in ("h2", "h3"):
        desk.record(e.HoldPlaced(hold_id=hold, units=units, reason_code="seal", reason="loose caps"), person="brandt")
    desk.record(e.HoldReviewStarted(hold_id="h3"))
    desk.record(e.HoldDispositioned(hold_id="h3", disposition=e.Disposition.RELEASE))
    for number, done in (("a2", ()), ("a3", ("accepted",)), ("a4", ("accepted", "active"))):
        desk.record(
            e.AssignmentProposed(
                assignment_id=number,
                subject=e.Subject.PERSON,
                subject_id="kaya",
                from_line="L1",
                to_line="L2",
                reason="r",
            )
        )
        desk.record(e.AssignmentOffered(assignment_id=number, people=("okafor",), accept_by=NOW))
        if "accepted" in done:
            desk.record(e.AssignmentAccepted(assignment_id=number, by="okafor"))
        if "active" in done:
            desk.record(e.AssignmentActivated(assignment_id=number))
    propose(desk, "p1", RATE, RATED, NOW, "novak")
    item = e.HandoverItem(item_id="i1", kind=e.ItemKind.CASE, ref="case/c1", text="L2 Filler aborted")
    for number in ("ho1", "ho2"):
        desk.record(
            e.HandoverDrafted(handover_id=number, shift="night", next_shift="early", shift_start=NOW, items=(item,))
        )
    desk.record(e.HandoverSigned(handover_id="ho2"), person="okafor")
    asked = e.ControlRequested(
        control_id="k1", station="desk-1", controller="C-L2", machine="L2.capper", what="Stop the capper", seen=6
    )
    for event in (asked, e.ControlSent(control_id="k1"), e.ControlUnknown(control_id="k1", words="No answer.")):
        desk.record(event, person="silva")
    shelved = AlarmState.SHELVED
    desk.alarms = tuple(replace(row, state=shelved) if row.code == "LAB-0410" else row for row in desk.alarms)
    desk.alarms = tuple(replace(row, unconfirmed=row.code == "FIL-2201") for row in desk.alarms)
    desk.refuse("HoldReleased", "hold/h1", person="brandt")
    return desk


def alarm_act(code: str, act: e.AlarmAct, comment: str = "", minutes: int = 0) -> c.RequestAlarmAct:
    """The act on an alarm of L2, as it stands on the screen."""
    machine = "L2.labeller" if code.startswith("LAB") else "L2.filler"
    return c.RequestAlarmAct(
        controller="C-L2", alarm=code, event_id=f"e{code}", act=act, machine=machine, code=code,
        comment=comment, minutes=minutes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Somebody does an action: the forms' answers in turn, and what comes of it."""

    by: str
    ref: str
    answers: tuple[Mapping[str, str], ...] = ()
    sends: c.Command | None = None
    goes: str = ""
    desk: Callable[[], FakeDesk] = busy_desk


REASON = {"reason": "because"}
MOVE = {"line": "L1", "reason": "L2 is down"}
REFUSED = next(f"refusal/{row.id}" for row in open_refusals(busy_desk().view))
PLAYS: Mapping[str, Play] = {
    "case.acknowledge": Play(by="okafor", ref="case/c3", sends=c.AcknowledgeCase(case_id="c3")),
    "case.own": Play(by="berger", ref="case/c3", sends=c.OwnCase(case_id="c3")),
    "case.promise": Play(
        by="weiss",
        ref="case/c1",
        answers=({"minutes": "30"},),
        sends=c.PromiseTask(case_id="c1", task_id="c1-1", promised_at=NOW + timedelta(minutes=30)),
    ),
    "case.reassign": Play(
        by="okafor",
        ref="case/c1",
        answers=({"person": "hoff", "reason": "because"},),
        sends=c.ReassignTask(case_id="c1", task_id="c1-1", to_person="hoff", reason="because"),
    ),
    "case.decline": Play(
        by="roth", ref="case/c1", answers=(REASON,), sends=c.DeclineTask(case_id="c1", task_id="c1-3", reason="because")
    ),
    "case.finish": Play(
        by="novak", ref="case/c1", answers=({"note": "moved"},),
        sends=c.FinishTask(case_id="c1", task_id="c1-2", note="moved"),
    ),
    "case.hold": Play(by="silva", ref="case/c1", goes="holds:case/c1"),
    "case.shelve": Play(
        by="okafor", ref="case/c5", answers=({"minutes": "15", **REASON},),
        sends=c.ShelveCase(case_id="c5", until=NOW + timedelta(minutes=15), reason="because"),
    ),
    "case.unshelve": Play(by="okafor", ref="case/c2", sends=c.UnshelveCase(case_id="c2")),
    "case.resolve": Play(
        by="weiss", ref="machine/L2.filler", answers=({"cause": "seal", "fix": "replaced"},),
        sends=c.ResolveCase(case_id="c1", cause="seal", fix="replaced"),
    ),
    "case.close": Play(by="okafor", ref="case/c0", sends=c.CloseCase(case_id="c0")),
    "case.reopen": Play(
        by="okafor", ref="case/c0", answers=(REASON,), sends=c.ReopenCase(case_id="c0", reason="because")
    ),
    "case.note": Play(
        by="silva", ref="case/c1", answers=({"text": "hot rubber"},), sends=c.AddNote(case_id="c1", text="hot rubber")
    ),
    "case.trend": Play(by="silva", ref="case/c1", goes="trends:case/c1"),
    "case.why": Play(by="silva", ref="case/c1", answers=({},)),
    "refusal.open": Play(by="brandt", ref=REFUSED, goes="hold/h1"),
    "refusal.again": Play(by="brandt", ref=REFUSED, goes="hold/h1"),
    "refusal.settle": Play(
        by="brandt", ref=REFUSED, answers=({"note": "Ana did it."},),
        sends=c.SettleRefusal(opid=REFUSED.removeprefix("refusal/"), note="Ana did it."),
    ),
    "hold.review": Play(
        by="brandt", ref="hold/h2", answers=({"note": "samples"},), sends=c.ReviewHold(hold_id="h2", note="samples")
    ),
    "hold.dispose": Play(
        by="brandt", ref="hold/h1", answers=({"disposition": "scrap", "note": "underfilled"}, {"password": "word"}),
        sends=c.DisposeHold(hold_id="h1", disposition=e.Disposition.SCRAP, note="underfilled"),
    ),
    "hold.release": Play(
        by="brandt", ref="hold/h3", answers=({"note": "caps are tight"}, {"password": "word"}),
        sends=c.ReleaseHold(hold_id="h3", seen_version=3, note="caps are tight"),
    ),
    "hold.interlock": Play(
        by="brandt", ref="hold/h1", answers=({},), desk=guarded_night,
        sends=c.RequestControl(command_id=CLOSE.id, seen_state=int(MachineState.EXECUTE), hold_id="h1"),
    ),
    "check.record": Play(
        by="silva", ref="machine/L2.filler", answers=({"value": "331", "passed": "yes"},),
        sends=c.RecordQualityCheck(
            machine="L2.filler", lot="4471-C", characteristic="fill volume", value=Decimal(331), unit="ml", passed=True
        ),
    ),
    "order.confirm": Play(
        by="okafor", ref="order/WO-10479", answers=({"final": "yes"},),
        sends=c.ConfirmOrder(order="WO-10479", good=Decimal(18_802), scrap=Decimal(83), lot="4471-C", final=True),
    ),
    "order.reassign": Play(by="okafor", ref="order/WO-10479", answers=(MOVE, {})),
    "person.reassign": Play(by="okafor", ref="person/weiss", answers=(MOVE, {})),
    "assignment.accept": Play(by="okafor", ref="assignment/a2", sends=c.AcceptAssignment(assignment_id="a2")),
    "assignment.decline": Play(
        by="okafor", ref="assignment/a2", answers=(REASON,),
        sends=c.DeclineAssignment(assignment_id="a2", reason="because"),
    ),
    "assignment.withdraw": Play(
        by="okafor", ref="assignment/a3", answers=(REASON,),
        sends=c.WithdrawAssignment(assignment_id="a3", reason="because"),
    ),
    "assignment.activate": Play(by="okafor", ref="assignment/a3", sends=c.ActivateAssignment(assignment_id="a3")),
    "assignment.finish": Play(by="okafor", ref="assignment/a4", sends=c.FinishAssignment(assignment_id="a4")),
    "proposal.accept": Play(
        by="novak", ref="proposal/p1", answers=({},), sends=c.AcceptProposal(proposal_id="p1")
    ),
    "proposal.decline": Play(
        by="novak", ref="proposal/p1", answers=(REASON,),
        sends=c.DeclineProposal(proposal_id="p1", reason="because"),
    ),
    "handover.draft": Play(by="okafor", ref="", sends=c.DraftHandover(), goes="handover"),
    "handover.sign": Play(
        by="okafor", ref="handover/ho1", answers=({"note": "quiet"},),
        sends=c.SignHandover(handover_id="ho1", note="quiet"),
    ),
    "item.accept": Play(
        by="lindqvist", ref="item/ho2/i1", sends=c.AcceptHandoverItem(handover_id="ho2", item_id="i1")
    ),
    "posting.retry": Play(by="novak", ref="posting/p2", answers=({},), sends=c.RetryPosting(key="p2")),
    "machine.command": Play(
        by="okafor", ref="machine/L2.labeller", answers=({"command": "L2.labeller.speed"}, {"value": "420"}),
        sends=c.RequestControl(command_id="L2.labeller.speed", seen_state=6, value=420.0),
    ),
    "alarm.acknowledge": Play(
        by="silva", ref="alarm/C-L2/FIL-3117", answers=({"comment": "seen"},),
        sends=alarm_act("FIL-3117", e.AlarmAct.ACKNOWLEDGE, "seen"),
    ),
    "alarm.confirm": Play(
        by="silva", ref="alarm/C-L2/FIL-2201", answers=({},), sends=alarm_act("FIL-2201", e.AlarmAct.CONFIRM)
    ),
    "alarm.comment": Play(
        by="silva", ref="alarm/C-L2/FIL-2201", answers=({"comment": "bowl is being filled"},),
        sends=alarm_act("FIL-2201", e.AlarmAct.COMMENT, "bowl is being filled"),
    ),
    "alarm.shelve": Play(
        by="silva", ref="alarm/C-L2/FIL-2201", answers=({"minutes": "15"},),
        sends=alarm_act("FIL-2201", e.AlarmAct.SHELVE, minutes=15),
    ),
    "alarm.shelve_once": Play(
        by="silva", ref="alarm/C-L2/FIL-2201", answers=({},),
        sends=alarm_act("FIL-2201", e.AlarmAct.SHELVE_ONCE),
    ),
    "alarm.unshelve": Play(
        by="silva", ref="alarm/C-L2/LAB-0410", answers=({},), sends=alarm_act("LAB-0410", e.AlarmAct.UNSHELVE)
    ),
    "control.settle": Play(
        by="silva", ref="control/k1", answers=({"note": "It stands."},),
        sends=c.SettleControl(control_id="k1", note="It stands."),
    ),
    "open": Play(by="silva", ref="case/c1", goes="case/c1"),
    "report": Play(
        by="silva", ref="machine/L2.filler", answers=({"what": "2", "text": "foam"},),
        sends=c.ReportException(what="2", text="foam", machine="L2.filler", line="L2"),
    ),
    "sign_in": Play(by="silva", ref=""),
    "sign_out": Play(by="silva", ref=""),
}  # fmt: skip


def at_desk(play: Play) -> FakeDesk:
    desk = play.desk()
    desk.person = desk.plant.people[play.by]
    return desk


def unsigned(command: c.Command) -> c.Command:
    """A command without its signature, whose text has tests of its own."""
    return replace(command, signature=None) if isinstance(command, c.DisposeHold | c.ReleaseHold) else command


def test_every_action_is_played_below() -> None:
    assert set(PLAYS) == set(BY_ID) == {row.id for row in ACTIONS}


@pytest.mark.parametrize("name", PLAYS)
def test_an_action_sends_its_command_or_leads_where_it_says(name: str) -> None:
    play, shell = PLAYS[name], FakeShell(*PLAYS[name].answers)
    desk = at_desk(play)
    assert refusal(BY_ID[name], desk, play.ref) == ""
    BY_ID[name].run(desk, play.ref, shell)
    assert not shell.answers
    if play.sends is not None:
        assert [unsigned(command) for command in desk.sent] == [play.sends]
        assert shell.said[-1] == ("stored", False)
    if play.goes:
        assert shell.gone == [play.goes]


@pytest.mark.parametrize("name", [name for name, play in PLAYS.items() if play.answers])
def test_cancelling_a_form_sends_nothing(name: str) -> None:
    desk, shell = at_desk(PLAYS[name]), FakeShell(None)
    BY_ID[name].run(desk, PLAYS[name].ref, shell)
    assert shell.forms
    assert not desk.sent


@pytest.mark.parametrize("name", [row.id for row in ACTIONS if row.commands])
def test_without_a_person_nothing_can_be_sent_and_the_reason_is_said(name: str) -> None:
    desk = at_desk(PLAYS[name])
    desk.person = None
    assert "Sign in first" in refusal(BY_ID[name], desk, PLAYS[name].ref)


@pytest.mark.parametrize("row", [row for row in ACTIONS if row.commands], ids=lambda row: row.id)
def test_who_has_no_role_for_it_is_told_so(row: Row) -> None:
    desk = at_desk(PLAYS[row.id])
    outsiders = [p for p in desk.plant.people.values() if not any(ALLOWED[k] & p.roles for k in row.commands)]
    for person in outsiders:
        desk.person = person
        said = refusal(row, desk, PLAYS[row.id].ref)
        roles = {role for command in row.commands for role in ALLOWED[command]}
        assert all(role.value.replace("_", " ") in said for role in roles)


def test_every_command_that_a_role_may_send_has_an_action() -> None:
    sent = {command for row in ACTIONS for command in row.commands}
    by_panel = {c.SignIn, c.SignOut, c.PlaceHold}
    assert set(ALLOWED) - by_panel <= sent


def test_every_key_means_one_thing_for_one_kind_of_thing() -> None:
    assert clashes() == []
    steered = {row.key for row in STEERING}
    assert not steered & {row.key for row in ACTIONS}
    assert all(row.key for row in ACTIONS)


def test_a_key_is_found_by_what_is_selected() -> None:
    found = {ref: for_key("R", ref) for ref in ("case/c1", "order/WO-1", "person/kaya", "hold/h1")}
    assert {ref: row.id if row else "" for ref, row in found.items()} == {
        "case/c1": "case.reassign",
        "order/WO-1": "order.reassign",
        "person/kaya": "person.reassign",
        "hold/h1": "",
    }


@pytest.mark.parametrize("name", ["hold.release", "hold.dispose", "machine.command"])
def test_what_cannot_be_taken_back_needs_a_form_with_danger(name: str) -> None:
    shell = FakeShell(*PLAYS[name].answers)
    BY_ID[name].run(at_desk(PLAYS[name]), PLAYS[name].ref, shell)
    assert shell.forms[-1].danger
    assert shell.forms[-1].guarded


def test_the_release_names_the_holds_that_stay_on_the_lots() -> None:
    shell = FakeShell()
    BY_ID["hold.release"].run(at_desk(PLAYS["hold.release"]), "hold/h3", shell)
    assert any("Stays held: 240 units of 4466-A (loose caps)" in fact for fact in shell.forms[0].facts)


def test_a_move_shows_what_it_breaks_before_it_can_be_confirmed() -> None:
    desk, shell = at_desk(PLAYS["order.reassign"]), FakeShell(MOVE, {})
    BY_ID["order.reassign"].run(desk, "order/WO-10479", shell)
    last = shell.forms[-1]
    assert last.guarded
    assert not last.fields
    assert len(last.facts) > 0
    (sent,) = desk.sent
    assert isinstance(sent, c.ProposeAssignment)
    assert (sent.subject_id, sent.to_line, sent.breaks) == ("WO-10479", "L1", last.facts)


def test_why_me_tells_rule_version_calendar_and_clock() -> None:
    shell = FakeShell({})
    BY_ID["case.why"].run(at_desk(PLAYS["case.why"]), "task/c1/c1-3", shell)
    facts = " ".join(shell.forms[0].facts)
    assert "Rule breakdown, version 7" in facts
    assert "Shift calendar: night" in facts
    assert "Accept by 02:15:11" in facts


def test_a_shift_lead_may_take_a_case_from_who_has_it_and_an_operator_may_not() -> None:
    desk = busy_desk()
    desk.person = desk.plant.people["okafor"]
    assert BY_ID["case.own"].applies(desk, "case/c1")
    desk.person = desk.plant.people["kaya"]
    assert not BY_ID["case.own"].applies(desk, "case/c1")


def test_who_signed_the_handover_cannot_accept_its_items() -> None:
    desk = busy_desk()
    desk.person = desk.plant.people["okafor"]
    assert not BY_ID["item.accept"].applies(desk, "item/ho2/i1")


def test_a_lifecycle_without_the_step_disables_the_action() -> None:
    desk = busy_desk()
    assert not BY_ID["case.acknowledge"].applies(desk, "case/c1")
    assert not BY_ID["case.reopen"].applies(desk, "case/c1")
    assert "not possible now" in refusal(BY_ID["case.acknowledge"], desk, "case/c1")
    assert BY_ID["case.acknowledge"] not in applicable(desk, "case/c1")


@pytest.mark.parametrize("row", ACTIONS, ids=lambda row: row.id)
def test_a_ref_that_leads_nowhere_disables_what_needs_it(row: Row) -> None:
    desk = busy_desk()
    for kind in row.kinds:
        if row.id not in ("open", "case.trend", "case.hold"):
            assert not row.applies(desk, f"{kind}/gone")
    if row.kinds:
        assert kind_of("") not in row.kinds
        assert refusal(row, desk, "") != ""


def test_a_refusal_of_the_core_is_said_with_what_to_do() -> None:
    desk, shell = busy_desk(), FakeShell()
    desk.answer = Answer(ok=False, message="The case is closed.", todo="Reopen it first.")
    BY_ID["case.acknowledge"].run(desk, "case/c3", shell)
    assert shell.said == [("The case is closed. Reopen it first.", True)]


@pytest.mark.parametrize("file", sorted((ROOT / "ui/acts").glob("*.py")), ids=lambda file: file.name)
def test_actions_know_no_qt_and_no_loop(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    names |= {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert not [name for name in names if name.startswith(("PySide6", "asyncio", "qasync", "ui.bridge", "ui.window"))]


# --- commands to controllers ------------------------------------------------------------------------------------------

SPEED = ({"command": "L2.labeller.speed"}, {"value": "420"})


def test_a_command_shows_state_place_and_present_value_before_it_can_be_confirmed() -> None:
    shell = FakeShell(*SPEED)
    BY_ID["machine.command"].run(at_desk(PLAYS["machine.command"]), "machine/L2.labeller", shell)
    form = shell.forms[-1]
    facts = " ".join(form.facts)
    assert form.danger
    assert "in Execute" in facts
    assert "nsu=urn:l2;s=Labeller.MachSpeed" in facts
    assert "bottles/min" in facts


def test_only_what_the_persons_roles_and_the_state_allow_is_offered() -> None:
    desk, shell = busy_desk(), FakeShell(None)
    desk.person = desk.plant.people["silva"]
    BY_ID["machine.command"].run(desk, "machine/L2.labeller", shell)
    assert [choice.value for choice in shell.forms[0].fields[0].choices] == ["L2.labeller.stop"]
    desk.person = desk.plant.people["weiss"]
    assert not BY_ID["machine.command"].applies(desk, "machine/L2.labeller")
    desk.person = desk.plant.people["okafor"]
    assert not BY_ID["machine.command"].applies(desk, "machine/L2.filler")


def test_a_machine_whose_state_is_not_known_is_asked_nothing() -> None:
    desk, shell = busy_desk(), FakeShell()
    tag = desk.plant.tag("L2.labeller", Signal.STATE)
    assert tag is not None
    for reading, word in ((None, "not known"), (MachineState.HELD, "Held")):
        desk.values.rows.pop(tag.index, None)
        if reading is not None:
            now_s = desk.now().timestamp()
            desk.values.rows[tag.index] = Reading(
                value=float(reading), quality=Quality.GOOD, source_s=now_s, received_s=now_s, alive_s=now_s
            )
        BY_ID["machine.command"].run(desk, "machine/L2.labeller", shell)
        assert word in shell.said[-1][0]
    assert not shell.forms
    assert not desk.sent


@pytest.mark.parametrize("text", ["4,20", "1e2", "700", "420.5", "0x1A4"])
def test_a_set_point_that_may_mean_two_things_is_said_and_not_sent(text: str) -> None:
    desk, shell = busy_desk(), FakeShell(SPEED[0], {"value": text})
    BY_ID["machine.command"].run(desk, "machine/L2.labeller", shell)
    assert not desk.sent
    assert shell.said[-1][1]


def test_an_alarm_of_a_controller_that_takes_no_acts_is_only_shown() -> None:
    desk = busy_desk()
    plant = desk.plant
    desk.plant = replace(plant, controllers={k: replace(v, alarm_acts=False) for k, v in plant.controllers.items()})
    assert not BY_ID["alarm.acknowledge"].applies(desk, "alarm/C-L2/FIL-3117")


def test_an_acknowledged_alarm_is_not_acknowledged_again() -> None:
    assert not BY_ID["alarm.acknowledge"].applies(busy_desk(), "alarm/C-L2/FIL-2201")
