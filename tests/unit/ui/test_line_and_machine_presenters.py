"""What the screens of one line and one machine say. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from app.domain import events as e
from app.domain.lifecycles import AlarmState
from app.domain.plant import Signal
from app.domain.reading import Quality, Reading
from tests.ui.desk import NOW, FakeDesk, at, night_desk
from tests.ui.shell import FakeShell
from ui.models.controls import ControlNews
from ui.models.machine import MachineWatch
from ui.models.orders import line_orders
from ui.models.signals import signal_row
from ui.text import Formats
from ui.views.line.presenter import Presenter as LinePresenter
from ui.views.line.rows import LineState, MachineRow
from ui.views.machine.presenter import Presenter as MachinePresenter
from ui.views.machine.rows import MachineState


class FakeLineView:
    def __init__(self) -> None:
        self.choices: tuple[list[tuple[str, str]], str] = ([], "")
        self.states: list[LineState] = []
        self.selected = ""

    def set_choices(self, lines: Sequence[tuple[str, str]], chosen: str) -> None:
        self.choices = (list(lines), chosen)

    def set_line(self, state: LineState) -> None:
        self.states.append(state)

    def select(self, ref: str) -> None:
        self.selected = ref


class FakeMachineView:
    def __init__(self) -> None:
        self.choices: tuple[list[tuple[str, str]], str] = ([], "")
        self.states: list[MachineState] = []

    def set_choices(self, machines: Sequence[tuple[str, str]], chosen: str) -> None:
        self.choices = (list(machines), chosen)

    def set_machine(self, state: MachineState) -> None:
        self.states.append(state)


def line_of(desk: FakeDesk, ref: str = "line/L2") -> tuple[FakeLineView, LinePresenter]:
    view = FakeLineView()
    presenter = LinePresenter(view, desk, FakeShell())
    presenter.refresh()
    presenter.show(ref)
    return view, presenter


def machine_of(desk: FakeDesk, ref: str = "machine/L2.filler") -> tuple[FakeMachineView, MachinePresenter]:
    view = FakeMachineView()
    presenter = MachinePresenter(view, desk, FakeShell())
    presenter.refresh()
    presenter.show(ref)
    return view, presenter


def row(view: FakeLineView, machine: str) -> MachineRow:
    return next(r for r in view.states[-1].machines if r.key == machine)


# --- line -----------------------------------------------------------------------------------------------------------


def test_a_line_shows_its_machines_orders_lots_cases_and_people() -> None:
    state = line_of(night_desk())[0].states[-1]
    assert (state.name, state.priority, state.hold) == ("Line 2", 1, True)
    assert [r.name for r in state.machines][:2] == ["Depalletiser", "Filler"]
    assert [r.number for r in state.queue] == ["WO-10479", "WO-10480"]
    assert [(r.key, r.good, r.hold) for r in state.lots] == [
        ("4471-C", "812", True),
        ("4471-B", "17,990", True),
    ]
    assert [r.key for r in state.cases] == ["c1", "c7", "c2"]
    assert state.people == "On the line: Rui Silva"


def test_a_machine_of_the_line_has_every_number_with_its_unit_and_band() -> None:
    filler = row(line_of(night_desk())[0], "L2.filler")
    assert (filler.rate, filler.made, filler.made_unit) == ("0 of 600 bottles/min", "31,240", "bottles")
    assert (filler.rejects, filler.rejects_detail) == ("50", "0.16 % of made")
    assert filler.low < filler.high < filler.top
    assert filler.material is not None
    assert (filler.material.value, filler.material.unit, filler.material.band) == ("62", "%", "10 – 100")


def test_the_key_value_is_the_one_that_is_out_of_its_band() -> None:
    desk = FakeDesk()
    desk.set("L2.filler", Signal.PROCESS, 13.5, name="Product temperature")
    found = row(line_of(desk)[0], "L2.filler").key_value
    assert found is not None
    assert (found.name, found.out) == ("Product temperature", True)


def test_a_stale_machine_says_since_when_and_no_rate() -> None:
    labeller = row(line_of(night_desk(), "line/L3")[0], "L3.labeller")
    assert (labeller.stale, labeller.rate_value, labeller.made) == ("no data since 02:14:07", None, "–")


def test_show_finds_the_line_of_a_machine_case_or_hold() -> None:
    desk = night_desk()
    view, presenter = line_of(desk, "machine/L3.capper")
    assert (view.choices[1], view.selected, presenter.selected) == (
        "L3",
        "machine/L3.capper",
        "machine/L3.capper",
    )
    presenter.show("case/c5")
    assert view.choices[1] == "L1"
    presenter.show("hold/h1")
    assert view.choices[1] == "L2"
    presenter.show("line/none")
    presenter.show("case/none")
    assert view.choices[1] == "L2"


def test_an_unchanged_line_is_not_shown_again() -> None:
    view, presenter = line_of(FakeDesk(), "line/L1")
    shown = len(view.states)
    presenter.refresh()
    assert len(view.states) == shown


def test_what_is_selected_is_what_keys_act_on() -> None:
    _, presenter = line_of(FakeDesk(), "line/L1")
    assert presenter.selected == "line/L1"
    presenter.select("order/WO-1")
    assert presenter.selected == "order/WO-1"
    presenter.choose("L2")
    assert presenter.selected == "line/L2"


# --- machine --------------------------------------------------------------------------------------------------------


def test_a_machine_shows_state_reason_alarms_cases_holds_and_checks() -> None:
    state = machine_of(night_desk())[0].states[-1]
    assert (state.name, state.state, state.clock) == (
        "L2 Filler",
        "Aborted · Torque limit valve block 3",
        "for 2:47",
    )
    assert dict(state.facts)["stop reason"] == "Torque limit valve block 3"
    assert [a.code for a in state.alarms] == ["FIL-3117", "FIL-3120", "FIL-2201"]
    assert [a.unacknowledged for a in state.alarms] == [True, True, False]
    assert [c.key for c in state.cases] == ["c1"]
    assert [h.lots for h in state.holds] == ["4471-B, 4471-C"]
    assert [(c.value, c.passed) for c in state.checks] == [
        ("323 ml", False),
        ("324 ml", False),
        ("331 ml", True),
    ]


def test_signals_stand_in_one_fixed_order_with_what_has_a_band_first() -> None:
    desk = night_desk()
    before = [s.name for s in machine_of(desk)[0].states[-1].signals]
    desk.set("L2.filler", Signal.PROCESS, 99.0, name="Fill volume")
    assert [s.name for s in machine_of(desk)[0].states[-1].signals] == before
    assert before[:3] == ["Speed", "Torque valve block 3", "Bowl pressure"]


def test_a_rate_without_a_band_of_its_own_has_the_one_around_nominal() -> None:
    desk = FakeDesk()
    bare = replace(desk.plant.tags_of("L1.filler")[13], low=None, high=None)
    assert bare.signal is Signal.RATE
    tags = tuple(bare if tag.index == bare.index else tag for tag in desk.plant.tags)
    desk = FakeDesk(replace(desk.plant, tags=tags))
    speed = machine_of(desk, "machine/L1.filler")[0].states[-1].signals[0]
    assert (speed.name, speed.band) == ("Speed", "408 – 504")


def test_diagnostics_name_the_link_and_how_much_is_live() -> None:
    links = dict(machine_of(night_desk(), "machine/L3.labeller")[0].states[-1].links)
    assert (links["controller"], links["protocol"], links["address"]) == (
        "C-L3-4",
        "modbus",
        "10.20.3.14:502",
    )
    assert (links["link"], links["last heard"]) == ("down since 02:14:07", "02:14:07, 24 s ago")
    assert (links["signals"], links["reason"], links["samples"]) == (
        "0 of 19 live",
        "10.20.3.14:502 no answer",
        "184,233",
    )


def test_a_stale_machine_says_none_of_its_values() -> None:
    state = machine_of(night_desk(), "machine/L3.labeller")[0].states[-1]
    assert state.stale == "no data since 02:14:07"
    assert state.facts == ()
    assert {s.value for s in state.signals} == {"–"}
    assert {s.stale for s in state.signals} == {"no data since 02:14:07"}


def test_a_machine_leads_to_its_line_and_to_its_cases() -> None:
    shell = FakeShell()
    presenter = MachinePresenter(FakeMachineView(), night_desk(), shell)
    presenter.show("case/c1")
    presenter.up()
    presenter.open("case/c1")
    assert shell.gone == ["line/L2", "case/c1"]
    assert presenter.selected == "machine/L2.filler"


# --- one signal -----------------------------------------------------------------------------------------------------


def test_a_value_of_bad_quality_shows_no_number() -> None:
    desk = FakeDesk()
    tag = desk.set("L1.filler", Signal.PROCESS, 27.0, name="Torque valve block 3")
    now_s = NOW.timestamp()
    desk.values.rows[tag.index] = Reading(
        value=27.0, quality=Quality.BAD, source_s=now_s, received_s=now_s, alive_s=now_s
    )
    found = signal_row(desk, tag, Formats("Europe/Berlin"))
    assert (found.value, found.quality, found.number) == ("–", "bad", None)


def test_a_value_out_of_its_band_says_so() -> None:
    desk = FakeDesk()
    tag = desk.set("L1.filler", Signal.PROCESS, 41.25, name="Torque valve block 3")
    found = signal_row(desk, tag, Formats("Europe/Berlin"))
    assert (found.value, found.unit, found.band, found.out) == ("41.2", "Nm", "20 – 35", True)


def test_people_who_moved_here_are_named() -> None:
    desk = night_desk()
    for event in (
        e.AssignmentProposed(
            assignment_id="a9",
            subject=e.Subject.PERSON,
            subject_id="kaya",
            from_line="L1",
            to_line="L2",
            reason="help",
        ),
        e.AssignmentOffered(assignment_id="a9", people=("kaya",), accept_by=at("02:20")),
        e.AssignmentAccepted(assignment_id="a9", by="kaya"),
        e.AssignmentActivated(assignment_id="a9"),
    ):
        desk.record(event, person="okafor")
    assert line_of(desk)[0].states[-1].people == "On the line: Rui Silva, Deniz Kaya"


# --- requests to the controller --------------------------------------------------------------------------------------


def asked(desk: FakeDesk, *events: e.ControlEvent, machine: str = "L2.labeller") -> None:
    """A request of silva, and what became of it."""
    first = e.ControlRequested(
        control_id="k1", station="desk-1", controller="C-L2", machine=machine, what="Stop the labeller",
        command="L2.labeller.stop", seen=6,
    )  # fmt: skip
    for event in (first, e.ControlSent(control_id="k1"), *events):
        desk.record(event, person="silva")


def labeller(desk: FakeDesk) -> MachineState:
    view = FakeMachineView()
    presenter = MachinePresenter(view, desk, FakeShell())
    presenter.show("machine/L2.labeller")
    presenter.refresh()
    return view.states[-1]


def test_a_request_is_shown_from_the_asking_to_the_read_back() -> None:
    desk = night_desk()
    asked(desk)
    (row,) = labeller(desk).controls
    assert (row.what, row.state, row.open, row.priority) == ("Stop the labeller", "sent, not read back yet", True, 0)
    desk.record(e.ControlConfirmed(control_id="k1", words="Read back."))
    (row,) = labeller(desk).controls
    assert (row.state, row.open) == ("done", False)
    assert "R. Silva" in row.detail


def test_an_unknown_outcome_has_a_display_of_its_own_and_stays() -> None:
    desk = night_desk()
    asked(desk, e.ControlUnknown(control_id="k1", words="No answer came in time."))
    desk.pass_time(24 * 3600)
    (row,) = labeller(desk).controls
    assert (row.state, row.open, row.priority) == ("UNKNOWN whether it happened", True, 2)
    assert "No answer" in row.detail
    desk.record(e.ControlSettled(control_id="k1", note="It stands."))
    assert labeller(desk).controls == ()


def test_what_is_known_leaves_the_screen_after_a_shift() -> None:
    desk = night_desk()
    asked(desk, e.ControlConfirmed(control_id="k1"))
    desk.pass_time(9 * 3600)
    assert labeller(desk).controls == ()


def test_requests_of_other_machines_stay_with_them() -> None:
    desk = night_desk()
    asked(desk, machine="L2.capper")
    assert labeller(desk).controls == ()


def test_an_alarm_shows_the_controllers_state_and_who_has_the_case_here() -> None:
    view = FakeMachineView()
    presenter = MachinePresenter(view, night_desk(), FakeShell())
    presenter.show("machine/L2.filler")
    presenter.refresh()
    alarm = view.states[-1].alarms[0]
    assert alarm.state == "unacknowledged"
    assert alarm.owner.startswith("case: Weiss")


def test_an_alarm_shows_what_else_its_controller_says_of_it() -> None:
    view, desk = FakeMachineView(), night_desk()
    first = replace(desk.alarms[0], state=AlarmState.ACKNOWLEDGED, unconfirmed=True, by="Keller", sure_clock=False)
    earlier = replace(desk.alarms[1], state=AlarmState.RETURNED_UNACKNOWLEDGED, earlier=True)
    desk.alarms = (first, earlier)
    presenter = MachinePresenter(view, desk, FakeShell())
    presenter.show("machine/L2.filler")
    presenter.refresh()
    shown = view.states[-1].alarms
    assert [row.state for row in shown] == ["acknowledged", "returned unacknowledged"]
    assert [row.count for row in shown] == [
        "not confirmed, by Keller there, its clock is not sure",
        "earlier occurrence",
    ]


def test_another_job_at_the_machine_than_lineside_has_on_the_line_is_said() -> None:
    desk = night_desk()
    row = next(tag for tag in desk.plant.tags if tag.machine == "L2.filler")
    job = replace(row, index=len(desk.plant.tags), id="L2.filler.job", name="Job order", signal=Signal.JOB, unit="")
    desk.plant = replace(desk.plant, tags=(*desk.plant.tags, job))
    running = line_orders(desk, "L2", [], MachineWatch(desk).now("L2.filler"), Formats(desk.plant.zone))[0].number
    shown = []
    for told in ("PO-9999", running, ""):
        now_s = desk.now().timestamp()
        desk.values.rows[job.index] = Reading(
            value=told, quality=Quality.GOOD, source_s=now_s, received_s=now_s, alive_s=now_s
        )
        desk.set("L2.filler", Signal.STATE, 6.0)
        view = FakeMachineView()
        presenter = MachinePresenter(view, desk, FakeShell())
        presenter.show("machine/L2.filler")
        presenter.refresh()
        shown.append(dict(view.states[-1].facts)["job at the machine"])
    assert shown[:2] == [f"PO-9999 (Lineside: {running})", running]
    assert running not in shown[2]


def test_the_strip_is_told_once_what_became_of_a_request() -> None:
    desk = night_desk()
    news = ControlNews(desk)
    assert news.news() == []
    asked(desk)
    assert news.news() == []
    desk.record(e.ControlUnknown(control_id="k1", words="No answer came in time."))
    ((text, bad),) = news.news()
    assert "UNKNOWN whether it happened" in text
    assert bad
    assert news.news() == []
    desk.record(e.ControlConfirmed(control_id="k1", words="Read back."))
    ((text, bad),) = news.news()
    assert not bad
