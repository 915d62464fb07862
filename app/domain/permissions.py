"""Who may send which command: one row per command that a person sends. Pure; the bus and the screens ask the same.

And who may be the author of which event: the same answer once more, as the plant's log asks it for each operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain import commands as c
from app.domain import events as e
from app.domain.people import Person, Role

R = Role
FLOOR = frozenset({R.OPERATOR, R.SHIFT_LEAD, R.QUALITY_LEAD})
LEADS = frozenset({R.SHIFT_LEAD, R.QUALITY_LEAD})
SUPPORT = frozenset({R.MAINTENANCE, R.MATERIALS, R.PLANNER, R.CUSTOMER_SERVICE})
WORKERS = FLOOR | SUPPORT
EVERYBODY = frozenset(Role)
DECIDERS = LEADS | {R.PLANNER, R.MATERIALS}

ALLOWED: Mapping[type[c.Command], frozenset[Role]] = MappingProxyType(
    {
        c.ReportException: WORKERS,
        c.AcknowledgeCase: WORKERS,
        c.OwnCase: WORKERS,
        c.AddNote: WORKERS,
        c.ShelveCase: LEADS,
        c.UnshelveCase: LEADS,
        c.ResolveCase: WORKERS,
        c.CloseCase: LEADS,
        c.ReopenCase: LEADS,
        c.AcceptTask: WORKERS,
        c.DeclineTask: WORKERS,
        c.PromiseTask: WORKERS,
        c.FinishTask: WORKERS,
        c.ReassignTask: LEADS,
        c.PlaceHold: FLOOR,
        c.RecordQualityCheck: FLOOR,
        c.ReviewHold: frozenset({R.QUALITY_LEAD}),
        c.DisposeHold: frozenset({R.QUALITY_LEAD}),
        c.ReleaseHold: frozenset({R.QUALITY_LEAD}),
        c.ConfirmOrder: frozenset({R.SHIFT_LEAD}),
        c.ProposeAssignment: frozenset({R.SHIFT_LEAD, R.PLANNER}),
        c.AcceptAssignment: WORKERS,
        c.DeclineAssignment: WORKERS,
        c.WithdrawAssignment: frozenset({R.SHIFT_LEAD, R.PLANNER}),
        c.ActivateAssignment: frozenset({R.SHIFT_LEAD, R.PLANNER}),
        c.FinishAssignment: frozenset({R.SHIFT_LEAD, R.PLANNER}),
        c.AcceptProposal: DECIDERS,
        c.DeclineProposal: DECIDERS,
        c.DraftHandover: frozenset({R.SHIFT_LEAD}),
        c.SignHandover: frozenset({R.SHIFT_LEAD}),
        c.AcceptHandoverItem: frozenset({R.SHIFT_LEAD}),
        c.RetryPosting: frozenset({R.SHIFT_LEAD, R.PLANNER}),
        c.RequestControl: WORKERS | {R.ADMIN},
        c.RequestAlarmAct: frozenset({R.OPERATOR, R.SHIFT_LEAD}),
        c.SettleControl: WORKERS,
        c.SettleRefusal: WORKERS,
        c.SignIn: EVERYBODY,
        c.SignOut: EVERYBODY,
    }
)


ENGINEERS = frozenset({R.ADMIN, R.MAINTENANCE})
"""Who may look into controllers' address spaces and add what is there to the plant file."""


def allowed(command: type[c.Command], roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may send the command; what has no row is the program's own."""
    return bool(ALLOWED.get(command, frozenset()) & roles)


def _by(*commands: type[c.Command]) -> frozenset[Role]:
    """The roles that may send any of these commands: an event is its author's who may send what yields it."""
    return frozenset(role for command in commands for role in ALLOWED[command])


NOBODY: frozenset[Role] = frozenset()

EVENT_ROLES: Mapping[type[e.Event], frozenset[Role]] = MappingProxyType(
    {
        e.CaseOpened: _by(c.ReportException),
        e.MemberAdded: NOBODY,
        e.CapsuleCompleted: NOBODY,
        e.ConditionCleared: NOBODY,
        e.ConditionReturned: NOBODY,
        e.ImpactAssessed: _by(c.ReportException),
        e.CaseAcknowledged: _by(c.AcknowledgeCase, c.OwnCase),
        e.CaseShelved: _by(c.ShelveCase),
        e.CaseUnshelved: _by(c.UnshelveCase),
        e.NoteAdded: _by(c.AddNote),
        e.CaseResolved: _by(c.ResolveCase),
        e.CaseClosed: _by(c.CloseCase),
        e.CaseReopened: _by(c.ReopenCase),
        e.TaskOffered: _by(c.ReportException, c.ReopenCase),
        e.TaskAccepted: _by(c.AcceptTask, c.OwnCase),
        e.TaskDeclined: _by(c.DeclineTask),
        e.TaskTimedOut: NOBODY,
        e.TaskOfferedAgain: _by(c.DeclineTask, c.ReassignTask, c.OwnCase, c.ReopenCase),
        e.PromiseMade: _by(c.PromiseTask, c.AcceptTask),
        e.PromiseBroken: NOBODY,
        e.TaskFinished: _by(c.FinishTask, c.ResolveCase),
        e.TaskWithdrawn: _by(c.ResolveCase),
        e.HoldPlaced: _by(c.PlaceHold),
        e.HoldReviewStarted: _by(c.ReviewHold),
        e.HoldDispositioned: _by(c.DisposeHold),
        e.HoldReleased: _by(c.ReleaseHold),
        e.QualityCheckRecorded: _by(c.RecordQualityCheck),
        e.CountRecorded: NOBODY,
        e.RunsRecorded: NOBODY,
        e.ProductionConfirmed: _by(c.ConfirmOrder),
        e.AssignmentProposed: _by(c.ProposeAssignment),
        e.AssignmentOffered: _by(c.ProposeAssignment),
        e.AssignmentAccepted: _by(c.AcceptAssignment),
        e.AssignmentDeclined: _by(c.DeclineAssignment),
        e.AssignmentActivated: _by(c.ActivateAssignment, c.AcceptAssignment),
        e.AssignmentFinished: _by(c.FinishAssignment, c.AcceptAssignment),
        e.AssignmentWithdrawn: _by(c.WithdrawAssignment),
        e.ProposalMade: NOBODY,
        e.ProposalOffered: NOBODY,
        e.ProposalAccepted: _by(c.AcceptProposal),
        e.ProposalDeclined: _by(c.DeclineProposal),
        e.ProposalWithdrawn: NOBODY,
        e.ProposalWrittenBack: NOBODY,
        e.ProposalExported: NOBODY,
        e.ProposalMeasured: NOBODY,
        e.ProposalClosed: NOBODY,
        e.HandoverDrafted: _by(c.DraftHandover),
        e.HandoverRedrafted: _by(c.DraftHandover),
        e.HandoverSigned: _by(c.SignHandover),
        e.HandoverItemAccepted: _by(c.AcceptHandoverItem),
        e.HandoverClosed: _by(c.AcceptHandoverItem),
        e.PostingQueued: _by(
            c.ConfirmOrder, c.PlaceHold, c.ReleaseHold, c.ResolveCase, c.AcceptAssignment, c.AcceptProposal
        ),
        e.PostingSent: NOBODY,
        e.PostingOutcomeLost: NOBODY,
        e.PostingBackedOff: NOBODY,
        e.PostingConfirmed: NOBODY,
        e.PostingParked: NOBODY,
        e.PostingRejected: NOBODY,
        e.PostingRetried: _by(c.RetryPosting),
        e.ControlRequested: _by(c.RequestControl, c.RequestAlarmAct),
        e.ControlSent: NOBODY,
        e.ControlConfirmed: NOBODY,
        e.ControlRefused: NOBODY,
        e.ControlFailed: NOBODY,
        e.ControlUnknown: NOBODY,
        e.ControlSettled: _by(c.SettleControl),
        e.SignedIn: _by(c.SignIn),
        e.SignedOut: _by(c.SignOut),
        e.RefusalSettled: WORKERS,
        e.GapRecorded: NOBODY,
    }
)
"""The roles whose people may be the author of an event; reactions are in the name of who set them off."""

PEOPLES_OWN: frozenset[type[e.Event]] = frozenset(
    {
        e.CaseAcknowledged, e.CaseShelved, e.NoteAdded, e.CaseReopened, e.TaskDeclined, e.PromiseMade,
        e.HoldPlaced, e.HoldReviewStarted, e.HoldDispositioned, e.HoldReleased, e.QualityCheckRecorded,
        e.ProductionConfirmed, e.AssignmentProposed, e.AssignmentOffered, e.AssignmentAccepted, e.AssignmentWithdrawn,
        e.ProposalAccepted, e.ProposalDeclined,
        e.HandoverSigned, e.HandoverItemAccepted, e.HandoverClosed, e.PostingRetried, e.ControlRequested,
        e.ControlSettled, e.RefusalSettled,
    }
)  # fmt: skip
"""What only a person decides: the program is never the author of these."""

SIGNED: frozenset[type[e.Event]] = frozenset({e.HoldReleased, e.HoldDispositioned})
"""What needs an electronic signature: the password again, a meaning, and what was shown."""

ANY_LINE: frozenset[type[e.Event]] = frozenset(
    {
        e.CaseOpened, e.ImpactAssessed, e.TaskOffered, e.NoteAdded, e.HoldPlaced, e.QualityCheckRecorded,
        e.PostingQueued, e.SignedIn, e.SignedOut, e.RefusalSettled,
    }
)  # fmt: skip
"""What whoever sees it may say: a report, a note, a hold. For everything else a person's own lines bind them."""


def off_their_lines(person: Person, event: e.Event, line: str | None) -> bool:
    """Whether an event about a line is not this person's to make."""
    return type(event) not in ANY_LINE and not person.works_on(line or None)
