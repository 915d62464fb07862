"""Every lifecycle table: all reachable, every pair that it lacks refused, ends where it should."""

from enum import StrEnum

import pytest

from app.domain.errors import IllegalStepError, KnownError
from app.domain.lifecycle import Lifecycle
from app.domain.lifecycles import (
    ALARM,
    CASE,
    CONTROL,
    HOLD,
    LIFECYCLES,
    POSTING,
    TASK,
    AlarmState,
    AlarmTrigger,
    AssignmentState,
    AssignmentTrigger,
    CaseState,
    CaseTrigger,
    ControlState,
    ControlTrigger,
    HandoverState,
    HandoverTrigger,
    HoldState,
    HoldTrigger,
    PostingState,
    PostingTrigger,
    ProposalState,
    ProposalTrigger,
    TaskState,
    TaskTrigger,
)

Cycle = Lifecycle[StrEnum, StrEnum]

TRIGGERS: dict[str, type[StrEnum]] = {
    "alarm": AlarmTrigger,
    "case": CaseTrigger,
    "task": TaskTrigger,
    "hold": HoldTrigger,
    "assignment": AssignmentTrigger,
    "proposal": ProposalTrigger,
    "handover": HandoverTrigger,
    "posting": PostingTrigger,
    "command": ControlTrigger,
}

ENDS = {
    "alarm": set(),
    "case": set(),
    "task": {TaskState.DONE, TaskState.WITHDRAWN},
    "hold": {HoldState.CLOSED},
    "assignment": {AssignmentState.FINISHED, AssignmentState.WITHDRAWN},
    "proposal": {ProposalState.DECLINED, ProposalState.WITHDRAWN, ProposalState.CLOSED},
    "handover": {HandoverState.CLOSED},
    "posting": {PostingState.CONFIRMED},
    "command": {ControlState.CONFIRMED, ControlState.REFUSED, ControlState.FAILED, ControlState.SETTLED},
}
"""Where each lifecycle ends for good: a case can always be reopened, an alarm always raised again."""

PAIRS = [
    pytest.param(cycle, state, trigger, id=f"{name}-{state}-{trigger}")
    for name, cycle in LIFECYCLES.items()
    for state in type(cycle.initial)
    for trigger in TRIGGERS[name]
]


def test_every_lifecycle_is_known_here() -> None:
    assert LIFECYCLES.keys() == TRIGGERS.keys() == ENDS.keys()


@pytest.mark.parametrize("name", LIFECYCLES)
def test_every_state_is_a_row_and_reachable(name: str) -> None:
    cycle = LIFECYCLES[name]
    states = set(type(cycle.initial))
    assert set(cycle.table) == states
    assert cycle.reachable() == states


@pytest.mark.parametrize("name", LIFECYCLES)
def test_every_trigger_is_used(name: str) -> None:
    used = {trigger for row in LIFECYCLES[name].table.values() for trigger in row}
    assert used == set(TRIGGERS[name])


@pytest.mark.parametrize("name", LIFECYCLES)
def test_it_ends_where_it_should(name: str) -> None:
    cycle = LIFECYCLES[name]
    assert {state for state in type(cycle.initial) if cycle.terminal(state)} == ENDS[name]


@pytest.mark.parametrize(("cycle", "state", "trigger"), PAIRS)
def test_a_step_is_in_the_table_or_refused_in_words(cycle: Cycle, state: StrEnum, trigger: StrEnum) -> None:
    if trigger in cycle.table[state]:
        assert cycle.step(state, trigger) is cycle.table[state][trigger]
        assert cycle.may(state, trigger)
        assert trigger in cycle.triggers(state)
        return
    assert not cycle.may(state, trigger)
    with pytest.raises(IllegalStepError) as refusal:
        cycle.step(state, trigger)
    assert isinstance(refusal.value, KnownError)
    assert state.value.replace("_", " ") in refusal.value.message
    assert refusal.value.todo


# --- ISA-18.2 ---------------------------------------------------------------------------------------------------------

A, T = AlarmState, AlarmTrigger


def run(*triggers: AlarmTrigger) -> AlarmState:
    state = ALARM.initial
    for trigger in triggers:
        state = ALARM.step(state, trigger)
    return state


def test_acknowledge_and_return_may_come_in_either_order() -> None:
    assert run(T.RAISE, T.ACKNOWLEDGE, T.RETURN) is A.NORMAL
    assert run(T.RAISE, T.RETURN, T.ACKNOWLEDGE) is A.NORMAL
    assert run(T.RAISE, T.RETURN) is A.RETURNED_UNACKNOWLEDGED


def test_an_alarm_that_returned_and_comes_again_is_unacknowledged() -> None:
    assert run(T.RAISE, T.RETURN, T.RAISE) is A.UNACKNOWLEDGED
    assert run(T.RAISE, T.ACKNOWLEDGE, T.RETURN, T.RAISE) is A.UNACKNOWLEDGED
    assert run(T.RAISE, T.ACKNOWLEDGE, T.RAISE) is A.UNACKNOWLEDGED


def test_a_shelf_that_expires_asks_again_and_one_that_a_person_ends_does_not() -> None:
    assert run(T.RAISE, T.SHELVE, T.SHELF_EXPIRES) is A.UNACKNOWLEDGED
    assert run(T.RAISE, T.SHELVE, T.UNSHELVE) is A.ACKNOWLEDGED


def test_suppressed_and_out_of_service_alarms_come_back_unacknowledged() -> None:
    assert run(T.RAISE, T.SUPPRESS, T.UNSUPPRESS) is A.UNACKNOWLEDGED
    assert run(T.RAISE, T.TAKE_OUT_OF_SERVICE, T.RETURN_TO_SERVICE) is A.UNACKNOWLEDGED


@pytest.mark.parametrize("state", [A.SHELVED, A.SUPPRESSED_BY_DESIGN, A.OUT_OF_SERVICE])
def test_nobody_acknowledges_what_nobody_sees(state: AlarmState) -> None:
    assert not ALARM.may(state, T.ACKNOWLEDGE)


def test_alarms_have_the_seven_states_of_the_standard() -> None:
    assert len(AlarmState) == 7


# --- what the others promise ------------------------------------------------------------------------------------------


def test_a_released_hold_can_not_be_scrapped() -> None:
    assert not HOLD.triggers(HoldState.CLOSED)
    assert not HOLD.may(HoldState.PLACED, HoldTrigger.RELEASE)


def test_an_unknown_posting_is_asked_or_sent_again_never_forgotten() -> None:
    assert set(POSTING.triggers(PostingState.UNKNOWN)) == {
        PostingTrigger.SEND,
        PostingTrigger.CONFIRM,
        PostingTrigger.PARK,
    }


def test_an_open_case_can_be_resolved_from_everywhere() -> None:
    for state in (CaseState.OPEN, CaseState.ACKNOWLEDGED, CaseState.IN_PROGRESS, CaseState.SHELVED):
        assert CASE.may(state, CaseTrigger.RESOLVE)


def test_a_task_that_was_declined_or_timed_out_can_only_go_on() -> None:
    for state in (TaskState.DECLINED, TaskState.TIMED_OUT):
        assert set(TASK.triggers(state)) == {TaskTrigger.OFFER_AGAIN, TaskTrigger.WITHDRAW}


def test_a_command_is_sent_once_whatever_becomes_of_it() -> None:
    sending = {state for state in ControlState if CONTROL.may(state, ControlTrigger.SEND)}
    assert sending == {ControlState.REQUESTED}
    assert not any(ControlState.REQUESTED in row.values() for row in CONTROL.table.values())


def test_an_unknown_command_waits_for_the_controllers_word_or_a_persons() -> None:
    assert not CONTROL.terminal(ControlState.UNKNOWN)
    assert CONTROL.may(ControlState.UNKNOWN, ControlTrigger.SETTLE)
