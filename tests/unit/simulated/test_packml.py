"""The PackML table: every command in every state, and every acting state's end."""

import pytest

from drivers.simulated.packml import (
    CLEARED_STATES,
    COMPLETIONS,
    EXECUTE_STATES,
    TRANSITIONS,
    Command,
    IllegalCommandError,
    State,
    complete,
    step,
)

EVERY_PAIR = [(state, command) for state in State for command in Command]


@pytest.mark.parametrize(("state", "command"), EVERY_PAIR, ids=lambda value: value.name)
def test_a_command_leads_to_its_state_or_is_refused(state: State, command: Command) -> None:
    if (state, command) in TRANSITIONS:
        assert step(state, command) is TRANSITIONS[state, command]
        return
    with pytest.raises(IllegalCommandError, match=state.label):
        step(state, command)


def test_abort_is_possible_everywhere_but_in_aborting_and_aborted() -> None:
    allowed = {state for state in State if (state, Command.ABORT) in TRANSITIONS}
    assert allowed == set(State) - {State.ABORTING, State.ABORTED}
    assert allowed == CLEARED_STATES


def test_stop_is_possible_in_every_substate_of_running() -> None:
    assert {state for state in State if (state, Command.STOP) in TRANSITIONS} == EXECUTE_STATES


def test_a_transition_leads_to_an_acting_state_only() -> None:
    assert set(TRANSITIONS.values()) <= set(COMPLETIONS)


def test_an_acting_state_ends_in_a_waiting_state_or_in_execute() -> None:
    assert not set(COMPLETIONS.values()) & set(COMPLETIONS)


def test_a_waiting_state_stays_when_completed() -> None:
    assert [complete(state) for state in set(State) - set(COMPLETIONS)] == list(set(State) - set(COMPLETIONS))


def test_every_state_is_reachable_from_execute() -> None:
    reached = {State.EXECUTE}
    while True:
        found = {target for (state, _), target in TRANSITIONS.items() if state in reached}
        found |= {complete(state) for state in reached}
        if found <= reached:
            break
        reached |= found
    assert reached == set(State)
