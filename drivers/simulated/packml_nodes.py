"""The part of the PackML nodeset (OPC 30050 v1.01) that our servers have, as tables: ids, names, numbers.

Owns nothing but facts of the standard; a test compares every row with the official nodeset. Must not know
asyncua. Ids are numeric identifiers in the PackML namespace unless a docstring says OPC UA.
"""

from dataclasses import dataclass
from typing import Final

from drivers.simulated.packml import Command, State

URI: Final = "http://opcfoundation.org/UA/PackML/"
VERSION: Final = "1.01"

EXECUTE_TYPE: Final = 1
MACHINE_TYPE: Final = 2
BASE_TYPE: Final = 3
STATUS_TYPE: Final = 4
ADMIN_TYPE: Final = 5
BASE_OBJECT_TYPE: Final = 6
MODE_ENUM: Final = 11
COUNT_TYPE: Final = 14
ALARM_TYPE: Final = 15
RUNNING: Final = 75
CLEARED: Final = 71
PACKML_OBJECTS: Final = 72

REFERENCE_TYPES: Final[dict[int, str]] = {
    21: "HasInterlock",
    22: "HasAlarm",
    23: "HasAlarmHistory",
    24: "HasWarning",
    25: "HasStopReason",
}
"""Id → name; all are subtypes of HasComponent."""

OBJECT_TYPES: Final[dict[int, tuple[str, int]]] = {
    EXECUTE_TYPE: ("PackMLExecuteStateMachineType", 2771),
    MACHINE_TYPE: ("PackMLMachineStateMachineType", 2771),
    BASE_TYPE: ("PackMLBaseStateMachineType", 2771),
    STATUS_TYPE: ("PackMLStatusObjectType", 58),
    ADMIN_TYPE: ("PackMLAdminObjectType", 58),
    BASE_OBJECT_TYPE: ("PackMLBaseObjectType", 58),
}
"""Id → name, OPC UA type it is a subtype of."""

DATA_TYPES: Final[dict[int, tuple[str, int, int]]] = {
    MODE_ENUM: ("ProductionMaintenanceModeEnum", 29, 0),
    COUNT_TYPE: ("PackMLCountDataType", 22, 69),
    ALARM_TYPE: ("PackMLAlarmDataType", 22, 74),
}
"""Id → name, OPC UA type it is a subtype of, id of its Default Binary encoding (0: none)."""

MODES: Final = ("Invalid", "Produce", "Maintenance", "Manual")

STRUCTURES: Final[dict[int, tuple[tuple[str, int], ...]]] = {
    COUNT_TYPE: (("ID", 6), ("Name", 12), ("Unit", 887), ("Count", 6), ("AccCount", 6)),
    ALARM_TYPE: (
        ("ID", 6),
        ("Value", 6),
        ("Message", 12),
        ("Category", 6),
        ("DateTime", 294),
        ("AckDateTime", 294),
        ("Trigger", 1),
    ),
}
"""Id → fields in order with their OPC UA data types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateNode:
    """A state of one of the three state machine types; `number_id` is its StateNumber property."""

    id: int
    name: str
    owner: int
    number_id: int
    number: int


def _states(owner: int, rows: tuple[tuple[int, State, int], ...]) -> tuple[StateNode, ...]:
    return tuple(
        StateNode(id=node, name=state.label, owner=owner, number_id=number_id, number=int(state))
        for node, state, number_id in rows
    )


STATES: Final[tuple[StateNode, ...]] = (
    *_states(BASE_TYPE, ((61, State.ABORTING, 168), (62, State.ABORTED, 169))),
    StateNode(id=CLEARED, name="Cleared", owner=BASE_TYPE, number_id=178, number=19),
    *_states(
        MACHINE_TYPE,
        ((55, State.CLEARING, 157), (53, State.STOPPED, 155), (54, State.STOPPING, 156)),
    ),
    StateNode(id=RUNNING, name="Running", owner=MACHINE_TYPE, number_id=171, number=18),
    *_states(
        EXECUTE_TYPE,
        (
            (27, State.RESETTING, 127),
            (28, State.IDLE, 128),
            (29, State.STARTING, 129),
            (30, State.SUSPENDING, 130),
            (31, State.SUSPENDED, 131),
            (32, State.UNSUSPENDING, 132),
            (33, State.HOLDING, 133),
            (34, State.HELD, 134),
            (35, State.UNHOLDING, 135),
            (36, State.EXECUTE, 136),
            (37, State.COMPLETING, 137),
            (38, State.COMPLETE, 138),
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionNode:
    """A transition of a state machine type; `number_id` is its TransitionNumber, `cause` a method id or 0."""

    id: int
    number_id: int
    owner: int
    source: int
    target: int
    cause: int


_TRANSITION_ROWS: Final = (
    (39, 139, EXECUTE_TYPE, 27, 28, 0),
    (40, 140, EXECUTE_TYPE, 28, 29, 369),
    (41, 141, EXECUTE_TYPE, 29, 36, 0),
    (42, 142, EXECUTE_TYPE, 36, 30, 367),
    (43, 143, EXECUTE_TYPE, 30, 31, 0),
    (44, 144, EXECUTE_TYPE, 32, 36, 0),
    (45, 145, EXECUTE_TYPE, 36, 33, 366),
    (46, 146, EXECUTE_TYPE, 33, 34, 0),
    (47, 147, EXECUTE_TYPE, 34, 35, 368),
    (48, 148, EXECUTE_TYPE, 35, 36, 0),
    (49, 149, EXECUTE_TYPE, 36, 37, 365),
    (50, 150, EXECUTE_TYPE, 37, 38, 0),
    (51, 151, EXECUTE_TYPE, 38, 27, 361),
    (52, 152, EXECUTE_TYPE, 31, 32, 372),
    (57, 163, MACHINE_TYPE, 54, 53, 0),
    (58, 164, MACHINE_TYPE, 55, 53, 0),
    (59, 165, MACHINE_TYPE, 53, 75, 376),
    (60, 166, MACHINE_TYPE, 75, 54, 375),
    (65, 174, BASE_TYPE, 62, 71, 363),
    (66, 175, BASE_TYPE, 61, 62, 0),
    (67, 176, BASE_TYPE, 71, 61, 364),
    (99, 179, EXECUTE_TYPE, 29, 33, 366),
    (100, 208, EXECUTE_TYPE, 32, 33, 366),
    (101, 215, EXECUTE_TYPE, 31, 33, 366),
    (102, 216, EXECUTE_TYPE, 30, 33, 366),
    (103, 217, EXECUTE_TYPE, 35, 33, 366),
)

TRANSITIONS: Final[tuple[TransitionNode, ...]] = tuple(
    TransitionNode(id=row[0], number_id=row[1], owner=row[2], source=row[3], target=row[4], cause=row[5])
    for row in _TRANSITION_ROWS
)

METHODS: Final[dict[int, tuple[Command, int]]] = {
    361: (Command.RESET, EXECUTE_TYPE),
    363: (Command.CLEAR, BASE_TYPE),
    364: (Command.ABORT, BASE_TYPE),
    365: (Command.COMPLETE, EXECUTE_TYPE),
    366: (Command.HOLD, EXECUTE_TYPE),
    367: (Command.SUSPEND, EXECUTE_TYPE),
    368: (Command.UNHOLD, EXECUTE_TYPE),
    369: (Command.START, EXECUTE_TYPE),
    372: (Command.UNSUSPEND, EXECUTE_TYPE),
    375: (Command.STOP, MACHINE_TYPE),
    376: (Command.RESET, MACHINE_TYPE),
}
"""Id → command, state machine type that has the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberNode:
    """A variable of a type. `data_type`, `reference` and `type_definition` are ids in OPC UA, or the first two
    in PackML where `own_...` says so.
    """

    id: int
    name: str
    owner: int
    data_type: int
    own_type: bool = False
    array: bool = False
    reference: int = 47
    own_reference: bool = False
    type_definition: int = 63


MEMBERS: Final[tuple[MemberNode, ...]] = (
    MemberNode(id=232, name="CurMachSpeed", owner=STATUS_TYPE, data_type=10, type_definition=2368),
    MemberNode(id=211, name="EquipmentBlocked", owner=STATUS_TYPE, data_type=1),
    MemberNode(id=224, name="EquipmentStarved", owner=STATUS_TYPE, data_type=1),
    MemberNode(id=219, name="MachSpeed", owner=STATUS_TYPE, data_type=10, type_definition=2368),
    MemberNode(id=200, name="UnitModeCurrent", owner=STATUS_TYPE, data_type=29),
    MemberNode(
        id=193,
        name="UnitSupportedModes",
        owner=STATUS_TYPE,
        data_type=17,
        reference=46,
        type_definition=68,
    ),
    MemberNode(id=253, name="MachDesignSpeed", owner=ADMIN_TYPE, data_type=10),
    MemberNode(
        id=238,
        name="Alarm",
        owner=ADMIN_TYPE,
        data_type=ALARM_TYPE,
        own_type=True,
        array=True,
        reference=22,
        own_reference=True,
    ),
    MemberNode(
        id=244,
        name="StopReason",
        owner=ADMIN_TYPE,
        data_type=ALARM_TYPE,
        own_type=True,
        reference=25,
        own_reference=True,
    ),
    MemberNode(id=124, name="ProdConsumedCount", owner=ADMIN_TYPE, data_type=COUNT_TYPE, own_type=True, array=True),
    MemberNode(id=119, name="ProdDefectiveCount", owner=ADMIN_TYPE, data_type=COUNT_TYPE, own_type=True, array=True),
    MemberNode(id=120, name="ProdProcessedCount", owner=ADMIN_TYPE, data_type=COUNT_TYPE, own_type=True, array=True),
    MemberNode(id=221, name="PackMLVersion", owner=BASE_OBJECT_TYPE, data_type=12, reference=46, type_definition=68),
    MemberNode(id=218, name="TagID", owner=BASE_OBJECT_TYPE, data_type=12, reference=46, type_definition=68),
)

PARTS: Final[dict[int, tuple[str, int, int]]] = {
    73: ("Admin", BASE_OBJECT_TYPE, ADMIN_TYPE),
    87: ("Status", BASE_OBJECT_TYPE, STATUS_TYPE),
    88: ("BaseStateMachine", BASE_OBJECT_TYPE, BASE_TYPE),
    64: ("MachineState", BASE_TYPE, MACHINE_TYPE),
    56: ("ExecuteState", MACHINE_TYPE, EXECUTE_TYPE),
}
"""Id → name, type that has this object, type of the object."""
