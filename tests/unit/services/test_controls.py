"""Commands to controllers: allow-list, role, range, rate and state are asked before anything is sent (I9)."""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.domain import commands as c
from app.domain import events as e
from app.domain.control import Control, set_point
from app.domain.errors import IllegalStepError, KnownError, NotFoundError, RefusedError
from app.domain.lifecycles import ControlState
from app.domain.packml import MachineState
from app.domain.people import Role
from app.domain.plant import AllowedCommand, ReadBack
from app.readmodel import model as m
from app.store.rebuild import rebuild
from tests.plants import CONTROLLERS, small_plant
from tests.unit.services.floor import Floor, floor

RUNNING, HELD = int(MachineState.EXECUTE), int(MachineState.HELD)

STOP = AllowedCommand(
    id="L1.filler.stop",
    name="Stop the filler",
    machine="L1.filler",
    controller="C-L1",
    address={"object": "i=1", "method": "i=2"},
    roles=frozenset({Role.SHIFT_LEAD}),
    states=frozenset({MachineState.EXECUTE}),
    min_interval_s=10,
    read_back=ReadBack(address={"node": "i=3"}, value=2.0),
)
SPEED = AllowedCommand(
    id="L1.filler.speed",
    name="Set the filler's speed",
    machine="L1.filler",
    controller="C-L1",
    address={"node": "i=4"},
    roles=frozenset({Role.OPERATOR, Role.SHIFT_LEAD}),
    states=frozenset({MachineState.EXECUTE, MachineState.IDLE}),
    low=100,
    high=480,
    unit="bottles/min",
    decimals=1,
)


@pytest.fixture(name="desk")
def _desk() -> Iterator[Floor]:
    with floor(small_plant(commands={row.id: row for row in (STOP, SPEED)})) as made:
        yield made


def controls(desk: Floor) -> list[Control]:
    return m.all_controls(desk.bus.model)


def asked(desk: Floor, command: c.Command | None = None, by: str = "okafor") -> Control:
    desk.send(command or c.RequestControl(command_id=STOP.id, seen_state=RUNNING), by)
    return controls(desk)[-1]


def said(desk: Floor, event: e.ControlEvent) -> Control:
    desk.send(c.RecordControl(event=event))
    return controls(desk)[-1]


def test_a_request_is_journaled_with_who_what_where_and_the_state_seen(desk: Floor) -> None:
    row = asked(desk)
    assert (row.state, row.by, row.what) == (ControlState.REQUESTED, "okafor", "Stop the filler")
    assert (row.station, row.controller, row.machine, row.value) == ("desk-1", "C-L1", "L1.filler", None)
    assert '"seen":6' in desk.journal.read()[-1].payload


def test_the_fold_of_the_journal_is_what_stands(desk: Floor) -> None:
    row = asked(desk)
    said(desk, e.ControlSent(control_id=row.id))
    said(desk, e.ControlUnknown(control_id=row.id, words="No answer."))
    model, bad = rebuild(desk.journal.read())
    assert not bad
    assert m.all_controls(model) == controls(desk)


REFUSALS = {
    "not in the plant file": (c.RequestControl(command_id="L1.filler.blow_up", seen_state=RUNNING), "okafor"),
    "role": (c.RequestControl(command_id=STOP.id, seen_state=RUNNING), "silva"),
    "a role without any acts": (c.RequestControl(command_id=STOP.id, seen_state=RUNNING), "roth"),
    "state": (c.RequestControl(command_id=STOP.id, seen_state=HELD), "okafor"),
    "unknown state": (c.RequestControl(command_id=STOP.id, seen_state=99), "okafor"),
    "a value where there is none": (c.RequestControl(command_id=STOP.id, seen_state=RUNNING, value=1.0), "okafor"),
    "no value": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING), "silva"),
    "too low": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=99.9), "silva"),
    "too high": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=1e99), "silva"),
    "not a number": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=math.nan), "silva"),
    "infinite": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=math.inf), "silva"),
    "decimals": (c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=120.55), "silva"),
}


@pytest.mark.parametrize(("command", "person"), REFUSALS.values(), ids=REFUSALS)
def test_what_does_not_fit_is_refused_in_words_and_nothing_is_written(
    desk: Floor, command: c.Command, person: str
) -> None:
    error = desk.refused(command, person)
    assert isinstance(error, RefusedError)
    assert error.message
    assert error.todo


def test_the_bounds_themselves_are_in_range(desk: Floor) -> None:
    assert asked(desk, c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=100.0), "silva").value == 100.0
    said(desk, e.ControlSent(control_id=controls(desk)[-1].id))
    said(desk, e.ControlConfirmed(control_id=controls(desk)[-1].id))
    desk.clock.move(SPEED.min_interval_s)
    assert asked(desk, c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=480.0), "silva").value == 480.0


def test_one_command_at_a_time_for_a_machine(desk: Floor) -> None:
    row = asked(desk)
    speed = c.RequestControl(command_id=SPEED.id, seen_state=RUNNING, value=200.0)
    assert "under way" in desk.refused(speed, "silva").message
    said(desk, e.ControlSent(control_id=row.id))
    assert "under way" in desk.refused(speed, "silva").message
    said(desk, e.ControlConfirmed(control_id=row.id))
    asked(desk, speed, "silva")


def test_the_same_command_again_waits_for_its_interval(desk: Floor) -> None:
    row = asked(desk)
    said(desk, e.ControlFailed(control_id=row.id))
    desk.clock.move(9.0)
    assert "1 s" in desk.refused(c.RequestControl(command_id=STOP.id, seen_state=RUNNING), "okafor").todo
    desk.clock.move(1.0)
    asked(desk)


def test_an_unknown_request_stays_until_somebody_says_what_they_saw(desk: Floor) -> None:
    row = asked(desk)
    said(desk, e.ControlSent(control_id=row.id))
    row = said(desk, e.ControlUnknown(control_id=row.id, words="No answer."))
    assert not row.closed
    desk.refused(c.SettleControl(control_id=row.id, note="  "), "silva")
    desk.send(c.SettleControl(control_id=row.id, note="It stands."), "silva")
    assert (controls(desk)[-1].state, controls(desk)[-1].words) == (ControlState.SETTLED, "It stands.")


def test_a_late_word_of_the_controller_ends_an_unknown_request(desk: Floor) -> None:
    row = asked(desk)
    said(desk, e.ControlSent(control_id=row.id))
    said(desk, e.ControlUnknown(control_id=row.id))
    assert said(desk, e.ControlConfirmed(control_id=row.id)).state is ControlState.CONFIRMED


@pytest.mark.parametrize("twice", [e.ControlSent, e.ControlConfirmed, e.ControlUnknown])
def test_nothing_is_sent_or_answered_twice(desk: Floor, twice: Any) -> None:
    row = asked(desk)
    said(desk, e.ControlSent(control_id=row.id))
    if twice is not e.ControlSent:
        said(desk, twice(control_id=row.id))
    assert isinstance(desk.refused(c.RecordControl(event=twice(control_id=row.id))), IllegalStepError)


def test_a_word_on_nothing_is_refused(desk: Floor) -> None:
    assert isinstance(desk.refused(c.RecordControl(event=e.ControlSent(control_id="x"))), NotFoundError)


# --- set-points as people write them (bad input 45) -------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), [("100", 100.0), (" 250.5 ", 250.5), ("480.0", 480.0)])
def test_a_plain_number_is_a_set_point(text: str, value: float) -> None:
    assert set_point(text, SPEED) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1e2",
        "1e99",
        "0x10",
        "1,5",
        "1.234,5",
        "1,000",
        "１２０",
        "120.55",
        "nan",
        "inf",
        "-0",
        "+120",
        "1_0",
        "−1",
    ],
)
def test_what_may_mean_two_things_or_is_out_of_range_is_no_set_point(text: str) -> None:
    with pytest.raises(RefusedError):
        set_point(text, SPEED)


# --- acts on alarms ---------------------------------------------------------------------------------------------------

ACK = c.RequestAlarmAct(
    controller="C-L1", alarm="urn:l1;s=Filler.FIL-2301", event_id="aa01", act=e.AlarmAct.ACKNOWLEDGE,
    machine="L1.filler", code="FIL-2301",
)  # fmt: skip


def test_an_operator_may_ask_for_an_acknowledgement(desk: Floor) -> None:
    row = asked(desk, ACK, "silva")
    assert (row.what, row.act, row.event_id) == ("Acknowledge FIL-2301", e.AlarmAct.ACKNOWLEDGE, "aa01")


def test_a_one_shot_shelf_has_no_minutes(desk: Floor) -> None:
    row = asked(desk, replace(ACK, act=e.AlarmAct.SHELVE_ONCE, minutes=99), "silva")
    assert (row.what, row.act, row.minutes) == ("Shelve once FIL-2301", e.AlarmAct.SHELVE_ONCE, 0)


def test_one_act_at_a_time_on_an_alarm(desk: Floor) -> None:
    asked(desk, ACK, "silva")
    assert "already asked" in desk.refused(ACK, "okafor").message


@pytest.mark.parametrize("person", ["weiss", "berger", "novak", "roth", "brandt"])
def test_others_may_not(desk: Floor, person: str) -> None:
    desk.refused(ACK, person)


def test_a_controller_that_takes_no_acts_is_left_alone() -> None:
    controllers = {name: _silent(row) for name, row in CONTROLLERS.items()}
    with floor(small_plant(controllers=controllers)) as desk:
        assert "takes no acts" in desk.refused(ACK, "silva").message


def _silent(row: Any) -> Any:
    return type(row)(id=row.id, name=row.name, protocol=row.protocol, identity="", settings={}, alarm_acts=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"controller": "C-L9"},
        {"alarm": ""},
        {"act": e.AlarmAct.SHELVE},
        {"act": e.AlarmAct.SHELVE, "minutes": 100_000},
        {"act": e.AlarmAct.COMMENT},
    ],
)
def test_an_act_that_lacks_something_is_refused(desk: Floor, changes: dict[str, Any]) -> None:
    values = {name: getattr(ACK, name) for name in ("controller", "alarm", "event_id", "act", "machine", "code")}
    assert isinstance(desk.refused(c.RequestAlarmAct(**{**values, **changes}), "silva"), KnownError)
