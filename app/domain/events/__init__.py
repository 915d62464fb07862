"""What happened, in the past tense: the only things that change state. One event belongs to one stream.

Events are journaled as JSON under their class name: a field may be added with a default, never renamed or removed.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.events.assignment import (
    AssignmentAccepted,
    AssignmentActivated,
    AssignmentDeclined,
    AssignmentEvent,
    AssignmentFinished,
    AssignmentOffered,
    AssignmentProposed,
    AssignmentWithdrawn,
    Subject,
)
from app.domain.events.case import (
    CapsuleCompleted,
    CaseAcknowledged,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseShelved,
    CaseUnshelved,
    ConditionCleared,
    ConditionReturned,
    Impact,
    ImpactAssessed,
    MemberAdded,
    NoteAdded,
)
from app.domain.events.control import (
    AlarmAct,
    ControlAnswered,
    ControlConfirmed,
    ControlEvent,
    ControlFailed,
    ControlRefused,
    ControlRequested,
    ControlSent,
    ControlSettled,
    ControlUnknown,
)
from app.domain.events.event import Event
from app.domain.events.handover import (
    HandoverClosed,
    HandoverDrafted,
    HandoverEvent,
    HandoverItem,
    HandoverItemAccepted,
    HandoverRedrafted,
    HandoverSigned,
    ItemKind,
)
from app.domain.events.hold import (
    Disposition,
    HeldUnits,
    HoldDispositioned,
    HoldEvent,
    HoldPlaced,
    HoldReleased,
    HoldReviewStarted,
    QualityCheckRecorded,
    Signature,
)
from app.domain.events.posting import (
    PostingBackedOff,
    PostingConfirmed,
    PostingEvent,
    PostingOutcomeLost,
    PostingParked,
    PostingQueued,
    PostingRejected,
    PostingRetried,
    PostingSent,
)
from app.domain.events.proposal import (
    Change,
    Evidence,
    ProposalAccepted,
    ProposalClosed,
    ProposalDeclined,
    ProposalEvent,
    ProposalExported,
    ProposalKind,
    ProposalMade,
    ProposalMeasured,
    ProposalOffered,
    ProposalRoute,
    ProposalWithdrawn,
    ProposalWrittenBack,
)
from app.domain.events.station import (
    GapRecorded,
    RefusalSettled,
    SignedIn,
    SignedOut,
    StationEvent,
)
from app.domain.events.task import (
    PromiseBroken,
    PromiseMade,
    TaskAccepted,
    TaskDeclined,
    TaskEvent,
    TaskFinished,
    TaskOffered,
    TaskOfferedAgain,
    TaskTimedOut,
    TaskWithdrawn,
    Why,
)
from app.domain.events.work import (
    CountRecorded,
    ProductionConfirmed,
    Run,
    RunsRecorded,
)

__all__ = [
    "EVENT_TYPES", "AlarmAct", "AssignmentAccepted", "AssignmentActivated", "AssignmentDeclined",
    "AssignmentEvent", "AssignmentFinished", "AssignmentOffered", "AssignmentProposed", "AssignmentWithdrawn",
    "CapsuleCompleted", "CaseAcknowledged", "CaseClosed", "CaseEvent", "CaseOpened", "CaseReopened",
    "CaseResolved", "CaseShelved", "CaseUnshelved", "Change", "ConditionCleared", "ConditionReturned",
    "ControlAnswered", "ControlConfirmed", "ControlEvent", "ControlFailed", "ControlRefused",
    "ControlRequested", "ControlSent", "ControlSettled", "ControlUnknown", "CountRecorded", "Disposition",
    "Event", "Evidence", "GapRecorded", "HandoverClosed", "HandoverDrafted", "HandoverEvent", "HandoverItem",
    "HandoverItemAccepted", "HandoverRedrafted", "HandoverSigned", "HeldUnits", "HoldDispositioned",
    "HoldEvent", "HoldPlaced", "HoldReleased", "HoldReviewStarted", "Impact", "ImpactAssessed", "ItemKind",
    "MemberAdded", "NoteAdded", "PostingBackedOff", "PostingConfirmed", "PostingEvent", "PostingOutcomeLost",
    "PostingParked", "PostingQueued", "PostingRejected", "PostingRetried", "PostingSent", "ProductionConfirmed",
    "PromiseBroken", "PromiseMade", "ProposalAccepted", "ProposalClosed", "ProposalDeclined", "ProposalEvent",
    "ProposalExported", "ProposalKind", "ProposalMade", "ProposalMeasured", "ProposalOffered", "ProposalRoute",
    "ProposalWithdrawn", "ProposalWrittenBack", "QualityCheckRecorded", "RefusalSettled", "Run", "RunsRecorded",
    "Signature", "SignedIn", "SignedOut", "StationEvent", "Subject", "TaskAccepted", "TaskDeclined",
    "TaskEvent", "TaskFinished", "TaskOffered", "TaskOfferedAgain", "TaskTimedOut", "TaskWithdrawn", "Why",
]  # fmt: skip

_EVENTS: tuple[type[Event], ...] = (
    CaseOpened, MemberAdded, CapsuleCompleted, ConditionCleared, ConditionReturned, ImpactAssessed,
    CaseAcknowledged, CaseShelved, CaseUnshelved, NoteAdded, CaseResolved, CaseClosed, CaseReopened,
    TaskOffered, TaskAccepted, TaskDeclined, TaskTimedOut, TaskOfferedAgain, PromiseMade, PromiseBroken,
    TaskFinished, TaskWithdrawn,
    HoldPlaced, HoldReviewStarted, HoldDispositioned, HoldReleased, QualityCheckRecorded,
    CountRecorded, RunsRecorded, ProductionConfirmed,
    AssignmentProposed, AssignmentOffered, AssignmentAccepted, AssignmentDeclined, AssignmentActivated,
    AssignmentFinished, AssignmentWithdrawn,
    ProposalMade, ProposalOffered, ProposalAccepted, ProposalDeclined, ProposalWithdrawn, ProposalWrittenBack,
    ProposalExported, ProposalMeasured, ProposalClosed,
    HandoverDrafted, HandoverRedrafted, HandoverSigned, HandoverItemAccepted, HandoverClosed,
    PostingQueued, PostingSent, PostingOutcomeLost, PostingBackedOff, PostingConfirmed, PostingParked,
    PostingRejected, PostingRetried,
    ControlRequested, ControlSent, ControlConfirmed, ControlRefused, ControlFailed, ControlUnknown, ControlSettled,
    SignedIn, SignedOut, RefusalSettled, GapRecorded,
)  # fmt: skip

EVENT_TYPES: Mapping[str, type[Event]] = {cls.__name__: cls for cls in _EVENTS}
"""Every event by its journal name."""
