"""What happened, in the past tense: the only things that change state. One event belongs to one stream.

Events are journaled as JSON under their class name: a field may be added with a default, never renamed or removed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from app.domain.finding import Capsule
from app.domain.people import Function


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The base of all; `stream` is "kind/id" of the aggregate it belongs to.

    `strand` is what it collides on where two workstations act at once: two acts on different strands both stand.
    """

    @property
    def stream(self) -> str:
        raise NotImplementedError

    @property
    def strand(self) -> str:
        return self.stream


# --- exception case -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent(Event):
    case_id: str

    @property
    def stream(self) -> str:
        return f"case/{self.case_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOpened(CaseEvent):
    """`happened_at` is the controller's time; `occurrence` makes the opening unique (I2)."""

    kind: str
    priority: int
    title: str
    occurrence: str
    happened_at: datetime
    first_out: str = ""
    machine: str | None = None
    line: str | None = None
    controller: str | None = None
    order: str = ""
    lot: str = ""
    rule: str = ""
    rule_version: int = 0
    values: Mapping[str, str | float] = field(default_factory=dict)
    capsule: Capsule | None = None
    people: tuple[str, ...] = ()
    accountable: str = ""
    caused_by: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(CaseEvent):
    """A further occurrence that belongs to the same case; the first-out stays the first."""

    occurrence: str
    kind: str
    text: str
    happened_at: datetime
    machine: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CapsuleCompleted(CaseEvent):
    capsule: Capsule

    @property
    def strand(self) -> str:
        return f"{self.stream}/capsule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionCleared(CaseEvent):
    """The machine is well again; the case stays open until a person resolves it."""

    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionReturned(CaseEvent):
    """The condition came back while the case was open."""

    happened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """One thing that a case endangers: an order or a customer line, from when on, and why."""

    subject: str
    at: datetime
    text: str
    customer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactAssessed(CaseEvent):
    impacts: tuple[Impact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAcknowledged(CaseEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShelved(CaseEvent):
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseUnshelved(CaseEvent):
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAdded(CaseEvent):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolved(CaseEvent):
    cause: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseClosed(CaseEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReopened(CaseEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a task was offered to whom: rule and version, the shift calendar's row, and which fallback was used."""

    route: str
    version: int
    shift: str
    fallback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOffered(CaseEvent):
    """A function's part of a case, offered to `people`; whoever accepts first has it. `level` counts escalations."""

    task_id: str
    function: Function
    people: tuple[str, ...]
    accept_by: datetime
    why: Why
    primary: bool = False
    level: int = 0

    @property
    def strand(self) -> str:
        return f"{self.stream}/task/{self.task_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(CaseEvent):
    task_id: str

    @property
    def strand(self) -> str:
        return f"{self.stream}/task/{self.task_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAccepted(TaskEvent):
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeclined(TaskEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTimedOut(TaskEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOfferedAgain(TaskEvent):
    """Back on offer: after a decline, a time-out (then `level` rises) or a reassignment (then it does not)."""

    people: tuple[str, ...]
    accept_by: datetime
    level: int
    why: Why
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(TaskEvent):
    promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(TaskEvent):
    promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFinished(TaskEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWithdrawn(TaskEvent):
    reason: str = ""


# --- quality hold ---------------------------------------------------------------------------------------------------


class Disposition(StrEnum):
    """What becomes of held material."""

    USE_AS_IS = "use_as_is"
    REWORK = "rework"
    SCRAP = "scrap"
    RETURN = "return"
    SORT = "sort"
    RELEASE = "release"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldUnits:
    """A lot, or units `first`…`last` of it (inclusive serials at the feed machine)."""

    lot: str
    product: str = ""
    quantity: Decimal = Decimal(0)
    first: int | None = None
    last: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEvent(Event):
    hold_id: str

    @property
    def stream(self) -> str:
        return f"hold/{self.hold_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPlaced(HoldEvent):
    """`case_id` empty: placed on its own. `from_at`/`to_at` bound the suspect window, where one was chosen."""

    units: tuple[HeldUnits, ...]
    reason_code: str
    reason: str
    case_id: str = ""
    machine: str | None = None
    line: str | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReviewStarted(HoldEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """An electronic signature: who, by full name, meaning what, when, and the SHA-256 of what was on the screen.

    `id` is the shared store's record of it; empty where a station on its own checked the password.
    """

    person: str
    name: str
    meaning: str
    signed_at: datetime
    shown: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldDispositioned(HoldEvent):
    """`second` is the signature of a second person, where the plant asks for one."""

    disposition: Disposition
    note: str = ""
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(HoldEvent):
    """`seen_version` is the version of this hold that the releaser saw; only this hold ends, no other on the lot."""

    seen_version: int
    note: str = ""
    signature: Signature | None = None
    second: Signature | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityCheckRecorded(Event):
    """A sample check at a machine. `characteristic` e.g. "fill volume"."""

    check_id: str
    machine: str
    lot: str
    characteristic: str
    value: Decimal
    unit: str
    passed: bool
    serial: int | None = None

    @property
    def stream(self) -> str:
        return f"check/{self.check_id}"


# --- work -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRecorded(Event):
    """Line units counted for an order since the last record: what the floor counted. `serial` is the last unit made."""

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

    @property
    def stream(self) -> str:
        return f"order/{self.order}"

    @property
    def strand(self) -> str:
        return f"{self.stream}/count"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionConfirmed(Event):
    """A person stands for these units of an order; they go to the ERP."""

    order: str
    confirmation_id: str
    line: str
    lot: str
    good: Decimal
    scrap: Decimal
    unit: str
    final: bool = False

    @property
    def stream(self) -> str:
        return f"order/{self.order}"

    @property
    def strand(self) -> str:
        return f"{self.stream}/confirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A stretch of running of a machine, without stops and waiting: machine units made in `running_s` seconds of it.

    `used` is what went of the loaded material, in percent of a full load; None where it is not known or was refilled.
    """

    from_at: datetime
    to_at: datetime
    units: float
    running_s: float
    used: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsRecorded(Event):
    """What a machine did with a product while it ran: the evidence that standards are held against."""

    machine: str
    line: str
    product: str
    order: str
    runs: tuple[Run, ...]

    @property
    def stream(self) -> str:
        return f"run/{self.machine}/{self.product}"


class Subject(StrEnum):
    """What is assigned to a line."""

    ORDER = "order"
    PERSON = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentEvent(Event):
    assignment_id: str

    @property
    def stream(self) -> str:
        return f"assignment/{self.assignment_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentProposed(AssignmentEvent):
    """`breaks` is what the proposer was shown that this breaks, and confirmed all the same."""

    subject: Subject
    subject_id: str
    from_line: str
    to_line: str
    reason: str
    breaks: tuple[str, ...] = ()
    case_id: str = ""

    @property
    def strand(self) -> str:
        return f"assigned/{self.subject.value}/{self.subject_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentOffered(AssignmentEvent):
    people: tuple[str, ...]
    accept_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentAccepted(AssignmentEvent):
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentDeclined(AssignmentEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentActivated(AssignmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentFinished(AssignmentEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentWithdrawn(AssignmentEvent):
    reason: str = ""


# --- proposals ------------------------------------------------------------------------------------------------------


class ProposalKind(StrEnum):
    """What a proposal would change: a standard rate, when a load is replenished, or a batch status."""

    RATE = "rate"
    REPLENISHMENT = "replenishment"
    BATCH_STATUS = "batch_status"


class ProposalRoute(StrEnum):
    """How an accepted proposal comes about: written into the ERP, or into a file that a person takes over."""

    ERP = "erp"
    EXPORT = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was measured against a standard, and how sure that is (app.domain.drift). `values` are the measurements."""

    n: int
    middle: float
    low: float
    high: float
    spread: float
    confidence: float
    standard: float
    unit: str
    from_at: datetime
    to_at: datetime
    values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What would change. A standard has `was` and `becomes` in `unit`; a batch has `status`, and what the ERP `said`.

    `in_erp`: the standard is the ERP's own, not the plant file's. `figures` are further numbers for the card.
    """

    kind: ProposalKind
    line: str | None = None
    machine: str | None = None
    product: str = ""
    material: str = ""
    lot: str = ""
    was: Decimal | None = None
    becomes: Decimal | None = None
    unit: str = ""
    status: str = ""
    said: str = ""
    in_erp: bool = False
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """What at most one open proposal is about."""
        return "/".join((self.kind.value, self.machine or "", self.product, self.material, self.lot))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent(Event):
    proposal_id: str

    @property
    def stream(self) -> str:
        return f"proposal/{self.proposal_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMade(ProposalEvent):
    change: Change
    evidence: Evidence

    @property
    def strand(self) -> str:
        return f"proposed/{hashlib.sha256(self.change.subject.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalOffered(ProposalEvent):
    """On offer to those whose decision it is; `level` counts how often nobody answered."""

    people: tuple[str, ...]
    decide_by: datetime
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalAccepted(ProposalEvent):
    """`station` writes the file where it is exported; `hold` is the hold that accepting it placed."""

    by: str
    route: ProposalRoute
    station: str
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalDeclined(ProposalEvent):
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalWithdrawn(ProposalEvent):
    """Nobody needs to decide any more: the standard changed, or the evidence went away."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalWrittenBack(ProposalEvent):
    """The ERP has it; `refs` are its documents."""

    refs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalExported(ProposalEvent):
    """It lies in a file at the station where it was accepted."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalMeasured(ProposalEvent):
    """What came of the change: measured after it, or what the ERP says now. `met`: the gap is closed."""

    met: bool
    effect: Evidence | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalClosed(ProposalEvent):
    pass


# --- handover -------------------------------------------------------------------------------------------------------


class ItemKind(StrEnum):
    """Where an item of a handover comes from."""

    CASE = "case"
    HOLD = "hold"
    SHELVED = "shelved"
    PROMISE = "promise"
    POSTING = "posting"
    ASSIGNMENT = "assignment"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverItem:
    """One thing that the incoming shift must accept. `ref` is the stream it stands for."""

    item_id: str
    kind: ItemKind
    ref: str
    text: str
    detail: str = ""
    owner: str = ""
    priority: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverEvent(Event):
    handover_id: str

    @property
    def stream(self) -> str:
        return f"handover/{self.handover_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDrafted(HandoverEvent):
    """Drafted by the program. `figures` are the shift's numbers by name."""

    shift: str
    next_shift: str
    shift_start: datetime
    items: tuple[HandoverItem, ...]
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def strand(self) -> str:
        return f"shift/{self.shift}/{self.shift_start.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRedrafted(HandoverEvent):
    items: tuple[HandoverItem, ...]
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverSigned(HandoverEvent):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverItemAccepted(HandoverEvent):
    item_id: str

    @property
    def strand(self) -> str:
        return f"{self.stream}/item/{self.item_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverClosed(HandoverEvent):
    pass


# --- posting --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingEvent(Event):
    key: str

    @property
    def stream(self) -> str:
        return f"posting/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingQueued(PostingEvent):
    """A confirmed outcome waits for the ERP. `command` is the ErpCommand as JSON values under its table name."""

    command_kind: str
    command: Mapping[str, object]
    lane: str
    subject: str
    cause: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingSent(PostingEvent):
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingOutcomeLost(PostingEvent):
    """Sent, but no answer came: it may or may not have happened there."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingBackedOff(PostingEvent):
    words: str
    retry_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingConfirmed(PostingEvent):
    refs: Mapping[str, str] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingParked(PostingEvent):
    words: str
    token: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRejected(PostingEvent):
    words: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingRetried(PostingEvent):
    answer: str = ""


# --- controllers ----------------------------------------------------------------------------------------------------


class AlarmAct(StrEnum):
    """What is asked of a controller about one of its alarms (OPC 10000-9)."""

    ACKNOWLEDGE = "acknowledge"
    CONFIRM = "confirm"
    COMMENT = "comment"
    SHELVE = "shelve"
    SHELVE_ONCE = "shelve_once"
    UNSHELVE = "unshelve"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlEvent(Event):
    """Of one request to a controller: it is sent once at the most (I9)."""

    control_id: str

    @property
    def stream(self) -> str:
        return f"control/{self.control_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequested(ControlEvent):
    """A person confirmed it: a command of the allow-list with its `value` (None: it takes none), or an `act` on an

    alarm (`subject` its key, `event_id` the occurrence that the person saw). `seen` is the PackML state on the screen.
    `hold` names the hold whose interlock it is.
    """

    station: str
    controller: str
    what: str
    machine: str | None = None
    command: str = ""
    value: float | None = None
    seen: int = 0
    act: AlarmAct | None = None
    subject: str = ""
    event_id: str = ""
    comment: str = ""
    minutes: int = 0
    hold: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSent(ControlEvent):
    """It goes out now: from here on only the controller knows whether it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlAnswered(ControlEvent):
    """The base of what became of it; `words` say it to a person, `read_back` is what was read afterwards."""

    words: str = ""
    read_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlConfirmed(ControlAnswered):
    """It was read back, or the controller stands for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRefused(ControlAnswered):
    """The controller said no, or the machine was not in a state for it: nothing happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlFailed(ControlAnswered):
    """It never reached the controller: nothing happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlUnknown(ControlAnswered):
    """Sent, and nobody can say whether it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlSettled(ControlEvent):
    """A person looked at the machine and says how it stands."""

    note: str


# --- station --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StationEvent(Event):
    station: str

    @property
    def stream(self) -> str:
        return f"station/{self.station}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(StationEvent):
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(StationEvent):
    person_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSettled(Event):
    """A person decided what becomes of a step that the shared log did not take: they did it anew, or let it be."""

    opid: str
    note: str = ""

    @property
    def stream(self) -> str:
        return f"refusal/{self.opid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRecorded(StationEvent):
    """Values of a controller could not be seen between these instants (I2)."""

    controller: str
    from_at: datetime
    to_at: datetime
    reason: str


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
