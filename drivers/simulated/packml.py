"""The PackML state model of ISA-TR88.00.02 as OPC 30050 v1.01 draws it: states, modes, commands, one table.

Owns which command is legal in which state and where an acting state ends. Must not know machines, time or
protocols. Pure: `step` and `complete` map a state to a state.
"""

from enum import IntEnum, StrEnum
from typing import Final


class State(IntEnum):
    """PackML states with their standard numbers."""

    CLEARING = 1
    STOPPED = 2
    STARTING = 3
    IDLE = 4
    SUSPENDED = 5
    EXECUTE = 6
    STOPPING = 7
    ABORTING = 8
    ABORTED = 9
    HOLDING = 10
    HELD = 11
    UNHOLDING = 12
    SUSPENDING = 13
    UNSUSPENDING = 14
    RESETTING = 15
    COMPLETING = 16
    COMPLETE = 17

    @property
    def label(self) -> str:
        """The state's name as the standard writes it, e.g. `Execute`."""
        return self.name.capitalize()


class Mode(IntEnum):
    """Unit modes (ProductionMaintenanceModeEnum)."""

    INVALID = 0
    PRODUCE = 1
    MAINTENANCE = 2
    MANUAL = 3


class Command(StrEnum):
    """Commands of the state machine, named as the OPC 30050 methods."""

    RESET = "Reset"
    START = "Start"
    STOP = "Stop"
    HOLD = "Hold"
    UNHOLD = "Unhold"
    SUSPEND = "Suspend"
    UNSUSPEND = "Unsuspend"
    ABORT = "Abort"
    CLEAR = "Clear"
    COMPLETE = "ToComplete"


class IllegalCommandError(Exception):
    """The command has no transition from the state it was given in; nothing has changed."""

    def __init__(self, state: State, command: Command) -> None:
        super().__init__(f"{command.value} is not possible in {state.label}")
        self.state = state
        self.command = command


COMPLETIONS: Final[dict[State, State]] = {
    State.CLEARING: State.STOPPED,
    State.STARTING: State.EXECUTE,
    State.STOPPING: State.STOPPED,
    State.ABORTING: State.ABORTED,
    State.HOLDING: State.HELD,
    State.UNHOLDING: State.EXECUTE,
    State.SUSPENDING: State.SUSPENDED,
    State.UNSUSPENDING: State.EXECUTE,
    State.RESETTING: State.IDLE,
    State.COMPLETING: State.COMPLETE,
}
"""Acting state → state it ends in (StateComplete)."""

EXECUTE_STATES: Final = frozenset(
    {
        State.STARTING,
        State.IDLE,
        State.SUSPENDED,
        State.EXECUTE,
        State.HOLDING,
        State.HELD,
        State.UNHOLDING,
        State.SUSPENDING,
        State.UNSUSPENDING,
        State.RESETTING,
        State.COMPLETING,
        State.COMPLETE,
    }
)
"""The substates of Running (state number 18 in the nodeset): all of them can be stopped."""

CLEARED_STATES: Final = EXECUTE_STATES | {State.STOPPED, State.STOPPING, State.CLEARING}
"""The substates of Cleared (19): all of them can be aborted."""

_HOLDABLE: Final = (
    State.EXECUTE,
    State.STARTING,
    State.SUSPENDED,
    State.SUSPENDING,
    State.UNSUSPENDING,
    State.UNHOLDING,
)

TRANSITIONS: Final[dict[tuple[State, Command], State]] = {
    (State.ABORTED, Command.CLEAR): State.CLEARING,
    (State.STOPPED, Command.RESET): State.RESETTING,
    (State.COMPLETE, Command.RESET): State.RESETTING,
    (State.IDLE, Command.START): State.STARTING,
    (State.EXECUTE, Command.SUSPEND): State.SUSPENDING,
    (State.SUSPENDED, Command.UNSUSPEND): State.UNSUSPENDING,
    (State.EXECUTE, Command.COMPLETE): State.COMPLETING,
    (State.HELD, Command.UNHOLD): State.UNHOLDING,
    **{(state, Command.HOLD): State.HOLDING for state in _HOLDABLE},
    **{(state, Command.STOP): State.STOPPING for state in sorted(EXECUTE_STATES)},
    **{(state, Command.ABORT): State.ABORTING for state in sorted(CLEARED_STATES)},
}
"""Every legal (state, command) and the state it leads to; whatever is absent is refused."""


def step(state: State, command: Command) -> State:
    """The state that `command` leads to. Raises IllegalCommandError where the table has no row."""
    try:
        return TRANSITIONS[state, command]
    except KeyError:
        raise IllegalCommandError(state, command) from None


def complete(state: State) -> State:
    """The state an acting state ends in; a waiting state stays what it is."""
    return COMPLETIONS.get(state, state)
