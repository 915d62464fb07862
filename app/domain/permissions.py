"""Who may send which command: one row per command that a person sends. Pure; the bus and the screens ask the same."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain import commands as c
from app.domain.people import Role

R = Role
FLOOR = frozenset({R.OPERATOR, R.SHIFT_LEAD, R.QUALITY_LEAD})
LEADS = frozenset({R.SHIFT_LEAD, R.QUALITY_LEAD})
SUPPORT = frozenset({R.MAINTENANCE, R.MATERIALS, R.PLANNER, R.CUSTOMER_SERVICE})
WORKERS = FLOOR | SUPPORT
EVERYBODY = frozenset(Role)

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


def allowed(command: type[c.Command], roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may send the command; what has no row is the program's own."""
    return bool(ALLOWED.get(command, frozenset()) & roles)
