"""What companion standards fix: where a PackML machine (OPC 30050) and a job order receiver (OPC 10031-4) keep what.

Owns browse names, their namespaces and numbers: facts of the standards, which tests compare with the official nodesets.
Must not know asyncua: `lineside check` runs this without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.domain.packml import MachineState

UA_URI = "http://opcfoundation.org/UA/"
PACKML_URI = "http://opcfoundation.org/UA/PackML/"
JOBS_URI = "http://opcfoundation.org/UA/ISA95-JOBCONTROL_V2/"
PREFIXES: Mapping[str, str] = MappingProxyType({"pml": PACKML_URI, "job": JOBS_URI})
"""Prefixes of paths that need no setting."""

Path = tuple[tuple[str, str], ...]
"""(namespace URI, browse name) per step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Where a value lies below its object, and which part of a structure it is (empty: the value itself).

    `levels`: the value is told by several variables, one a state machine, the outermost first.
    """

    path: Path = ()
    part: str = ""
    levels: tuple[Path, ...] = ()


def _packml(*names: str) -> Path:
    return tuple((PACKML_URI, name) for name in names)


CURRENT: Path = ((UA_URI, "CurrentState"), (UA_URI, "Id"))
STATE_LEVELS = (
    _packml("BaseStateMachine") + CURRENT,
    _packml("BaseStateMachine", "MachineState") + CURRENT,
    _packml("BaseStateMachine", "MachineState", "ExecuteState") + CURRENT,
)
CLEARED, RUNNING = 71, 75
"""The grouping states behind which the next state machine tells."""
STATES: Mapping[int, MachineState] = MappingProxyType(
    {
        61: MachineState.ABORTING, 62: MachineState.ABORTED,
        53: MachineState.STOPPED, 54: MachineState.STOPPING, 55: MachineState.CLEARING,
        27: MachineState.RESETTING, 28: MachineState.IDLE, 29: MachineState.STARTING,
        30: MachineState.SUSPENDING, 31: MachineState.SUSPENDED, 32: MachineState.UNSUSPENDING,
        33: MachineState.HOLDING, 34: MachineState.HELD, 35: MachineState.UNHOLDING,
        36: MachineState.EXECUTE, 37: MachineState.COMPLETING, 38: MachineState.COMPLETE,
    }
)  # fmt: skip
"""The state objects of the three state machine types, by their numeric identifiers."""

PACKML: Mapping[str, Member] = MappingProxyType(
    {
        "state": Member(levels=STATE_LEVELS),
        "mode": Member(path=_packml("Status", "UnitModeCurrent")),
        "blocked": Member(path=_packml("Status", "EquipmentBlocked")),
        "starved": Member(path=_packml("Status", "EquipmentStarved")),
        "set_speed": Member(path=_packml("Status", "MachSpeed")),
        "speed": Member(path=_packml("Status", "CurMachSpeed")),
        "design_speed": Member(path=_packml("Admin", "MachDesignSpeed")),
        "stop_reason": Member(path=_packml("Admin", "StopReason"), part="alarm_id"),
        "stop_text": Member(path=_packml("Admin", "StopReason"), part="alarm_message"),
        "consumed": Member(path=_packml("Admin", "ProdConsumedCount"), part="count"),
        "processed": Member(path=_packml("Admin", "ProdProcessedCount"), part="count"),
        "defective": Member(path=_packml("Admin", "ProdDefectiveCount"), part="count"),
    }
)
"""Value of a PackML machine → where it lies below its PackMLBaseObjectType."""
JOBS: Mapping[str, Member] = MappingProxyType(
    {
        "order": Member(path=((JOBS_URI, "JobOrderList"),), part="job_order"),
        "state": Member(path=((JOBS_URI, "JobOrderList"),), part="job_state"),
    }
)
"""Value of a job order receiver → where it lies below its ISA95JobOrderReceiverObjectType."""
STANDARDS: Mapping[str, Mapping[str, Member]] = MappingProxyType({"packml": PACKML, "jobs": JOBS})
"""Key of an address → the values that it has."""
