"""What a person, a detector or a clock asks for, in the imperative. Each has one handler in app.bus.

A command carries no actor and no time: the bus knows who sent it and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from app.domain.events import (
    AlarmAct,
    Change,
    ControlEvent,
    Disposition,
    Event,
    Evidence,
    HeldUnits,
    Run,
    Signature,
    Subject,
)
from app.domain.finding import Capsule, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """The base of all."""


# --- from the line --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFinding(Command):
    """A detector's statement: opens a case, joins one, or says that a condition cleared."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteCapsule(Command):
    """The 30 s after the event have passed: `occurrence` names the finding."""

    occurrence: str
    capsule: Capsule


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordCount(Command):
    order: str
    line: str
    machine: str
    lot: str
    good: Decimal
    scrap: Decimal
    counter: float
    from_at: datetime
    to_at: datetime
    serial: int | None = None
    gap: bool = False
    counter_from: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRuns(Command):
    """What a machine did while it ran, since the last record, for one order."""

    machine: str
    line: str
    order: str
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordGap(Command):
    controller: str
    from_at: datetime
    to_at: datetime
    reason: str


# --- cases ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportException(Command):
    """An operator's own report: two keystrokes and a sentence. `what` is a key of REPORTS."""

    what: str
    text: str
    machine: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommand(Command):
    case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeCase(CaseCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase(CaseCommand):
    """Accept the case's primary task, whoever it was offered to: "I have it"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(CaseCommand):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelveCase(CaseCommand):
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnshelveCase(CaseCommand):
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveCase(CaseCommand):
    cause: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase(CaseCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenCase(CaseCommand):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCommand(CaseCommand):
    task_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptTask(TaskCommand):
    """`promised_at` says when it will be done, if the acceptor promises."""

    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineTask(TaskCommand):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTask(TaskCommand):
    promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignTask(TaskCommand):
    """Offer it to another person: not an acknowledgement, and the escalation level stays."""

    to_person: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishTask(TaskCommand):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireTask(TaskCommand):
    """The offer's clock ran out (sent by the clock)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPromise(TaskCommand):
    """The promised time passed (sent by the clock)."""


# --- holds ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Interlock:
    """An interlock that the person confirmed with a hold: like `RequestControl`. It never keeps a hold back."""

    command_id: str
    seen_state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold(Command):
    units: tuple[HeldUnits, ...]
    reason_code: str
    reason: str
    case_id: str = ""
    machine: str | None = None
    line: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    interlocks: tuple[Interlock, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCommand(Command):
    hold_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHold(HoldCommand):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposeHold(HoldCommand):
    disposition: Disposition
    note: str = ""
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(HoldCommand):
    """`seen_version` is the version on the releaser's screen; an older one is refused."""

    seen_version: int
    note: str = ""
    interlocks: tuple[Interlock, ...] = ()
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordQualityCheck(Command):
    machine: str
    lot: str
    characteristic: str
    value: Decimal
    unit: str
    passed: bool
    serial: int | None = None


# --- work -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmOrder(Command):
    """Stand for the units counted since the last confirmation (or for these), so that they go to the ERP."""

    order: str
    good: Decimal
    scrap: Decimal
    lot: str
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAssignment(Command):
    """Move an order or a person to a line. `breaks` repeats what the screen showed before confirming."""

    subject: Subject
    subject_id: str
    to_line: str
    reason: str
    breaks: tuple[str, ...] = ()
    case_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentCommand(Command):
    assignment_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptAssignment(AssignmentCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAssignment(AssignmentCommand):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAssignment(AssignmentCommand):
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivateAssignment(AssignmentCommand):
    """It takes effect on the floor (the order runs there, the person stands there)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishAssignment(AssignmentCommand):
    pass


# --- proposals ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeChange(Command):
    """There is evidence for a change (sent by the clock)."""

    change: Change
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalCommand(Command):
    proposal_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferProposal(ProposalCommand):
    """Nobody decided in time (sent by the clock)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptProposal(ProposalCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineProposal(ProposalCommand):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawProposal(ProposalCommand):
    """Its evidence or its standard has gone (sent by the clock)."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExport(ProposalCommand):
    """The file with it was written (sent by the station where it was accepted)."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEffect(ProposalCommand):
    """What came of the change (sent by the clock)."""

    met: bool
    effect: Evidence | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseProposal(ProposalCommand):
    """Its effect has been there to be seen (sent by the clock)."""


# --- handover -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftHandover(Command):
    """Draft the running shift's handover, or bring its draft up to date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverCommand(Command):
    handover_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignHandover(HandoverCommand):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptHandoverItem(HandoverCommand):
    item_id: str


# --- postings -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPosting(Command):
    """The outbox worker's word on one posting: one of the Posting events."""

    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPosting(Command):
    """Send a parked or rejected posting again, with the answer to the ERP's question if it asked one."""

    key: str
    answer: str = ""


# --- controllers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestControl(Command):
    """Ask a machine for a command of the plant file. `value` in the command's unit, None where it takes none to choose.

    `seen_state` is the PackML state that stood on the screen when the person confirmed; `hold_id` the hold whose
    interlock it is, if it is one.
    """

    command_id: str
    seen_state: int
    value: float | None = None
    hold_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAlarmAct(Command):
    """Ask a controller to acknowledge, confirm, comment or shelve one of its alarms, as the person saw it.

    `alarm` is the controller's key of the condition, `event_id` the occurrence; `minutes` only for a timed shelf.
    """

    controller: str
    alarm: str
    event_id: str
    act: AlarmAct
    machine: str | None = None
    code: str = ""
    comment: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordControl(Command):
    """The control lane's word on one request: one of the Control events."""

    event: ControlEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleControl(Command):
    """End an unknown request: somebody looked at the machine; `note` says how it stands."""

    control_id: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRefusal(Command):
    """Decide on a step that the plant's log did not take; `note` says what became of it."""

    opid: str
    note: str = ""


# --- station --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn(Command):
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut(Command):
    person_id: str
