"""Every lifecycle of DESIGN section 5 as a table. Buttons, refusals and the manual's diagrams come from here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from app.domain.lifecycle import Lifecycle


class AlarmState(StrEnum):
    """ISA-18.2 alarm states."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_UNACKNOWLEDGED = "returned_unacknowledged"
    SHELVED = "shelved"
    SUPPRESSED_BY_DESIGN = "suppressed_by_design"
    OUT_OF_SERVICE = "out_of_service"


class AlarmTrigger(StrEnum):
    RAISE = "raise"
    RETURN = "return"
    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SHELF_EXPIRES = "shelf_expires"
    SUPPRESS = "suppress"
    UNSUPPRESS = "unsuppress"
    TAKE_OUT_OF_SERVICE = "take_out_of_service"
    RETURN_TO_SERVICE = "return_to_service"


class CaseState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    SHELVED = "shelved"
    RESOLVED = "resolved"
    CLOSED = "closed"


class CaseTrigger(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    START = "start"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


class TaskState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class TaskTrigger(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time_out"
    OFFER_AGAIN = "offer_again"
    FINISH = "finish"
    WITHDRAW = "withdraw"


class HoldState(StrEnum):
    PLACED = "placed"
    UNDER_REVIEW = "under_review"
    DISPOSITIONED = "dispositioned"
    CLOSED = "closed"


class HoldTrigger(StrEnum):
    REVIEW = "review"
    DISPOSE = "dispose"
    REVIEW_AGAIN = "review_again"
    RELEASE = "release"


class AssignmentState(StrEnum):
    PROPOSED = "proposed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


class AssignmentTrigger(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    ACTIVATE = "activate"
    FINISH = "finish"
    WITHDRAW = "withdraw"


class ProposalState(StrEnum):
    PROPOSED = "proposed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    WRITTEN_BACK = "written_back"
    EXPORTED = "exported"
    MEASURED = "measured"
    CLOSED = "closed"


class ProposalTrigger(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    WRITE_BACK = "write_back"
    EXPORT = "export"
    MEASURE = "measure"
    CLOSE = "close"


class HandoverState(StrEnum):
    DRAFTED = "drafted"
    SIGNED = "signed"
    CLOSED = "closed"


class HandoverTrigger(StrEnum):
    REDRAFT = "redraft"
    SIGN = "sign"
    CLOSE = "close"


class PostingState(StrEnum):
    PENDING = "pending"
    SENT = "sent"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    PARKED = "parked"
    REJECTED = "rejected"


class PostingTrigger(StrEnum):
    SEND = "send"
    LOSE = "lose"
    CONFIRM = "confirm"
    BACK_OFF = "back_off"
    PARK = "park"
    REJECT = "reject"
    RETRY = "retry"


class ControlState(StrEnum):
    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SETTLED = "settled"


class ControlTrigger(StrEnum):
    SEND = "send"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    FAIL = "fail"
    LOSE = "lose"
    SETTLE = "settle"


A, AT = AlarmState, AlarmTrigger
ALARM = Lifecycle(
    name="alarm",
    initial=A.NORMAL,
    table={
        A.NORMAL: {
            AT.RAISE: A.UNACKNOWLEDGED,
            AT.SHELVE: A.SHELVED,
            AT.SUPPRESS: A.SUPPRESSED_BY_DESIGN,
            AT.TAKE_OUT_OF_SERVICE: A.OUT_OF_SERVICE,
        },
        A.UNACKNOWLEDGED: {
            AT.ACKNOWLEDGE: A.ACKNOWLEDGED,
            AT.RETURN: A.RETURNED_UNACKNOWLEDGED,
            AT.SHELVE: A.SHELVED,
            AT.SUPPRESS: A.SUPPRESSED_BY_DESIGN,
            AT.TAKE_OUT_OF_SERVICE: A.OUT_OF_SERVICE,
        },
        A.ACKNOWLEDGED: {
            AT.RAISE: A.UNACKNOWLEDGED,
            AT.RETURN: A.NORMAL,
            AT.SHELVE: A.SHELVED,
            AT.SUPPRESS: A.SUPPRESSED_BY_DESIGN,
            AT.TAKE_OUT_OF_SERVICE: A.OUT_OF_SERVICE,
        },
        A.RETURNED_UNACKNOWLEDGED: {
            AT.RAISE: A.UNACKNOWLEDGED,
            AT.ACKNOWLEDGE: A.NORMAL,
            AT.SHELVE: A.SHELVED,
            AT.SUPPRESS: A.SUPPRESSED_BY_DESIGN,
            AT.TAKE_OUT_OF_SERVICE: A.OUT_OF_SERVICE,
        },
        # A shelf that a person ends was seen by that person; one that expires asks for attention again.
        A.SHELVED: {AT.UNSHELVE: A.ACKNOWLEDGED, AT.SHELF_EXPIRES: A.UNACKNOWLEDGED},
        A.SUPPRESSED_BY_DESIGN: {AT.UNSUPPRESS: A.UNACKNOWLEDGED},
        A.OUT_OF_SERVICE: {AT.RETURN_TO_SERVICE: A.UNACKNOWLEDGED},
    },
)

C, CT = CaseState, CaseTrigger
CASE = Lifecycle(
    name="case",
    initial=C.OPEN,
    table={
        C.OPEN: {
            CT.ACKNOWLEDGE: C.ACKNOWLEDGED,
            CT.START: C.IN_PROGRESS,
            CT.SHELVE: C.SHELVED,
            CT.RESOLVE: C.RESOLVED,
        },
        C.ACKNOWLEDGED: {CT.START: C.IN_PROGRESS, CT.SHELVE: C.SHELVED, CT.RESOLVE: C.RESOLVED},
        C.IN_PROGRESS: {CT.SHELVE: C.SHELVED, CT.RESOLVE: C.RESOLVED},
        C.SHELVED: {CT.UNSHELVE: C.OPEN, CT.RESOLVE: C.RESOLVED},
        C.RESOLVED: {CT.CLOSE: C.CLOSED, CT.REOPEN: C.OPEN},
        C.CLOSED: {CT.REOPEN: C.OPEN},
    },
)

K, KT = TaskState, TaskTrigger
TASK = Lifecycle(
    name="task",
    initial=K.OFFERED,
    table={
        K.OFFERED: {
            KT.ACCEPT: K.ACCEPTED,
            KT.DECLINE: K.DECLINED,
            KT.TIME_OUT: K.TIMED_OUT,
            KT.OFFER_AGAIN: K.OFFERED,
            KT.WITHDRAW: K.WITHDRAWN,
        },
        K.ACCEPTED: {KT.FINISH: K.DONE, KT.OFFER_AGAIN: K.OFFERED, KT.WITHDRAW: K.WITHDRAWN},
        K.DECLINED: {KT.OFFER_AGAIN: K.OFFERED, KT.WITHDRAW: K.WITHDRAWN},
        K.TIMED_OUT: {KT.OFFER_AGAIN: K.OFFERED, KT.WITHDRAW: K.WITHDRAWN},
        K.DONE: {},
        K.WITHDRAWN: {},
    },
)

H, HT = HoldState, HoldTrigger
HOLD = Lifecycle(
    name="hold",
    initial=H.PLACED,
    table={
        H.PLACED: {HT.REVIEW: H.UNDER_REVIEW},
        H.UNDER_REVIEW: {HT.DISPOSE: H.DISPOSITIONED},
        H.DISPOSITIONED: {HT.REVIEW_AGAIN: H.UNDER_REVIEW, HT.RELEASE: H.CLOSED},
        H.CLOSED: {},
    },
)

S, ST = AssignmentState, AssignmentTrigger
ASSIGNMENT = Lifecycle(
    name="assignment",
    initial=S.PROPOSED,
    table={
        S.PROPOSED: {ST.OFFER: S.OFFERED, ST.WITHDRAW: S.WITHDRAWN},
        S.OFFERED: {ST.ACCEPT: S.ACCEPTED, ST.DECLINE: S.PROPOSED, ST.WITHDRAW: S.WITHDRAWN},
        S.ACCEPTED: {ST.ACTIVATE: S.ACTIVE, ST.WITHDRAW: S.WITHDRAWN},
        S.ACTIVE: {ST.FINISH: S.FINISHED},
        S.FINISHED: {},
        S.WITHDRAWN: {},
    },
)

N, NT = ProposalState, ProposalTrigger
PROPOSAL = Lifecycle(
    name="proposal",
    initial=N.PROPOSED,
    table={
        N.PROPOSED: {NT.OFFER: N.OFFERED, NT.WITHDRAW: N.WITHDRAWN},
        N.OFFERED: {
            NT.ACCEPT: N.ACCEPTED,
            NT.DECLINE: N.DECLINED,
            NT.OFFER: N.OFFERED,
            NT.WITHDRAW: N.WITHDRAWN,
        },
        # What the ERP refuses because somebody else changed it meanwhile is over too.
        N.ACCEPTED: {NT.WRITE_BACK: N.WRITTEN_BACK, NT.EXPORT: N.EXPORTED, NT.WITHDRAW: N.WITHDRAWN},
        N.WRITTEN_BACK: {NT.MEASURE: N.MEASURED},
        N.EXPORTED: {NT.MEASURE: N.MEASURED},
        N.MEASURED: {NT.CLOSE: N.CLOSED},
        N.DECLINED: {},
        N.WITHDRAWN: {},
        N.CLOSED: {},
    },
)

V, VT = HandoverState, HandoverTrigger
HANDOVER = Lifecycle(
    name="handover",
    initial=V.DRAFTED,
    table={
        V.DRAFTED: {VT.REDRAFT: V.DRAFTED, VT.SIGN: V.SIGNED},
        V.SIGNED: {VT.CLOSE: V.CLOSED},
        V.CLOSED: {},
    },
)

P, PT = PostingState, PostingTrigger
POSTING = Lifecycle(
    name="posting",
    initial=P.PENDING,
    table={
        P.PENDING: {PT.SEND: P.SENT, PT.PARK: P.PARKED},
        P.SENT: {
            PT.CONFIRM: P.CONFIRMED,
            PT.LOSE: P.UNKNOWN,
            PT.BACK_OFF: P.PENDING,
            PT.PARK: P.PARKED,
            PT.REJECT: P.REJECTED,
        },
        P.UNKNOWN: {PT.SEND: P.SENT, PT.CONFIRM: P.CONFIRMED, PT.PARK: P.PARKED},
        P.PARKED: {PT.RETRY: P.PENDING},
        P.REJECTED: {PT.RETRY: P.PENDING},
        P.CONFIRMED: {},
    },
)

X, XT = ControlState, ControlTrigger
CONTROL = Lifecycle(
    name="command",
    initial=X.REQUESTED,
    table={
        X.REQUESTED: {XT.SEND: X.SENT, XT.REFUSE: X.REFUSED, XT.FAIL: X.FAILED},
        X.SENT: {XT.CONFIRM: X.CONFIRMED, XT.REFUSE: X.REFUSED, XT.FAIL: X.FAILED, XT.LOSE: X.UNKNOWN},
        # Never sent again: only a late word of the controller or a person who looked ends it.
        X.UNKNOWN: {XT.CONFIRM: X.CONFIRMED, XT.REFUSE: X.REFUSED, XT.FAIL: X.FAILED, XT.SETTLE: X.SETTLED},
        X.CONFIRMED: {},
        X.REFUSED: {},
        X.FAILED: {},
        X.SETTLED: {},
    },
)

LIFECYCLES: Mapping[str, Lifecycle[Any, Any]] = MappingProxyType(
    {c.name: c for c in (ALARM, CASE, TASK, HOLD, ASSIGNMENT, PROPOSAL, HANDOVER, POSTING, CONTROL)}
)
"""Every lifecycle by name: tests and the manual's diagrams walk this."""
