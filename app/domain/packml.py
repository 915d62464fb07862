"""PackML (ISA-TR88.00.02, OPC 30050): states and modes with their numbers, and what a state means to a shift."""

from __future__ import annotations

from enum import IntEnum


class MachineState(IntEnum):
    """The 17 PackML states with their standard numbers; UNDEFINED where a controller says something else."""

    UNDEFINED = 0
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
    def text(self) -> str:
        """The state's name as the standard writes it: "Execute"."""
        return self.name.capitalize()

    @classmethod
    def of(cls, number: float) -> MachineState:
        """The state of a number; UNDEFINED for anything the standard does not know (also NaN and infinity)."""
        try:
            return cls(int(number))
        except (ValueError, OverflowError):
            return cls.UNDEFINED


class UnitMode(IntEnum):
    """PackML unit modes."""

    INVALID = 0
    PRODUCE = 1
    MAINTENANCE = 2
    MANUAL = 3


RUNNING = frozenset({MachineState.EXECUTE, MachineState.COMPLETING})
"""The machine makes product."""

FAULTED = frozenset({MachineState.ABORTING, MachineState.ABORTED})
"""The machine stopped itself on a fault."""

HALTED = frozenset({MachineState.STOPPING, MachineState.STOPPED, MachineState.HOLDING, MachineState.HELD})
"""The machine stands for a reason of its own: a stop or an internal hold."""

WAITING = frozenset({MachineState.SUSPENDING, MachineState.SUSPENDED, MachineState.IDLE})
"""The machine waits for something outside itself: material, space downstream, an order."""
